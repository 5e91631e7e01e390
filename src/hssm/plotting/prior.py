"""``plot_prior``: what the prior says about every parameter, on its natural scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from hssm.plotting.facets import FacetGrid
from hssm.plotting.prior_data import PriorCurve, prior_curves, shown_range
from hssm.plotting.style import CHOICES, PREDICTED, line_properties, tidy
from hssm.seeds import one_seed

PANEL = (3.2, 2.5)
MOST_COLUMNS = 4
SIDE = 0.1
"""Inches beside a panel."""

COLORS = {False: PREDICTED, True: CHOICES[1]}
"""Of what is typical, and of any member."""

HEADROOM = 1.08
TALLEST = 3.0
"""A density may not rise above so many times its height at the median: a peak at a bound would flatten all else."""


def plot_prior(
    model: Any,
    parameters: Sequence[str] | None = None,
    draws: int = 2000,
    title: str | None = None,
    legend: bool = True,
    grid_kwargs: dict[str, Any] | None = None,
    random_state: Any = None,
    **kwargs: Any,
) -> FacetGrid:
    """Plot the prior of every free parameter on its natural scale, whatever its link.

    Of regressions with groups, the typical member (zero deviation) and any member; predictors are at their mean or
    reference level. Below each curve: its median and the interval that holds 90 %.

    Parameters
    ----------
    model : HSSM
        No fit is needed.
    parameters : list of str, optional
        Only these.
    draws : int
        Draws of the prior.
    title : str, optional
    legend : bool
    grid_kwargs : dict, optional
        For ``matplotlib.pyplot.subplots``.
    random_state : int or Generator, optional
    **kwargs
        Properties of Matplotlib's lines.

    Returns
    -------
    FacetGrid
        One panel per parameter (``.axes``, ``.figure``).

    Raises
    ------
    ValueError
        A parameter that the model does not have, or that is fixed; a number of draws that is none.
    """
    seed = one_seed(random_state, kwargs.pop("random_seed", None))
    lines = line_properties(kwargs)
    curves = prior_curves(model, parameters, draws, seed)
    names = list(dict.fromkeys(curve.parameter for curve in curves))
    figure, axes = _panels(len(names), grid_kwargs or {})
    for ax, name in zip(axes.flat, names, strict=False):
        own = [curve for curve in curves if curve.parameter == name]
        _panel(ax, own, shown_range(own, model.params[name].bounds), lines)
        unit = model.built.units.get(name, "")
        ax.set_xlabel(f"{name} ({unit})" if unit and unit != "relative" else name)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    figure.supylabel("prior density", fontsize="medium")
    if title:
        figure.suptitle(title, fontsize="large")
    if legend and any(curve.is_any_member for curve in curves):
        figure.legend(handles=_handles(), frameon=False, fontsize="small", loc="outside upper right", ncols=2)
    return FacetGrid(figure, axes)


def _panels(n_panels: int, options: dict[str, Any]) -> tuple[Any, np.ndarray]:
    n_rows = -(-max(n_panels, 1) // MOST_COLUMNS)
    n_columns = -(-max(n_panels, 1) // n_rows)
    size = (PANEL[0] * n_columns, PANEL[1] * n_rows + 0.4)
    layout = ConstrainedLayoutEngine(w_pad=SIDE)  # the numbers at the ends of neighbouring axes stay apart
    return plt.subplots(n_rows, n_columns, **{"layout": layout, "figsize": size, **options, "squeeze": False})


def _panel(ax: Axes, curves: Sequence[PriorCurve], limits: tuple[float, float], lines: dict[str, Any]) -> None:
    tidy(ax)
    ax.spines["left"].set_visible(False)
    ax.set_yticks([])
    top = max(_height(curve, limits) for curve in curves)
    for row, curve in enumerate(curves):
        color = lines.get("color", COLORS[curve.is_any_member])
        style = {"color": color, "linewidth": 1.8, "linestyle": "--" if curve.is_any_member else "-", **lines}
        ax.plot(curve.x, curve.density, label=curve.of, **style)
        if not curve.is_any_member:
            ax.fill_between(curve.x, curve.density, color=color, alpha=0.15, linewidth=0)
        low, median, high = curve.quantiles
        below = -top * (0.06 + 0.07 * row)
        ax.hlines(below, low, high, color=color, linewidth=2)
        ax.plot(median, below, "o", color=color, markersize=4.5)
    ax.axhline(0.0, color="0.7", linewidth=0.6)
    ax.set_xlim(limits)
    ax.set_ylim(-top * (0.05 + 0.07 * len(curves)), HEADROOM * top)


def _height(curve: PriorCurve, limits: tuple[float, float]) -> float:
    """The highest point that is shown."""
    seen = (curve.x >= limits[0]) & (curve.x <= limits[1])
    peak = float(np.max(curve.density[seen], initial=0.0)) or 1.0
    central = float(np.interp(curve.quantiles[1], curve.x, curve.density))
    return min(peak, TALLEST * central)


def _handles() -> list[Line2D]:
    return [
        Line2D([], [], color=COLORS[False], linewidth=1.8, label="typical"),
        Line2D([], [], color=COLORS[True], linewidth=1.8, linestyle="--", label="any member"),
    ]
