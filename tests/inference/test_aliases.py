import numpy as np
import pytest
import xarray as xr

import hssm
from tests.fitted import INCLUDE, TINY, hierarchical_frame, quietly, refitted

NAMES = {"v_x": "slope", "v_1|participant_id": "person", "a_Intercept_natural": "boundary"}


@pytest.fixture
def renamed(hierarchical_fit):
    model = refitted(hierarchical_fit, hssm.HSSM(hierarchical_frame(), include=INCLUDE))
    model.set_alias(NAMES)
    return model


def test_results_hold_the_new_names(renamed, hierarchical_fit):
    posterior, original = renamed.traces["posterior"], hierarchical_fit.traces["posterior"]
    for name, alias in NAMES.items():
        assert name not in posterior
        np.testing.assert_array_equal(posterior[alias], original[name])
    assert "slope" in renamed.summary().index
    assert "v_x" in hierarchical_fit.traces["posterior"]


def test_everything_is_computed_as_before(renamed, hierarchical_fit, tmp_path):
    for call in (
        lambda model: model.sample_posterior_predictive(draws=3, inplace=False, random_seed=1)["posterior_predictive"],
        lambda model: model.log_likelihood(inplace=False)["log_likelihood"],
    ):
        xr.testing.assert_equal(call(renamed).to_dataset(), call(hierarchical_fit).to_dataset())
    renamed.traces.to_netcdf(tmp_path / "t.nc", engine="h5netcdf")
    renamed.restore_traces(tmp_path / "t.nc")
    assert "slope" in renamed.traces["posterior"]


def test_aliases_can_be_changed_and_taken_back(renamed, hierarchical_fit):
    renamed.set_alias({"v_x": "effect"})
    assert "effect" in renamed.traces["posterior"]
    assert "v_1|participant_id" in renamed.traces["posterior"]
    renamed.set_alias({})
    expected = hierarchical_fit.traces["posterior"].to_dataset()
    xr.testing.assert_identical(renamed.traces["posterior"].to_dataset()[list(expected)], expected)


def test_later_results_have_the_names_too():
    model = hssm.HSSM(hierarchical_frame(3, 4), z=0.5)
    model.set_alias({"v": "drift"})
    assert "drift" in model.sample_prior_predictive(draws=3, random_seed=1)["prior"]
    tree = quietly(model, **TINY)
    assert "drift" in tree["posterior"]
    assert "drift" in tree["prior"]


def test_faulty_aliases_are_named(renamed):
    with pytest.raises(ValueError, match=r"'v_y' is no variable.*Did you mean 'v_x'"):
        renamed.set_alias({"v_y": "slope"})
    with pytest.raises(ValueError, match="'z' is taken"):
        renamed.set_alias({"v_x": "z"})
    with pytest.raises(ValueError, match="'one' is taken"):
        renamed.set_alias({"v_x": "one", "z": "one"})
    with pytest.raises(TypeError, match="dict from variables"):
        renamed.set_alias(["v_x"])
