"""The known parts of choice and survivor recipes."""

import numpy as np
import pytest
from scipy.stats import norm

from hssm import log_cdf
from hssm.networks.outcome_recipes import OUTCOME_RECIPES


def test_choices_between_constant_bounds_are_known() -> None:
    rng = np.random.default_rng(1)
    v, a, z = rng.uniform(-3, 3, 200), rng.uniform(0.3, 2.5, 200), rng.uniform(0.05, 0.95, 200)
    recipe = OUTCOME_RECIPES["ddm", "cpn"]
    rows = np.stack([v, a, z, np.zeros(200)], axis=1).astype(np.float32)
    found = recipe.finish(recipe.split(rows)[1])
    for place, response in enumerate((-1, 1)):
        data = {"rt": np.full(200, np.inf), "response": np.full(200, response)}
        exact = log_cdf("ddm", data, {"v": v, "a": a, "z": z, "t": np.zeros(200)})
        np.testing.assert_allclose(found[:, place], exact, rtol=1e-3, atol=1e-3)


def upper_choice(*theta):
    recipe = OUTCOME_RECIPES["weibull", "cpn"]
    return float(np.exp(np.asarray(recipe.finish(recipe.split(np.array([theta], dtype=np.float32))[1]))[0, 1]))


def test_bounds_that_fall_late_decide_like_constant_ones() -> None:
    v, a, z = -1.2, 0.4, 0.6
    data = {"rt": np.array([np.inf]), "response": np.array([1])}
    exact = np.exp(log_cdf("ddm", data, {"v": v, "a": a, "z": z, "t": 0.0}))[0]
    assert upper_choice(v, a, z, 0.3, 4.5, 6.0) == pytest.approx(exact, abs=0.01)


def test_bounds_that_fall_at_once_decide_by_the_sign_of_a_path() -> None:
    v, a, z, end = 0.3, 2.4, 0.45, 0.35
    by_sign = norm.cdf((a * (2 * z - 1) + v * end) / np.sqrt(end))
    assert upper_choice(v, a, z, 0.3, 4.9, end) == pytest.approx(by_sign, abs=0.02)


def test_survivors_fall_at_the_known_rate() -> None:
    """Late survivors fall by pi^2 / (8 a^2) + v^2 / 2 per second."""
    theta = {"v": 0.5, "a": 0.9, "z": 0.4, "t": 0.0}
    rows = np.array([[*theta.values(), deadline] for deadline in (10.0, 12.0)], dtype=np.float32)
    recipe = OUTCOME_RECIPES["ddm", "opn"]
    found = np.asarray(recipe.finish(recipe.split(rows)[1]))[:, 0]
    rate = np.pi**2 / (8 * theta["a"] ** 2) + theta["v"] ** 2 / 2
    np.testing.assert_allclose(np.diff(found), -2.0 * rate, rtol=1e-3)


def test_withheld_becomes_the_lower_choice_when_time_does_not_end() -> None:
    theta = [0.6, 0.8, 0.45, 0.1]
    withheld, choice = OUTCOME_RECIPES["ddm", "gonogo"], OUTCOME_RECIPES["ddm", "cpn"]
    rows = np.array([[*theta, deadline] for deadline in (0.1001, 60.0)], dtype=np.float32)
    found = np.exp(np.asarray(withheld.finish(withheld.split(rows)[1])))[:, 0]
    lower = np.exp(np.asarray(choice.finish(choice.split(rows[:, :4])[1])))[1, 0]
    np.testing.assert_allclose(found, [1.0, lower], atol=1e-4)
