import json
import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hssm
from tests.fitted import simple_frame
from tests.saving.make_fixture import CASES
from tests.tolerances import SAME_NUMERICS

RELEASES = Path(__file__).parent / "releases"
"""Models saved by releases of this package: every later version must read them. Made by ``make_fixture.py``."""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_fitted_model_comes_back(hierarchical_fit, here):
    path = hierarchical_fit.save_model("my model")
    assert path == Path("hssm_models/my_model")
    assert sorted(p.name for p in path.iterdir()) == ["data.parquet", "model.json", "traces.nc"]
    again = hssm.HSSM.load_model(path)
    assert repr(again) == repr(hierarchical_fit)
    xr.testing.assert_identical(again.traces, hierarchical_fit.traces)
    pd.testing.assert_frame_equal(again.data, hierarchical_fit.data)
    point = hierarchical_fit.initial_point()
    np.testing.assert_allclose(
        again.compile_logp()(point), hierarchical_fit.compile_logp()(point), rtol=SAME_NUMERICS.relative
    )
    predicted = [
        m.sample_posterior_predictive(draws=3, inplace=False, random_seed=1) for m in (again, hierarchical_fit)
    ]
    xr.testing.assert_equal(*(tree["posterior_predictive"].to_dataset() for tree in predicted))


def test_the_frame_is_saved_as_it_was_given(here):
    """Labels, an index of text, categories with their order, unused columns; and the same model from them."""
    frame = simple_frame(12)
    frame["response"] = frame["response"].map({-1: "no", 1: "yes"})
    frame["level"] = pd.Categorical(["lo", "hi"] * 6, categories=["lo", "hi"], ordered=True)
    frame["note"] = "text"
    frame.index = [f"r{i}" for i in range(12)]
    model = hssm.HSSM(frame, choices=["no", "yes"], include=[{"name": "v", "formula": "v ~ 0 + level"}], z=0.5)
    again = hssm.HSSM.load_model(model.save_model())
    assert repr(again) == repr(model)
    assert again.data["level"].cat.categories.tolist() == ["lo", "hi"]
    pd.testing.assert_frame_equal(again.data, model.data)
    with pytest.raises(ValueError, match="call `sample"):
        again.traces  # noqa: B018


def test_default_names_do_not_collide(here):
    model = hssm.HSSM(simple_frame(12))
    first, second = model.save_model(), model.save_model()
    assert first != second
    assert first.name.startswith("ddm_20")


def test_saving_again_replaces_with_a_warning(simple_fit, here):
    simple_fit.save_model("m")
    with pytest.warns(UserWarning, match=r"hssm_models/m' is replaced"):
        simple_fit.save_model("m")


def test_draws_alone(simple_fit, here):
    path = simple_fit.save_model("m", save_traces_only=True)
    assert sorted(p.name for p in path.iterdir()) == ["model.json", "traces.nc"]
    for tree in (hssm.HSSM.load_model(path), hssm.HSSM.load_model_traces(path)):
        assert list(tree.children) == ["idata_mcmc"]
        xr.testing.assert_equal(
            tree["idata_mcmc"]["posterior"].to_dataset(), simple_fit.traces["posterior"].to_dataset()
        )


def test_variational_draws_are_kept_too(here):
    model = hssm.HSSM(simple_frame(12), a=1.3, z=0.5, t=0.2)
    model.vi(niter=50, draws=20, random_seed=1, progressbar=False)
    path = model.save_model("m")
    assert (path / "vi_traces.nc").is_file()
    xr.testing.assert_identical(hssm.HSSM.load_model(path).vi_idata, model.vi_idata)
    assert list(hssm.HSSM.load_model_traces(path).children) == ["idata_vi"]


def test_without_draws_there_is_nothing_to_save_alone(here):
    with pytest.raises(ValueError, match=r"no draws to save yet: call `sample"):
        hssm.HSSM(simple_frame(12)).save_model(save_traces_only=True)


