"""The mean path m' = mu(tau) - g m against an integrator of ordinary differential equations, and its slopes."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hssm.densities.passage.mean_path import between, moving_path, steady_path
from tests.tolerances import FINITE_DIFFERENCE, OTHER_ALGORITHM

TIMES = np.array([0.01, 0.05, 0.2, 0.5, 1.0, 1.7, 2.5])
START, LEAK, LEVEL, SWING = 0.3, 0.8, 1.2, 0.7


def drift(time: np.ndarray, level: float, swing: float) -> np.ndarray:
    return level + swing * np.sin(3.0 * time)


def integrated(start: float, leak: float, level: float, swing: float) -> np.ndarray:
    solution = solve_ivp(
        lambda time, x: drift(time, level, swing) - leak * x, (0.0, 3.0), [start], t_eval=TIMES, rtol=1e-12, atol=1e-13
    )
    return solution.y[0]


def constants(start: float, leak: float) -> np.ndarray:
    """Start, leak, and their slopes by (start, leak, level, swing)."""
    return np.array([start, leak, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])


def moving(start: float, leak: float, level: float, swing: float) -> np.ndarray:
    times, out = between(TIMES), np.zeros((5, TIMES.size))
    nothing = np.zeros_like(times)
    drifts = np.stack([drift(times, level, swing), nothing, nothing, nothing + 1.0, np.sin(3.0 * times)])
    moving_path(TIMES, drifts, constants(start, leak), out)
    return out


def steady(start: float, leak: float, level: float) -> np.ndarray:
    out = np.zeros((5, TIMES.size))
    steady_path(TIMES, np.array([level, 0.0, 0.0, 1.0, 0.0]), constants(start, leak), out)
    return out


def assert_slopes(path, point: tuple[float, ...]) -> None:
    slopes, step = path(*point)[1:], 1e-5
    for i in range(len(point)):
        up, down = (path(*(x + sign * step * (i == k) for k, x in enumerate(point)))[0] for sign in (1, -1))
        np.testing.assert_allclose(
            slopes[i], (up - down) / (2 * step), rtol=FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute
        )


@pytest.mark.parametrize("leak", [LEAK, 0.0, -0.6])
def test_a_moving_drift(leak: float) -> None:
    found = moving(START, leak, LEVEL, SWING)[0]
    np.testing.assert_allclose(found, integrated(START, leak, LEVEL, SWING), rtol=OTHER_ALGORITHM.relative)
    assert_slopes(moving, (START, leak, LEVEL, SWING))


@pytest.mark.parametrize("leak", [LEAK, 0.0, -0.6])
def test_a_steady_drift(leak: float) -> None:
    found = steady(START, leak, LEVEL)[0]
    np.testing.assert_allclose(found, integrated(START, leak, LEVEL, 0.0), rtol=OTHER_ALGORITHM.relative)
    np.testing.assert_allclose(found, moving(START, leak, LEVEL, 0.0)[0], rtol=OTHER_ALGORITHM.relative)
    assert_slopes(steady, (START, leak, LEVEL))


def test_a_drift_that_rises_like_a_root_at_the_start() -> None:
    times, out = between(TIMES), np.zeros((1, TIMES.size))
    moving_path(TIMES, np.sqrt(times)[None, :], np.array([0.0, 0.0]), out)
    np.testing.assert_allclose(out[0], TIMES**1.5 / 1.5, rtol=OTHER_ALGORITHM.relative)


def test_times_between_nodes_are_in_order() -> None:
    times = between(TIMES)
    assert np.all(np.diff(times) > 0.0) and times[0] > 0.0 and times[-1] < TIMES[-1]
