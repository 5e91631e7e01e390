"""``plot_conditional_accuracy``: whether fast responses are as accurate as slow ones, in the data and in the model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hssm.inference.grid import levels
from hssm.plotting.accuracy import conditional_accuracy
from hssm.plotting.bands import Extent, Function, function_plot, palette
from hssm.plotting.data import PredictiveData, Responses
from hssm.plotting.facets import FacetGrid
from hssm.plotting.opening import open_plot
from hssm.plotting.style import named


def plot_conditional_accuracy(  # noqa: PLR0913, PLR0917  (the options of a public plot)
    model: Any,
    cond: str | None = None,
    dt: Any = None,
    data: pd.DataFrame | None = None,
    predictive_group: str = "posterior_predictive",
    plot_data: bool = True,
    n_samples: int | float | None = 20,
    correct: str | None = None,
    bins: int = 5,
    row: str | None = None,
    col: str | None = None,
    col_wrap: int | None = None,
    groups: str | Sequence[str] | None = None,
    groups_order: Sequence[Any] | None = None,
    hdi: Any = None,
    title: str | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    legend: bool = True,
    grid_kwargs: dict[str, Any] | None = None,
    random_state: Any = None,
    **kwargs: Any,
) -> Axes | FacetGrid | list[FacetGrid]:
    """Plot accuracy against reaction time, in bins of equally many trials.

    Parameters
    ----------
    model : HSSM
    cond : str, optional
        Column of conditions, a line for each.
    dt, data, predictive_group, plot_data, n_samples, row, col, col_wrap, groups, groups_order, hdi
        As in :func:`plot_predictive`.
    correct : str, optional
        Column with the correct response of each trial, or (two choices) with True and False for correct responses.
        Without it the share of the model's last choice (the upper boundary) is shown.
    bins : int
        Number of bins, from fast to slow.
    title, xlabel, ylabel, legend, grid_kwargs, random_state
        As in :func:`plot_predictive`.
    **kwargs
        ``ax`` (single plots only), and properties of Matplotlib's lines.

    Returns
    -------
    Axes, FacetGrid or list of FacetGrid
    """
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 2:
        raise ValueError(f"`bins` must be a number of bins of at least 2, got {bins!r}.")
    opening = open_plot(locals(), ("cond", "correct"))
    shown = opening.data(model)
    conditions = [None] if cond is None else levels(shown.frame[cond])
    functions = [
        Function(label=f"{cond} = {level}", color=color, values=partial(_values, cond, level, correct, int(bins)))
        for level, color in zip(conditions, palette(len(conditions)), strict=True)
    ]

    def finish(ax: Axes, extent: Extent) -> None:
        if np.isfinite(extent.right):
            ax.set_ylim(max(-0.02, np.floor(10 * extent.lowest - 0.5) / 10), 1.02)
            ax.set_xlim(0, 1.05 * extent.right)

    what = f"Proportion of {named(list(shown.labels.values())[-1])}" if correct is None else "Proportion correct"
    return function_plot(
        opening,
        shown,
        functions,
        finish,
        hdi=hdi,
        legend=legend,
        title=title,
        xlabel="Response time (s)" if xlabel is None else xlabel,
        ylabel=what if ylabel is None else ylabel,
    )


def _values(
    cond: str | None, level: Any, correct: str | None, bins: int, data: PredictiveData, responses: Responses
) -> tuple[np.ndarray, np.ndarray]:
    """The function of one condition."""
    if cond is None:
        return conditional_accuracy(data, responses, correct, bins)
    rows = (data.frame[cond] == level).to_numpy(dtype=bool)
    return conditional_accuracy(data.take(rows), responses.take(rows), correct, bins)