def test_paths_are_checked(simple_fit, here):
    with pytest.raises(ValueError, match="absolute.*allow_absolute_base_path=True"):
        simple_fit.save_model("m", base_path=here)
    assert simple_fit.save_model("m", base_path=here / "x", allow_absolute_base_path=True).is_dir()
    for name in ("a/b", "..", "", "/m"):
        with pytest.raises(ValueError, match="plain name"):
            simple_fit.save_model(name)
    other = here / "hssm_models" / "thesis"
    other.mkdir(parents=True)
    (other / "chapter.txt").write_text("do not lose this")
    with pytest.raises(ValueError, match="is no saved model"):
        simple_fit.save_model("thesis")
    assert (other / "chapter.txt").is_file()


def half(x):
    return x / 2


def test_functions_need_permission(here):
    frame = simple_frame(12).assign(x=np.linspace(-1, 1, 12))
    include = [{"name": "v", "formula": "v ~ 1 + half(x)"}]
    path = hssm.HSSM(frame, include=include, extra_namespace={"half": half}).save_model("m")
    assert (path / "callables.pkl").is_file()
    with pytest.raises(ValueError, match="A pickle can run any code.*allow_pickle=True"):
        hssm.HSSM.load_model(path)
    assert "v_half(x)" in hssm.HSSM.load_model(path, allow_pickle=True).initvals


class Unpicklable:
    def __reduce__(self):
        raise TypeError("it is bound to this process")


def test_what_cannot_be_saved_is_named_and_leaves_nothing(here):
    model = hssm.HSSM(simple_frame(12), extra_namespace={"handle": Unpicklable()})
    with pytest.raises(ValueError, match=r"`extra_namespace\.handle`.*cannot be saved.*bound to this process"):
        model.save_model("m")
    assert not list((here / "hssm_models").iterdir())


def test_mixed_columns(here):
    frame = simple_frame(12).assign(note=["a", 1, None] * 4)
    with pytest.warns(UserWarning, match="not saved: 'note'"):
        path = hssm.HSSM(frame).save_model("m")
    assert list(hssm.HSSM.load_model(path).data) == ["rt", "response"]


def test_the_class_must_fit(simple_fit, here):
    class Other(hssm.HSSM):
        pass

    path = simple_fit.save_model("m")
    with pytest.raises(ValueError, match=r"is an HSSM: call `hssm\.HSSM\.load_model`"):
        Other.load_model(path)


def test_the_manifest_can_be_read_by_people(simple_fit, here):
    manifest = json.loads((simple_fit.save_model("m") / "model.json").read_text())
    assert manifest["schema_version"] == 1
    assert manifest["hssm_version"] == hssm.__version__
    assert manifest["arguments"]["model"] == "ddm"
    assert manifest["arguments"]["p_outlier"] == 0.05
    assert set(manifest["files"]) == {"data.parquet", "traces.nc"}


# ------------------------------------------------------------------ models saved by releases


@pytest.mark.parametrize("path", sorted(RELEASES.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_models_of_every_release_can_be_read(path):
    """What the fixture must give is written beside it in plain numbers, made when it was saved."""
    expected = json.loads((path / "expected.json").read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about the data, said when the fixture was made
        model = hssm.HSSM.load_model(path / "model")
    assert model.list_params == expected["list_params"]
    means = model.traces["posterior"].to_dataset().mean(("chain", "draw"))
    assert set(means.data_vars) == set(expected["means"])
    for name, value in expected["means"].items():
        np.testing.assert_allclose(means[name].values, value, rtol=SAME_NUMERICS.relative)
    assert set(model.initvals) <= set(means.data_vars) | {f"{name}_offset" for name in means.data_vars}
    assert model.traces["posterior_predictive"].sizes["__obs__"] == expected["n_trials"]
    if path.name == "hierarchical":  # one of them is enough: this compiles
        assert math.isfinite(model.compile_logp()(model.initial_point()))


def test_every_case_has_a_fixture_of_this_release():
    assert {path.name for path in (RELEASES / hssm.__version__).iterdir()} == set(CASES)
