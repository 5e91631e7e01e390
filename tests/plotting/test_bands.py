from functools import partial

import numpy as np
from matplotlib import pyplot as plt

from hssm.plotting.bands import Function, draw_functions, function_legend, palette
from hssm.plotting.data import PredictiveRequest, predictive_data


def test_samples_without_values_are_left_out(two_choices) -> None:
    data = predictive_data(two_choices, PredictiveRequest(n_samples=None))

    def values(part, responses):
        y = np.tile([1.0, 2.0], (len(np.atleast_2d(responses.choice)), 1))
        y[0] = np.nan if len(y) > 1 else 5.0
        return np.tile([0.5, 1.0], (len(y), 1)), y

    _, ax = plt.subplots()
    draw_functions(ax, data, [Function(label="f", color="k", values=values)], 0.9, {"linewidth": 3})
    predicted, observed = ax.get_lines()
    assert predicted.get_ydata().tolist() == [1.0, 2.0]
    assert predicted.get_linewidth() == 3
    assert observed.get_ydata().tolist() == [5.0, 5.0]


def test_the_legend_names_functions_only_if_there_are_several(two_choices) -> None:
    data = predictive_data(two_choices, PredictiveRequest())
    one = Function(label="a", color="k", values=partial(lambda data, responses: None))
    assert [h.get_label() for h in function_legend([one], data, 0.9)] == ["predicted, 90 % interval", "observed"]
    labels = [h.get_label() for h in function_legend([one, one], data, (0.1, 0.9))]
    assert labels == ["a", "a", "predicted, 10–90 % quantiles", "observed"]
    assert len(set(palette(8))) == 8
