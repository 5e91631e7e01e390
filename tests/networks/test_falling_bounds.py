"""What is known of ``weibull`` is nearly all: truth are reference tables, a quadrature, and bounds that stand still."""

import jax
import numpy as np
import pytest

import hssm
from hssm.networks.falling_bounds import FALLING, weibull_clock
from tests.networks.recipes import known_of, left_of_table, rows_of

RECIPE = FALLING["weibull"]
STILL = {"a": 1.1, "z": 0.4, "t": 0.0}


def test_little_is_left() -> None:
    left = left_of_table(RECIPE, "weibull")
    assert np.quantile(left, 0.5) < 0.01
    assert np.quantile(left, 0.95) < 0.1


@pytest.mark.parametrize("v", [-2.0, 0.0, 2.0])
def test_bounds_that_stand_still_leave_nothing(v) -> None:
    rt = np.geomspace(0.02, 6.0, 30)
    rows = rows_of(RECIPE, {**STILL, "v": v, "alpha": 4.0, "beta": 1e3}, rt)
    exact = hssm.log_density("ddm", {"rt": rt, "response": np.ones(30)}, {"v": v, **STILL})
    np.testing.assert_allclose(known_of(RECIPE, rows), exact, atol=1e-3)


@pytest.mark.parametrize("alpha", [0.7, 1.0, 2.5])
def test_the_sooner_the_less_is_left(alpha) -> None:
    theta, rt = {**STILL, "v": 0.6, "alpha": alpha, "beta": 2.0}, np.array([0.3, 0.1, 0.03])
    exact = hssm.log_density("weibull", {"rt": rt, "response": np.ones(3)}, theta)
    left = np.abs(known_of(RECIPE, rows_of(RECIPE, theta, rt)) - exact)
    assert left.max() < 0.06
    assert left[2] < 0.7 * left[0] + 1e-4


@pytest.mark.parametrize("alpha", [0.31, 4.99])
def test_answers_and_slopes_are_finite_far_out(alpha) -> None:
    theta = {"v": 2.5, "a": 2.5, "z": 0.2, "t": 0.5, "alpha": alpha, "beta": 0.31}
    rows = rows_of(RECIPE, theta, np.array([0.4, 0.5, 0.50003, 0.51, 1.0, 3.0, 30.0]))

    def total(rows):
        return sum(part.sum() for part in RECIPE.split(rows))

    assert np.isfinite(known_of(RECIPE, rows)).all()
    assert np.isfinite(np.asarray(jax.grad(total)(rows))).all()


@pytest.mark.parametrize(("alpha", "beta"), [(0.4, 2.0), (1.0, 1.5), (4.0, 1.2)])
def test_clock_of_falling_bounds(alpha, beta) -> None:
    times = np.linspace(0.0, 1.3, 20_001)
    exact = np.trapezoid(np.exp(2.0 * (times / beta) ** alpha), times)
    found = weibull_clock(*(np.full((1, 1), x, dtype=np.float32) for x in (alpha, beta, 1.3)))
    np.testing.assert_allclose(np.asarray(found).ravel(), exact, rtol=2e-3)
