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


@dataclass(slots=True)
class Extent:
    """The farthest points that were drawn so far: panels share their axes, so limits follow from all of them."""

    right: float = -np.inf
    lowest: float = np.inf

    def add(self, x: np.ndarray, y: np.ndarray) -> None:
        """Take points into account; NaN are none."""
        self.right = max(self.right, float(np.max(x, initial=-np.inf, where=np.isfinite(x))))
        self.lowest = min(self.lowest, float(np.min(y, initial=np.inf, where=np.isfinite(y))))


def function_plot(
    opening: Opening,
    shown: PredictiveData,
    functions: list[Function],
    finish: Callable[[Axes, Extent], Any],
    *,
    hdi: Any = None,
    legend: bool = True,
    **texts: Any,
) -> Axes | FacetGrid | list[FacetGrid]:
    """The plot of some functions in every panel; ``finish`` gets each one drawn and what all so far have reached."""
    interval = densities.read_interval(INTERVAL if hdi is None else hdi)
    extent = Extent()

    def draw(ax: Axes, part: PredictiveData) -> None:
        tidy(ax)
        extent.add(*draw_functions(ax, part, functions, interval, opening.lines))
        finish(ax, extent)

    explain = partial(function_legend, functions, interval=interval) if legend else None
    return draw_facets(shown, opening.titled(**texts, legend_beside=True), draw, explain)


def draw_functions(
    ax: Axes, data: PredictiveData, functions: list[Function], interval: densities.Interval, lines: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Observed functions as points, predicted ones as a line in a band over samples; x and y of all of them."""
    all_x, all_y = [np.empty(0)], [np.empty(0)]
    for function in functions:
        x, y = function.values(data, data.predicted)
        known = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
        if known.any():
            place = x[known].mean(axis=0)
            low, high = densities.interval_of(y[known], interval)
            ax.fill_between(place, low, high, color=function.color, alpha=0.2, linewidth=0, zorder=1)
            ax.plot(place, y[known].mean(axis=0), **{"color": function.color, "linewidth": 1.8, "zorder": 2, **lines})
            all_x, all_y = [*all_x, place], [*all_y, low]
        if data.observed is not None:
            x, y = function.values(data, data.observed)
            style = {"color": function.color, "linestyle": "", "marker": "o", "markersize": 5, "zorder": 3}
            ax.plot(x[0], y[0], **{**style, "markeredgecolor": "white"})
            all_x, all_y = [*all_x, x[0]], [*all_y, y[0]]
    return np.concatenate(all_x), np.concatenate(all_y)


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
