from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.inference.predictive import (
    PredictionRequest,
    draw_effects,
    group_arguments,
    predict_parameters,
    select_draws,
)
from hssm.inference.prior import sample_prior
from tests.fitted import INCLUDE, hierarchical_frame, simple_frame
from tests.tolerances import MONTE_CARLO, SAME_NUMERICS

RESPONSE = "rt,response"


def responses(tree):
    return tree["posterior_predictive"][RESPONSE]


def predict(model, *args, **options):
    return model.sample_posterior_predictive(*args, **{"random_seed": 1, "inplace": False, **options})


@pytest.fixture(scope="module")
def with_new_groups():
    """Rows of two known and two unknown participants; neither rt nor response."""
    frame = hierarchical_frame().iloc[[0, 20, 30, 40, 50]][["x", "level", "participant_id"]]
    return frame.assign(participant_id=[101, 102, 900, 901, 900])


def test_in_sample_layout(hierarchical_fit):
    variable = responses(predict(hierarchical_fit))
    assert variable.dims == ("chain", "draw", "__obs__", "rt,response_dim")
    assert variable.shape == (2, 60, 60, 2)
    assert variable.attrs["components"] == ["rt", "response"]
    assert float(variable[..., 0].min()) > 0
    assert set(np.unique(variable[..., 1])) == {-1, 1}
    assert "posterior_predictive" not in hierarchical_fit.traces


def test_inplace_adds_the_group_and_returns_nothing(simple_model):
    assert simple_model.sample_posterior_predictive(random_seed=1) is None
    assert responses(simple_model.traces).shape == (2, 60, 60, 2)


def test_the_same_seed_predicts_the_same(hierarchical_fit):
    one, two, other = (responses(predict(hierarchical_fit, random_seed=seed)) for seed in (7, 7, 8))
    xr.testing.assert_identical(one, two)
    assert not np.array_equal(one, other)
    generator = responses(predict(hierarchical_fit, random_seed=np.random.default_rng(7)))
    assert generator.shape == one.shape


def test_random_state_is_the_same_seed_and_both_are_an_error(simple_fit):
    one = predict(simple_fit, random_seed=5)
    two = predict(simple_fit, random_seed=None, random_state=5)
    xr.testing.assert_identical(responses(one), responses(two))
    with pytest.raises(TypeError, match="random_state"):
        predict(simple_fit, random_seed=1, random_state=1)


def test_numpys_global_generator_is_neither_read_nor_moved(simple_fit):
    np.random.seed(0)  # noqa: NPY002  (the global generator is the subject)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    predict(simple_fit, random_seed=None)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_predictions_follow_the_draws(simple_fit):
    """Mean predicted rt over draws against the exact mean under each draw, within Monte Carlo error."""
    tree = predict(simple_fit)
    rt = responses(tree)[..., 0].values
    response = responses(tree)[..., 1].values
    draws = simple_fit.traces["posterior"].to_dataset()
    v, a, z = (draws[name].values for name in "vaz")
    upper = (1 - np.exp(-4 * v * a * z)) / (1 - np.exp(-4 * v * a))
    expected = 0.95 * upper + 0.05 / 2
    n = rt.shape[-1]
    standardised = ((response == 1).mean(-1) - expected) / np.sqrt(expected * (1 - expected) / n)
    assert abs(standardised.mean()) * np.sqrt(standardised.size) < MONTE_CARLO.standard_errors


def test_new_data_need_no_responses_and_any_number_of_rows(hierarchical_fit):
    frame = hierarchical_frame().iloc[[3, 3, 58]][["x", "level", "participant_id"]]
    variable = responses(predict(hierarchical_fit, data=frame))
    assert variable.shape == (2, 60, 3, 2)
    assert variable["__obs__"].values.tolist() == [0, 1, 2]


def test_new_data_lacking_a_column_are_refused(hierarchical_fit):
    frame = hierarchical_frame().drop(columns="x")
    with pytest.raises(ValueError, match=r"no column 'x'"):
        predict(hierarchical_fit, data=frame)


