"""The picture shows the numbers: lines, bands, bars, facets and what the legend counts."""

import time

import numpy as np
import pytest

from hssm.plotting import densities, plot_predictive
from hssm.plotting.data import PredictiveRequest, predictive_data
from tests.plotting.conftest import make_model
from tests.tolerances import DRAWN

SECONDS = 3.0


def legend_texts(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def wide_lines(ax) -> list:
    """The lines of data, without the one at zero."""
    return [line for line in ax.lines if len(line.get_xdata()) > 2]


def test_two_choices_share_a_signed_axis(two_choices) -> None:
    ax = plot_predictive(two_choices, n_samples=None, bins=20, x_range=3)
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))
    edges = densities.bin_edges(20, -3.0, 3.0)
    predicted, observed = wide_lines(ax)
    for line, responses in ((predicted, data.predicted), (observed, data.observed)):
        values = np.atleast_2d(densities.signed(responses.rt, responses.choice, (-1, 1)))
        expected = densities.histogram(values, edges).mean(axis=0)
        np.testing.assert_allclose(line.get_xdata(), edges)
        np.testing.assert_allclose(line.get_ydata()[:-1], expected, rtol=DRAWN.relative, atol=DRAWN.absolute)
    assert {text.get_text() for text in ax.texts} == {"← left", "right →"}
    assert ax.get_xlim() == (-3.0, 3.0)


def test_the_band_is_the_interval_of_the_draws(two_choices) -> None:
    ax = plot_predictive(two_choices, n_samples=None, bins=8, x_range=3, hdi=(0.1, 0.9), step=False)
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))
    values = densities.signed(data.predicted.rt, data.predicted.choice, (-1, 1))
    low, high = np.quantile(densities.histogram(values, densities.bin_edges(8, -3.0, 3.0)), [0.1, 0.9], axis=0)
    drawn = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert drawn.max() == pytest.approx(high.max())
    assert set(np.round(low, 9)) <= set(np.round(drawn, 9))


def test_omissions_are_counted_in_the_legend(two_choices) -> None:
    share = two_choices.built.observations.is_missing.mean()
    texts = legend_texts(plot_predictive(two_choices))
    assert f"{100 * share:.1f} % omitted" in texts[-1]
    assert "omitted" in texts[0]


def test_what_is_beyond_the_axis_is_counted_too(two_choices) -> None:
    data = predictive_data(two_choices, PredictiveRequest())
    share = np.mean(data.observed.rt > 1.0)
    assert f"{100 * share:.1f} % beyond the axis" in legend_texts(plot_predictive(two_choices, x_range=1))[-1]


def test_several_choices_have_a_line_each(three_choices) -> None:
    ax = plot_predictive(three_choices, kind="kde", uncertainty=None, grid_points=64)
    lines = wide_lines(ax)
    assert len(lines) == 6
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
    assert min(line.get_xdata().min() for line in lines) >= 0
    assert legend_texts(ax)[:3] == ["response 0", "response 1", "response 2"]


def test_choices_alone_are_bars(choice_only) -> None:
    ax = plot_predictive(choice_only, n_samples=None)
    heights = [patch.get_height() for patch in ax.patches]
    shares = choice_only.built.observations.frame["response"].value_counts(normalize=True)
    np.testing.assert_allclose(heights[:3], [shares[c] for c in (0, 1, 2)])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["red", "green", "blue"]


def test_one_line_per_draw(two_choices) -> None:
    ax = plot_predictive(two_choices, n_samples=3, uncertainty="samples")
    assert len(wide_lines(ax)) == 2 * 3 + 2


def test_without_data(two_choices) -> None:
    ax = plot_predictive(two_choices, plot_data=False)
    assert len(wide_lines(ax)) == 1
    assert len(legend_texts(ax)) == 1


def test_facets_and_groups(two_choices) -> None:
    grid = plot_predictive(two_choices, row="condition", col="participant_id")
    assert grid.axes.shape == (2, 3)
    grids = plot_predictive(two_choices, row="condition", col="participant_id", groups="block", groups_order=[1, 0])
    assert [g.figure.get_suptitle() for g in grids] == [f"Posterior predictive | block = {b}" for b in (1, 0)]


def test_texts_styles_and_a_given_axes(two_choices) -> None:
    from matplotlib import pyplot as plt

    _, mine = plt.subplots()
    ax = plot_predictive(
        two_choices,
        ax=mine,
        title="T",
        xlabel="X",
        ylabel="Y",
        legend=False,
        colors=["red", "blue"],
        linewidths=3,
        ls=":",
    )
    assert ax is mine
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("T", "X", "Y")
    assert ax.get_legend() is None
    predicted, observed = wide_lines(ax)
    assert (predicted.get_color(), observed.get_color()) == ("red", "blue")
    assert predicted.get_linestyle() == observed.get_linestyle() == ":"


def test_both_spellings_of_the_seed(two_choices) -> None:
    first, second = (
        wide_lines(plot_predictive(two_choices, n_samples=2, **seed))[0].get_ydata()
        for seed in ({"random_state": 4}, {"random_seed": 4})
    )
    np.testing.assert_array_equal(first, second)
    with pytest.raises(TypeError, match="random_seed"):
        plot_predictive(two_choices, random_state=1, random_seed=1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"kind": "hits"}, ValueError, "kind"),
        ({"uncertainty": "bands"}, ValueError, "uncertainty"),
        ({"hdi": 2}, ValueError, "hdi"),
        ({"bins": 0}, ValueError, "bins"),
        ({"grid_points": 2}, ValueError, "grid_points"),
        ({"x_range": -1}, ValueError, "x_range"),
        ({"x_range": (2, 1)}, ValueError, "x_range"),
        ({"row": "nowhere"}, ValueError, "nowhere"),
        ({"groups": "block"}, ValueError, "row"),
        ({"colors": "no colour"}, ValueError, "colour"),
        ({"n_sample": 3}, TypeError, "n_sample"),
    ],
)
def test_faults_are_named(two_choices, options, error, message) -> None:
    with pytest.raises(error, match=message):
        plot_predictive(two_choices, **options)


@pytest.mark.parametrize("kind", ["hist", "kde"])
def test_many_draws_of_many_trials_are_quick(kind) -> None:
    model = make_model((-1, 1), n_trials=5000, n_draws=500)
    start = time.process_time()
    plot_predictive(model, n_samples=None, kind=kind)
    assert time.process_time() - start < SECONDS


def test_no_panel_is_cut(two_choices) -> None:
    """The tallest panel fits although it is not the last one drawn; panels of their own scale keep it."""
    frame = two_choices.built.observations.frame
    frame["peaked"] = np.where(np.arange(len(frame)) % 2, "b flat", "a peaked")
    response = two_choices.traces["posterior_predictive"]["rt,response"]
    response.values[:, :, ::2, 0] = 0.5 + 0.001 * (np.arange(len(frame) // 2) % 9)
    for options in ({}, {"grid_kwargs": {"sharey": False}}):
        grid = plot_predictive(two_choices, col="peaked", random_state=1, **options)
        for ax in grid.axes.flat:
            tops = [line.get_ydata(orig=False).max() for line in ax.get_lines() if len(line.get_ydata()) > 2]
            assert ax.get_ylim()[1] >= max(tops)
        limits = [ax.get_ylim()[1] for ax in grid.axes.flat]
        assert bool(limits[0] == limits[1]) is (not options)
