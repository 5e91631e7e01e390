"""``plot_recovery``: estimates against the truth from which the data were simulated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from hssm.data.checks import require_columns
from hssm.plotting.facets import FacetGrid
from hssm.plotting.style import CHOICES, PREDICTED, line_properties, tidy

NEEDED = {name: "a column of the recovery table" for name in ("parameter", "true", "mean", "lower", "upper")}
SIDE = 3.0


def plot_recovery(
    table: pd.DataFrame,
    col_wrap: int = 4,
    title: str | None = None,
    grid_kwargs: dict[str, Any] | None = None,
    **kwargs: Any,
) -> FacetGrid:
    """Plot estimated against true values, with their intervals, one panel per parameter.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``parameter``, ``true``, ``mean``, ``lower``, ``upper``, one row per data set and parameter.
    col_wrap : int
        Panels per line.
    title : str, optional
    grid_kwargs : dict, optional
        For ``matplotlib.pyplot.subplots``.
    **kwargs
        Properties of the points.

    Returns
    -------
    FacetGrid
        Each panel says correlation, bias and the share of intervals that cover the truth; intervals that do not are
        drawn in another colour.
    """
    require_columns(table, NEEDED)
    marks = line_properties(kwargs)
    names = list(dict.fromkeys(table["parameter"]))
    n_columns = min(max(int(col_wrap), 1), len(names))
    n_rows = -(-len(names) // n_columns)
    size = (SIDE * n_columns, SIDE * n_rows + 0.3)
    options = {"layout": "constrained", "figsize": size, **(grid_kwargs or {}), "squeeze": False}
    figure, axes = plt.subplots(n_rows, n_columns, **options)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    for ax, name in zip(axes.flat, names, strict=False):
        _panel(ax, table[table["parameter"] == name], str(name), marks)
    figure.supxlabel("true value", fontsize="medium")
    figure.supylabel("estimate (mean and interval)", fontsize="medium")
    if title:
        figure.suptitle(title, fontsize="large")
    return FacetGrid(figure, axes)


def recovery_numbers(table: pd.DataFrame) -> dict[str, float]:
    """Correlation, bias (mean error) and coverage of one parameter's rows; NaN where they are not defined."""
    true, mean = table["true"].to_numpy(dtype=float), table["mean"].to_numpy(dtype=float)
    covered = (table["lower"] <= table["true"]) & (table["true"] <= table["upper"])
    varies = len(true) > 2 and np.ptp(true) > 0 and np.ptp(mean) > 0
    correlation = float(np.corrcoef(true, mean)[0, 1]) if varies else float("nan")
    return {"correlation": correlation, "bias": float(np.mean(mean - true)), "coverage": float(covered.mean())}


def _panel(ax: Axes, table: pd.DataFrame, name: str, marks: dict[str, Any]) -> None:
    tidy(ax)
    covered = ((table["lower"] <= table["true"]) & (table["true"] <= table["upper"])).to_numpy()
    for mask, color in ((covered, PREDICTED), (~covered, CHOICES[1])):
        part = table[mask]
        ax.vlines(part["true"], part["lower"], part["upper"], color=color, alpha=0.5, linewidth=1.2)
        style = {"color": color, "marker": "o", "linestyle": "", "markersize": 4, "markeredgecolor": "white"}
        ax.plot(part["true"], part["mean"], **{**style, **marks})
    ends = [float(table[["true", "lower"]].min().min()), float(table[["true", "upper"]].max().max())]
    room = 0.04 * ((ends[1] - ends[0]) or 1.0)
    ends = [ends[0] - room, ends[1] + room]
    ax.plot(ends, ends, color="0.75", linewidth=0.9, zorder=0)
    ax.set(xlim=ends, ylim=ends, aspect="equal")
    ax.set_title(name, fontsize="medium")
    found = recovery_numbers(table)
    words = [f"r = {found['correlation']:.2f}"] if np.isfinite(found["correlation"]) else []
    words += [f"bias {found['bias']:+.2g}", f"{100 * found['coverage']:.0f} % covered"]
    ax.text(0.04, 0.96, "\n".join(words), va="top", fontsize="small", color="0.35", transform=ax.transAxes)
