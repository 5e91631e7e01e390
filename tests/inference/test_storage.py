import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.inference.storage import read_traces
from tests.fitted import INCLUDE, hierarchical_frame, simple_frame


def test_restored_traces_serve_like_fitted_ones(hierarchical_fit, tmp_path):
    path = tmp_path / "traces.nc"
    hierarchical_fit.traces.to_netcdf(path, engine="h5netcdf")
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE)
    model.restore_traces(path)
    xr.testing.assert_equal(model.traces, hierarchical_fit.traces)
    ours = model.sample_posterior_predictive(draws=5, inplace=False, random_seed=3)
    theirs = hierarchical_fit.sample_posterior_predictive(draws=5, inplace=False, random_seed=3)
    xr.testing.assert_equal(ours["posterior_predictive"].to_dataset(), theirs["posterior_predictive"].to_dataset())


def test_a_path_may_be_text(simple_fit, tmp_path):
    path = tmp_path / "traces.nc"
    simple_fit.traces.to_netcdf(path, engine="h5netcdf")
    xr.testing.assert_equal(read_traces(str(path), simple_fit._built), simple_fit.traces)


def test_a_file_is_closed_after_reading(simple_fit, tmp_path):
    path = tmp_path / "traces.nc"
    simple_fit.traces.to_netcdf(path, engine="h5netcdf")
    tree = read_traces(path, simple_fit._built)
    path.unlink()
    assert np.isfinite(tree["posterior"]["v"].values).all()


def test_a_missing_file_is_named(simple_fit, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.nc"):
        simple_fit.restore_traces(tmp_path / "nowhere.nc")


def test_traces_of_another_model_are_refused(simple_fit):
    other = hssm.HSSM(simple_frame(), model="ddm_sdv")
    with pytest.raises(ValueError, match=r"another model.*lacks sv.*It has a, t, v, z"):
        other.restore_traces(simple_fit.traces)


def test_traces_need_a_posterior(simple_fit):
    tree = xr.DataTree.from_dict({"prior": xr.Dataset({"v": 1.0})})
    with pytest.raises(ValueError, match=r"no group 'posterior'.*prior"):
        simple_fit.restore_traces(tree)