def test_an_unseen_level_of_a_category_is_refused(hierarchical_fit):
    frame = hierarchical_frame().iloc[:3].assign(level="highest")
    message = r"'level' has levels that were not in the fit: 'highest' in 3 rows \(index 'row0'.*'hi', 'lo', 'mid'"
    with pytest.raises(ValueError, match=message):
        predict(hierarchical_fit, data=frame)


@pytest.mark.parametrize("term", ["C(dose)", "(C(dose)|participant_id)"])
def test_an_unseen_level_of_a_number_taken_as_category_is_refused(term):
    frame = hierarchical_frame()
    frame["dose"] = np.arange(len(frame)) % 3
    model = hssm.HSSM(frame, include=[{"name": "v", "formula": f"v ~ 1 + {term}"}])
    message = r"'C\(dose\)' has levels that were not in the fit: 7 in 1 row \(index 'row0'.*the fit: 0, 1, 2"
    draws = model.sample_prior_predictive(draws=5, random_seed=1)
    draws["posterior"] = draws["prior"]
    with pytest.raises(ValueError, match=message):
        model.sample_posterior_predictive(draws, data=frame.head(1).assign(dose=7), inplace=False)
    known = model.sample_posterior_predictive(draws, data=frame.head(1).assign(dose=2), inplace=False)
    assert responses(known).sizes["__obs__"] == 1


def test_unseen_groups_are_an_error_unless_wanted(hierarchical_fit, with_new_groups):
    with pytest.raises(ValueError, match=r"'participant_id'.*900, 901.*sample_new_groups=True"):
        predict(hierarchical_fit, data=with_new_groups)
    variable = responses(predict(hierarchical_fit, data=with_new_groups, sample_new_groups=True))
    assert variable.shape == (2, 60, 5, 2)


def test_sampled_effects_have_the_spread_of_their_group(hierarchical_fit):
    """Drift of 400 new members at x = 0: their spread around the population is sigma, draw by draw."""
    n_new = 400
    frame = hierarchical_frame().iloc[[0] * n_new][["x", "level"]]
    frame = frame.assign(x=0.0, participant_id=[f"new{position}" for position in range(n_new)])
    result = predict(hierarchical_fit, data=frame, sample_new_groups=True, kind="response_params")
    v = result["posterior"]["v"].values.reshape(-1, n_new)
    draws = hierarchical_fit.traces["posterior"].to_dataset()
    effects = v - draws["v_Intercept"].values.reshape(-1, 1)
    scaled = effects / draws["v_1|participant_id_sigma"].values.reshape(-1, 1)
    error = MONTE_CARLO.standard_errors / np.sqrt(scaled.size)
    assert abs(scaled.mean()) < error
    assert abs(scaled.std() - 1) < error / np.sqrt(2)


def test_rows_of_one_new_group_share_its_effect(hierarchical_fit, with_new_groups):
    frame = with_new_groups.assign(x=0.0, level="hi")
    result = predict(hierarchical_fit, data=frame, sample_new_groups=True, kind="response_params")
    v = result["posterior"]["v"].values
    np.testing.assert_array_equal(v[..., 2], v[..., 4])
    assert np.all(v[..., 2] != v[..., 3])


def test_arguments_of_a_group_broadcast_over_members_and_levels():
    draws = {"v_g|p_mu": np.zeros((4, 2)), "v_1|p_sigma": np.ones(4)}
    prior = SimpleNamespace(name="Normal", args={"mu": 0.0, "sigma": 0.5})
    wide = SimpleNamespace(variable="v_g|p", prior=prior, columns=np.ones((9, 2)))
    arguments = group_arguments(wide, draws)
    assert (arguments["mu"].shape, arguments["sigma"].shape) == ((4, 1, 2), (4, 1, 1))
    assert draw_effects(wide, draws, 3, np.random.default_rng(1)).shape == (4, 3, 2)
    narrow = SimpleNamespace(variable="v_1|p", prior=prior, columns=np.ones(9))
    assert group_arguments(narrow, draws)["sigma"].tolist() == [[1.0]] * 4
    assert draw_effects(narrow, draws, 3, np.random.default_rng(1)).shape == (4, 3)


