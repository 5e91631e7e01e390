"""What is known of ``gamma_drift`` is nearly all: truth are the reference tables, and drifts that are constant."""

import jax
import numpy as np
import pytest

import hssm
from hssm.networks.pulses import PULSED
from tests.networks.recipes import known_of, left_of_table, rows_of

RECIPE = PULSED["gamma_drift"]
STILL = {"a": 1.1, "z": 0.4, "t": 0.0}
PULSE = {"shape": 3.0, "scale": 0.2}


def test_little_is_left() -> None:
    left = left_of_table(RECIPE, "gamma_drift")
    assert np.quantile(left, 0.5) < 0.003
    assert np.quantile(left, 0.95) < 0.02


@pytest.mark.parametrize("v", [-2.0, 0.0, 2.0])
def test_without_a_pulse_nothing_is_left(v) -> None:
    rt = np.geomspace(0.02, 6.0, 30)
    exact = hssm.log_density("ddm", {"rt": rt, "response": np.ones(30)}, {"v": v, **STILL})
    found = known_of(RECIPE, rows_of(RECIPE, {**STILL, **PULSE, "v": v, "c": 0.0}, rt))
    np.testing.assert_allclose(found, exact, atol=1e-3)


def test_a_weak_pulse_leaves_little_of_second_order() -> None:
    """What it adds is a mean and a variance: half the pulse leaves at most about half, a hundredth of what it adds."""
    rt, left, added = np.geomspace(0.1, 3.0, 12), [], []
    for c in (0.0, 0.5, 1.0):
        theta = {**STILL, **PULSE, "v": 0.5, "c": c}
        exact = hssm.log_density("gamma_drift", {"rt": rt, "response": np.ones(12)}, theta)
        left.append(np.abs(known_of(RECIPE, rows_of(RECIPE, theta, rt)) - exact).max())
        added.append(exact)
    assert left[1] < 0.02 * np.abs(added[1] - added[0]).max()
    assert left[1] < 0.6 * left[2]


def test_most_of_third_order_is_known() -> None:
    """The third difference over the pulse's strength: of first and second order, nothing is left in it."""
    rt, strong = np.geomspace(0.2, 2.0, 12), 3.0
    third = {"exact": np.zeros(12), "known": np.zeros(12)}
    for share, weight in ((1.0, 1.0), (0.5, -2.0), (-0.5, 2.0), (-1.0, -1.0)):
        theta = {**STILL, **PULSE, "a": 1.6, "v": 0.5, "c": strong * share}
        third["exact"] += weight * hssm.log_density("gamma_drift", {"rt": rt, "response": np.ones(12)}, theta)
        third["known"] += weight * known_of(RECIPE, rows_of(RECIPE, theta, rt))
    assert np.abs(third["exact"]).max() > 0.02
    assert np.abs(third["known"] - third["exact"]).sum() < 0.4 * np.abs(third["exact"]).sum()


@pytest.mark.parametrize(("shape", "scale"), [(2.0, 0.01), (10.0, 1.0)])
def test_answers_and_slopes_are_finite_far_out(shape, scale) -> None:
    theta = {"v": 3.0, "a": 3.0, "z": 0.1, "t": 0.5, "shape": shape, "scale": scale, "c": -3.0}
    rows = rows_of(RECIPE, theta, np.array([0.4, 0.5, 0.50003, 0.51, 1.0, 3.0, 30.0]))

    def total(rows):
        return sum(part.sum() for part in RECIPE.split(rows))

    assert np.isfinite(known_of(RECIPE, rows)).all()
    assert np.isfinite(np.asarray(jax.grad(total)(rows))).all()
