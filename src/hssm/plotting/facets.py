"""One plot, or a grid of them by the columns of the data: the same drawing function for every panel."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hssm.inference.grid import levels
from hssm.plotting.data import PredictiveData

PANEL_SIZE = (4.0, 3.0)
SINGLE_SIZE = (6.4, 4.0)
Draw = Callable[[Axes, PredictiveData], None]


@dataclass(frozen=True, slots=True)
class FacetGrid:
    """A figure of panels; ``axes`` is a (rows, columns) array, unused places hidden."""

    figure: Figure
    axes: np.ndarray

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """Write the figure, as Matplotlib's ``savefig`` does."""
        self.figure.savefig(*args, **kwargs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How trials are split into panels (``row``, ``col``) and figures (``groups``), and the texts around them."""

    row: str | None = None
    col: str | None = None
    col_wrap: int | None = None
    groups: str | Sequence[str] | None = None
    groups_order: Sequence[Any] | None = None
    grid_kwargs: Mapping[str, Any] = field(default_factory=dict)
    ax: Axes | None = None
    title: str | None = None
    xlabel: str = ""
    ylabel: str = ""
    legend_beside: bool = False

    def __post_init__(self) -> None:
        if self.groups is not None and (self.row is None or self.col is None):
            raise ValueError("`groups` makes one grid per group, so it needs both `row` and `col`.")
        if self.groups_order is not None and self.groups is None:
            raise ValueError("`groups_order` orders `groups`, which was not given.")
        if self.col_wrap is not None and (self.col is None or self.row is not None):
            raise ValueError("`col_wrap` wraps the panels of `col`; it needs `col` and goes without `row`.")
        wrong = isinstance(self.col_wrap, bool) or not isinstance(self.col_wrap, int | None)
        if wrong or (self.col_wrap is not None and self.col_wrap < 1):
            raise ValueError(f"`col_wrap` must be a positive number of columns, got {self.col_wrap!r}.")
        if self.ax is not None and self.is_grid:
            raise ValueError("`ax` is for a single plot; with `row` or `col` a new figure is made.")

    @property
    def is_grid(self) -> bool:
        return self.row is not None or self.col is not None

    @property
    def group_columns(self) -> list[str]:
        if self.groups is None:
            return []
        return [self.groups] if isinstance(self.groups, str) else list(self.groups)


@dataclass(frozen=True, slots=True)
class Panel:
    """A place in the grid, its heading, and the trials it shows, a (n_trials,) mask."""

    row: int
    column: int
    heading: str
    trials: np.ndarray


def panels(frame: pd.DataFrame, layout: Layout) -> tuple[int, int, list[Panel]]:
    """Number of rows and columns of the grid, and its panels in reading order."""
    rows = levels(frame[layout.row]) if layout.row else [None]
    columns = levels(frame[layout.col]) if layout.col else [None]
    found = []
    for (i, row), (j, column) in itertools.product(enumerate(rows), enumerate(columns)):
        trials = np.ones(len(frame), dtype=bool)
        heading = []
        for name, level in ((layout.row, row), (layout.col, column)):
            if name is not None:
                trials &= (frame[name] == level).to_numpy(dtype=bool)
                heading.append(f"{name} = {level}")
        place = (i, j) if layout.col_wrap is None else divmod(j, layout.col_wrap)
        found.append(Panel(*place, ", ".join(heading), trials))
    return max(p.row for p in found) + 1, max(p.column for p in found) + 1, found


def group_masks(frame: pd.DataFrame, layout: Layout) -> Iterator[tuple[str, np.ndarray]]:
    """Heading and (n_trials,) mask of every group that has trials, in the order asked for."""
    columns = layout.group_columns
    known = list(itertools.product(*(levels(frame[name]) for name in columns)))
    wanted = known
    if layout.groups_order is not None:
        wanted = [tuple(g) if isinstance(g, list | tuple) else (g,) for g in layout.groups_order]
        unknown = [group for group in wanted if group not in known]
        if unknown:
            raise ValueError(f"`groups_order` names {unknown}, which do not occur; groups: {known}.")
    for group in wanted:
        mask = np.ones(len(frame), dtype=bool)
        for name, level in zip(columns, group, strict=True):
            mask &= (frame[name] == level).to_numpy(dtype=bool)
        if mask.any():
            yield ", ".join(f"{name} = {level}" for name, level in zip(columns, group, strict=True)), mask


def draw_facets(
    data: PredictiveData, layout: Layout, draw: Draw, legend: Callable[[PredictiveData], list[Any]] | None
) -> Axes | FacetGrid | list[FacetGrid]:
    """Draw every panel with ``draw``; ``legend`` makes the handles that explain a figure."""
    if layout.groups is not None:
        return [
            _grid(data.take(mask), layout, draw, legend, heading) for heading, mask in group_masks(data.frame, layout)
        ]
    return _grid(data, layout, draw, legend, "") if layout.is_grid else _single(data, layout, draw, legend)


def _single(data: PredictiveData, layout: Layout, draw: Draw, legend: Any) -> Axes:
    ax = layout.ax
    if ax is None:
        _, ax = plt.subplots(**{"figsize": SINGLE_SIZE, "layout": "constrained", **layout.grid_kwargs})
    draw(ax, data)
    ax.set_xlabel(layout.xlabel)
    ax.set_ylabel(layout.ylabel)
    if layout.title:
        ax.set_title(layout.title, fontsize="medium")
    if legend is not None:
        beside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)}
        place = beside if layout.legend_beside else {"loc": "best"}
        ax.legend(handles=legend(data), frameon=False, fontsize="small", **place)
    return ax


def _grid(data: PredictiveData, layout: Layout, draw: Draw, legend: Any, heading: str) -> FacetGrid:
    n_rows, n_columns, places = panels(data.frame, layout)
    size = (PANEL_SIZE[0] * n_columns + 2.0, PANEL_SIZE[1] * n_rows + 0.4)
    options = {"sharex": True, "sharey": True, "layout": "constrained", "figsize": size, **layout.grid_kwargs}
    figure, axes = plt.subplots(n_rows, n_columns, **{**options, "squeeze": False})
    used = set()
    for panel in places:
        ax = axes[panel.row, panel.column]
        used.add((panel.row, panel.column))
        ax.set_title(panel.heading, fontsize="medium")
        if panel.trials.any():
            draw(ax, data.take(panel.trials))
        else:
            ax.text(0.5, 0.5, "no trials", ha="center", va="center", color="0.5", transform=ax.transAxes)
    for i, j in itertools.product(range(n_rows), range(n_columns)):
        if (i, j) not in used:
            axes[i, j].set_visible(False)
    figure.supxlabel(layout.xlabel, fontsize="medium")
    figure.supylabel(layout.ylabel, fontsize="medium")
    title = " | ".join(text for text in (layout.title, heading) if text)
    if title:
        figure.suptitle(title, fontsize="large")
    if legend is not None:
        figure.legend(handles=legend(data), frameon=False, fontsize="small", loc="outside right upper")
    return FacetGrid(figure, axes)
