import numpy as np
import pytest

import hssm
from hssm.inference.intervention import read_intervention
from tests.fitted import INCLUDE, hierarchical_frame
from tests.tolerances import SAME_NUMERICS


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(hierarchical_frame(), include=INCLUDE)


def choices(tree, group):
    return tree[group]["rt,response"].isel({"rt,response_dim": 1})


def test_setting_a_covariate_under_the_posterior_is_predicting_with_it(hierarchical_fit):
    tree = hierarchical_fit.sample_do({"x": 9.0}, draws=None, source="posterior", random_seed=1)
    changed = hierarchical_frame().assign(x=9.0)
    predicted = hierarchical_fit.sample_posterior_predictive(data=changed, inplace=False, random_seed=1)
    np.testing.assert_array_equal(
        tree["posterior_predictive"]["rt,response"], predicted["posterior_predictive"]["rt,response"]
    )
    assert float((choices(tree, "posterior_predictive") == 1).mean()) > 0.8


def test_setting_a_coefficient_under_the_posterior_leaves_the_others(hierarchical_fit):
    tree = hierarchical_fit.sample_do({"v_Intercept": 8.0}, draws=None, source="posterior", random_seed=1)
    posterior = tree["posterior"].to_dataset()
    assert (posterior["v_Intercept"] == 8.0).all()
    np.testing.assert_array_equal(posterior["v_x"], hierarchical_fit.traces["posterior"]["v_x"])
    assert (choices(tree, "posterior_predictive") == 1).mean() > 0.9
    assert not (hierarchical_fit.traces["posterior"]["v_Intercept"] == 8.0).any()


def test_setting_a_trialwise_parameter_under_the_posterior(hierarchical_fit):
    tree = hierarchical_fit.sample_do({"v": np.repeat([9.0, -9.0], 30)}, draws=5, source="posterior", random_seed=1)
    share = (choices(tree, "posterior_predictive") == 1).mean(("chain", "draw"))
    assert float(share[:30].mean()) > 0.9
    assert float(share[30:].mean()) < 0.1


def test_covariates_and_variables_can_be_set_together_under_the_prior(model):
    tree = model.sample_do({"x": 0.0, "v_Intercept": 8.0, "v_1|participant_id": 0.0}, draws=20, random_seed=1)
    assert "v_Intercept" not in tree["prior"]
    assert "v_x" in tree["prior"]
    assert (choices(tree, "prior_predictive") == 1).mean() > 0.9


def test_a_level_that_is_set_everywhere(hierarchical_fit):
    built = hierarchical_fit.built
    frame = read_intervention(built, {"level": "hi"}, ("x", "level")).frame
    assert (frame["level"] == "hi").all()
    with pytest.raises(ValueError, match=r"'high' is no level of 'level'.*Levels: hi, lo, mid"):
        read_intervention(built, {"level": "high"}, ("x", "level"))
    with pytest.raises(ValueError, match=r"'x' must be one, or one per trial \(60\), got 3"):
        read_intervention(built, {"x": [1.0, 2.0, 3.0]}, ("x",))


def test_what_cannot_be_set_is_explained(hierarchical_fit):
    with pytest.raises(ValueError, match=r"'v_1\|participant_id_sigma'.*source='prior'"):
        hierarchical_fit.sample_do({"v_1|participant_id_sigma": 0.0}, source="posterior")
    with pytest.raises(ValueError, match=r"'leve' is no variable.*covariates: level, .*Did you mean 'level'"):
        hierarchical_fit.sample_do({"leve": "hi"})
    with pytest.raises(ValueError, match="`source` must be 'posterior' or 'prior', got 'posteriour'"):
        hierarchical_fit.sample_do({"v_x": 0.0}, source="posteriour")
    with pytest.raises(ValueError, match="no PyMC model of the posterior"):
        hierarchical_fit.sample_do({"v_x": 0.0}, source="posterior", return_model=True)
    with pytest.raises(TypeError, match="dict from names"):
        hierarchical_fit.sample_do([("v_x", 0.0)])


def test_an_empty_intervention_is_the_posterior_predictive(hierarchical_fit):
    tree = hierarchical_fit.sample_do({}, draws=None, source="posterior", random_seed=4)
    predicted = hierarchical_fit.sample_posterior_predictive(inplace=False, random_seed=4)
    np.testing.assert_allclose(
        tree["posterior_predictive"]["rt,response"],
        predicted["posterior_predictive"]["rt,response"],
        rtol=SAME_NUMERICS.relative,
    )


def test_a_value_must_be_a_number(hierarchical_fit):
    with pytest.raises(ValueError, match=r"value of 'v_Intercept' must be a number .*got 'high'"):
        hierarchical_fit.sample_do({"v_Intercept": "high"})


def test_a_fixed_parameter_cannot_be_set():
    frame = hssm.simulate_data("softmax_inv_temperature_2", {"beta": 1, "logit1": 0}, 9, random_state=1)
    model = hssm.HSSM(frame, model="softmax_inv_temperature_2", beta=1.0)
    with pytest.raises(ValueError, match="'beta' is fixed in this model"):
        model.sample_do({"beta": 2.0})
