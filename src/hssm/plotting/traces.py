"""The trace plot of a fit, and figures as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib import pyplot as plt

from hssm.inference.results import chosen_names

DPI = 150
ROW_HEIGHT = 1.6
MOST_ROWS = 40
"""A trace plot with more rows than this cannot be read; group-specific effects are left out of it first."""


def trace_plot(tree: xr.DataTree, **kwargs: Any) -> Any:
    """ArviZ's trace plot of all variables but offsets, a colour for each chain; ArviZ's options override ours."""
    import arviz as az

    names = chosen_names(tree, kwargs.get("var_names"), kwargs.get("filter_vars"))
    if "aes" not in kwargs and "aes_by_visuals" not in kwargs:
        visuals = {"dist": ["color"], "trace": ["color"]}
        kwargs |= {"aes": {"color": ["chain"]}, "aes_by_visuals": visuals}
    return az.plot_trace_dist(tree, **{**kwargs, "var_names": names})


def save_figure(plot: Any, path: Path) -> None:
    """Write the figure of Axes or of a grid, and close it."""
    figure = plot.figure
    figure.savefig(path, dpi=DPI)
    plt.close(figure)


def save_traces(model: Any, path: Path) -> None:
    """Write the trace plot of a sampled model: one row per variable, without members' effects if these are many."""
    names = trace_names(model.traces["posterior"].to_dataset())
    height = 1.0 + ROW_HEIGHT * len(names)
    plots = model.plot_trace(
        var_names=names, backend="matplotlib", figure_kwargs={"figsize": (9.0, height), "layout": "constrained"}
    )
    figure = plots.viz["figure"].item()
    for ax in figure.axes:
        ax.set_ylabel("")  # the densities beside the draws are named already, and long names would overlap here
    plots.savefig(path, dpi=DPI)
    plt.close(figure)


def trace_names(posterior: Any) -> list[str]:
    """Variables worth a row of a trace plot: the whole group's before single members'."""
    names = [str(n) for n in posterior.data_vars if not str(n).endswith("_offset")]
    common = [n for n in names if not any(str(d).endswith("__factor_dim") for d in posterior[n].dims)]
    chosen = names if len(names) <= MOST_ROWS // 4 else common
    return chosen[:MOST_ROWS]
