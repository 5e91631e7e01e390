import builtins
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hssm
from hssm.inference.tidy import tidy_draws


def test_scalars_have_a_row_per_draw(simple_fit):
    table = hssm.tidy_draws(simple_fit, "v", "a", to="pandas")
    assert list(table.columns) == ["chain", "draw", "v", "a"]
    np.testing.assert_array_equal(table["v"], simple_fit.traces["posterior"]["v"].values.ravel())
    assert table["chain"].tolist() == [0] * 60 + [1] * 60


def test_without_names_all_scalars_are_given(simple_fit):
    assert list(tidy_draws(simple_fit.traces, to="pandas").columns) == ["chain", "draw", "v", "a", "z", "t"]


def test_scalars_are_repeated_and_shared_dims_joined(hierarchical_fit):
    specs = ("v_Intercept", "v_1|participant_id[participant_id]", "t_1|participant_id[participant_id]", "a_level")
    table = tidy_draws(hierarchical_fit, *specs, to="pandas")
    assert list(table.columns)[:4] == ["chain", "draw", "participant_id", "a_level_dim"]
    assert len(table) == 2 * 60 * 5 * 2
    posterior = hierarchical_fit.traces["posterior"]
    row = table[(table["chain"] == 1) & (table["draw"] == 7) & (table["participant_id"] == "103")].iloc[1]
    drawn = posterior.to_dataset().sel(chain=1, draw=7)
    member = {"participant_id__factor_dim": "103"}
    assert row["v_Intercept"] == float(drawn["v_Intercept"])
    assert row["v_1|participant_id"] == float(drawn["v_1|participant_id"].sel(member))
    assert row["t_1|participant_id"] == float(drawn["t_1|participant_id"].sel(member))
    assert row["a_level"] == float(drawn["a_level"].sel({"a_level_dim": row["a_level_dim"]}))


def test_long_names_of_dims_are_understood(hierarchical_fit):
    short = tidy_draws(hierarchical_fit, "v_1|participant_id[participant_id]", to="pandas")
    long = tidy_draws(hierarchical_fit, "v_1|participant_id[participant_id__factor_dim]", to="pandas")
    pd.testing.assert_frame_equal(short, long)


def test_levels_of_a_term_are_joined_across_parameters_where_specs_name_the_term():
    levels = {"v_cond_dim": ["easy", "hard"], "a_cond_dim": ["easy", "hard"], "chain": [0], "draw": [0, 1, 2]}
    sides = {"v_cond": "v_cond_dim", "a_cond": "a_cond_dim"}
    values = {name: (("chain", "draw", dim), np.arange(6.0).reshape(1, 3, 2)) for name, dim in sides.items()}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(values, coords=levels)})
    joined = tidy_draws(tree, "v_cond[cond]", "a_cond[cond]", to="pandas")
    assert list(joined.columns) == ["chain", "draw", "cond", "v_cond", "a_cond"]
    assert len(joined) == 6
    assert joined["v_cond"].equals(joined["a_cond"].rename("v_cond"))
    assert joined["cond"].tolist() == ["easy", "hard"] * 3
    assert len(tidy_draws(tree, "v_cond", "a_cond", to="pandas")) == 12
    with pytest.raises(ValueError, match=r"'v_cond' names 'con'. Its dimensions: v_cond_dim"):
        tidy_draws(tree, "v_cond[con]")


def test_predictions_have_a_column_per_component(simple_fit):
    tree = simple_fit.sample_posterior_predictive(draws=2, inplace=False, random_seed=1)
    table = tidy_draws(tree, "rt,response", group="posterior_predictive", to="pandas")
    assert list(table.columns) == ["chain", "draw", "__obs__", "rt", "response"]
    assert set(table["response"]) <= {-1.0, 1.0}
    assert len(table) == 2 * 2 * 60


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        (("vv",), r"no variable 'vv'.*It has: .*v_Intercept"),
        (("v_1|participantid",), r"Did you mean 'v_1\|participant_id'"),
        (("v_1|participant_id[participant]",), r"names 'participant'\. Did you mean 'participant_id'\?"),
        (("v_Intercept[x]",), r"names 'x'\.* Its dimensions: none"),
    ],
)
def test_unknown_names_are_explained(hierarchical_fit, specs, message):
    with pytest.raises(ValueError, match=message):
        tidy_draws(hierarchical_fit, *specs, to="pandas")


def test_unknown_groups_and_packages(simple_fit):
    with pytest.raises(ValueError, match=r"no group 'priors'.*Groups: "):
        tidy_draws(simple_fit, group="priors", to="pandas")
    with pytest.raises(ValueError, match=r"`to` must be 'pandas' or 'polars', got 'panda'\. Did you mean 'pandas'"):
        tidy_draws(simple_fit, to="panda")
    with pytest.raises(TypeError, match="model or a DataTree, got int"):
        tidy_draws(3, to="pandas")


def test_without_polars_the_extra_is_named(simple_fit, monkeypatch):
    real = builtins.__import__

    def without_polars(name, *args, **kwargs):
        if name == "polars":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "polars", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_polars)
    with pytest.raises(ImportError, match=r"pip install 'hssm\[polars\]'.*to='pandas'"):
        tidy_draws(simple_fit, "v")


def test_polars_holds_the_same_numbers(hierarchical_fit):
    pytest.importorskip("polars")
    specs = ("v_Intercept", "v_1|participant_id")
    frame, table = (tidy_draws(hierarchical_fit, *specs, to=to) for to in ("polars", "pandas"))
    assert frame.columns == list(table.columns)
    for name in frame.columns:
        np.testing.assert_array_equal(frame[name].to_numpy(), table[name].to_numpy())


def test_the_only_variable_of_a_group_needs_no_name(simple_fit):
    named = hssm.tidy_draws(simple_fit, "rt,response", group="log_likelihood", to="pandas")
    assert named.equals(hssm.tidy_draws(simple_fit, group="log_likelihood", to="pandas"))
