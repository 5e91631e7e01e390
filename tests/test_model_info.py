"""What a model says of itself, and what it says before anything was found with it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hssm
from tests.evaluation import make_frame

INCLUDE = [
    {"name": "v", "formula": "v ~ 1 + x + (1|participant_id)"},
    {"name": "a", "formula": "a ~ 1 + g"},
]


@pytest.fixture(scope="module")
def model() -> hssm.HSSM:
    return hssm.HSSM(make_frame(), include=INCLUDE, z=0.5, noncentered=False)


def test_what_was_resolved(model: hssm.HSSM) -> None:
    assert model.model_name == "ddm"
    assert model.loglik_kind == "analytical"
    assert (model.choices, model.n_choices) == ([-1, 1], 2)
    assert (model.response, model.response_str, model.response_c) == (
        ["rt", "response"],
        "rt,response",
        "c(rt, response)",
    )
    assert model.extra_fields == []
    assert not model.is_choice_only
    assert model.list_params == ["v", "a", "z", "t", "p_outlier"]
    assert model.p_outlier == pytest.approx(0.05)
    assert model.lapse.support == (0.0, 20.0)
    assert model.parameterization == {"v_1|participant_id": "centered"}


def test_parameters(model: hssm.HSSM) -> None:
    params = model.params
    assert {name: (p.is_regression, p.is_fixed) for name, p in params.items()} == {
        "v": (True, False),
        "a": (True, False),
        "z": (False, True),
        "t": (False, False),
        "p_outlier": (False, True),
    }
    assert params["a"].link.name == "log"
    np.testing.assert_allclose(params["a"].link.linkinv(params["a"].link.link(1.7)), 1.7)
    assert params["z"].bounds == (0.0, 1.0)
    with pytest.raises(TypeError):
        params["v"] = params["a"]  # type: ignore[index]


def test_views_are_copies(model: hssm.HSSM) -> None:
    data = model.data
    data["rt"] = 99.0
    model.initvals["t"][...] = 99.0
    model.parameterization.clear()
    assert model.initvals["t"] != 99.0
    assert model.parameterization
    pd.testing.assert_frame_equal(model.data, make_frame(), check_dtype=False)


def test_starting_values_are_those_of_the_free_variables(model: hssm.HSSM) -> None:
    free = {rv.name: tuple(rv.shape.eval()) for rv in model.pymc_model.free_RVs}
    assert {name: value.shape for name, value in model.initvals.items()} == free
    assert model.initvals["t"] < make_frame()["rt"].min()


@pytest.mark.parametrize(
    ("name", "method"), [("traces", "sample"), ("vi_idata", "vi"), ("vi_approx", "vi"), ("map", "find_MAP")]
)
def test_what_is_absent_names_its_method(name: str, method: str, model: hssm.HSSM) -> None:
    with pytest.raises(ValueError, match=rf"`{name}`.*`{method}\(\)`"):
        getattr(model, name)


def test_prior_draws_do_not_pose_as_traces_and_join_them_later() -> None:
    model = hssm.HSSM(make_frame())
    prior = model.sample_prior_predictive(draws=7, random_seed=1)
    with pytest.raises(ValueError, match="`traces`"):
        _ = model.traces
    tree = xr.DataTree.from_dict({"posterior": prior["prior"].to_dataset()})
    with pytest.warns(UserWarning, match="replaced"):
        model._store_traces(tree)
        model._store_traces(tree)
    assert {"posterior", "prior", "prior_predictive"} <= set(model.traces.children)
    xr.testing.assert_equal(model.traces["prior"].to_dataset(), prior["prior"].to_dataset())


def test_restoring_traces(tmp_path: Path) -> None:
    frame = make_frame()
    model, same, other = hssm.HSSM(frame), hssm.HSSM(frame), hssm.HSSM(frame, include=INCLUDE)
    prior = model.sample_prior_predictive(draws=5, random_seed=1)["prior"].to_dataset()
    tree = xr.DataTree.from_dict({"posterior": prior})
    tree.to_netcdf(tmp_path / "traces.nc", engine="h5netcdf")
    same.restore_traces(tmp_path / "traces.nc")
    xr.testing.assert_allclose(same.traces["posterior"].to_dataset(), prior)
    same.restore_vi_traces(tree)
    assert same.vi_idata is tree
    with pytest.raises(ValueError, match="another model.*a_Intercept"):
        other.restore_traces(tree)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        model.restore_traces(tmp_path / "nowhere.nc")
