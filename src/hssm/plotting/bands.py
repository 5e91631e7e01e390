"""Lines with bands: what plots of functions of reaction time share when they draw prediction and observation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hssm.plotting import densities
from hssm.plotting.data import PredictiveData, Responses
from hssm.plotting.facets import FacetGrid, draw_facets
from hssm.plotting.opening import Opening
from hssm.plotting.style import CHOICES, tidy

INTERVAL = 0.94

Values = Callable[[PredictiveData, Responses], tuple[np.ndarray, np.ndarray]]
"""Responses to x and y, (n_samples, n_points) each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """One function to draw: its name, colour, and how its points follow from responses."""

    label: str
    color: Any
    values: Values


def function_plot(
    opening: Opening,
    shown: PredictiveData,
    functions: list[Function],
    finish: Callable[[Axes], Any],
    *,
    hdi: Any = None,
    legend: bool = True,
    **texts: Any,
) -> Axes | FacetGrid | list[FacetGrid]:
    """The plot of some functions in every panel; ``finish`` sets limits, ``texts`` are title and labels."""
    interval = densities.read_interval(INTERVAL if hdi is None else hdi)

    def draw(ax: Axes, part: PredictiveData) -> None:
        tidy(ax)
        draw_functions(ax, part, functions, interval, opening.lines)
        finish(ax)

    explain = partial(function_legend, functions, interval=interval) if legend else None
    return draw_facets(shown, opening.titled(**texts, legend_beside=True), draw, explain)


def draw_functions(
    ax: Axes, data: PredictiveData, functions: list[Function], interval: densities.Interval, lines: dict[str, Any]
) -> None:
    """Observed functions as points and lines, predicted ones as a line in a band over samples."""
    for function in functions:
        x, y = function.values(data, data.predicted)
        known = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
        if known.any():
            place = x[known].mean(axis=0)
            low, high = densities.interval_of(y[known], interval)
            ax.fill_between(place, low, high, color=function.color, alpha=0.2, linewidth=0, zorder=1)
            ax.plot(place, y[known].mean(axis=0), **{"color": function.color, "linewidth": 1.8, "zorder": 2, **lines})
        if data.observed is not None:
            x, y = function.values(data, data.observed)
            style = {"color": function.color, "linestyle": "", "marker": "o", "markersize": 5, "zorder": 3}
            ax.plot(x[0], y[0], **{**style, "markeredgecolor": "white"})


def function_legend(functions: list[Function], data: PredictiveData, interval: densities.Interval) -> list[Any]:
    """Handles: the functions by colour (if there are several), then prediction and observation."""
    handles: list[Any] = [Patch(color=f.color, label=f.label) for f in functions] if len(functions) > 1 else []
    color = "0.2" if len(functions) > 1 else functions[0].color
    label = f"predicted, {densities.interval_text(interval)}"
    handles.append(Line2D([], [], color=color, linewidth=1.8, label=label))
    if data.observed is not None:
        style: dict[str, Any] = {"color": color, "linestyle": "", "marker": "o", "markeredgecolor": "white"}
        handles.append(Line2D([], [], **style, label="observed"))
    return handles


def palette(n: int) -> list[Any]:
    """Colours for ``n`` functions."""
    return [CHOICES[i % len(CHOICES)] for i in range(n)]
