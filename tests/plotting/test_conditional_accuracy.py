import numpy as np
import pytest

from hssm.plotting import plot_conditional_accuracy
from hssm.plotting.accuracy import conditional_accuracy
from hssm.plotting.data import PredictiveRequest, predictive_data
from tests.tolerances import DRAWN


def test_what_is_drawn_is_what_was_computed(two_choices) -> None:
    ax = plot_conditional_accuracy(two_choices, n_samples=None, bins=4, correct="target")
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))
    x, y = conditional_accuracy(data, data.predicted, "target", 4)
    predicted, observed = ax.get_lines()
    np.testing.assert_allclose(predicted.get_xdata(), x.mean(axis=0), rtol=DRAWN.relative)
    np.testing.assert_allclose(predicted.get_ydata(), y.mean(axis=0), rtol=DRAWN.relative)
    np.testing.assert_allclose(observed.get_ydata(), conditional_accuracy(data, data.observed, "target", 4)[1][0])
    assert ax.get_ylabel() == "Proportion correct"


def test_conditions_have_their_lines_and_panels(two_choices) -> None:
    grid = plot_conditional_accuracy(two_choices, "condition", col="participant_id", random_state=1)
    assert grid.axes.shape == (1, 3)
    assert len(grid.axes[0, 0].get_lines()) == 4
    texts = [text.get_text() for text in grid.figure.legends[0].get_texts()]
    assert texts[:2] == ["condition = easy", "condition = hard"]
    assert plot_conditional_accuracy(two_choices).get_ylabel() == "Proportion of right"


def test_faulty_bins_and_columns(two_choices) -> None:
    with pytest.raises(ValueError, match="`bins` must be a number of bins"):
        plot_conditional_accuracy(two_choices, bins=1)
    with pytest.raises(ValueError, match="no column 'difficulty', needed as `cond`"):
        plot_conditional_accuracy(two_choices, "difficulty")


def test_every_point_of_every_panel_lies_within_the_shared_limits(two_choices) -> None:
    grid = plot_conditional_accuracy(two_choices, "condition", col="participant_id", random_state=1)
    for ax in grid.axes.flat:
        for line in ax.get_lines():
            assert np.all((line.get_xdata() > 0) & (line.get_xdata() < ax.get_xlim()[1]))
            assert np.all((line.get_ydata() > ax.get_ylim()[0]) & (line.get_ydata() < ax.get_ylim()[1]))
