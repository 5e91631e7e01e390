"""Exits of stable processes against what is known in closed form, the diffusion at alpha = 2, and simulated paths."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma
from scipy.stats import kstest

import hssm
from hssm.models.registry import get_model
from hssm.networks.domain import training_box
from hssm.networks.stable_exits import PER_SOLUTION, StableExits, jump_rate, solve_exit
from hssm.simulators.stable import draw
from hssm.spec import SimulationOptions
from tests.tolerances import MONTE_CARLO

LEVY = get_model("levy")
STARTS = np.array([-0.7, 0.0, 0.5])


def mean_time(solved, starts):
    """Mean exit time, by integrals of exponentials."""
    inside = (1.0 - starts**2) ** (0.5 * solved.basis.alpha) * solved.basis.polynomials(starts)[0]
    parts = solved.leaving[:, None, :] * (solved.entering @ inside).T[None]
    return (parts / solved.rates**2).sum(axis=(0, 2)).real


def upper_share(alpha, starts):
    """Probability of an exit at the upper bound of (-1, 1)."""
    times = np.tile(np.geomspace(2e-5, 60.0, 1500), (len(starts), 1))
    weights = times * np.log(times[0, 1] / times[0, 0])
    ones = np.ones(len(starts))
    theta = {"v": 0.0 * ones, "a": ones, "z": 0.5 * (1.0 + starts), "alpha": alpha * ones}
    mass = np.exp(StableExits(LEVY).table(theta, times, weights).log_density) * weights[:, None]
    return mass[:, 1].sum(axis=1) / mass.sum(axis=(1, 2))


@pytest.mark.parametrize("alpha", [1.1, 1.6, 2.0])
def test_without_drift_exits_and_their_mean_time_are_known(alpha) -> None:
    """Getoor (1961) for the time, Blumenthal, Getoor & Ray (1961) for the side."""
    known = (1.0 - STARTS**2) ** (0.5 * alpha) / gamma(1.0 + alpha)
    np.testing.assert_allclose(mean_time(solve_exit(alpha, 0.0), STARTS), known, rtol=1e-4)
    scale = 2.0 ** (1.0 - alpha) * gamma(alpha) / gamma(0.5 * alpha) ** 2
    upper = [scale * quad(lambda y: (1.0 - y * y) ** (0.5 * alpha - 1.0), -1.0, x)[0] for x in STARTS]
    np.testing.assert_allclose(upper_share(alpha, STARTS), upper, atol=2e-3)


@pytest.mark.parametrize("v", [0.0, -7.0])
def test_a_diffusion_at_alpha_2(v) -> None:
    times = np.geomspace(5e-3, 3.0, 30)
    found = solve_exit(2.0, v).density(np.tile(times, (3, 1)), STARTS)
    for place, response in enumerate((1, -1)):
        for i, start in enumerate(STARTS):
            data = {"rt": times, "response": np.full(30, response)}
            theta = {"v": v / np.sqrt(2), "a": 1 / np.sqrt(2), "z": 0.5 * (1 + start), "t": 0.0}
            exact = hssm.log_density("ddm", data, theta)
            seen = exact > -12
            np.testing.assert_allclose(np.log(found[place, i, seen]), exact[seen], atol=1e-4)


def test_paths_leave_by_one_jump_at_first() -> None:
    np.testing.assert_allclose(jump_rate(1.0, 0.5), 2.0 / np.pi)
    theta = {"v": np.array([0.5]), "a": np.array([0.8]), "z": np.array([0.5]), "alpha": np.array([1.6])}
    log_density = StableExits(LEVY).table(theta, np.array([[2e-5]]), np.ones((1, 1))).log_density
    np.testing.assert_allclose(np.exp(log_density).ravel(), jump_rate(1.6, 0.8), rtol=1e-2)


@pytest.mark.parametrize(("v", "a", "z", "alpha"), [(0.5, 0.5, 0.3, 1.8), (1.5, 1.0, 0.4, 1.25)])
def test_simulated_paths_follow_the_density(v, a, z, alpha) -> None:
    n, times = 2500, np.geomspace(2e-5, 200.0, 2000)
    one = {name: np.array([x]) for name, x in zip(("v", "a", "z", "alpha", "t"), (v, a, z, alpha, 0.0), strict=True)}
    weights = times * np.log(times[1] / times[0])
    mass = np.exp(StableExits(LEVY).table(one, times[None], weights[None]).log_density[0]) * weights
    np.testing.assert_allclose(mass.sum(), 1.0, atol=5e-3)
    repeated = {name: np.repeat(x, n) for name, x in one.items()}
    drawn = draw(np.random.default_rng(4), repeated, SimulationOptions(max_t=1e4))
    for k, response in enumerate((-1, 1)):
        own = drawn[drawn[:, 1] == response, 0]
        share = mass[k].sum() / mass.sum()
        error = np.sqrt(share * (1 - share) / n)
        assert abs(len(own) / n - share) < MONTE_CARLO.standard_errors * error + 2e-3
        reached = np.cumsum(mass[k]) / mass[k].sum()
        assert kstest(own, lambda x: np.interp(x, times, reached)).pvalue > MONTE_CARLO.false_alarm  # noqa: B023


def test_vectors_share_solutions_and_stay_in_the_box() -> None:
    box = training_box(LEVY)
    theta = StableExits(LEVY).vectors(np.random.default_rng(1), box, 4 * PER_SOLUTION)
    for name, (low, high) in box.items():
        assert theta[name].min() >= low - 1e-9
        assert theta[name].max() <= high + 1e-9
    drift = (theta["v"] * theta["a"] ** (theta["alpha"] - 1.0)).round(9)
    assert len(np.unique(np.stack([theta["alpha"], drift]), axis=1).T) == 4
