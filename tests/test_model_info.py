import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hssm
from tests.fitted import hierarchical_frame, simple_frame


def test_what_a_default_model_says_of_itself(simple_fit):
    assert simple_fit.model_name == "ddm"
    assert simple_fit.loglik_kind == "analytical"
    assert simple_fit.choices == [-1, 1]
    assert simple_fit.n_choices == 2
    assert simple_fit.response == ["rt", "response"]
    assert (simple_fit.response_str, simple_fit.response_c) == ("rt,response", "c(rt, response)")
    assert simple_fit.extra_fields == []
    assert simple_fit.is_choice_only is False
    assert simple_fit.p_outlier == 0.05
    assert simple_fit.list_params == ["v", "a", "z", "t", "p_outlier"]
    assert simple_fit.model_config.name == "ddm"
    assert simple_fit.parameterization == {}


def test_without_a_lapse():
    model = hssm.HSSM(simple_frame(12), p_outlier=None)
    assert model.p_outlier is None
    assert model.lapse is None
    assert model.list_params == ["v", "a", "z", "t"]


def test_a_free_lapse_is_its_prior():
    model = hssm.HSSM(simple_frame(12), p_outlier={"name": "Beta", "alpha": 2, "beta": 50})
    assert model.p_outlier.name == "Beta"
    assert model.lapse is not None


def test_params_are_read_only_and_complete(hierarchical_fit):
    params = hierarchical_fit.params
    assert list(params) == hierarchical_fit.list_params
    with pytest.raises(TypeError):
        params["v"] = None
    drift, boundary = params["v"], params["a"]
    assert drift.is_regression
    assert not params["z"].is_regression
    assert params["p_outlier"].is_fixed
    assert boundary.link.name == "log"
    np.testing.assert_allclose(boundary.link.linkinv(boundary.link.link(1.7)), 1.7)
    assert boundary.bounds == (0, np.inf)


def test_data_is_a_copy_in_the_users_order():
    given = hierarchical_frame()
    model = hssm.HSSM(given)
    pd.testing.assert_frame_equal(model.data[given.columns], given, check_dtype=False)
    copied = model.data
    copied["rt"] = 0.0
    assert (model.data["rt"] > 0).all()


def test_initvals_are_copies(simple_fit):
    assert set(simple_fit.initvals) == {rv.name for rv in simple_fit.pymc_model.free_RVs}
    simple_fit.initvals["v"][...] = 99.0
    assert float(simple_fit.initvals["v"]) != 99.0


def test_what_experts_may_look_at(hierarchical_fit):
    assert hierarchical_fit.family is hierarchical_fit.model.family
    assert hierarchical_fit.formula is hierarchical_fit.model.formula
    assert hierarchical_fit.model_distribution is not None
    assert callable(hierarchical_fit.loglik) or hierarchical_fit.loglik is not None


@pytest.mark.parametrize(
    ("attribute", "method"), [("traces", "sample"), ("vi_idata", "vi"), ("vi_approx", "vi"), ("map", "find_MAP")]
)
def test_results_that_do_not_exist_name_the_method(attribute, method):
    model = hssm.HSSM(simple_frame(12))
    with pytest.raises(ValueError, match=rf"no `{attribute}` yet: call `{method}\(\)` first"):
        getattr(model, attribute)


def test_restoring_replaces_without_a_warning(simple_fit):
    model = hssm.HSSM(simple_frame())
    for _ in range(2):
        model.restore_traces(simple_fit.traces)
    xr.testing.assert_equal(model.traces, simple_fit.traces)


def test_parameterization_is_a_copy(hierarchical_fit):
    found = hierarchical_fit.parameterization
    assert set(found) == {"v_1|participant_id", "v_x|participant_id", "t_1|participant_id"}
    assert set(found.values()) <= {"centered", "noncentered"}
    found.clear()
    assert hierarchical_fit.parameterization
