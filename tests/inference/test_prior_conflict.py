"""Normal priors and normal data have all answers in closed form; a false alarm has the probability that was chosen."""

import warnings
from types import SimpleNamespace

import bambi as bmb
import numpy as np
import pytest
import xarray as xr
from scipy import stats

import hssm
from hssm.inference.prior_conflict import (
    CONFLICT_PROBABILITY,
    CONFLICT_Z,
    conflicts,
    normal_scores,
    warn_about_priors,
)
from tests.fitted import INCLUDE, hierarchical_frame
from tests.tolerances import OTHER_ALGORITHM

NODES = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
"""Draws of a standard normal distribution without noise."""

PRIORS = [
    bmb.Prior("Normal", mu=1.0, sigma=2.0),
    bmb.Prior("HalfNormal", sigma=0.5),
    bmb.Prior("Gamma", mu=1.5, sigma=0.4),
    bmb.Prior("Beta", alpha=2.0, beta=5.0),
    bmb.Prior("Uniform", lower=-1.0, upper=3.0),
    hssm.Prior("Normal", mu=0.0, sigma=1.0, bounds=(0.5, 1.5)),
]


def simple_built(prior):
    """As much of a built model as priors of simple parameters need."""
    param = SimpleNamespace(is_regression=False, prior=prior)
    return SimpleNamespace(predictors={"v": SimpleNamespace(param=param)})


def posterior(values, name="v"):
    return xr.Dataset({name: (("chain", "draw"), np.reshape(values, (2, -1)))})


def update(favoured, noise, prior_mean=1.0, prior_sd=2.0):
    """Draws of the posterior of a normal mean whose data favour a value with a standard error."""
    weight = prior_sd**2 / (prior_sd**2 + noise**2)
    return prior_mean + weight * (favoured - prior_mean) + np.sqrt(weight) * noise * NODES


@pytest.mark.parametrize("prior", PRIORS, ids=str)
def test_draws_of_the_prior_are_standard_normal_on_its_scale(prior):
    from hssm.parameters.quantiles import quantile

    values = np.asarray(quantile(prior, stats.norm.cdf(NODES)))
    np.testing.assert_allclose(normal_scores(prior, values), NODES, rtol=0, atol=1e3 * OTHER_ALGORITHM.absolute)


def test_far_tails_stay_finite():
    prior = bmb.Prior("Normal", mu=0.0, sigma=1.0)
    scores = normal_scores(prior, np.array([-30.0, -8.0, 8.0, 30.0]))
    np.testing.assert_allclose(scores, [-30.0, -8.0, 8.0, 30.0], rtol=OTHER_ALGORITHM.relative)
    assert np.all(np.isfinite(normal_scores(prior, np.array([-100.0, 100.0]))))


@pytest.mark.parametrize("noise", [0.01, 0.5, 3.0])
def test_the_distance_is_that_of_the_data_under_the_prior_predictive(noise):
    spread = np.hypot(2.0, noise)  # of the value that data favour, before there are any
    (found,) = conflicts(simple_built(PRIORS[0]), posterior(update(1.0 + 4.0 * spread, noise)))
    assert found.z == pytest.approx(4.0, rel=2e-3)  # the nodes leave out some of the variance
    assert conflicts(simple_built(PRIORS[0]), posterior(update(1.0 + 3.2 * spread, noise))) == []
    assert found.name == "v"
    np.testing.assert_allclose(found.central, 1.0 + 2.0 * CONFLICT_Z * np.array([-1, 1]), rtol=1e-6)


def test_false_alarms_are_as_rare_as_chosen():
    rng = np.random.default_rng(4)
    n = 4000
    noise = rng.uniform(0.05, 3.0, n)
    favoured = rng.normal(1.0, np.hypot(2.0, noise))
    weight = 4.0 / (4.0 + noise**2)
    draws = 1.0 + weight * (favoured - 1.0) + np.sqrt(weight) * noise * NODES[::20, None]
    prior = SimpleNamespace(args=PRIORS[0].args, name="Normal", dist=None, bounds=None)
    dataset = xr.Dataset({"v": (("chain", "draw", "i"), draws[None])})
    count = len(conflicts(simple_built(bmb.Prior("Normal", **prior.args)), dataset))
    assert count <= stats.binom.isf(1e-4, n, CONFLICT_PROBABILITY)


def test_a_posterior_as_wide_as_its_prior_says_nothing():
    assert conflicts(simple_built(PRIORS[0]), posterior(1.3 + 2.0 * NODES)) == []


def test_priors_that_are_not_known_are_not_judged():
    unknown = hssm.Prior("mine", dist=lambda name, **_: None)
    nested = bmb.Prior("Normal", mu=bmb.Prior("Normal", mu=0, sigma=1), sigma=1.0)
    for prior in (unknown, nested, bmb.Prior("Flat")):
        assert conflicts(simple_built(prior), posterior(1e6 + NODES)) == []


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(hierarchical_frame(), include=INCLUDE)


def draws_of(model, **moved):
    """Draws at the start of the model, but for some variables, in the layout of a posterior."""
    start = model.find_start()
    n = len(NODES) // 2
    dataset = {}
    for name, start_value in model.initvals.items():
        value = np.broadcast_to(np.asarray(moved.get(name, start_value), dtype=float), np.shape(start_value))
        noise = 1e-3 * NODES.reshape(2, n, *([1] * value.ndim))
        dims = [f"{name}_{i}" for i in range(value.ndim)]
        dataset[name] = (("chain", "draw", *dims), value + noise * np.ones(value.shape))
    assert set(start["variable"]) >= set(dataset)
    return xr.DataTree.from_dict({"posterior": xr.Dataset(dataset)})


def test_terms_of_regressions_are_judged_by_name(model):
    found = conflicts(model.built, draws_of(model, a_level=[0.0, 3.0])["posterior"].to_dataset())
    assert [conflict.name for conflict in found] == ["a_level[mid]"]
    found = conflicts(model.built, draws_of(model, **{"t_1|participant_id_sigma": 4.0})["posterior"].to_dataset())
    assert [conflict.name for conflict in found] == ["t_1|participant_id_sigma"]


def test_an_intercept_is_judged_where_its_predictors_have_their_means(model):
    """A steep slope moves the intercept at predictors 0 far away, which the prior did not speak about."""
    mean, slope = model.data["x"].mean(), 0.4
    prior = model.params["v"].prior["Intercept"]
    high = prior.args["mu"] + 3.2 * prior.args["sigma"]
    at_zero = high - slope * mean
    tree = draws_of(model, v_x=slope, v_Intercept=at_zero)
    assert conflicts(model.built, tree["posterior"].to_dataset()) == []
    tree = draws_of(model, v_x=slope, v_Intercept=at_zero + 0.3 * prior.args["sigma"])
    assert [conflict.name for conflict in conflicts(model.built, tree["posterior"].to_dataset())] == ["v_Intercept"]


def test_the_warning_names_the_worst_and_what_to_do(model):
    with pytest.warns(UserWarning, match=r"disagree about v_x \(posterior mean 5; 99\.9 % of its prior are in .*wider"):
        warn_about_priors(model.built, draws_of(model, v_x=5.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_about_priors(model.built, draws_of(model))


def test_a_default_fit_to_clean_data_is_in_no_conflict(default_fit):
    fitted = default_fit[0]
    assert conflicts(fitted.built, fitted.traces["posterior"].to_dataset()) == []
    assert fitted.diagnose().table.loc["prior", "status"] == "passed"
