import numpy as np
import pytest

from hssm.plotting import plot_delta
from hssm.plotting.accuracy import delta_function
from hssm.plotting.data import PredictiveRequest, predictive_data
from tests.tolerances import DRAWN


def test_what_is_drawn_is_what_was_computed(two_choices) -> None:
    ax = plot_delta(two_choices, "condition", n_samples=None, q=(0.2, 0.5, 0.8))
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))
    x, y = delta_function(data, data.predicted, "condition", ("easy", "hard"), (0.2, 0.5, 0.8))
    predicted = ax.get_lines()[0]
    np.testing.assert_allclose(predicted.get_xdata(), x.mean(axis=0), rtol=DRAWN.relative)
    np.testing.assert_allclose(predicted.get_ydata(), y.mean(axis=0), rtol=DRAWN.relative)
    assert ax.get_ylabel() == "Difference (s), hard − easy"


def test_panels_and_faults(two_choices) -> None:
    assert plot_delta(two_choices, "condition", col="block", random_state=1).axes.shape == (1, 2)
    with pytest.raises(ValueError, match=r"'participant_id' has 3 levels"):
        plot_delta(two_choices, "participant_id")