def test_without_group_effects_everyone_is_typical(hierarchical_fit, with_new_groups):
    frame = with_new_groups.assign(level="hi")
    result = predict(hierarchical_fit, data=frame, include_group_specific=False, kind="response_params")
    posterior, draws = result["posterior"], hierarchical_fit.traces["posterior"].to_dataset()
    expected = draws["v_Intercept"].values[..., None] + draws["v_x"].values[..., None] * frame["x"].to_numpy()
    np.testing.assert_allclose(posterior["v"], expected, rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)
    typical = np.broadcast_to(draws["t_Intercept_natural"].values[..., None], posterior["t"].shape)
    np.testing.assert_allclose(posterior["t"], typical, rtol=SAME_NUMERICS.relative)


def test_a_typical_member_needs_no_column_that_only_tells_members_apart(hierarchical_fit, with_new_groups):
    frame = with_new_groups.assign(level="hi")
    options = {"include_group_specific": False, "kind": "response_params"}
    named = predict(hierarchical_fit, data=frame, **options)
    unnamed = predict(hierarchical_fit, data=frame.drop(columns="participant_id"), **options)
    xr.testing.assert_equal(unnamed["posterior"]["v"], named["posterior"]["v"])
    with pytest.raises(ValueError, match="no column 'x', needed as a predictor"):
        predict(hierarchical_fit, data=frame.drop(columns=["participant_id", "x"]), **options)


def test_a_column_of_groups_is_needed_where_it_is_a_predictor_too():
    include = [{"name": "v", "formula": "v ~ 1 + C(participant_id) + (1|level)"}]
    model = hssm.HSSM(hierarchical_frame(), include=include)
    with pytest.raises(ValueError, match="no column 'participant_id', needed as a predictor"):
        model.prepare_data(hierarchical_frame()[["level"]], without_groups=True)
    assert set(model.prepare_data(hierarchical_frame()[["participant_id"]], without_groups=True)["level"]) == {"hi"}


def test_parameters_of_new_trials_join_the_posterior_and_replace_nothing_else(hierarchical_fit):
    tree = hierarchical_fit.traces.copy()
    before = tree["posterior"].to_dataset()
    frame = hierarchical_frame().head(3)
    for rows in (frame.head(2), frame):
        hierarchical_fit.sample_posterior_predictive(tree, data=rows, kind="response_params", random_seed=1)
    after = tree["posterior"].to_dataset()
    xr.testing.assert_identical(after.drop_dims("__obs__"), before)
    assert after["v"].sizes["__obs__"] == 3
    with pytest.raises(ValueError, match=r"2 of \d+ draws cannot stand beside.*inplace=False"):
        hierarchical_fit.sample_posterior_predictive(tree, kind="response_params", draws=2)
    xr.testing.assert_identical(tree["posterior"].to_dataset(), after)


def test_a_typical_member_has_the_free_mean_of_its_group():
    include = [
        {"name": "v", "formula": "v ~ 1 + (1 + x|participant_id)"},
        {"name": "a", "formula": "a ~ 0 + (1|participant_id)"},
    ]
    model = hssm.HSSM(hierarchical_frame(), include=include)
    draws = sample_prior(model.built, 20, np.random.default_rng(3))
    request = PredictionRequest(include_groups=False)
    found = predict_parameters(model.built, draws, np.random.default_rng(1), request)
    x = model.data["x"].to_numpy()
    expected = draws["v_Intercept"].values[..., None] + draws["v_x|participant_id_mu"].values[..., None] * x
    np.testing.assert_allclose(found["v"], expected, rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)
    median = model.natural_parameters(dt=xr.DataTree.from_dict({"posterior": draws}))["a"].values[..., None]
    np.testing.assert_allclose(found["a"], np.broadcast_to(median, found["a"].shape), rtol=SAME_NUMERICS.relative)


