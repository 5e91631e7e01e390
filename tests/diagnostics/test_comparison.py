import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hssm
from hssm.diagnostics.comparison import compare, stacking_weights, verdict
from hssm.diagnostics.criteria import loo, waic
from tests.diagnostics.test_criteria import normal_fit

SHIFT = 0.5


def worse(tree, shift=SHIFT):
    """The same data under a model that is worse by ``shift`` per trial."""
    other = tree.copy(deep=True)
    other["log_likelihood"]["y"].values[:] -= shift
    return other


def test_models_are_ranked_with_their_differences():
    _, tree = normal_fit()
    table = compare({"bad": worse(tree), "good": tree})
    assert table.index.tolist() == ["good", "bad"]
    assert table["rank"].tolist() == [0, 1]
    assert table.loc["bad", "elpd_diff"] == pytest.approx(40 * SHIFT)
    assert table.loc["bad", "dse"] == pytest.approx(0.0, abs=1e-9)
    assert table["weight"].tolist() == pytest.approx([1.0, 0.0], abs=1e-6)
    assert table["verdict"].tolist() == ["best", "clearly worse"]
    assert table["reliability"].str.startswith("good").all()


@pytest.mark.parametrize("method", ["loo", "waic"])
def test_models_can_be_compared_by_group(method):
    _, tree = normal_fit()
    table = compare({"good": tree, "bad": worse(tree)}, method=method, by="person")
    assert table.loc["bad", "elpd_diff"] == pytest.approx(40 * SHIFT)


def test_scores_can_be_mixed_with_trees():
    _, tree = normal_fit()
    by_score = compare({"one": loo(tree), "two": worse(tree)})
    assert by_score.loc["one", "elpd"] == compare({"one": tree, "two": worse(tree)}).loc["one", "elpd"]
    with pytest.raises(ValueError, match=r"'one': waic by trial.*'two': loo by trial"):
        compare({"one": waic(tree), "two": worse(tree)})


def test_weights_solve_the_stacking_problem():
    """Two models, each right for its share of the trials and equally wrong elsewhere: the shares are the weights."""
    is_first = np.arange(100) < 30
    right, wrong = np.log(0.9), np.log(1e-6)
    elpd = np.column_stack([np.where(is_first, right, wrong), np.where(is_first, wrong, right)])
    np.testing.assert_allclose(stacking_weights(elpd), [0.3, 0.7], atol=1e-4)


def test_a_model_that_is_never_better_has_no_weight_at_all():
    elpd = np.column_stack([np.full(20, -1.0), np.full(20, -2.0)])
    assert stacking_weights(elpd).tolist() == [1.0, 0.0]


def test_weights_are_those_of_arviz():
    import arviz_stats

    rng = np.random.default_rng(2)
    _, tree = normal_fit()
    trees = {"a": tree}
    for name in ("b", "c"):
        trees[name] = tree.copy(deep=True)
        trees[name]["log_likelihood"]["y"].values[:] += rng.normal(0, 0.5, 40)
    ours = compare(trees)
    theirs = arviz_stats.compare(trees, round_to="none")
    np.testing.assert_allclose(ours["weight"], theirs["weight"][ours.index], atol=0.01)
    np.testing.assert_allclose(ours["elpd"], theirs["elpd"][ours.index])
    np.testing.assert_allclose(ours["elpd_diff"], theirs["elpd_diff"][ours.index].abs(), atol=1e-6)
    np.testing.assert_allclose(ours["dse"], theirs["dse"][ours.index], rtol=1e-2)


def test_verdicts():
    assert verdict(0, 0, 0) == "best"
    assert verdict(1, 3.0, 0.1) == "as good as the best"
    assert verdict(1, 6.0, 4.0) == "perhaps worse"
    assert verdict(1, 6.0, 2.0) == "worse"
    assert verdict(1, 60.0, 2.0) == "clearly worse"


def test_faults_are_named(simple_fit):
    _, tree = normal_fit()
    with pytest.raises(ValueError, match="at least two models"):
        compare({"one": tree})
    with pytest.raises(ValueError, match=r"Unknown method 'loow'.*Did you mean 'loo'"):
        compare({"one": tree, "two": tree}, method="loow")
    with pytest.raises(TypeError, match="dict from names"):
        compare([tree, tree])
    with pytest.raises(ValueError, match=r"'one' \(40 trials\) and 'two' \(60 trials\).*different responses"):
        compare({"one": tree, "two": simple_fit})
    permuted = tree.copy(deep=True)
    permuted["observed_data"]["y"].values[:] = permuted["observed_data"]["y"].values[::-1]
    with pytest.raises(ValueError, match="another order"):
        compare({"one": tree, "two": permuted})


def test_compare_is_public_under_both_names(simple_fit):
    table = hssm.compare({"a": simple_fit, "b": simple_fit.traces})
    pd.testing.assert_frame_equal(table, hssm.diagnostics.compare({"a": simple_fit, "b": simple_fit.traces}))
    assert isinstance(simple_fit.traces, xr.DataTree)


def test_what_is_no_model_is_named(simple_fit):
    with pytest.raises(TypeError, match=r"'other' must be a sampled model, a DataTree or a score, got int"):
        compare({"one": simple_fit, "other": 3})


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_the_table_prints_all_columns_in_any_terminal(monkeypatch, columns):
    _, tree = normal_fit()
    table = compare({"one": tree, "two": worse(tree)})
    monkeypatch.setenv("COLUMNS", str(columns))
    printed = str(table)
    for name in table.columns:
        assert name in printed
    for text in (*table["reliability"], *table["verdict"]):
        assert text in printed
    assert "..." not in printed


def test_the_table_is_a_data_frame_and_so_are_its_parts():
    _, tree = normal_fit()
    table = compare({"one": tree, "two": worse(tree)})
    assert isinstance(table, pd.DataFrame)
    assert type(table[["elpd", "se"]]) is pd.DataFrame
