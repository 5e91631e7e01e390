"""Log densities and survivors of ``angle`` long after hardly any path is left, against its closed form."""

import numpy as np
import pytest

import hssm
from hssm.densities.diffusions import ORNSTEIN_ANGLE_PROCESS, WEIBULL_PROCESS
from hssm.densities.passage.compiled import evaluate_trials
from hssm.densities.passage.decline import OF_DENSITY, bend
from hssm.densities.passage.kernel import DENSITY, SURVIVAL
from hssm.densities.passage.pointers import quietly
from hssm.densities.passage.trace import compiled_paths
from tests.densities.passage.straight import ANGLE, NAMES, THETA, exact
from tests.tolerances import FINITE_DIFFERENCE, LATE, LATE_GRADIENT

MEET = THETA[1] / np.tan(THETA[3])


def trials_at(times: np.ndarray, theta: np.ndarray) -> np.ndarray:
    return np.vstack([times, np.ones(times.size), np.repeat(theta[:, None], times.size, axis=1)])


def test_straight_bounds_nearly_meet() -> None:
    """Down to log densities of -190, and their slopes of thousands."""
    times = np.array([0.8, 0.88, 0.92, 0.96, 0.98]) * MEET
    found = evaluate_trials(ANGLE, DENSITY, trials_at(times, THETA), 1e-6)
    expected = exact(times, 1)
    assert expected[-1] < -150.0
    np.testing.assert_allclose(found[0], expected, atol=LATE.absolute)
    theta = {**dict(zip(NAMES, THETA, strict=True)), "t": 0.0}
    data = {"rt": times, "response": np.ones(times.size)}
    slopes = hssm.log_density("angle", data, theta, gradient=True)[1]
    for q, name in enumerate(NAMES):
        scale = 1.0 + np.abs(slopes[name])
        np.testing.assert_allclose(found[2 + q] / scale, slopes[name] / scale, atol=LATE_GRADIENT.absolute)


@pytest.mark.parametrize(
    ("process", "theta", "times"),
    [
        (WEIBULL_PROCESS, (-0.21, 1.145, 0.615, 3.32, 0.44), (0.66, 0.7, 0.72)),
        (ORNSTEIN_ANGLE_PROCESS, (0.8, 1.2, 0.5, 0.8, 0.5), (1.9, 2.0, 2.1)),
    ],
)
@pytest.mark.parametrize("what", [DENSITY, SURVIVAL])
def test_slopes_are_those_of_the_values(
    process: object, theta: tuple[float, ...], times: tuple[float, ...], what: int
) -> None:
    """A sampler that is told otherwise cannot find its way back from there."""
    point, step = np.array(theta), 1e-5
    found = evaluate_trials(process, what, trials_at(np.array(times), point), 1e-6)
    assert found[0, -1] < -30.0
    for q in range(point.size):
        ends = []
        for sign in (1.0, -1.0):
            moved = point.copy()
            moved[q] += sign * step
            ends.append(evaluate_trials(process, what, trials_at(np.array(times), moved), 1e-6)[0])
        expected = (ends[0] - ends[1]) / (2.0 * step)
        scale = 1.0 + np.abs(found[2:]).max(axis=0)
        np.testing.assert_allclose(found[2 + q] / scale, expected / scale, atol=LATE_GRADIENT.absolute)


def test_between_constant_bounds_a_tangent_is_all_there_is() -> None:
    theta = np.array([0.6, 1.2, 0.45, 0.0])
    row = np.ones(2 + theta.size)
    with quietly():
        bend(tuple(compiled_paths(ANGLE))[0], theta, (10.0, 15.0), OF_DENSITY, row)
    np.testing.assert_allclose(row[:5], 1.0, atol=FINITE_DIFFERENCE.absolute)


def test_before_the_end_nothing_is_added() -> None:
    row = np.ones(2 + THETA.size)
    with quietly():
        bend(tuple(compiled_paths(ANGLE))[0], THETA, (2.0, 1.0), OF_DENSITY, row)
    assert (row == 1.0).all()
