"""From data to results by every route there is: what one part of the package computes, another must confirm."""

import warnings

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose
from scipy import stats

import hssm
from tests.evaluation import make_frame
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM, SAME_NUMERICS

TRUE = {"v": 0.6, "a": 1.3, "z": 0.45, "t": 0.25}
LAPSE_MEAN = 10.0
"""Mean of the default lapse distribution, in seconds."""


def test_a_free_lapse_probability_enters_the_mixture() -> None:
    data = hssm.simulate_data("ddm", TRUE, size=20, random_state=9)
    prior = {"name": "Beta", "alpha": 2.0, "beta": 30.0}
    lapse = {"name": "Gamma", "alpha": 2.0, "beta": 0.7}
    model = hssm.HSSM(data, p_outlier=prior, lapse=lapse, **TRUE)
    log_posterior = model.compile_logp(jacobian=False)
    density = np.exp(hssm.log_density("ddm", data, TRUE))
    of_lapse = stats.gamma(2.0, scale=1 / 0.7).pdf(data["rt"]) / 2
    for p in (0.02, 0.2, 0.7):
        expected = np.log((1 - p) * density + p * of_lapse).sum() + stats.beta(2.0, 30.0).logpdf(p)
        assert_allclose(log_posterior({"p_outlier": p}), expected, rtol=OTHER_ALGORITHM.relative)


@pytest.mark.parametrize("name", list(TRUE))
def test_any_parameter_may_be_fixed(name: str) -> None:
    data = make_frame()
    model = hssm.HSSM(data, **{name: TRUE[name]})
    assert {rv.name for rv in model.pymc_model.free_RVs} == set(TRUE) - {name}
    vector = hssm.HSSM(data, **{name: np.full(len(data), TRUE[name])})
    assert set(vector.initvals) == set(TRUE) - {name}
    assert vector.params[name].is_fixed


def test_all_routes_to_a_density_agree() -> None:
    data = make_frame()
    point = {name: np.asarray(value) for name, value in TRUE.items()}
    exact, numeric = hssm.HSSM(data), hssm.HSSM(data, loglik_kind="blackbox")
    assert (exact.loglik_kind, numeric.loglik_kind) == ("analytical", "blackbox")
    assert_allclose(exact.compile_logp()(point), numeric.compile_logp()(point), rtol=OTHER_ALGORITHM.relative)


@pytest.fixture(scope="module")
def model() -> hssm.HSSM:
    """A hierarchical model with draws of its prior in place of a fit: verbs do not ask where draws come from."""
    include = [{"name": "v", "formula": "v ~ 1 + x + (1|participant_id)"}, {"name": "a", "formula": "a ~ 1 + g"}]
    built = hssm.HSSM(make_frame(), include=include, noncentered=False)
    prior = built.sample_prior_predictive(draws=12, random_seed=1)["prior"].to_dataset()
    built.restore_traces(xr.DataTree.from_dict({"posterior": prior}))
    return built


def test_pointwise_log_likelihoods_sum_to_that_of_the_model(model: hssm.HSSM) -> None:
    """NumPy's regressions with the broadcast density, and PyMC's graph, are two routes to one likelihood."""
    found = model.log_likelihood(inplace=False)["log_likelihood"]["rt,response"].sum("__obs__").to_numpy()[0]
    assert "log_likelihood" not in model.traces.children
    posterior = model.traces["posterior"].to_dataset().isel(chain=0)
    function = model.compile_logp(vars=[model.pymc_model["rt,response"]])
    frame = make_frame()
    share = np.array([(frame["g"] == level).mean() for level in ("lo", "mid")])
    for draw in range(3):
        values = {name: value.to_numpy()[draw] for name, value in posterior.data_vars.items()}
        # As sampled: intercepts at the predictors' means, group effects around the intercept.
        values["v_Intercept"] = values["v_Intercept"] + frame["x"].mean() * values["v_x"]
        values["a_Intercept"] = values["a_Intercept"] + share @ values["a_g"]
        values["v_1|participant_id"] = values["v_1|participant_id"] + values["v_Intercept"]
        assert_allclose(function(values), found[draw], rtol=OTHER_ALGORITHM.relative)


def test_log_likelihoods_of_permuted_data_are_permuted(model: hssm.HSSM) -> None:
    order = np.random.default_rng(3).permutation(len(make_frame()))
    straight = model.log_likelihood(inplace=False)["log_likelihood"]["rt,response"].to_numpy()
    permuted = model.log_likelihood(data=make_frame().iloc[order], inplace=False)
    assert_allclose(
        permuted["log_likelihood"]["rt,response"].to_numpy(), straight[..., order], rtol=SAME_NUMERICS.relative
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": np.nan}, ["'x'", "missing", "60 rows"]),
        ({"x": "wide"}, ["'x'", "not a number", "'wide'"]),
        ({"g": None}, ["'g'", "missing"]),
        ({"rt": np.nan}, ["'rt'", "missing"]),
        ({"rt": -1.0}, ["'rt'", "not positive", "-1"]),
        ({"response": 7}, ["'response'", "7", "[-1, 1]"]),
        ({"participant_id": 99}, ["'participant_id'", "99", "10, 11, 12, 13"]),
    ],
)
def test_new_data_are_checked(change: dict, words: list[str], model: hssm.HSSM) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the words are checked below)
        model.log_likelihood(data=make_frame().assign(**change), inplace=False)
    missing = [word for word in words if word not in str(caught.value)]
    assert not missing, f"{missing} not in: {caught.value}"


