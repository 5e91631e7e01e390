"""What the tests of the bridge share: a small frame, models of it, and their value at random points.

A *point* is a dict from variable names to arrays with a leading axis of draws: the free variables as drawn from
their priors, and the effects that follow from them. *Reported* points hold what results hold: deviations of group
effects, and the intercept at predictors 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace

import hssm
from tests.tolerances import SAME_NUMERICS

PYTHON = Mode("py", None)
"""Plain Python, no rewriting: nothing is compiled, and nothing but the graph itself is tested."""

N_DRAWS = 3
Point = dict[str, np.ndarray]


def make_frame(n_trials: int = 36) -> pd.DataFrame:
    """Two numbers, a word, and two crossed groupings (six `p`, four `q`), in no particular order."""
    rng = np.random.default_rng(20260301)
    rows = np.arange(n_trials)
    frame = pd.DataFrame(
        {
            "rt": 0.5 + rng.gamma(2.0, 0.3, n_trials),
            "response": np.where(rng.random(n_trials) < 0.7, 1, -1),
            "x": rng.normal(size=n_trials),
            "w": 1.0 + rng.normal(size=n_trials),
            "g": np.array(["a", "b", "c"])[rng.permutation(rows) % 3],
            "p": rng.permutation(rows) % 6,
            "q": np.array(["east", "north", "south", "west"])[rng.permutation(rows) % 4],
        }
    )
    return frame.set_index(rows[::-1])


def make_model(formula: str, parameter: str = "v", frame: Any = None, **options: Any) -> Any:
    """A DDM without lapses, with one regression."""
    entry = {"name": parameter, "formula": f"{parameter} ~ {formula}"}
    entry |= {key: options.pop(key) for key in ("prior", "link", "bounds") if key in options}
    data = make_frame() if frame is None else frame
    return hssm.HSSM(data, include=[entry], **{"p_outlier": None, **options})


def assert_same(actual: Any, expected: Any, tolerance: Any = SAME_NUMERICS) -> None:
    np.testing.assert_allclose(actual, expected, rtol=tolerance.relative, atol=tolerance.absolute)


def sampled_point(built: Any, parameter: str = "v", seed: int = 5) -> tuple[Point, np.ndarray]:
    """A point of the PyMC model, and the trial-wise values (N_DRAWS, n_trials) it gives to a parameter."""
    model = built.pymc_model
    free = model.free_RVs
    drawn = pm.draw(free, draws=N_DRAWS, random_seed=seed, mode=PYTHON)
    others = [variable for variable in model.deterministics if variable.name != parameter]
    function = pytensor.function(free, [model[parameter], *others], mode=PYTHON, on_unused_input="ignore")
    outputs = [function(*(values[i] for values in drawn)) for i in range(N_DRAWS)]
    point = {variable.name: values for variable, values in zip(free, drawn, strict=True)}
    point |= {variable.name: np.stack([out[1 + i] for out in outputs]) for i, variable in enumerate(others)}
    return point, np.stack([out[0] for out in outputs])


def reported(built: Any, point: Point, parameter: str = "v") -> Point:
    """The point as results show it."""
    predictor = built.predictors[parameter]
    found = {**point, **predictor.deviations(point)}
    intercept = f"{parameter}_Intercept"
    if intercept in point:
        found[intercept] = point[intercept] - predictor.shift(point)
    return found


def log_density(model: Any) -> Any:
    """A function of a point's free variables (one draw, constrained): the log joint density without Jacobians."""
    inputs = {rv.name: rv.type(f"{rv.name}_given") for rv in model.free_RVs}
    given = {rv: inputs[rv.name] for rv in model.free_RVs}
    values = {}
    for rv in model.free_RVs:
        transform = model.rvs_to_transforms[rv]
        arguments = graph_replace(rv.owner.inputs, given, strict=False) if transform is not None else ()
        values[model.rvs_to_values[rv]] = (
            inputs[rv.name] if transform is None else transform.forward(inputs[rv.name], *arguments)
        )
    total = graph_replace(model.logp(jacobian=False), values)
    function = pytensor.function(list(inputs.values()), total, mode="FAST_COMPILE")
    return lambda point: float(function(*(point[name] for name in inputs)))


def one(point: Mapping[str, np.ndarray], draw: int = 0) -> Point:
    """A single draw of a point."""
    return {name: np.asarray(values)[draw] for name, values in point.items()}
