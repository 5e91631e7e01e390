"""Distributed starting points: the rule, the mean and what lies around it, and densities against closed forms."""

import numpy as np
import pytest
from scipy.integrate import quad

import hssm
from hssm.densities import boundaries, diffusions
from hssm.densities.passage.compiled import evaluate_trials
from hssm.densities.passage.kernel import CDF, DENSITY, SURVIVAL
from hssm.densities.passage.pointers import quietly
from hssm.densities.passage.starts import SHARES, WEIGHTS, extent, starts_of
from hssm.densities.passage.trace import Process, compiled_paths
from tests.tolerances import FINITE_DIFFERENCE, SAME_NUMERICS, SOLVER, SOLVER_GRADIENT

NAMES = ("v", "a", "z", "sz")


def uniform(q, p):
    return p.a * (2.0 * (p.z + p.sz * (q - 0.5)) - 1.0)


UNIFORM = Process(
    name="uniform", parameters=NAMES, drift=diffusions.constant_drift, bound=boundaries.constant, starts=uniform
)
THETA = np.array([1.0, 1.2, 0.45, 0.6])
TIMES = np.geomspace(0.004, 4.0, 40)


def trials_at(theta: np.ndarray, times: np.ndarray = TIMES) -> np.ndarray:
    """(2 + P, 2 n): every time at the upper bound, then every time at the lower."""
    n = 2 * len(times)
    return np.vstack([np.r_[times, times], np.repeat([1.0, -1.0], n // 2), np.tile(theta[:, None], n)])


def test_the_rule_is_one_for_shares_from_0_to_1() -> None:
    inner = SHARES[1:-1]
    assert (np.diff(SHARES) > 0.0).all()
    assert (SHARES[0], SHARES[-1]) == (0.0, 1.0)
    for power in range(6):
        assert (WEIGHTS * inner**power).sum() == pytest.approx(1.0 / (power + 1), rel=SAME_NUMERICS.relative)


def test_the_mean_start_with_its_slopes_and_what_lies_around_it() -> None:
    paths = tuple(compiled_paths(UNIFORM))
    with quietly():
        constants, starts = starts_of(paths, THETA)
        low, high, furthest = extent(paths, THETA)
    v, a, z, sz = THETA
    np.testing.assert_allclose(constants[0], a * (2 * z - 1), rtol=SAME_NUMERICS.relative)
    np.testing.assert_allclose(
        constants[2:6], [0.0, 2 * z - 1, 2 * a, 0.0], rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute
    )
    np.testing.assert_allclose(starts.offset, 2.0 * a * sz * (SHARES[1:-1] - 0.5), atol=SAME_NUMERICS.absolute)
    np.testing.assert_allclose(starts.d_offset[3], 2.0 * a * (SHARES[1:-1] - 0.5), atol=SAME_NUMERICS.absolute)
    assert (starts.share * starts.offset).sum() == pytest.approx(0.0, abs=SAME_NUMERICS.absolute)
    assert furthest == pytest.approx(a * abs(2 * (z - sz / 2) - 1))
    assert -furthest < low < high < furthest


def test_one_place_is_a_single_start() -> None:
    paths = tuple(compiled_paths(diffusions.ORNSTEIN_PROCESS))
    theta = np.array([0.4, 1.1, 0.55, 0.3])
    with quietly():
        constants, starts = starts_of(paths, theta)
        assert extent(paths, theta) == pytest.approx((0.11, 0.11, 0.11))
    assert constants[0] == pytest.approx(0.11)
    assert (starts.share.tolist(), starts.offset.tolist()) == ([1.0], [0.0])


@pytest.mark.parametrize("theta", [THETA, [0.5, 1.0, 0.5, 0.9], [-1.0, 1.5, 0.3, 0.5], [1.0, 2.0, 0.5, 0.1]])
def test_uniform_starts_are_those_of_the_full_ddm(theta) -> None:
    """Densities, slopes, distribution functions and survivors against closed forms."""
    theta = np.array(theta)
    trials = trials_at(theta)
    data = {"rt": trials[0], "response": trials[1].astype(int)}
    named = {**dict(zip(NAMES, theta, strict=True)), "t": 0.0, "sv": 0.0, "st": 0.0}
    expected, slopes = hssm.log_density("full_ddm", data, named, gradient=True)
    found, seen = evaluate_trials(UNIFORM, DENSITY, trials, 1e-6), expected > -20.0
    assert seen.sum() > 40
    np.testing.assert_allclose(found[0, seen], expected[seen], atol=SOLVER.absolute, rtol=0)
    for row, name in enumerate(NAMES):
        scale = np.maximum(1.0, np.abs(slopes[name]))
        error = np.abs(found[2 + row] - slopes[name]) / scale
        assert error[seen].max() < SOLVER_GRADIENT.absolute, name
    for what, function in ((CDF, hssm.log_cdf), (SURVIVAL, hssm.log_survival)):
        expected = function("full_ddm", data, named)
        seen = expected > -20.0
        np.testing.assert_allclose(
            evaluate_trials(UNIFORM, what, trials, 1e-6)[0, seen], expected[seen], atol=SOLVER.absolute, rtol=0
        )


def test_starts_up_to_the_bounds() -> None:
    """Responses begin at once; a millisecond later the density is right."""
    theta = np.array([1.0, 1.0, 0.5, 0.9999])
    trials = trials_at(theta, np.geomspace(1e-3, 3.0, 30))
    data = {"rt": trials[0], "response": trials[1].astype(int)}
    named = {**dict(zip(NAMES, theta, strict=True)), "t": 0.0, "sv": 0.0, "st": 0.0}
    found = evaluate_trials(UNIFORM, DENSITY, trials, 1e-6)[0]
    np.testing.assert_allclose(found, hssm.log_density("full_ddm", data, named), atol=SOLVER.absolute, rtol=0)


def test_nothing_is_possible_where_a_start_is_outside() -> None:
    found = evaluate_trials(UNIFORM, DENSITY, trials_at(np.array([1.0, 1.0, 0.5, 1.01])), 1e-6)
    assert (found[0] == -np.inf).all()
    assert not found[1:].any()


def leaking(q, p):
    """A triangular distribution, more of it below."""
    return -0.6 * p.a + 1.1 * p.a * p.w * (1.0 - np.sqrt(1.0 - q + 1e-12))


LEAKING = Process(
    name="leaking",
    parameters=("v", "a", "g", "w"),
    drift=lambda t, p: p.v * (1.0 + 0.5 * np.sin(3.0 * t)),
    bound=lambda t, p: p.a * np.exp(-0.2 * t),
    leak=lambda p: p.g,
    starts=leaking,
)


@pytest.mark.parametrize("leak", [0.8, -0.6])
def test_a_leaking_process_is_the_average_over_its_starts(leak: float) -> None:
    """A drift that varies, bounds that move, an uneven distribution: the same paths from one start after another."""
    theta, time = np.array([0.7, 1.1, leak, 0.9]), 0.35
    alone = Process(
        name="alone",
        parameters=("v", "a", "g", "x"),
        drift=LEAKING.drift,
        bound=LEAKING.bound,
        leak=LEAKING.leak,
        start=lambda p: p.x,
    )
    numbers = type("Numbers", (), {"a": theta[1], "w": theta[3]})

    def density(q: float, response: float) -> float:
        trial = np.array([[time, response, *theta[:3], leaking(q, numbers)]]).T
        return float(np.exp(evaluate_trials(alone, DENSITY, trial, 1e-9)[0, 0]))

    trials = trials_at(theta, np.array([time]))
    found = evaluate_trials(LEAKING, DENSITY, trials, 1e-8)[0]
    for value, response in zip(found, (1.0, -1.0), strict=True):
        expected = quad(density, 0.0, 1.0, args=(response,), epsrel=1e-8)[0]
        assert value == pytest.approx(np.log(expected), abs=SOLVER.absolute)


@pytest.mark.parametrize("what", [DENSITY, CDF, SURVIVAL])
@pytest.mark.parametrize("leak", [0.8, -0.6])
def test_slopes_are_those_of_the_values(what: int, leak: float) -> None:
    theta, step = np.array([0.7, 1.1, leak, 0.9]), 1e-4
    trials = trials_at(theta, np.array([0.002, 0.02, 0.3, 1.0]))
    found = evaluate_trials(LEAKING, what, trials, 1e-9)
    seen = found[0] > (-40.0 if what == DENSITY else -20.0)
    for row in (0, 2, 3, 4, 5):
        moved = np.zeros_like(trials)
        moved[row] = step * (0.1 * trials[0] if row == 0 else 1.0)
        above, below = (evaluate_trials(LEAKING, what, trials + s * moved, 1e-9)[0] for s in (1, -1))
        slopes = found[1 if row == 0 else row]
        expected = (above - below) / (2.0 * moved[row])
        scale = np.maximum(1.0, np.abs(expected))
        np.testing.assert_allclose(
            (slopes / scale)[seen], (expected / scale)[seen], rtol=0, atol=10 * FINITE_DIFFERENCE.absolute
        )
