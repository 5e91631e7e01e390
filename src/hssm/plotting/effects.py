"""``plot_effects``: what a predictor does to the parameters, on their natural scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from hssm.plotting import densities
from hssm.plotting.bands import palette
from hssm.plotting.effects_data import effect_table
from hssm.plotting.facets import PANEL_SIZE, FacetGrid
from hssm.plotting.style import line_properties, tidy
from hssm.seeds import one_seed


def plot_effects(  # noqa: PLR0913, PLR0917  (the options of a public plot)
    model: Any,
    predictor: str,
    by: str | None = None,
    parameters: Sequence[str] | None = None,
    dt: Any = None,
    n_samples: int | float | None = None,
    hdi: Any = None,
    title: str | None = None,
    legend: bool = True,
    grid_kwargs: dict[str, Any] | None = None,
    random_state: Any = None,
    **kwargs: Any,
) -> FacetGrid:
    """Plot every parameter that depends on a column of the data against it, with an interval over draws.

    Values are those of a member with zero group deviations; other predictors are at their mean or reference level.

    Parameters
    ----------
    model : HSSM
    predictor : str
        Column on the horizontal axis: a number runs over its range, levels stand side by side.
    by : str, optional
        Another column, a line per level.
    parameters : list of str, optional
        Only these parameters.
    dt : DataTree, optional
        Draws; the model's ``traces`` unless given.
    n_samples : int or float, optional
        Draws per chain, or a proportion; all unless given.
    hdi : float, str or (float, float), optional
        Interval over draws, as in :func:`plot_predictive` (0.94).
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
    """
    interval = densities.read_interval(0.94 if hdi is None else hdi)
    seed = one_seed(random_state, kwargs.pop("random_seed", None))
    lines = line_properties(kwargs)
    table = effect_table(model, predictor, by, parameters, dt, n_samples, seed)
    names = list(dict.fromkeys(table["parameter"]))
    size = (PANEL_SIZE[0] * len(names) + (1.0 if by else 0.0), PANEL_SIZE[1] + 0.3)
    options = {"layout": "constrained", "figsize": size, **(grid_kwargs or {}), "squeeze": False}
    figure, axes = plt.subplots(1, len(names), **options)
    for ax, name in zip(axes[0], names, strict=True):
        _panel(ax, table[table["parameter"] == name], predictor, by, interval, lines)
        unit = model.built.units.get(name, "")
        ax.set_ylabel(f"{name} ({unit})" if unit and unit != "relative" else name)
        ax.set_xlabel(predictor)
    if title:
        figure.suptitle(title, fontsize="large")
    if legend and by is not None:
        figure.legend(
            *axes[0, 0].get_legend_handles_labels(),
            title=by,
            frameon=False,
            fontsize="small",
            loc="outside right upper",
        )
    return FacetGrid(figure, axes)


def _panel(
    ax: Axes, table: pd.DataFrame, predictor: str, by: str | None, interval: densities.Interval, lines: dict[str, Any]
) -> None:
    """One parameter: a line in a band over a number, points with intervals over levels."""
    tidy(ax)
    parts = [("", table)] if by is None else list(table.groupby(by, sort=False, observed=True))
    offsets = np.linspace(-0.12, 0.12, len(parts)) if len(parts) > 1 else np.zeros(1)
    for (label, part), color, offset in zip(parts, palette(len(parts)), offsets, strict=True):
        x = part[predictor].to_numpy()[part["sample"].to_numpy() == 0]
        values = part["value"].to_numpy().reshape(-1, len(x))
        low, high = densities.interval_of(values, interval)
        if pd.api.types.is_numeric_dtype(part[predictor].dtype) and len(x) > 2:
            ax.fill_between(x.astype(float), low, high, color=color, alpha=0.2, linewidth=0)
            ax.plot(
                x.astype(float), values.mean(axis=0), **{"color": color, "linewidth": 1.8, "label": str(label), **lines}
            )
        else:
            places = np.arange(len(x)) + offset
            ax.vlines(places, low, high, color=color, linewidth=2)
            ax.plot(
                places,
                values.mean(axis=0),
                **{"color": color, "marker": "o", "linestyle": "", "label": str(label), **lines},
            )
            ax.set_xticks(range(len(x)), [str(level) for level in x])
            ax.set_xlim(-0.6, len(x) - 0.4)
