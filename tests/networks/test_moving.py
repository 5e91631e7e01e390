"""The known part of the recipe of ``ornstein`` leaves a bounded remainder; truth: the reference tables."""

import numpy as np

import hssm
from hssm.networks.moving import MOVING
from tests.densities.compare import reference

RECIPE = MOVING["ornstein"]


def test_remainder_is_bounded() -> None:
    table = reference("ornstein")
    table = table[(table["region"] == "typical") & (table["log_density"] > -12)]
    assert len(table) > 10
    known = np.asarray(RECIPE.split(table[list(RECIPE.inputs)].to_numpy(dtype=np.float32))[1])[:, 0]
    assert np.quantile(np.abs(known - table["log_density"]), 0.95) < 2.0


def test_a_constant_drift_is_known() -> None:
    """Without leak the remainder is that of ddm whatever the drift, but for the slowest rate, which is a bound."""
    rt, still = np.array([0.1, 0.4, 1.5]), {"a": 1.1, "z": 0.4, "t": 0.0}
    remainder = []
    for v in (-2.0, 0.0, 2.0):
        columns = {**{name: np.full(3, x) for name, x in ({"v": v, "g": 0.0} | still).items()}, "rt": rt}
        rows = np.stack([(columns | {"response": np.ones(3)})[name] for name in RECIPE.inputs], axis=1)
        exact = hssm.log_density("ddm", {"rt": rt, "response": np.ones(3)}, {"v": v, **still})
        remainder.append(exact - np.asarray(RECIPE.split(rows.astype(np.float32))[1])[:, 0])
    assert np.ptp(remainder, axis=0).max() < 0.6
