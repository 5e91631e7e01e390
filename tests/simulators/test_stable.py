"""Stable numbers have the law that defines them; paths at alpha = 2 are those of a diffusion with noise variance 2."""

import numpy as np
import pytest
from scipy.stats import kstest

import hssm
from hssm.simulators.stable import draw, overshoot, stable
from hssm.spec import MISSING_CODE, SimulationOptions
from tests.tolerances import MONTE_CARLO

N_NUMBERS, N_PATHS = 10_000, 2500


@pytest.mark.parametrize("alpha", [1.0, 1.2, 1.7, 2.0])
def test_stable_numbers_have_their_characteristic_function(alpha) -> None:
    rng = np.random.default_rng(1)
    drawn = np.array([stable(rng, alpha) for _ in range(N_NUMBERS)])
    for k in (0.3, 1.0, 2.5):
        waves = np.cos(k * drawn)
        error = waves.std() / np.sqrt(N_NUMBERS)
        assert abs(waves.mean() - np.exp(-(k**alpha))) < MONTE_CARLO.standard_errors * error


def test_overshoot_of_brownian_motion_is_known() -> None:
    """0.5826 standard deviations: Chernoff (1965); the noise has variance 2."""
    np.testing.assert_allclose(overshoot(np.array([2.0])), 0.5826 * np.sqrt(2.0), atol=1e-4)


def test_a_diffusion_at_alpha_2() -> None:
    theta = {"v": 0.8, "a": 0.9, "z": 0.4, "alpha": 2.0, "t": 0.2}
    drawn = draw(np.random.default_rng(2), {k: np.full(N_PATHS, x) for k, x in theta.items()}, SimulationOptions())
    same = {"v": theta["v"] / np.sqrt(2), "a": theta["a"] / np.sqrt(2), "z": 0.4, "t": 0.2}

    def reached(rt, response):
        return np.exp(hssm.log_cdf("ddm", {"rt": rt, "response": np.full(len(rt), response)}, same))

    for response in (-1, 1):
        mass = reached(np.array([np.inf]), response)[0]
        own = drawn[drawn[:, 1] == response, 0]
        error = np.sqrt(mass * (1 - mass) / N_PATHS)
        assert abs(len(own) / N_PATHS - mass) < MONTE_CARLO.standard_errors * error
        assert kstest(own, lambda rt: reached(rt, response) / mass).pvalue > MONTE_CARLO.false_alarm  # noqa: B023


def test_what_does_not_end_and_what_is_outside() -> None:
    theta = {"v": [0.0, 0.0, np.nan, 0.5], "a": [3.0, 1.0, 1.0, 1.0], "z": 0.5, "alpha": [1.9, 2.1, 1.5, 1.5], "t": 0.3}
    drawn = draw(np.random.default_rng(3), theta, SimulationOptions(max_t=0.4))
    assert (drawn[:3] == MISSING_CODE).all()
    ended = draw(np.random.default_rng(3), {**theta, "a": 0.5}, SimulationOptions(max_t=100.0))[3]
    assert ended[0] > 0.3
    assert ended[1] in (-1.0, 1.0)
