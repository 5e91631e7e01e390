import ast

import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.inference.results import add_units, observed_group, reported_names, response_dataset, stored_names
from tests.fitted import LEVELS, hierarchical_frame, simple_frame
from tests.tolerances import SAME_NUMERICS

FACTOR_DIM = "participant_id__factor_dim"
HIERARCHICAL_NAMES = {
    *("v_Intercept", "v_x", "v_1|participant_id", "v_1|participant_id_sigma", "v_x|participant_id"),
    *("v_x|participant_id_sigma", "a_Intercept", "a_level", "z", "t_Intercept", "t_1|participant_id"),
    *("t_1|participant_id_sigma", "a_Intercept_natural", "a_level_natural", "t_Intercept_natural"),
    "t_1|participant_id_natural",
}


@pytest.fixture(scope="module")
def posterior(hierarchical_fit):
    return hierarchical_fit.traces["posterior"].to_dataset()


def close(left, right):
    np.testing.assert_allclose(left, right, rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)


def test_groups(simple_fit):
    assert set(simple_fit.traces.children) == {
        *("posterior", "sample_stats", "observed_data", "constant_data", "log_likelihood"),
    }


def test_a_model_without_regressions_stores_exactly_its_free_parameters(simple_fit):
    posterior = simple_fit.traces["posterior"].to_dataset()
    assert set(posterior.data_vars) == {"v", "a", "z", "t"}
    assert all(variable.dims == ("chain", "draw") for variable in posterior.data_vars.values())


def test_variable_names_of_a_hierarchical_fit(posterior):
    names = {name for name in map(str, posterior.data_vars) if not name.endswith("_offset")}
    assert names == HIERARCHICAL_NAMES


def test_every_free_variable_is_in_the_posterior(hierarchical_fit, posterior):
    assert {rv.name for rv in hierarchical_fit.pymc_model.free_RVs} <= set(posterior.data_vars)


def test_dims_and_coordinates(posterior):
    assert posterior["v_x|participant_id"].dims == ("chain", "draw", FACTOR_DIM)
    assert posterior["t_1|participant_id"].dims == ("chain", "draw", FACTOR_DIM)
    assert posterior[FACTOR_DIM].values.tolist() == ["101", "102", "103", "104", "105"]
    assert posterior["a_level"].dims[-1] == "a_level_dim"
    assert posterior["a_level_dim"].values.tolist() == ["lo", "mid"]
    assert posterior["a_level_natural_dim"].values.tolist() == list(LEVELS)


def test_nothing_in_the_posterior_is_trialwise(posterior):
    assert "__obs__" not in posterior.dims


def test_natural_values_are_the_inverse_link(posterior):
    close(posterior["a_Intercept_natural"], np.exp(posterior["a_Intercept"]))
    close(posterior["t_Intercept_natural"], np.exp(posterior["t_Intercept"]))
    close(posterior["t_1|participant_id_natural"], np.exp(posterior["t_Intercept"] + posterior["t_1|participant_id"]))
    contrast = np.concatenate([np.zeros((2, 60, 1)), posterior["a_level"].values], axis=-1)
    close(posterior["a_level_natural"], np.exp(posterior["a_Intercept"].values[..., None] + contrast))


def test_identity_links_add_nothing(posterior):
    assert not [name for name in posterior.data_vars if str(name).startswith("v") and str(name).endswith("_natural")]


def test_coefficients_are_reported_at_predictors_zero_and_effects_as_deviations(hierarchical_fit, posterior):
    tree = hierarchical_fit.add_likelihood_parameters_to_datatree()
    trialwise = tree["posterior"].to_dataset()
    frame = hierarchical_fit.data
    own = posterior.sel({FACTOR_DIM: xr.DataArray(frame["participant_id"].astype(str).to_numpy(), dims="__obs__")})
    x = xr.DataArray(frame["x"].to_numpy(), dims="__obs__")
    v = own["v_Intercept"] + own["v_1|participant_id"] + (own["v_x"] + own["v_x|participant_id"]) * x
    close(trialwise["v"].transpose("chain", "draw", "__obs__"), v.transpose("chain", "draw", "__obs__"))
    close(trialwise["t"], own["t_1|participant_id_natural"].transpose("chain", "draw", "__obs__"))
    level = xr.DataArray(frame["level"].to_numpy(), dims="__obs__")
    close(trialwise["a"], posterior["a_level_natural"].sel(a_level_natural_dim=level))
    assert "v" not in hierarchical_fit.traces["posterior"]


