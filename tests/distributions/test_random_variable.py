"""The random variable: shapes of draws and densities, the law of the draws, and likelihoods that cannot draw."""

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

import hssm
from hssm.distributions.make import make_distribution_class
from hssm.spec import Likelihood
from tests.distributions.cases import PARAMETERS, VALUES, ddm_likelihood
from tests.evaluation import PYTHON
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM, SAME_NUMERICS

DDM = make_distribution_class(ddm_likelihood(), name="DDM")
N_DRAWS = 4000


def draw(variable: object, seed: int = 1, draws: int = 1) -> np.ndarray:
    return np.asarray(pm.draw(variable, draws=draws, random_seed=seed, mode=PYTHON))


def test_shapes_follow_parameters_and_size() -> None:
    assert draw(DDM.dist(*VALUES)).shape == (2,)
    assert draw(DDM.dist(*VALUES, size=5)).shape == (5, 2)
    assert draw(DDM.dist(np.zeros(7), *VALUES[1:])).shape == (7, 2)
    assert draw(DDM.dist(np.zeros((3, 1)), np.full(4, 1.0), 0.5, 0.1)).shape == (3, 4, 2)
    assert draw(DDM.dist(*VALUES, size=5), draws=3).shape == (3, 5, 2)


def test_draws_follow_the_model() -> None:
    """P(upper) and mean decision time of a ddm that starts in the middle (Wagenmakers et al., 2007)."""
    v, a, _, t = VALUES
    data = draw(DDM.dist(*VALUES, size=N_DRAWS))
    upper = expit(2 * v * a)
    error = np.sqrt(upper * (1 - upper) / N_DRAWS)
    assert abs((data[:, 1] == 1).mean() - upper) < MONTE_CARLO.standard_errors * error
    mean = t + a / v * np.tanh(v * a)
    assert abs(data[:, 0].mean() - mean) < MONTE_CARLO.standard_errors * data[:, 0].std() / np.sqrt(N_DRAWS)
    assert data[:, 0].min() > t


def test_seeds_reproduce() -> None:
    variable = DDM.dist(*VALUES, size=20)
    np.testing.assert_array_equal(draw(variable, 3), draw(variable, 3))
    assert not np.array_equal(draw(variable, 3), draw(variable, 4))


def test_each_row_has_its_own_parameters() -> None:
    data = draw(DDM.dist(np.array([-30.0, 30.0] * 10), 1.0, 0.5, np.linspace(0.1, 2.0, 20)))
    np.testing.assert_array_equal(data[:, 1], [-1, 1] * 10)
    assert np.all(np.abs(data[:, 0] - np.linspace(0.1, 2.0, 20)) < 0.1)


def test_densities_broadcast_over_chains_draws_and_trials() -> None:
    observed = np.array([[0.8, 1.0], [1.3, -1.0], [0.6, 1.0]])
    drifts = np.array([[0.1, 0.5], [-0.3, 1.2]])
    found = pm.logp(DDM.dist(drifts[..., None], *VALUES[1:]), observed).eval(mode=PYTHON)
    assert found.shape == (2, 2, 3)
    for index in np.ndindex(2, 2):
        theta = {**PARAMETERS, "v": drifts[index]}
        expected = hssm.log_density("ddm", {"rt": observed[:, 0], "response": observed[:, 1]}, theta)
        assert_allclose(found[index], expected, rtol=OTHER_ALGORITHM.relative)


def test_the_initial_response_is_possible() -> None:
    with pm.Model() as model:
        DDM("y", 0.5, 1.2, 0.5, np.array([0.1, 3.0]))
    start = model.initial_point()["y"]
    assert_allclose(start[:, 0], [1.1, 4.0], rtol=SAME_NUMERICS.relative)
    assert set(start[:, 1]) == {-1.0}
    assert np.isfinite(model.compile_logp(mode=PYTHON)({"y": start}))


def test_a_likelihood_without_simulator_says_what_it_needs() -> None:
    silent = make_distribution_class(replace(ddm_likelihood(), simulate=None))
    with pytest.raises(ValueError, match=r"no simulator.*`rv`.*`model_config`"):
        draw(silent.dist(*VALUES))


def test_one_column_and_covariates() -> None:
    """A choice with an extra field: the draw is a scalar per trial, and simulator and density both get the field."""
    seen = {}

    def simulate(rng, theta, options):
        seen["weight"] = options.covariates["weight"]
        return (rng.random(len(theta["p"])) < theta["p"] * options.covariates["weight"]).astype(float)[:, None]

    coin = Likelihood(
        params=("p",),
        columns=("response",),
        choices=(0, 1),
        covariates=("weight",),
        log_density=lambda observed, theta: pt.log(
            pt.where(
                pt.eq(observed["response"], 1), theta["p"] * observed["weight"], 1 - theta["p"] * observed["weight"]
            )
        ),
        simulate=simulate,
    )
    distribution = make_distribution_class(coin).dist(0.8, weight=np.array([0.0, 1.25, 0.0]))
    np.testing.assert_array_equal(draw(distribution), [0.0, 1.0, 0.0])
    np.testing.assert_array_equal(seen["weight"], [0.0, 1.25, 0.0])
    half = make_distribution_class(coin).dist(p=0.8, weight=0.5)
    assert_allclose(pm.logp(half, np.array([1.0, 0.0])).eval(mode=PYTHON), np.log([0.4, 0.6]))
