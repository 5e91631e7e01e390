"""Trials of many sets of parameters: classes of steepness, groups, masks, and the early density."""

import numpy as np
import pytest

from hssm.densities import diffusions
from hssm.densities.passage.compiled import evaluate_trials
from hssm.densities.passage.kernel import CDF, DENSITY, LATE, STEEPNESS, SURVIVAL, classified, early_density, last_of
from hssm.densities.passage.march import Edges, Starts
from tests.densities.passage.straight import ANGLE, NAMES, THETA, exact
from tests.tolerances import FINITE_DIFFERENCE, SAME_NUMERICS, SOLVER, SOLVER_GRADIENT

TOLERANCE = 1e-6
TIMES = np.array([0.01, 0.05, 0.3, 0.8, 1.5, 3.0])


def trials_at(times: np.ndarray, theta: np.ndarray = THETA) -> np.ndarray:
    """(2 + P, 2 n): every time at the upper bound, then every time at the lower."""
    n = 2 * len(times)
    return np.vstack([np.r_[times, times], np.repeat([1.0, -1.0], n // 2), np.tile(theta[:, None], n)])


def test_log_densities_from_the_first_instant_on() -> None:
    """From before the mesh, where only the start counts, to the last paths."""
    times = np.geomspace(1e-3, 3.5, 25)
    found = evaluate_trials(ANGLE, DENSITY, trials_at(times), TOLERANCE)[0]
    expected = np.r_[exact(times, 1), exact(times, -1)]
    seen = expected > -20.0
    assert (~seen).sum() > 5
    np.testing.assert_allclose(found[seen], expected[seen], atol=SOLVER.absolute)
    np.testing.assert_allclose(found[~seen], expected[~seen], rtol=SOLVER.absolute)


@pytest.mark.parametrize("what", [DENSITY, CDF, SURVIVAL])
def test_slopes_are_those_of_the_values(what: int) -> None:
    trials, step = trials_at(TIMES[1:]), 1e-4
    found = evaluate_trials(ANGLE, what, trials, 1e-9)
    for row in (0, *range(2, 2 + len(NAMES))):
        moved = np.zeros_like(trials)
        moved[row] = step * (trials[0] if row == 0 else 1.0)
        above, below = (evaluate_trials(ANGLE, what, trials + s * moved, 1e-9)[0] for s in (1, -1))
        slopes = found[1 if row == 0 else row]
        expected = (above - below) / (2.0 * moved[row])
        scale = np.maximum(1.0, np.abs(expected))
        seen = found[0] > -20.0
        assert seen.sum() >= 6
        np.testing.assert_allclose(
            (slopes / scale)[seen], (expected / scale)[seen], atol=SOLVER_GRADIENT.absolute, rtol=0, err_msg=str(row)
        )


def test_trials_may_come_in_any_order_and_number() -> None:
    other = THETA + np.array([0.3, 0.1, 0.0, 0.0])
    trials = np.hstack([trials_at(TIMES), trials_at(TIMES, other)])
    found = evaluate_trials(ANGLE, DENSITY, trials, TOLERANCE)
    order = np.random.default_rng(3).permutation(trials.shape[1])
    shuffled = evaluate_trials(ANGLE, DENSITY, trials[:, order].copy(), TOLERANCE)
    np.testing.assert_allclose(shuffled, found[:, order], rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)
    alone = np.hstack([evaluate_trials(ANGLE, DENSITY, trials[:, [i]], TOLERANCE) for i in range(trials.shape[1])])
    seen = found[0] > -20.0
    np.testing.assert_allclose(alone[0, seen], found[0, seen], atol=SOLVER.absolute)
    assert evaluate_trials(ANGLE, DENSITY, np.empty((2 + len(NAMES), 0)), TOLERANCE).shape == (2 + len(NAMES), 0)


def test_impossible_trials_leave_the_others_alone() -> None:
    trials = trials_at(TIMES)
    found = evaluate_trials(ANGLE, DENSITY, trials, TOLERANCE)
    wrong = np.repeat(trials[:, [3]], 6, axis=1)
    wrong[0, :3], wrong[3, 3], wrong[4, 4], wrong[2, 5] = (0.0, np.nan, -1.0), -1.0, 1.2, np.nan
    mixed = evaluate_trials(ANGLE, DENSITY, np.hstack([trials, wrong]), TOLERANCE)
    np.testing.assert_allclose(mixed[:, : trials.shape[1]], found, rtol=SAME_NUMERICS.relative)
    assert (mixed[0, trials.shape[1] :] == -np.inf).all()
    assert not mixed[1:, trials.shape[1] :].any()


@pytest.mark.parametrize("leak", [0.0, 0.8, -0.5])
def test_the_early_density_is_the_term_of_the_start(leak: float) -> None:
    """Its slopes by time and parameters, by differences; at that time it is the density of ``ornstein`` itself."""
    theta, time, step = np.array([0.4, 1.1, 0.55, leak]), 0.008, 1e-7

    def value(time: float, theta: np.ndarray) -> np.ndarray:
        v, a, z, g = theta
        left = np.exp(-g * time)
        mean = a * (2 * z - 1) * left + v * (time if g == 0 else (1 - left) / g)
        variance = time if g == 0 else (1 - left**2) / (2 * g)
        gap, speed = a - mean, g * a - v
        return -0.5 * gap**2 / variance - 0.5 * np.log(2 * np.pi * variance) + np.log(gap / variance - speed)

    found = evaluate_trials(diffusions.ORNSTEIN_PROCESS, DENSITY, np.array([[time, 1.0, *theta]]).T, TOLERANCE)[:, 0]
    assert found[0] == pytest.approx(value(time, theta), rel=SAME_NUMERICS.relative)
    by_time = (value(time + step * time, theta) - value(time - step * time, theta)) / (2 * step * time)
    assert found[1] == pytest.approx(by_time, rel=FINITE_DIFFERENCE.relative)
    if leak != 0.0:
        h = 1e-6 * np.eye(4)
        slopes = [(value(time, theta + h[q]) - value(time, theta - h[q])) / 2e-6 for q in range(4)]
        np.testing.assert_allclose(
            found[2:], slopes, rtol=10 * FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute
        )


def test_the_early_density_needs_one_node_only() -> None:
    """A bound that moves and a parameter that moves it: the slope by time is that along the path of the bound."""
    edge = np.array([[0.7], [-0.7]])
    moved, still = np.ones((1, 2, 1)), np.zeros((1, 2, 1))
    starts = Starts(np.ones(1), np.zeros(1), np.zeros((1, 1)))
    one = Edges(np.array([0.01]), np.ones(1), edge, 0.3 * edge, moved, still, 0.0, np.zeros(1), starts, edge, moved)
    later = one._replace(time=np.array([0.01 + 1e-8]), place=edge + 0.3 * edge * 1e-8)
    row, after = np.empty(3), np.empty(3)
    early_density(one, 0, row)
    early_density(later, 0, after)
    assert row[1] == pytest.approx((after[0] - row[0]) / 1e-8, rel=10 * FINITE_DIFFERENCE.relative)


def test_trials_are_classed_by_how_steeply_their_density_rises() -> None:
    gaps, dead = (1.0, 0.5), 8.0
    steepness = np.array([0.5, 1.6, 6.0, 13.0, 30.0])
    upper, lower = 0.5 * gaps[0] ** 2 / steepness, 0.5 * gaps[1] ** 2 / steepness
    times = np.r_[upper, lower, 9.0, -1.0, 0.0, np.nan, np.inf]
    responses = np.r_[np.ones(5), -np.ones(5), np.ones(5)]
    trials = np.vstack([times, responses])
    found = classified(trials, np.arange(times.size), gaps, dead)
    expected = [min(k, len(STEEPNESS) - 1) for k in range(5)]
    np.testing.assert_array_equal(found, [*expected, *expected, LATE, -1, -1, -1, -1])
    assert last_of(trials, np.arange(times.size)) == 9.0
    assert last_of(trials, np.array([11, 12, 13, 14])) == 0.0


def test_survivors_and_distribution_functions_add_up_for_paths_that_may_never_end() -> None:
    """Bounds that part faster than the drift: some paths are left for good."""
    theta = np.array([0.1, 1.0, 0.5, -0.4])
    trials = np.array([[time, response, *theta] for response in (1.0, -1.0) for time in (0.5, 3.0, 50.0, np.inf)]).T
    cdf = np.exp(evaluate_trials(ANGLE, CDF, trials, TOLERANCE)[0]).reshape(2, 4).sum(axis=0)
    survivor = np.exp(evaluate_trials(ANGLE, SURVIVAL, trials[:, :4].copy(), TOLERANCE)[0])
    np.testing.assert_allclose(cdf + survivor, 1.0, atol=SOLVER.absolute)
    assert 0.01 < survivor[-1] < survivor[0]
