import numpy as np
import pytest
import xarray as xr

import hssm
from tests.fitted import INCLUDE, hierarchical_frame, quietly, simple_frame
from tests.tolerances import MONTE_CARLO, SAME_NUMERICS

DRAWS = 40
RESPONSE = "rt,response"


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(hierarchical_frame(), include=INCLUDE)


@pytest.fixture(scope="module")
def prior_tree(model):
    return model.sample_prior_predictive(DRAWS, random_seed=1)


def close(left, right):
    np.testing.assert_allclose(left, right, rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)


def test_layout(prior_tree):
    assert set(prior_tree.children) == {"prior", "prior_predictive", "observed_data"}
    assert prior_tree.attrs["model"] == "ddm"
    assert prior_tree.attrs["random_seed"] == 1
    assert prior_tree["prior_predictive"][RESPONSE].dims == ("chain", "draw", "__obs__", "rt,response_dim")
    assert prior_tree["prior_predictive"][RESPONSE].shape == (1, DRAWS, 60, 2)
    assert dict(prior_tree["prior"]["a_level"].sizes) == {"chain": 1, "draw": DRAWS, "a_level_dim": 2}


def test_the_prior_has_the_names_of_the_posterior_without_offsets(prior_tree, hierarchical_fit):
    posterior = {str(name) for name in hierarchical_fit.traces["posterior"].data_vars}
    assert set(prior_tree["prior"].data_vars) == {name for name in posterior if not name.endswith("_offset")}


def test_natural_values_are_the_inverse_link(prior_tree):
    prior = prior_tree["prior"]
    close(prior["t_Intercept_natural"], np.exp(prior["t_Intercept"]))


def test_group_effects_are_deviations_with_the_spread_of_their_sigma(prior_tree):
    prior = prior_tree["prior"]
    for term in ("v_1|participant_id", "v_x|participant_id"):
        scaled = (prior[term] / prior[f"{term}_sigma"]).values
        assert abs(scaled.std() - 1) < MONTE_CARLO.standard_errors / np.sqrt(2 * scaled.size)


def test_prior_draws_do_not_pose_as_traces():
    model = hssm.HSSM(simple_frame())
    tree = model.sample_prior_predictive(10, random_seed=1)
    with pytest.raises(ValueError, match=r"no `traces` yet"):
        _ = model.traces
    quietly(model, draws=5, tune=5)
    for group in ("prior", "prior_predictive"):
        xr.testing.assert_equal(model.traces[group].to_dataset(), tree[group].to_dataset())


def test_prior_draws_join_traces_that_exist(simple_model):
    simple_model.sample_prior_predictive(10, random_seed=1)
    assert simple_model.traces["prior"].sizes["draw"] == 10
    assert simple_model.traces["posterior"].sizes["draw"] == 60


def test_the_same_seed_draws_the_same(model, prior_tree):
    again = model.sample_prior_predictive(DRAWS, random_state=1)
    xr.testing.assert_equal(again, prior_tree)
    other = model.sample_prior_predictive(DRAWS, random_seed=2)
    assert not np.array_equal(other["prior"]["v_x"], prior_tree["prior"]["v_x"])


def test_variables_can_be_chosen(model):
    chosen = model.sample_prior_predictive(5, var_names=["v_x", "z"], random_seed=1)
    assert set(chosen["prior"].data_vars) == {"v_x", "z"}


def test_offsets_can_be_kept():
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE, noncentered=True)
    assert "v_1|participant_id_offset" not in model.sample_prior_predictive(5, random_seed=1)["prior"]
    everything = model.sample_prior_predictive(5, omit_offsets=False, random_seed=1)
    assert "v_1|participant_id_offset" in everything["prior"]


def test_unknown_variables_are_named(model):
    with pytest.raises(ValueError, match=r"`var_names` has 'v_y'.*Variables: .*v_x"):
        model.sample_prior_predictive(5, var_names=["v_y", "z"])


@pytest.mark.parametrize("draws", [0, -1, 2.5, True])
def test_draws_must_be_a_positive_integer(model, draws):
    with pytest.raises(ValueError, match=rf"`draws` must be a positive integer, got {draws}"):
        model.sample_prior_predictive(draws)


# -------------------------------------------------------------------- interventions


def test_intervening_on_a_coefficient_moves_the_predictions(model):
    trees = [model.sample_do({"v_Intercept": value}, draws=20, random_seed=1) for value in (-6.0, 6.0)]
    shares = [float((tree["prior_predictive"][RESPONSE][..., 1] == 1).mean()) for tree in trees]
    assert shares[0] < 0.2
    assert shares[1] > 0.8
    assert trees[0]["prior_predictive"][RESPONSE].dims == ("chain", "draw", "__obs__", "rt,response_dim")


def test_what_was_fixed_is_no_draw_and_the_rest_is(model):
    prior = model.sample_do({"v_x": 1.0}, draws=10, random_seed=1)["prior"]
    assert "v_x" not in prior
    assert {"v_Intercept", "v_x|participant_id", "a_Intercept_natural"} <= set(prior.data_vars)


def test_effects_around_a_fixed_coefficient_stay_deviations(model):
    prior = model.sample_do({"v_x": 50.0}, draws=30, random_seed=1)["prior"]
    assert float(np.abs(prior["v_x|participant_id"]).max()) < 10


def test_an_intervention_on_deviations_is_one_on_deviations(model):
    """With the effects of x fixed at zero, trial-wise drift has the common slope alone."""
    tree, intervened = model.sample_do({"v_x|participant_id": np.zeros(5)}, draws=10, random_seed=1, return_model=True)
    assert "v_x|participant_id" not in {rv.name for rv in intervened.free_RVs}
    assert tree["prior"]["v_x"].std() > 0


def test_fixing_the_trialwise_drift_fixes_the_choices(model):
    tree = model.sample_do({"v": np.repeat([8.0, -8.0], 30)}, draws=10, random_seed=1)
    response = tree["prior_predictive"][RESPONSE][..., 1].values
    # Narrow boundaries and extreme starting points of the prior leave some choices to chance.
    assert (response[..., :30] == 1).mean() > 0.7
    assert (response[..., 30:] == -1).mean() > 0.7


def test_unknown_variables_and_wrong_shapes_are_named(model):
    with pytest.raises(ValueError, match=r"'v_Intersept' is no variable.*v_Intercept"):
        model.sample_do({"v_Intersept": 1.0})
    with pytest.raises(ValueError, match=r"'a_level' must have shape \(2,\), got \(3,\)"):
        model.sample_do({"a_level": [1.0, 2.0, 3.0]})
