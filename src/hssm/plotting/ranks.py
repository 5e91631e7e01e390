"""``plot_ranks``: are ranks of a simulation-based calibration uniform? Histograms and ECDF differences with bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from scipy import stats

from hssm.diagnostics.uniformity import LEVEL, ecdf_band, ecdf_difference, ecdf_test, n_bins
from hssm.plotting.facets import FacetGrid
from hssm.plotting.style import CHOICES, PREDICTED, tidy

KINDS = ("both", "hist", "ecdf")
PANEL = (2.6, 1.9)
BAND = "0.85"


def plot_ranks(ranks: xr.Dataset, kind: str = "both", title: str | None = None, **grid_kwargs: Any) -> FacetGrid:
    """Plot ranks of a calibration, one column of panels per quantity.

    Parameters
    ----------
    ranks : xarray.Dataset
        A variable (dataset,) per quantity, ranks 0 to n - 1, with n as the attribute ``n_ranks``.
    kind : {"both", "hist", "ecdf"}
        Histograms with the band that each bar stays in with 95 %; differences between ECDF and uniform, with the band
        that the whole curve stays in with 95 % (Saeilynoja et al., 2022).
    title : str, optional
    **grid_kwargs
        For ``matplotlib.pyplot.subplots``.

    Returns
    -------
    FacetGrid
    """
    if kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(KINDS)}, got {kind!r}.")
    if not ranks.data_vars:
        raise ValueError("There are no ranks to plot: no data set has a result.")
    draws = [draw for draw, name in ((_histogram, "hist"), (_difference, "ecdf")) if kind in (name, "both")]
    names, n_ranks = list(ranks.data_vars), int(ranks.attrs["n_ranks"]) - 1
    size = (PANEL[0] * len(names), PANEL[1] * len(draws) + 0.3)
    options = {"layout": "constrained", "figsize": size, **grid_kwargs, "squeeze": False}
    figure, axes = plt.subplots(len(draws), len(names), **options)
    for column, name in enumerate(names):
        for row, draw in enumerate(draws):
            tidy(axes[row, column])
            draw(axes[row, column], ranks[name].to_numpy(), n_ranks)
        axes[0, column].set_title(str(name), fontsize="medium")
        axes[-1, column].set_xlabel("rank of the truth", fontsize="small")
    if title:
        figure.suptitle(title, fontsize="large")
    return FacetGrid(figure, axes)


def _histogram(ax: Axes, ranks: np.ndarray, n_ranks: int) -> None:
    bins = n_bins(len(ranks), n_ranks)
    counts = np.bincount(ranks * bins // (n_ranks + 1), minlength=bins)
    ends = stats.binom.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2], len(ranks), 1 / bins)
    ax.axhspan(*ends, color=BAND, linewidth=0, zorder=0)
    width = (n_ranks + 1) / bins
    ax.bar((np.arange(bins) + 0.5) * width, counts, width=0.92 * width, color=PREDICTED)
    ax.axhline(len(ranks) / bins, color="0.4", linewidth=0.9)
    ax.set_ylim(0, None)


def _difference(ax: Axes, ranks: np.ndarray, n_ranks: int) -> None:
    lower, upper = ecdf_band(len(ranks), n_ranks)
    expected, difference = ecdf_difference(ranks, n_ranks)
    place = (n_ranks + 1) * expected
    ax.fill_between(place, lower, upper, color=BAND, linewidth=0, step="mid", zorder=0)
    inside = ecdf_test(ranks, n_ranks).inside
    ax.step(place, difference, where="mid", color=PREDICTED if inside else CHOICES[1], linewidth=1.2)
    ax.axhline(0.0, color="0.4", linewidth=0.9)
