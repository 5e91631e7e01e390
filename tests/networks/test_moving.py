"""The known part of recipes for moving bounds and drifts leaves a bounded remainder; truth: the reference tables."""

import numpy as np
import pytest

import hssm
from hssm.networks.moving import MOVING, weibull_clock
from tests.densities.compare import reference

LARGEST = {"weibull": 1.0, "gamma_drift": 2.0}


@pytest.mark.parametrize("model", MOVING)
def test_remainder_is_bounded(model) -> None:
    table = reference(model)
    table = table[(table["region"] == "typical") & (table["log_density"] > -12)]
    assert len(table) > 10
    recipe = MOVING[model]
    known = np.asarray(recipe.split(table[list(recipe.inputs)].to_numpy(dtype=np.float32))[1])[:, 0]
    assert np.quantile(np.abs(known - table["log_density"]), 0.95) < LARGEST[model]


def test_a_constant_drift_is_known() -> None:
    """Without a pulse, and with bounds that hardly fall, the remainder is that of ddm whatever the drift."""
    rt, still = np.array([0.1, 0.4, 1.5]), {"a": 1.1, "z": 0.4, "t": 0.0}
    extra = {"gamma_drift": {"shape": 3.0, "scale": 0.2, "c": 0.0}}
    extra["weibull"] = {"alpha": 4.0, "beta": 1e3}
    for model, more in extra.items():
        remainder = []
        for v in (-2.0, 0.0, 2.0):
            theta = {"v": v, **still, **more}
            columns = {**{name: np.full(3, x) for name, x in theta.items()}, "rt": rt, "response": np.ones(3)}
            rows = np.stack([columns[name] for name in MOVING[model].inputs], axis=1).astype(np.float32)
            exact = hssm.log_density("ddm", {"rt": rt, "response": np.ones(3)}, {"v": v, **still})
            remainder.append(exact - np.asarray(MOVING[model].split(rows)[1])[:, 0])
        assert np.ptp(remainder, axis=0).max() < 1e-4


@pytest.mark.parametrize(("alpha", "beta"), [(0.4, 2.0), (1.0, 1.5), (4.0, 1.2)])
def test_clock_of_falling_bounds(alpha, beta) -> None:
    times = np.linspace(0.0, 1.3, 20_001)
    exact = np.trapezoid(np.exp(2.0 * (times / beta) ** alpha), times)
    found = weibull_clock(*(np.full((1, 1), x, dtype=np.float32) for x in (alpha, beta, 1.3)))
    np.testing.assert_allclose(np.asarray(found).ravel(), exact, rtol=2e-3)
