import time

import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.plotting import plot_model_cartoon
from hssm.plotting.processes import curves, process_of
from tests.fitted import quietly, simple_frame
from tests.tolerances import DRAWN

SECONDS = 3.0


def test_boundaries_and_start_are_those_of_the_posterior_mean(simple_fit):
    ax = simple_fit.plot_model_cartoon(n_samples=None, random_state=1)
    posterior = simple_fit.traces["posterior"].to_dataset().mean(("chain", "draw"))
    height, start = float(posterior["a"]), float(posterior["a"] * (2 * posterior["z"] - 1))
    drawn = [line for line in ax.get_lines() if len(line.get_xdata()) > 100]
    np.testing.assert_allclose(np.nanmax(drawn[0].get_ydata()), height, rtol=1e-6)
    np.testing.assert_allclose(np.nanmin(drawn[1].get_ydata()), -height, rtol=1e-6)
    dot = next(line for line in ax.get_lines() if line.get_marker() == "o")
    assert dot.get_xdata()[0] == pytest.approx(float(posterior["t"]))
    mean_of_starts = (simple_fit.traces["posterior"]["a"] * (2 * simple_fit.traces["posterior"]["z"] - 1)).mean()
    assert dot.get_ydata()[0] == pytest.approx(start)
    assert dot.get_ydata()[0] == pytest.approx(float(mean_of_starts), abs=0.05)


def test_densities_stand_on_their_boundaries(simple_fit):
    ax = simple_fit.plot_model_cartoon(bins=10, uncertainty=None, random_state=1, xlims=(0, 5))
    steps = [line.get_ydata() for line in ax.get_lines() if len(line.get_xdata()) == 11]
    assert len(steps) == 4  # predicted and observed on two sides
    assert sum(y.min() > 0 for y in steps) == 2
    base = min(np.abs(y).min() for y in steps)
    shares = [(np.abs(y) - base)[:-1].sum() for y in steps]
    upper = (simple_frame()["response"] == 1).mean()
    observed = shares[3] / (shares[1] + shares[3])
    assert observed == pytest.approx(upper, abs=0.03)
    assert ax.get_ylim()[1] >= max(y.max() for y in steps)
    lowest = min(y.min() for y in steps)
    assert lowest - 0.1 * (base - lowest) <= ax.get_ylim()[0] <= lowest  # no empty space below a rare choice


def test_panels_groups_and_paths(hierarchical_fit):
    grid = plot_model_cartoon(hierarchical_fit, col="level", n_trajectories=3, random_state=1)
    assert grid.axes.shape == (1, 3)
    tops = [np.nanmax([np.nanmax(line.get_ydata()) for line in ax.get_lines()]) for ax in grid.axes.flat]
    assert all(ax.get_ylim()[1] >= top for ax, top in zip(grid.axes.flat, tops, strict=True))
    slim = plot_model_cartoon(hierarchical_fit, random_state=1, uncertainty="samples", n_samples=3, plot_data=False)
    assert slim.get_ylabel() == "Evidence"


@pytest.fixture(scope="module")
def race():
    """A race with draws around the truth: what is drawn does not depend on who drew them, and sampling compiles."""
    theta = {"A": 0.4, "b": 1.2, "v0": 2.0, "v1": 1.0, "v2": 0.5, "t": 0.2}
    model = hssm.HSSM(hssm.simulate_data("racing_diffusion_3", theta, size=60, random_state=1), "racing_diffusion_3")
    noise = np.random.default_rng(2).normal(1.0, 0.05, size=(len(theta), 2, 20))
    draws = {name: (("chain", "draw"), theta[name] * noise[i]) for i, name in enumerate(theta)}
    posterior = xr.Dataset(draws, coords={"chain": [0, 1], "draw": np.arange(20)})
    model.restore_traces(xr.DataTree.from_dict({"posterior": posterior}))
    return model


