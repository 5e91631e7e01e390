"""The mean path m' = mu(tau) - g m against an integrator of ordinary differential equations, and its slopes."""

from functools import partial

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hssm.densities.passage.mean_path import (
    between,
    moving_path,
    moving_return,
    steady_path,
    steady_return,
)
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


def moving(start: float, leak: float, level: float, swing: float, path=moving_path) -> np.ndarray:
    times, out = between(TIMES), np.zeros((5, TIMES.size))
    nothing = np.zeros_like(times)
    drifts = np.stack([drift(times, level, swing), nothing, nothing, nothing + 1.0, np.sin(3.0 * times)])
    path(TIMES, drifts, constants(start, leak), out)
    return out


def steady(start: float, leak: float, level: float, path=steady_path) -> np.ndarray:
    out = np.zeros((5, TIMES.size))
    path(TIMES, np.array([level, 0.0, 0.0, 1.0, 0.0]), constants(start, leak), out)
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


@pytest.mark.parametrize("leak", [LEAK, 0.0, -0.6, -40.0])
@pytest.mark.parametrize("kind", ["moving", "steady"])
def test_a_path_that_comes_back_follows_drift_and_leak_too(kind: str, leak: float) -> None:
    """What it has apart from the mean path only leaks; and it stays small where the other runs away."""
    if kind == "moving":
        path, there, point = moving, partial(moving, path=moving_return), (START, leak, LEVEL, SWING)
    else:
        path, there, point = steady, partial(steady, path=steady_return), (START, leak, LEVEL)
    back = there(*point)[0]
    assert back[-1] == 0.0
    apart = np.exp(leak * TIMES) * (path(*point)[0] - back)
    np.testing.assert_allclose(apart, apart[0], rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute)
    if leak < 0.0:
        assert np.abs(back).max() <= (LEVEL + SWING) / -leak
    assert_slopes(there, point)
