"""Distribution classes as users call them: by position or name, with readable errors, alone or in a PyMC model."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest
from pytensor.compile.mode import Mode

from hssm.distributions.make import make_distribution_class
from tests.distributions.toy import COIN, TIMED, log_density_numpy
from tests.tolerances import OTHER_ALGORITHM

PYTHON = Mode("py", None)
Timed = make_distribution_class(TIMED, name="Timed")
Coin = make_distribution_class(COIN, name="Coin")
VALUE = np.array([0.9, 1.0])
EXPECTED = log_density_numpy(0.9, 1.0, 2.0, 0.7, 0.2, 1.5)


def logp(distribution, value=VALUE) -> float:
    return pm.logp(distribution, value).eval(mode=PYTHON)


def test_the_class_says_what_it_takes() -> None:
    assert Timed.__name__ == "Timed"
    assert Timed.params == ("rate", "share", "t", "dose")
    assert Timed.likelihood is TIMED
    assert "rt, response" in Timed.__doc__
    assert Coin.params == ("share",)


def test_parameters_by_position_or_name() -> None:
    calls = [
        Timed.dist(2.0, 0.7, 0.2, 1.5),
        Timed.dist(2.0, 0.7, t=0.2, dose=1.5),
        Timed.dist(dose=1.5, t=0.2, rate=2.0, share=0.7),
    ]
    for distribution in calls:
        np.testing.assert_allclose(logp(distribution), EXPECTED, rtol=OTHER_ALGORITHM.relative)


def test_too_many_positions() -> None:
    with pytest.raises(TypeError, match=r"Timed takes 4 parameters \(rate, share, t, dose\), got 5"):
        Timed.dist(1.0, 0.5, 0.1, 1.0, 2.0)


def test_a_parameter_given_twice() -> None:
    with pytest.raises(TypeError, match="'rate' twice: by position and by name"):
        Timed.dist(1.0, 0.5, 0.1, 1.0, rate=2.0)


def test_missing_parameters_are_all_named() -> None:
    with pytest.raises(TypeError, match="missing: share, dose"):
        Timed.dist(1.0, t=0.1)


def test_other_keywords_go_to_pymc() -> None:
    assert pm.draw(Timed.dist(2.0, 0.7, 0.2, 1.5, shape=(4, 2)), random_seed=1, mode=PYTHON).shape == (4, 2)
    with pytest.raises(TypeError, match="rte"):
        Timed.dist(2.0, 0.7, 0.2, 1.5, rte=2.0)


def test_classes_do_not_share_their_likelihoods() -> None:
    for distribution, value in ((Coin.dist(0.7), 1.0), (Timed.dist(2.0, 0.7, 0.2, 1.5), VALUE), (Coin.dist(0.7), 1.0)):
        expected = np.log(0.7) if value is not VALUE else EXPECTED
        np.testing.assert_allclose(logp(distribution, value), expected, rtol=OTHER_ALGORITHM.relative)


@pytest.fixture(scope="module")
def observed() -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.column_stack([0.3 + rng.exponential(size=10), rng.choice([-1.0, 1.0], 10)])


def test_observed_in_a_model(observed: np.ndarray) -> None:
    dose = np.linspace(0.5, 2.0, 10)
    with pm.Model(coords={"trial": range(10), "column": ["rt", "response"]}) as model:
        rate = pm.HalfNormal("rate", 1.0, dims="trial")
        dose_data = pm.Data("dose", dose, dims="trial")
        Timed("rt,response", rate, share=0.6, t=0.2, dose=dose_data, observed=observed, dims=("trial", "column"))
    evaluate = model.compile_logp(vars=model.observed_RVs, mode=PYTHON, sum=False)
    rates = np.linspace(0.5, 1.5, 10)
    (found,) = evaluate({"rate_log__": np.log(rates)})
    expected = log_density_numpy(*observed.T, rates, 0.6, 0.2, dose)
    np.testing.assert_allclose(found, expected, rtol=OTHER_ALGORITHM.relative)
    with model:
        pm.set_data({"dose": 2 * dose})
    (found,) = evaluate({"rate_log__": np.log(rates)})
    expected = log_density_numpy(*observed.T, rates, 0.6, 0.2, 2 * dose)
    np.testing.assert_allclose(found, expected, rtol=OTHER_ALGORITHM.relative)


def test_free_in_a_model() -> None:
    with pm.Model() as model:
        Timed("response_to_come", 2.0, 0.7, 0.2, 1.5, shape=(3, 2))
    point = model.initial_point()["response_to_come"]
    np.testing.assert_allclose(point, np.tile([1.2, -1.0], (3, 1)))
    assert np.isfinite(model.compile_logp(mode=PYTHON)(model.initial_point()))
