import numpy as np

from hssm.plotting import plot_effects
from hssm.plotting.effects_data import effect_table
from tests.tolerances import DRAWN


def test_a_number_is_a_line_in_a_band(hierarchical_fit):
    grid = plot_effects(hierarchical_fit, "x")
    table = effect_table(hierarchical_fit, "x")
    (line,) = grid.axes[0, 0].get_lines()
    np.testing.assert_allclose(line.get_ydata(), table.groupby("x")["value"].mean(), rtol=DRAWN.relative)
    assert grid.axes[0, 0].get_ylabel() == "v (1/√s)"


def test_levels_are_points_and_by_gives_a_legend(hierarchical_fit):
    grid = plot_effects(hierarchical_fit, "level")
    ticks = [text.get_text() for text in grid.axes[0, 0].get_xticklabels()]
    assert ticks == ["hi", "lo", "mid"]
    split = plot_effects(hierarchical_fit, "x", by="level", n_samples=10, title="drift")
    assert len(split.axes[0, 0].get_lines()) == 3
    assert split.figure.legends[0].get_title().get_text() == "level"