def test_races_have_a_line_per_accumulator(race):
    ax = race.plot_model_cartoon(random_state=1, n_trajectories=1, colors=["red", "green", "blue"])
    assert ax.get_ylim()[0] == 0
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts[:3] == ["response 0", "response 1", "response 2"]
    process = process_of(race.model_config)
    posterior = race.traces["posterior"].to_dataset().mean(("chain", "draw"))
    theta = {name: np.atleast_1d(float(posterior[name])) for name in ("A", "b", "v0", "v1", "v2", "t")}
    expected = curves(process, theta, ax.get_xlim()[1])
    everything = race.plot_model_cartoon(n_samples=None, random_state=1)
    drawn = [line.get_ydata() for line in everything.get_lines() if len(line.get_xdata()) == len(expected.times)]
    np.testing.assert_allclose(drawn[1], expected.drift[0, 0], rtol=1e-6, atol=DRAWN.absolute)


def test_the_legend_has_a_non_decision_time_if_the_model_has_one(race):
    def texts(model):
        return [text.get_text() for text in model.plot_model_cartoon(random_state=1).get_legend().get_texts()]

    assert texts(race)[-1] == "non-decision time"
    theta = {"A": 0.4, "b": 1.2, "v0": 2.0, "v1": 1.9}
    without = hssm.HSSM(hssm.simulate_data("lba2", theta, size=60, random_state=1), "lba2")
    draws = {name: (("chain", "draw"), np.full((1, 20), value)) for name, value in theta.items()}
    without.restore_traces(xr.DataTree.from_dict({"posterior": xr.Dataset(draws, {"chain": [0], "draw": range(20)})}))
    assert texts(without)[-1] == "observed"


def test_what_cannot_be_drawn_is_refused(simple_fit):
    with pytest.raises(ValueError, match="`n_trajectories` must be a number of paths"):
        simple_fit.plot_model_cartoon(n_trajectories=-1)
    with pytest.raises(ValueError, match="`hist_height` must be positive"):
        simple_fit.plot_model_cartoon(hist_height=0)
    with pytest.raises(ValueError, match="`obs` must be the model's response 'rt,response'"):
        simple_fit.plot_model_cartoon(obs="rt")
    model = hssm.HSSM(hssm.simulate_data("lnr3", _lnr(), size=20, random_state=1), "lnr3")
    with pytest.raises(ValueError, match="no cartoon of model 'lnr3'"):
        model.plot_model_cartoon()


def _lnr():
    from hssm.models.registry import get_model

    return {p.name: 0.2 if p.name == "t" else 0.5 for p in get_model("lnr3").parameters}


def test_the_prior_can_be_drawn_before_any_fit():
    ax = hssm.HSSM(simple_frame(20)).plot_model_cartoon(
        predictive_group="prior_predictive", n_samples=10, random_state=1
    )
    assert ax.get_title() == "Prior predictive"


@pytest.mark.slow
def test_a_cartoon_of_many_draws_and_trials_is_quick():
    model = hssm.HSSM(simple_frame(5000))
    quietly(model, draws=500, tune=100)
    model.sample_posterior_predictive(random_seed=1)
    model.plot_model_cartoon(n_samples=2)
    began = time.perf_counter()
    model.plot_model_cartoon(n_samples=None)
    assert time.perf_counter() - began < SECONDS


def test_columns_of_the_data_push_the_paths_of_their_panel():
    """A conflict of one's own: in a panel of incongruent trials the mean path begins on the wrong side."""
    simon = hssm.diffusion_model(
        "simon",
        drift=lambda t, p: p.v + p.side * 4.0 * np.exp(-t / 0.15),
        bound=lambda t, p: p.a,
        params=["v", "a"],
        extra_fields=["side"],
    )
    side, theta = np.repeat([1, -1], 30), {"v": 1.6, "a": 1.0, "t": 0.3}
    data = hssm.simulate_data(simon, {**theta, "side": side}, random_state=1).assign(side=side)
    model = hssm.HSSM(data, model=simon, p_outlier=None)
    draws = {name: (("chain", "draw"), np.full((1, 20), value)) for name, value in theta.items()}
    model.restore_traces(xr.DataTree.from_dict({"posterior": xr.Dataset(draws, {"chain": [0], "draw": range(20)})}))
    grid = plot_model_cartoon(model, col="side", n_samples=5, random_state=1)
    lowest = {}
    for ax, value in zip(grid.axes.flat, (-1, 1), strict=True):
        paths = [line.get_ydata() for line in ax.get_lines() if len(line.get_xdata()) > 100]
        lowest[value] = min(np.nanmin(path) for path in paths if np.nanmin(path) > -0.99)
    assert lowest[-1] < -0.1
    assert lowest[1] >= 0.0
