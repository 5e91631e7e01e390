"""``plot_delta``: where in the distribution of reaction times an effect lies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from hssm.inference.grid import levels
from hssm.plotting.accuracy import delta_function, read_pair
from hssm.plotting.bands import Function, function_plot, palette
from hssm.plotting.facets import FacetGrid
from hssm.plotting.opening import open_plot
from hssm.plotting.quantiles import read_quantiles


def plot_delta(  # noqa: PLR0913, PLR0917  (the options of a public plot)
    model: Any,
    cond: str,
    pair: Sequence[Any] | None = None,
    dt: Any = None,
    data: pd.DataFrame | None = None,
    predictive_group: str = "posterior_predictive",
    plot_data: bool = True,
    n_samples: int | float | None = 20,
    q: int | Sequence[float] = 9,
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
    """Plot the difference of reaction-time quantiles between two conditions against their mean.

    Parameters
    ----------
    model : HSSM
    cond : str
        Column of the conditions.
    pair : (first, second), optional
        The levels to compare, second minus first; needed if the column has more than two.
    dt, data, predictive_group, plot_data, n_samples, row, col, col_wrap, groups, groups_order, hdi
        As in :func:`plot_predictive`.
    q : int or sequence of float
        Number of quantiles, evenly spread, or the quantiles.
    title, xlabel, ylabel, legend, grid_kwargs, random_state
        As in :func:`plot_predictive`.
    **kwargs
        ``ax`` (single plots only), and properties of Matplotlib's lines.

    Returns
    -------
    Axes, FacetGrid or list of FacetGrid
    """
    quantiles = read_quantiles(q)
    opening = open_plot(locals(), ("cond",))
    shown = opening.data(model)
    first, second = read_pair(shown.frame[cond], cond, pair, levels(shown.frame[cond]))
    values = partial(delta_function, cond=cond, pair=(first, second), quantiles=quantiles)
    functions = [Function(label=cond, color=palette(1)[0], values=values)]

    return function_plot(
        opening,
        shown,
        functions,
        lambda ax, _: ax.axhline(0, color="0.8", linewidth=0.8, zorder=0),
        hdi=hdi,
        legend=legend,
        title=title,
        xlabel="Response time (s), mean of quantiles" if xlabel is None else xlabel,
        ylabel=f"Difference (s), {second} − {first}" if ylabel is None else ylabel,
    )