def test_response_group_has_the_documented_layout(simple_fit):
    observed = simple_fit.traces["observed_data"].to_dataset()
    variable = observed["rt,response"]
    assert variable.dims == ("__obs__", "rt,response_dim")
    assert variable["rt,response_dim"].values.tolist() == [0, 1]
    assert variable.attrs["components"] == ["rt", "response"]
    np.testing.assert_array_equal(variable, simple_frame()[["rt", "response"]])
    np.testing.assert_array_equal(observed["__obs__"], np.arange(60))


def test_log_likelihood_and_statistics_have_the_documented_layout(hierarchical_fit):
    tree = hierarchical_fit.traces
    assert tree["log_likelihood"]["rt,response"].dims == ("chain", "draw", "__obs__")
    assert {"diverging", "lp"} <= set(tree["sample_stats"].data_vars)
    assert all(set(variable.dims) <= {"chain", "draw"} for variable in tree["sample_stats"].data_vars.values())


def test_constant_data_holds_the_used_covariates_and_row_labels(hierarchical_fit):
    constant = hierarchical_fit.traces["constant_data"].to_dataset()
    frame = hierarchical_frame()
    assert set(constant.data_vars) == {"x", "level", "participant_id", "row_label"}
    np.testing.assert_array_equal(constant["x"], frame["x"])
    assert constant["row_label"].values.tolist() == frame.index.tolist()


def test_obs_keeps_the_original_positions_where_rows_are_dropped():
    frame = simple_frame(12)
    frame["x"] = np.arange(12.0)
    frame.loc[[0, 5], "x"] = np.nan
    with pytest.warns(UserWarning, match="2 row"):
        model = hssm.HSSM(frame, include=[{"name": "v", "formula": "v ~ 1 + x"}], dropna=True)
    observed = observed_group(model._built)
    kept = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert observed["__obs__"].values.tolist() == kept
    np.testing.assert_array_equal(observed["rt,response"], frame[["rt", "response"]].to_numpy()[kept])


def test_units(simple_fit, posterior):
    simple = simple_fit.traces["posterior"]
    assert {name: simple[name].attrs["units"] for name in "vazt"} == {"v": "1/√s", "a": "√s", "z": "relative", "t": "s"}
    assert posterior["t_Intercept_natural"].attrs["units"] == "s"
    assert posterior["v_Intercept"].attrs["units"] == "1/√s"
    assert "units" not in posterior["t_Intercept"].attrs


def test_units_stay_off_variables_of_other_parameters(hierarchical_fit):
    dataset = xr.Dataset({"t_Intercept_natural": ((), 1.0), "theta_natural": ((), 1.0)})
    result = add_units(hierarchical_fit._built, dataset)
    assert "units" not in result["theta_natural"].attrs


def test_root_attributes_say_what_was_done(hierarchical_fit):
    attributes = hierarchical_fit.traces.attrs
    assert attributes["hssm_version"] == hssm.__version__
    assert (attributes["model"], attributes["loglik_kind"], attributes["sampler"]) == ("ddm", "analytical", "pymc")
    assert (attributes["random_seed"], attributes["tuning_steps"]) == (1, 60)
    assert ast.literal_eval(attributes["links"]) == {"v": "identity", "a": "log", "t": "log"}
    assert ast.literal_eval(attributes["parameterization"]) == hierarchical_fit.parameterization
    assert ast.literal_eval(attributes["choices"]) == [-1, 1]
    assert attributes["sampling_time"] > 0
    assert "T" in attributes["created_at"]


def test_netcdf_round_trip_is_exact(hierarchical_fit, tmp_path):
    tree = hierarchical_fit.traces
    tree.to_netcdf(tmp_path / "traces.nc", engine="h5netcdf")
    back = xr.open_datatree(tmp_path / "traces.nc", engine="h5netcdf").load()
    xr.testing.assert_equal(back, tree)
    assert dict(back.attrs) == dict(tree.attrs)


def test_tables_leave_out_offsets_and_trialwise_values(hierarchical_fit):
    tree = hierarchical_fit.add_likelihood_parameters_to_datatree()
    assert set(reported_names(tree)) == HIERARCHICAL_NAMES


def test_stored_names_leave_out_trialwise_deterministics(hierarchical_fit):
    stored = stored_names(hierarchical_fit._built)
    assert not {"v", "a", "t"} & set(stored)
    assert "z" in stored


def test_response_of_a_leading_shape(simple_fit):
    values = np.zeros((1, 3, 60, 2))
    dataset = response_dataset(simple_fit._built, values, np.arange(60), {"chain": [0], "draw": [4, 5, 6]})
    assert dataset["rt,response"].dims == ("chain", "draw", "__obs__", "rt,response_dim")
    assert dataset["draw"].values.tolist() == [4, 5, 6]
