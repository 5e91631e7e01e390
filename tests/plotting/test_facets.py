"""Every trial is in exactly one panel; what cannot be laid out is refused."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from hssm.plotting.data import PredictiveRequest, predictive_data
from hssm.plotting.facets import FacetGrid, Layout, draw_facets, group_masks, levels, panels


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"g": ["b", "a", "b", "c"], "h": [2, 10, 2, 2], "k": pd.Categorical(["y", "x", "x", "y"], ["y", "x"])}
    )


def test_levels_are_sorted_or_in_categorical_order(frame) -> None:
    assert levels(frame["g"]) == ["a", "b", "c"]
    assert levels(frame["h"]) == [2, 10]
    assert levels(frame["k"]) == ["y", "x"]
    assert levels(pd.Series(["a", 1, None], dtype=object)) == [1, "a"]


def test_panels_share_out_the_trials(frame) -> None:
    n_rows, n_columns, found = panels(frame, Layout(row="g", col="k"))
    assert (n_rows, n_columns, len(found)) == (3, 2, 6)
    np.testing.assert_array_equal(np.sum([panel.trials for panel in found], axis=0), 1)
    assert found[0].heading == "g = a, k = y"


def test_wrapped_columns(frame) -> None:
    n_rows, n_columns, found = panels(frame, Layout(col="g", col_wrap=2))
    assert (n_rows, n_columns) == (2, 2)
    assert [(p.row, p.column) for p in found] == [(0, 0), (0, 1), (1, 0)]


def test_groups_in_the_order_asked_for(frame) -> None:
    layout = Layout(row="g", col="h", groups="k", groups_order=["x", "y"])
    assert [heading for heading, _ in group_masks(frame, layout)] == ["k = x", "k = y"]
    with pytest.raises(ValueError, match="groups_order"):
        list(group_masks(frame, Layout(row="g", col="h", groups="k", groups_order=["z"])))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": "g"}, "row"),
        ({"groups": "g", "col": "h"}, "row"),
        ({"groups_order": ["a"]}, "groups"),
        ({"col_wrap": 2}, "col"),
        ({"col_wrap": 2, "row": "g", "col": "h"}, "row"),
        ({"col_wrap": 0, "col": "h"}, "positive"),
    ],
)
def test_impossible_layouts(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        Layout(**options)


def test_a_given_axes_is_for_a_single_plot() -> None:
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="ax"):
        Layout(row="g", ax=ax)


def test_draws_each_panel_once_with_its_trials(two_choices) -> None:
    data = predictive_data(two_choices, PredictiveRequest(n_samples=2))
    sizes = []
    grid = draw_facets(
        data, Layout(col="participant_id", col_wrap=2), lambda ax, part: sizes.append(len(part.frame)), None
    )
    assert isinstance(grid, FacetGrid)
    assert sum(sizes) == len(data.frame)
    assert [ax.get_visible() for ax in grid.axes.ravel()] == [True, True, True, False]


def test_empty_panels_say_so(two_choices) -> None:
    frame = two_choices.built.observations.frame
    frame.loc[frame["condition"] == "easy", "block"] = 0
    data = predictive_data(two_choices, PredictiveRequest(n_samples=2))
    grid = draw_facets(data, Layout(row="condition", col="block"), lambda ax, part: None, None)
    assert [text.get_text() for text in grid.axes[0, 1].texts] == ["no trials"]