def test_parameters_that_are_the_same_in_all_trials_stay_beside_them(hierarchical_fit, simple_fit):
    few = predict(hierarchical_fit, kind="response_params", draws=[0, 3])["posterior"]
    assert set(few.data_vars) == {"v", "a", "t", "z"}
    assert few["z"].dims == ("chain", "draw")
    xr.testing.assert_equal(few["z"], hierarchical_fit.traces["posterior"]["z"].isel(draw=[0, 3]))
    assert set(predict(simple_fit, kind="response_params", draws=[0])["posterior"].data_vars) == {"v", "a", "z", "t"}


def test_response_params_are_the_trialwise_parameters(hierarchical_fit):
    result = predict(hierarchical_fit, kind="response_params")
    posterior = result["posterior"]
    for name in ("v", "a", "t"):
        assert posterior[name].dims == ("chain", "draw", "__obs__")
    assert {"v_x", "z"} <= set(posterior.data_vars)
    other = hierarchical_fit.add_likelihood_parameters_to_datatree()
    xr.testing.assert_equal(posterior["v"], other["posterior"]["v"])


def test_fixed_vectors_predict_their_own_trials_only():
    frame = simple_frame(12)
    model = hssm.HSSM(frame, v=np.linspace(-1, 1, 12), a=1.3, z=0.5)
    draws = xr.Dataset({"t": (("chain", "draw"), [[0.2, 0.3]])}, coords={"chain": [0], "draw": [0, 1]})
    rng = np.random.default_rng(0)
    own = predict_parameters(model._built, draws, rng)
    np.testing.assert_array_equal(own["v"][0, 1], np.linspace(-1, 1, 12))
    with pytest.raises(ValueError, match=r"Fixed vectors \(v\) have 12 values.*3 rows"):
        predict_parameters(model._built, draws, rng, PredictionRequest(frame=frame.iloc[:3]))


@pytest.mark.parametrize(("draws", "expected"), [(7, 7), (0.25, 15), (1.0, 60), ([5, 0, 59], 3), (range(4), 4)])
def test_how_many_draws(hierarchical_fit, draws, expected):
    variable = responses(predict(hierarchical_fit, draws=draws))
    assert variable.sizes["draw"] == expected
    if isinstance(draws, list):
        assert variable["draw"].values.tolist() == draws


def test_an_integer_takes_draws_at_random_in_order(hierarchical_fit):
    labels = responses(predict(hierarchical_fit, draws=20))["draw"].values
    assert np.all(np.diff(labels) > 0)
    assert labels.tolist() != list(range(20))


def test_more_draws_than_there_are_gives_all_with_a_warning(simple_fit):
    with pytest.warns(UserWarning, match=r"61 draws per chain were asked for, 60 exist"):
        tree = predict(simple_fit, draws=61)
    assert responses(tree).sizes["draw"] == 60


@pytest.mark.parametrize("draws", [0, -3, -0.5])
def test_draws_must_be_positive(simple_fit, draws):
    with pytest.raises(ValueError, match=rf"`draws` must be a positive .*got {draws}"):
        predict(simple_fit, draws=draws)


@pytest.mark.parametrize("draws", [True, "all"])
def test_draws_of_another_type(simple_fit, draws):
    with pytest.raises(TypeError, match="`draws`"):
        predict(simple_fit, draws=draws)


def test_positions_beyond_the_draws_are_refused(simple_fit):
    with pytest.raises(ValueError, match=r"positions \[60\], but there are 60 draws: 0 to 59"):
        predict(simple_fit, draws=[0, 60])


def test_kind_is_one_of_two(simple_fit):
    with pytest.raises(ValueError, match=r"`kind` must be 'response' or 'response_params', got 'mean'"):
        predict(simple_fit, kind="mean")


def test_select_draws_leaves_everything_by_default():
    dataset = xr.Dataset({"v": (("chain", "draw"), np.zeros((2, 5)))})
    assert select_draws(dataset, None, np.random.default_rng(0)) is dataset


def test_without_traces_it_says_what_to_call():
    with pytest.raises(ValueError, match=r"call `sample\(\)` first"):
        hssm.HSSM(hierarchical_frame(), include=INCLUDE).sample_posterior_predictive()
