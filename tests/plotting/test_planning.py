"""The plot of a plan: the table's numbers, a line per number of participants."""

from __future__ import annotations

import pandas as pd
import pytest

from hssm.plotting.planning import plot_plan

TABLE = pd.DataFrame(
    {
        "n_participants": [10, 10, 20, 20],
        "n_trials": [100, 50, 50, 100],
        "parameter": "v_x",
        "level": "",
        "posterior_sd": [0.2, 0.3, 0.15, 0.1],
        "power": [0.6, 0.4, 0.7, 0.9],
        "power_error": 0.1,
    }
)


def test_lines_hold_the_numbers() -> None:
    ax = plot_plan(TABLE, "v_x").axes[0, 0]
    lines = [container.lines[0] for container in ax.containers]
    assert [list(line.get_xdata()) for line in lines] == [[50, 100], [50, 100]]
    assert [list(line.get_ydata()) for line in lines] == [[0.4, 0.6], [0.7, 0.9]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["10 participants", "20 participants"]
    assert plot_plan(TABLE, "v_x", "posterior_sd").axes[0, 0].get_ylabel() == "expected posterior sd"


def test_names_are_checked() -> None:
    with pytest.raises(ValueError, match="v_x"):
        plot_plan(TABLE, "v_y")
    with pytest.raises(ValueError, match="column"):
        plot_plan(TABLE, "v_x", "luck")
