"""The arrays behind a plot: which draws, which rows, which labels; and that nothing passed in is changed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hssm
from hssm.plotting import plot_predictive
from hssm.plotting.data import PredictiveRequest, Responses, predictive_data, thin, used_columns
from hssm.spec import Recording


def test_rows_draws_and_labels_are_those_of_the_tree(two_choices) -> None:
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))
    matrix = two_choices.traces["posterior_predictive"]["rt,response"].to_numpy().reshape(30, 240, 2)
    omitted = matrix[..., 0] == -999.0
    assert data.predicted.rt.shape == (30, 240)
    np.testing.assert_array_equal(data.predicted.rt[~omitted], matrix[..., 0][~omitted])
    assert np.isnan(data.predicted.rt[omitted]).all()
    assert data.predicted.omitted == pytest.approx(omitted.mean())
    assert data.labels == {-1: "left", 1: "right"}
    np.testing.assert_array_equal(data.observed.choice, two_choices.built.observations.frame["response"])


def test_a_part_keeps_rows_together(two_choices) -> None:
    data = predictive_data(two_choices, PredictiveRequest())
    rows = (data.frame["condition"] == "easy").to_numpy()
    part = data.take(rows)
    np.testing.assert_array_equal(part.observed.rt, data.observed.rt[rows])
    np.testing.assert_array_equal(part.predicted.rt, data.predicted.rt[:, rows])
    assert len(part.frame) == part.predicted.n_trials == rows.sum()


@pytest.mark.parametrize(("n_samples", "kept"), [(4, 4), (0.2, 3), (None, 15), (400, 15), (1.0, 15)])
def test_thinning_counts_per_chain(two_choices, rng, n_samples, kept) -> None:
    group = two_choices.traces["posterior_predictive"].to_dataset()
    assert thin(group, n_samples, rng).sizes["draw"] == kept


@pytest.mark.parametrize(
    ("n_samples", "error"), [(0, ValueError), (1.5, ValueError), (True, TypeError), ("3", TypeError)]
)
def test_no_number_of_draws(two_choices, n_samples, error) -> None:
    with pytest.raises(error, match="n_samples"):
        predictive_data(two_choices, PredictiveRequest(n_samples=n_samples))


def test_equal_seeds_choose_equal_draws(two_choices) -> None:
    first, second, other = (
        predictive_data(two_choices, PredictiveRequest(n_samples=3, random_state=seed)).predicted.choice
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_unknown_group_and_missing_column(two_choices) -> None:
    with pytest.raises(ValueError, match="prior_predictive"):
        predictive_data(two_choices, PredictiveRequest(predictive_group="predictions"))
    with pytest.raises(ValueError, match="conditoin.*condition"):
        predictive_data(two_choices, PredictiveRequest(columns=used_columns(row="conditoin")))


def test_predictions_of_other_trials_need_their_data(two_choices) -> None:
    short = two_choices.traces["posterior_predictive"].to_dataset().isel(__obs__=slice(10))
    tree = xr.DataTree.from_dict({"posterior_predictive": short})
    with pytest.raises(ValueError, match=r"predicts 10 trials.*240"):
        predictive_data(two_choices, PredictiveRequest(dt=tree))
    frame = two_choices.built.observations.frame[:10].copy()
    frame["response"] = frame["response"].map({-1: "left", 1: "right", -999: -999})
    data = predictive_data(two_choices, PredictiveRequest(dt=tree, data=frame))
    np.testing.assert_array_equal(data.observed.choice, two_choices.built.observations.frame["response"][:10])


def test_omitted_share_of_choice_only_and_timed_responses() -> None:
    assert Responses(rt=None, choice=np.array([0.0, 1.0, -999.0, 1.0])).omitted == 0.25
    assert Responses(rt=np.array([np.nan, 1.0]), choice=np.array([-999.0, 1.0])).omitted == 0.5


@pytest.fixture(scope="module")
def fitted() -> hssm.HSSM:
    """A small model with draws by hand."""
    data = hssm.simulate_data("ddm", {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.3}, size=80, random_state=1)
    data["response"] = data["response"].map({-1: "no", 1: "yes"})
    model = hssm.HSSM(data, choices=["no", "yes"])
    generator = np.random.default_rng(5)
    centres = {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.3}
    draws = {n: (("chain", "draw"), c + 0.01 * generator.normal(size=(2, 40))) for n, c in centres.items()}
    posterior = xr.Dataset(draws, coords={"chain": [0, 1], "draw": np.arange(40)})
    model.restore_traces(xr.DataTree.from_dict({"posterior": posterior}))
    return model


def test_missing_predictions_are_made_beside_the_tree(fitted) -> None:
    before = set(fitted.traces.children)
    data = predictive_data(fitted, PredictiveRequest(n_samples=7, random_state=3))
    again = predictive_data(fitted, PredictiveRequest(n_samples=7, random_state=3))
    assert set(fitted.traces.children) == before
    assert data.predicted.rt.shape == (14, 80)
    np.testing.assert_array_equal(data.predicted.rt, again.predicted.rt)
    assert set(np.unique(data.predicted.choice)) <= {-1.0, 1.0}


def test_prior_predictions_need_no_fit(fitted) -> None:
    data = predictive_data(fitted, PredictiveRequest(predictive_group="prior_predictive", n_samples=6, random_state=1))
    assert data.predicted.n_trials == 80
    assert "prior" not in fitted.traces.children


def test_new_data_without_responses(fitted) -> None:
    frame = pd.DataFrame({"x": np.arange(5.0)})
    data = predictive_data(fitted, PredictiveRequest(data=frame, plot_data=False, n_samples=3, random_state=1))
    assert data.observed is None
    assert data.predicted.rt.shape == (6, 5)
    with pytest.raises(ValueError, match="plot_data=False"):
        predictive_data(fitted, PredictiveRequest(data=frame))


def test_methods_of_the_model(fitted) -> None:
    axes = fitted.plot_predictive(n_samples=4, random_state=1)
    assert len(axes.lines) >= 2
    with pytest.raises(ValueError, match="half"):
        fitted.plot_quantile_probability("half")


def test_trials_whose_rt_was_lost_are_left_out_and_are_no_omissions(two_choices) -> None:
    """Of four such rows one lost its rt, one lost both; two had a deadline and are omissions."""
    own = two_choices.built.observations
    frame = own.frame.assign(deadline=np.inf, rt=1.0, response=1)
    rows = frame.index[:4]
    frame.loc[rows, "rt"] = -999.0
    frame.loc[rows[1:], "response"] = -999
    frame.loc[rows[2:], "deadline"] = 2.0
    recorded = replace(
        own,
        frame=frame,
        response=("rt", "response", "deadline"),
        recording=Recording(missing=-999.0, deadline="deadline"),
    )
    tree = two_choices.traces.copy()
    tree["posterior_predictive"] = (
        tree["posterior_predictive"].to_dataset().rename({"rt,response": "rt,response,deadline"})
    )
    two_choices.built.observations, two_choices.traces = recorded, tree
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))
    assert data.lost == pytest.approx(2 / len(frame))
    assert data.observed.omitted == pytest.approx(2 / (len(frame) - 2))
    assert data.observed.n_trials == data.predicted.n_trials == len(data.frame) == len(frame) - 2
    text = [t.get_text() for t in plot_predictive(two_choices).get_legend().get_texts()][-1]
    assert "% of trials left out: rt lost" in text and "% omitted" in text
    everything = predictive_data(two_choices, PredictiveRequest(n_samples=None, plot_data=False))
    assert everything.predicted.n_trials == len(frame) and everything.lost == 0.0
