"""One accumulator with a reflecting floor: reference values, derivatives, what a distribution must do."""

import numpy as np
import pytest

from hssm.densities.passage.floor import FloorOp
from tests.densities.compare import reference
from tests.tolerances import SOLVER, SOLVER_GRADIENT, SOLVER_TAIL

MOTIONS = [(1.5, 0.2, 0.45), (-2.0, 0.3, 0.2), (5.0, 0.0, 2.0), (0.0, 0.5, 0.0), (1.0, 0.6, -0.2), (-4.0, 0.4, 0.0)]
"""Drift, start and closing, in units of the bound's height."""


def evaluate(survival: bool, s: np.ndarray, motion: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    return FloorOp(survival).evaluate(np.array([s, *(np.full(s.size, value) for value in motion)]))


def test_density_and_survivor_against_reference() -> None:
    frame = reference("reflected_race")
    time, closing = frame["tau"] / frame["a"] ** 2, frame["a"] * np.tan(frame["theta"])
    height = 1.0 - closing * time
    trials = np.array([time / height, frame["v"] * frame["a"], frame["z"], closing])
    density, _ = FloorOp(False).evaluate(trials)
    survivor, _ = FloorOp(True).evaluate(trials)
    expected = frame["log_density"]
    above = np.asarray(expected > -20.0)
    error = density - 2.0 * np.log(frame["a"] * height) - expected
    np.testing.assert_allclose(error[above], 0.0, atol=SOLVER.absolute)
    np.testing.assert_allclose(survivor, frame["log_survivor"], atol=SOLVER_TAIL.absolute)


@pytest.mark.parametrize("survival", [False, True])
@pytest.mark.parametrize("motion", MOTIONS)
def test_slopes_are_differences(survival: bool, motion: tuple[float, float, float]) -> None:
    s, step = np.geomspace(0.04, 2.5, 25), 1e-4
    _, slopes = evaluate(survival, s, motion)
    moves = [(s * step, (0.0, 0.0, 0.0)), *((0.0 * s, tuple(step * row)) for row in np.eye(3))]
    for slope, (by_s, by_motion) in zip(slopes, moves, strict=True):
        moved = [
            evaluate(survival, s + sign * by_s, tuple(m + sign * d for m, d in zip(motion, by_motion, strict=True)))[0]
            for sign in (1.0, -1.0)
        ]
        if motion[1] == 0.0 and by_motion[1]:
            continue  # no start below the floor
        difference = (moved[0] - moved[1]) / (2.0 * step)
        found = slope * s if by_s.any() else slope
        scale = np.maximum(1.0, np.abs(difference))
        # Differences of this step are themselves off by a third derivative.
        np.testing.assert_allclose(found / scale, difference / scale, atol=20 * SOLVER_GRADIENT.absolute)


@pytest.mark.parametrize("motion", MOTIONS)
def test_density_is_minus_the_slope_of_the_survivor(motion: tuple[float, float, float]) -> None:
    s = np.geomspace(0.02, 4.0, 40)
    density, _ = evaluate(False, s, motion)
    survivor, slopes = evaluate(True, s, motion)
    np.testing.assert_allclose(density, np.log(-slopes[0]) + survivor, atol=SOLVER.absolute)


@pytest.mark.parametrize("motion", MOTIONS)
def test_mass_is_one_minus_the_survivor(motion: tuple[float, float, float]) -> None:
    end = 3.0
    x, weights = np.polynomial.legendre.leggauss(200)
    root = 0.5 * np.sqrt(end) * (1.0 + x)
    density, _ = evaluate(False, root**2, motion)
    mass = (weights * np.sqrt(end) * root * np.exp(density)).sum()
    survivor, _ = evaluate(True, np.array([end]), motion)
    assert mass + np.exp(survivor[0]) == pytest.approx(1.0, abs=SOLVER.absolute)


def test_one_solution_for_many_trials_is_that_for_each() -> None:
    s = np.geomspace(0.03, 3.0, 12)
    for survival in (False, True):
        together, _ = evaluate(survival, s, MOTIONS[0])
        alone = [evaluate(survival, s[[i]], MOTIONS[0])[0][0] for i in range(s.size)]
        np.testing.assert_allclose(together, alone, atol=SOLVER.absolute)


def test_extremes_are_numbers() -> None:
    grid = np.meshgrid(
        [1e-70, 1e-3, 1.0, 40.0, 1e15], [-300.0, -5.0, 0.0, 300.0], [0.0, 0.5, 1 - 1e-12], [-0.3, 0.0, 40.0]
    )
    trials = np.array([each.ravel() for each in grid])
    trials = trials[:, 1.0 + trials[0] * trials[3] > 0.0]
    for survival in (False, True):
        value, slopes = FloorOp(survival).evaluate(trials)
        assert not np.isnan(value).any() and np.isfinite(slopes).all()
        assert (value <= 1e-9).all() or not survival
