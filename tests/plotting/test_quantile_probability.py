"""The picture shows the table: observed points, predicted points or ellipses, facets."""

import numpy as np
import pytest
from matplotlib.patches import Ellipse

from hssm.plotting import plot_quantile_probability
from hssm.plotting.data import PredictiveRequest, predictive_data
from hssm.plotting.quantiles import QuantileRequest, quantile_table


def points(ax, size: float) -> set[tuple[float, float]]:
    lines = [line for line in ax.lines if line.get_marker() not in ("", "None") and line.get_markersize() == size]
    return {(round(x, 9), round(y, 9)) for line in lines for x, y in zip(*line.get_data(), strict=True)}


def table_points(table) -> set[tuple[float, float]]:
    return {(round(x, 9), round(y, 9)) for x, y in zip(table["proportion"], table["rt"], strict=True)}


def test_every_row_of_the_table_is_a_point(two_choices) -> None:
    ax = plot_quantile_probability(two_choices, "condition", n_samples=None)
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))
    request = QuantileRequest(cond="condition", quantiles=(0.1, 0.3, 0.5, 0.7, 0.9))
    assert points(ax, 6) == table_points(quantile_table(data, data.observed, request))
    assert points(ax, 3.5) == table_points(quantile_table(data, data.predicted, request))
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[0] == "0.9 quantile"
    assert "left" in labels
    assert any("omitted" in label for label in labels)


def test_ellipses_replace_points(two_choices) -> None:
    ax = plot_quantile_probability(two_choices, "condition", predictive_style="ellipse", q=3)
    assert len([p for p in ax.patches if isinstance(p, Ellipse)]) == 2 * 2 * 3
    assert not points(ax, 3.5)
    few = plot_quantile_probability(two_choices, "condition", predictive_style="both", n_samples=1, q=3)
    assert not few.patches
    assert points(few, 3.5)


def test_conditions_on_the_axis(two_choices) -> None:
    ax = plot_quantile_probability(
        two_choices, "condition", x="condition", hue="response", correct="target", predictive_style="ellipse",
        xticklabels=["E", "H"],
    )  # fmt: skip
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["E", "H"]
    assert len(ax.collections) == 2 * 2 * 5
    assert ax.get_xlabel() == "condition"


def test_facets(two_choices) -> None:
    grid = plot_quantile_probability(two_choices, "condition", col="participant_id", quantile_by="block")
    assert grid.axes.shape == (1, 3)
    grids = plot_quantile_probability(two_choices, "condition", row="block", col="participant_id", groups="target")
    assert len(grids) == 2


def test_styles_reach_the_points(two_choices) -> None:
    ax = plot_quantile_probability(
        two_choices, "condition", data_kwargs={"markersize": 9}, predictive_samples_kwargs={"alpha": 1.0}, title="T"
    )
    assert points(ax, 9)
    assert not points(ax, 6)
    assert ax.get_title() == "T"
    assert np.isclose(ax.get_ylim()[0], 0.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cond": "conditoin"}, "condition"),
        ({"x": "probability"}, "`x`"),
        ({"y": "response"}, "`y`"),
        ({"hue": "color"}, "hue"),
        ({"predictive_style": "circles"}, "predictive_style"),
        ({"ellipse_confidence": 1.0}, "ellipse_confidence"),
        ({"ellipse_min_points": 2}, "ellipse_min_points"),
        ({"q": 0}, "`q`"),
        ({"quantile_by": "nowhere"}, "nowhere"),
        ({"correct": "condition"}, "correct"),
        ({"xticklabels": ["one"]}, "xticklabels"),
    ],
)
def test_faults_are_named(two_choices, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        plot_quantile_probability(two_choices, **{"cond": "condition", **options})
