"""A PyMC model evaluated at single points by PyTensor's Python linker: algebra needs no compilation and no fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytensor
from pytensor.compile.mode import Mode

import hssm
from hssm.bambi_bridge.transforms import constrain, unconstrain
from hssm.inference.results import reported_values, stored_names

N_TRIALS = 60
TRUE = {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.3}
PYTHON = Mode(linker="py", optimizer=None)


def make_frame() -> pd.DataFrame:
    """Sixty ddm trials of four participants and three items, with numbers and a word as covariates."""
    rng = np.random.default_rng(5)
    frame = hssm.simulate_data("ddm", TRUE, size=N_TRIALS, random_state=5)
    frame["x"] = rng.normal(0.5, 1.0, N_TRIALS)
    frame["y"] = rng.uniform(0.0, 1.0, N_TRIALS)
    frame["g"] = np.tile(["lo", "mid", "hi", "mid", "lo"], N_TRIALS // 5)
    frame["participant_id"] = np.repeat([10, 11, 12, 13], N_TRIALS // 4)
    frame["item"] = np.tile([1, 2, 3], N_TRIALS // 3)
    return frame


def evaluate(model: Any, names: list[str], point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Variables of a PyMC model as functions of its free variables."""
    inputs = [model[name] for name in point]
    function = pytensor.function(inputs, [model[name] for name in names], mode=PYTHON, on_unused_input="ignore")
    return dict(zip(names, function(*point.values()), strict=True))


def random_point(model: hssm.HSSM, seed: int = 1, spread: float = 0.3) -> dict[str, np.ndarray]:
    """Values of the free variables around the start, inside their supports."""
    rng = np.random.default_rng(seed)
    free = unconstrain(model.pymc_model, model.initvals)
    moved = {name: value + spread * rng.normal(size=np.shape(value)) for name, value in free.items()}
    return constrain(model.pymc_model, moved)


def reported_draw(model: hssm.HSSM, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One draw, (1, ...) per variable, as a posterior would hold it."""
    raw = evaluate(model.pymc_model, stored_names(model._built), point)
    draw = {name: np.asarray(value)[None] for name, value in raw.items()}
    return draw | reported_values(model._built, draw)


def joint_log_density(model: hssm.HSSM, point: Mapping[str, np.ndarray], vars: Any = None) -> float:
    """Log density of the variables on their own scale (no Jacobian of transforms)."""
    function = model.pymc_model.compile_logp(vars=vars, jacobian=False, mode=PYTHON)
    return float(function(to_values(model, point)))


def to_values(model: hssm.HSSM, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Values of free variables under the names of PyMC's unconstrained value variables."""
    free = unconstrain(model.pymc_model, point)
    return {model.pymc_model.rvs_to_values[model.pymc_model[name]].name: value for name, value in free.items()}