def test_new_data_in_the_users_labels() -> None:
    frame = make_frame()
    words = frame.assign(response=frame["response"].map({-1: "no", 1: "yes"}))
    coded, named = hssm.HSSM(frame, z=0.5), hssm.HSSM(words, choices=["no", "yes"], z=0.5)
    draws = xr.Dataset({name: (("chain", "draw"), [[TRUE[name]] * 2]) for name in ("v", "a", "t")})
    tree = xr.DataTree.from_dict({"posterior": draws.assign_coords(chain=[0], draw=[0, 1])})
    new = slice(3, 40)
    expected = coded.log_likelihood(tree, data=frame.iloc[new], inplace=False)["log_likelihood"]["rt,response"]
    found = named.log_likelihood(tree, data=words.iloc[new], inplace=False)["log_likelihood"]["rt,response"]
    xr.testing.assert_allclose(found, expected)
    with pytest.raises(ValueError, match="'maybe'"):
        named.log_likelihood(tree, data=words.assign(response="maybe"), inplace=False)


def test_predicting_new_groups_warns_about_nothing(model: hssm.HSSM) -> None:
    frame = make_frame().iloc[[0, 20, 40]].assign(participant_id=[10, 98, 99])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree = model.sample_posterior_predictive(data=frame, inplace=False, sample_new_groups=True, random_seed=1)
    assert tree["posterior_predictive"]["rt,response"].shape == (1, 12, 3, 2)


def test_thinned_and_burned_draws_keep_their_labels(model: hssm.HSSM) -> None:
    whole = model.log_likelihood(inplace=False)["log_likelihood"]["rt,response"]
    thinned = model.traces.isel(draw=slice(3, None, 4))
    part = model.log_likelihood(thinned, inplace=False)["log_likelihood"]["rt,response"]
    assert part["draw"].values.tolist() == [3, 7, 11]
    xr.testing.assert_allclose(part, whole.sel(draw=[3, 7, 11]))


def test_natural_values_are_those_of_the_trials(model: hssm.HSSM) -> None:
    posterior = model.traces["posterior"].to_dataset()
    trialwise = model.predict()["posterior"]["a"].to_numpy()
    for level in ("hi", "lo", "mid"):
        row = np.flatnonzero(make_frame()["g"] == level)[0]
        natural = posterior["a_g_natural"].sel(a_g_natural_dim=level)
        assert_allclose(natural, trialwise[..., row], rtol=SAME_NUMERICS.relative)
    assert_allclose(posterior["a_Intercept_natural"], np.exp(posterior["a_Intercept"]), rtol=SAME_NUMERICS.relative)
    assert "v_Intercept_natural" not in posterior


def test_both_spellings_of_a_seed(model: hssm.HSSM) -> None:
    def predicted(**seed: int) -> np.ndarray:
        tree = model.sample_posterior_predictive(inplace=False, **seed)
        return tree["posterior_predictive"]["rt,response"].to_numpy()

    np.testing.assert_array_equal(predicted(random_seed=3), predicted(random_state=3))
    assert not np.array_equal(predicted(random_seed=3), predicted(random_seed=4))
    calls = [
        model.sample,
        model.vi,
        model.sample_posterior_predictive,
        model.sample_prior_predictive,
        lambda **seeds: model.sample_do({"v_x": 0.0}, **seeds),
    ]
    for call in calls:
        with pytest.raises(TypeError, match=r"random_state.*random_seed"):
            call(random_seed=1, random_state=1)


def test_numpys_global_generator_is_left_alone(model: hssm.HSSM) -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    model.sample_posterior_predictive(inplace=False, random_seed=3)
    model.sample_prior_predictive(draws=3, random_seed=3)
    hssm.HSSM(make_frame())
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_predictions_look_like_the_data_they_come_from() -> None:
    """Draws at the truth: the model's own responses, and one in twenty a lapse."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = hssm.simulate_data("ddm", TRUE, size=1500, random_state=4)
        model = hssm.HSSM(data)
        truth = xr.Dataset({name: (("chain", "draw"), np.full((2, 10), value)) for name, value in TRUE.items()})
        model.restore_traces(xr.DataTree.from_dict({"posterior": truth.assign_coords(chain=[0, 1], draw=range(10))}))
        tree = model.sample_posterior_predictive(inplace=False, random_seed=1)
    predicted = tree["posterior_predictive"]["rt,response"].to_numpy().reshape(20, 1500, 2)
    upper, expected = (predicted[..., 1] == 1).mean(), 0.95 * (data["response"] == 1).mean() + 0.05 / 2
    spread = np.sqrt(0.25 / 1500 * (1 + 1 / 20))
    assert abs(upper - expected) < MONTE_CARLO.standard_errors * spread
    mean, expected = predicted[..., 0].mean(), 0.95 * data["rt"].mean() + 0.05 * LAPSE_MEAN
    spread = np.sqrt(data["rt"].var() / 1500 + predicted[..., 0].var() / predicted[..., 0].size)
    assert abs(mean - expected) < MONTE_CARLO.standard_errors * spread
