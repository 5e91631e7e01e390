"""Make the fixtures of a release: ``python -m tests.saving.make_fixture [CASE ...]``, once per release.

Small models that differ in what is saved, with draws and predictions. Never made again for an old release.
"""

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

import hssm
from tests.fitted import SIMPLE_TRUTH, TINY, hierarchical_frame

INCLUDE = [
    hssm.Param("v", formula="v ~ 1 + x + (1|participant_id)", prior={"x": hssm.Prior("Normal", mu=0, sigma=1)}),
    {"name": "a", "formula": "a ~ 1 + level", "link": "log"},
    {"name": "t", "prior": {"name": "HalfNormal", "sigma": 0.5}, "bounds": (0.0, 2.0)},
]


def hierarchical() -> hssm.HSSM:
    """Every kind of argument that is no function."""
    frame = hierarchical_frame(3, 8)
    frame["response"] = frame["response"].map({-1: "left", 1: "right"})
    return hssm.HSSM(frame, choices={"left": -1, "right": 1}, include=INCLUDE, z=0.5, p_outlier=0.02)


def race() -> hssm.HSSM:
    """Three choices, a lapse distribution, a fixed vector, group effects."""
    theta = {"m0": -0.4, "m1": -0.6, "m2": -0.8, "s": 0.5, "t": 0.2}
    frame = hssm.simulate_data("lnr3", theta, size=24, random_state=1)
    frame["participant_id"] = np.repeat(["p1", "p2", "p3"], 8)
    include = [{"name": "m0", "formula": "m0 ~ 1 + (1|participant_id)"}]
    lapse = hssm.Prior("HalfNormal", sigma=2.0)
    return hssm.HSSM(frame, model="lnr3", include=include, lapse=lapse, m1=np.linspace(-0.5, -0.7, 24))


def omissions() -> hssm.HSSM:
    """A deadline by trial, omitted responses."""
    frame = hssm.simulate_data("ddm", SIMPLE_TRUTH, size=30, random_state=2)
    frame["limit"] = np.tile([1.0, 1.5], 15)
    return hssm.HSSM(frame, deadline="limit", z=0.5)


def choices_only() -> hssm.HSSM:
    """No reaction times."""
    truth = {"beta": 1.0, "logit1": 0.5, "logit2": -0.5}
    frame = hssm.simulate_data("softmax_inv_temperature_3", truth, size=30, random_state=3)
    return hssm.HSSM(frame, model="softmax_inv_temperature_3", beta=1.0)


CASES: dict[str, Callable[[], hssm.HSSM]] = {
    case.__name__: case for case in (hierarchical, race, omissions, choices_only)
}


def make(name: str) -> None:
    """Sample, predict and save one case, with what it must give when it is read."""
    folder = Path(__file__).parent / "releases" / hssm.__version__ / name
    model = CASES[name]()
    tree = model.sample(**TINY)
    model.sample_posterior_predictive(draws=3, random_seed=1)
    model.save_model("model", base_path=folder, allow_absolute_base_path=True)
    means = tree["posterior"].to_dataset().mean(("chain", "draw"))
    expected = {
        "list_params": model.list_params,
        "n_trials": len(model.data),
        "means": {name: values.values.tolist() for name, values in means.data_vars.items()},
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for case in sys.argv[1:] or CASES:
        make(case)
