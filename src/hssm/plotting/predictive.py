"""``plot_predictive``: observed reaction times and choices against what the model predicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from hssm.plotting import densities
from hssm.plotting.data import PredictiveData, Responses
from hssm.plotting.facets import FacetGrid, draw_facets
from hssm.plotting.opening import TITLES, open_plot
from hssm.plotting.style import (
    OBSERVED,
    PREDICTED,
    Pair,
    choice_colors,
    named,
    pair,
    require_colors,
    require_option,
    tidy,
)

INTERVAL = 0.94
BAR_ALPHA = 0.55
ALPHA = {"band": 0.25, "samples": 0.12, None: 0.0}


def plot_predictive(  # noqa: PLR0913, PLR0917  (the options of a public plot)
    model: Any,
    dt: Any = None,
    data: pd.DataFrame | None = None,
    predictive_group: str = "posterior_predictive",
    plot_data: bool = True,
    n_samples: int | float | None = 20,
    row: str | None = None,
    col: str | None = None,
    col_wrap: int | None = None,
    groups: str | Sequence[str] | None = None,
    groups_order: Sequence[Any] | None = None,
    kind: str = "hist",
    bins: int | Sequence[float] = 50,
    grid_points: int = 256,
    bw_method: Any = None,
    x_range: float | tuple[float, float] | None = None,
    step: bool = True,
    hdi: Any = None,
    uncertainty: str | None = "band",
    alpha_mean: float = 1.0,
    alpha_uncertainty: float | None = None,
    colors: Any = None,
    linestyles: Any = None,
    linewidths: Any = None,
    title: str | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    legend: bool = True,
    grid_kwargs: dict[str, Any] | None = None,
    random_state: Any = None,
    **kwargs: Any,
) -> Axes | FacetGrid | list[FacetGrid]:
    """Plot predicted responses with their uncertainty, and the observed ones on top.

    Two choices share one axis: the first choice to the left of zero, the second to the right. With more choices each
    has its own line. Choice-only models get bars. Areas are proportions of trials; omitted responses are counted in
    the legend, not drawn.

    Parameters
    ----------
    model : HSSM
    dt : DataTree, optional
        Draws; the model's ``traces`` unless given. It is not changed: missing predictions are generated beside it.
    data : DataFrame, optional
        Trials to show instead of those of the fit; predictions of the tree are used if they have as many rows.
    predictive_group : {"posterior_predictive", "prior_predictive"}
    plot_data : bool
        Whether to draw the observed responses.
    n_samples : int or float, optional
        Predictive draws per chain (at most as many as exist), a proportion of them, or None for all.
    row, col : str, optional
        Columns of the data by which panels are made.
    col_wrap : int, optional
        Panels per line when only ``col`` is given.
    groups, groups_order : str or list of str; list, optional
        One figure per level (or combination) of these columns, and in which order. Needs ``row`` and ``col``.
    kind : {"hist", "kde"}
    bins : int or sequence of float
        Bins of the histogram over the whole axis, or their edges in seconds.
    grid_points : int
        Points of the kernel density.
    bw_method : {"scott", "silverman"}, float or callable, optional
        Bandwidth factor of the kernel density, as in ``scipy.stats.gaussian_kde``.
    x_range : float or (float, float), optional
        End, or ends, of the time axis in seconds. By default where nearly all reaction times
        have passed. The legend counts what lies beyond.
    step : bool
        Draw histograms as steps.
    hdi : float, str or (float, float), optional
        Interval over predictive draws: probability of the highest-density interval (0.94), or two quantiles.
    uncertainty : {"band", "samples", None}
        A band, one thin line per draw, or nothing.
    alpha_mean, alpha_uncertainty : float
        Opacity of the predictive mean and of its uncertainty.
    colors, linestyles, linewidths
        One setting, a (predicted, observed) pair, or a dict with these keys. With more than two choices ``colors`` is
        a list with one colour per choice, or a dict by label.
    title, xlabel, ylabel : str, optional
    legend : bool
    grid_kwargs : dict, optional
        For ``matplotlib.pyplot.subplots`` (``figsize``, ``sharey``, ...).
    random_state : int or Generator, optional
        Seed of the choice of draws and of generated predictions; ``random_seed`` is accepted as well.
    **kwargs
        ``ax`` (draw there, single plots only), and properties of Matplotlib's lines.

    Returns
    -------
    Axes, FacetGrid or list of FacetGrid
        A grid (``.axes``, ``.figure``) with ``row`` or ``col``; a list of grids with ``groups``.
    """
    opening = open_plot(locals())
    settings = _Settings(
        kind=kind,
        bins=bins,
        grid_points=grid_points,
        bw_method=bw_method,
        x_range=x_range,
        step=step and kind == "hist",
        interval=densities.read_interval(INTERVAL if hdi is None else hdi),
        uncertainty=uncertainty,
        alphas=(alpha_mean, alpha_uncertainty),
        colors=colors,
        styles=pair("linestyles", linestyles, Pair("-", "-")),
        widths=pair("linewidths", linewidths, Pair(1.8, 1.5)),
        lines=opening.lines,
    )
    shown = opening.data(model)
    artist = _Artist(settings, shown)
    layout = opening.titled(
        title=TITLES[predictive_group] if title is None else title,
        xlabel=artist.xlabel if xlabel is None else xlabel,
        ylabel=artist.ylabel if ylabel is None else ylabel,
    )
    return draw_facets(shown, layout, artist.draw, artist.legend if legend else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Settings:
    """The options of the plot that are not about data or layout, checked."""

    kind: str
    bins: Any
    grid_points: int
    bw_method: Any
    x_range: Any
    step: bool
    interval: densities.Interval
    uncertainty: str | None
    alphas: tuple[float, float | None]
    colors: Any
    styles: Pair
    widths: Pair
    lines: dict[str, Any]

    def __post_init__(self) -> None:
        require_option("kind", self.kind, ("hist", "kde"))
        require_option("uncertainty", self.uncertainty, ("band", "samples", None))
        if isinstance(self.grid_points, bool) or not isinstance(self.grid_points, int) or self.grid_points < 8:
            raise ValueError(f"`grid_points` must be an integer of at least 8, got {self.grid_points!r}.")


class _Artist:
    """Draws panels on common bins and colours, which follow from all trials together."""

    def __init__(self, settings: _Settings, data: PredictiveData) -> None:
        self.settings = settings
        self.top = 0.0  # of the vertical axis, which panels share
        self.labels = data.labels
        self.signed = len(data.codes) == 2
        if data.is_choice_only:
            self.xlabel, self.ylabel, low, high = "Choice", "Proportion of trials", 0.0, 1.0
        else:
            self.xlabel, self.ylabel = "Response time (s)", "Density (1/s)"
            low, high = _axis_range(settings.x_range, data, self.signed)
        self.edges = densities.bin_edges(settings.bins, low, high)
        ends = self.edges[[0, -1]] if settings.kind == "hist" else (low, high)
        self.grid = np.linspace(ends[0], ends[1], settings.grid_points)
        self.by_choice = not (self.signed or data.is_choice_only)
        if self.by_choice:
            self.curves = [Pair(color, color) for color in choice_colors(settings.colors, data.labels)]
        else:
            self.curves = [pair("colors", settings.colors, Pair(PREDICTED, OBSERVED))]
            require_colors([self.curves[0].predicted, self.curves[0].observed])
        alpha = settings.alphas[1]
        self.alpha = ALPHA[settings.uncertainty] if alpha is None else alpha
        # Where every choice has a colour, observed and predicted differ by the dashes.
        self.styles = Pair(settings.styles.predicted, "--") if self.by_choice else settings.styles

    def draw(self, ax: Axes, data: PredictiveData) -> None:
        tidy(ax)
        if data.is_choice_only:
            self._bars(ax, data)
            return
        for i, colors in enumerate(self.curves):
            heights = self._density(data.predicted, i)
            self._uncertainty(ax, heights, colors.predicted)
            self._line(ax, heights.mean(axis=0), "predicted", colors.predicted)
            if data.observed is not None:
                self._line(ax, self._density(data.observed, i)[0], "observed", colors.observed)
        self._set_top(ax)
        ax.set_xlim(self.grid[0], self.grid[-1])
        if self.signed:
            self._name_sides(ax)

    def legend(self, data: PredictiveData) -> list[Any]:
        handles: list[Any] = []
        colors = Pair("0.2", "0.2") if self.by_choice else self.curves[0]
        if self.by_choice:
            colored = zip(self.curves, self.labels.values(), strict=True)
            handles += [Patch(color=curve.predicted, label=named(label)) for curve, label in colored]
        what = (
            f"predicted, {densities.interval_text(self.settings.interval)}"
            if self.settings.uncertainty == "band"
            else "predicted"
        )
        handles.append(self._handle(what + self._left_out(data.predicted), "predicted", colors.predicted))
        if data.observed is not None:
            handles.append(
                self._handle("observed" + self._left_out(data.observed, data.lost), "observed", colors.observed)
            )
        if data.is_choice_only:
            handles = [Patch(color=h.get_color(), alpha=BAR_ALPHA, label=h.get_label()) for h in handles]
        return handles

    def _left_out(self, responses: Responses, lost: float = 0.0) -> str:
        """What the lines do not show, in words: lost rts, omitted responses, and those beyond the ends of the axis."""
        notes = [f"{100 * lost:.1f} % of trials left out: rt lost"] if lost > 0 else []
        if responses.omitted > 0:
            notes.append(f"{100 * responses.omitted:.1f} % omitted")
        if responses.rt is not None:
            low, high = self.grid[0], self.grid[-1]
            rt = densities.signed(responses.rt, responses.choice, tuple(self.labels)) if self.signed else responses.rt
            beyond = np.mean((rt < low) | (rt > high))
            if beyond >= 0.0005:
                notes.append(f"{100 * beyond:.1f} % beyond the axis")
        return f"\n({', '.join(notes)})" if notes else ""

    def _handle(self, label: str, which: str, color: Any) -> Line2D:
        style, width = getattr(self.styles, which), getattr(self.settings.widths, which)
        return Line2D([], [], color=color, linestyle=style, linewidth=width, label=label)

    def _set_top(self, ax: Axes) -> None:
        """Room for the tallest of the panels that share this axis, drawn so far."""
        tops = [np.asarray(line.get_ydata(orig=False), dtype=float) for line in ax.get_lines()]
        tops += [patch.get_datalim(ax.transData).get_points()[:, 1] for patch in ax.collections]
        top = 1.05 * max((float(np.nanmax(y)) for y in tops if np.size(y)), default=1.0)
        is_shared = len(ax.get_shared_y_axes().get_siblings(ax)) > 1
        self.top = max(self.top, top) if is_shared else top
        ax.set_ylim(0, self.top or 1.0)

    def _density(self, responses: Responses, curve: int) -> np.ndarray:
        """(n_samples, n_points) densities of the signed axis or of one choice; one sample if observed."""
        assert responses.rt is not None
        codes = tuple(self.labels)
        if self.signed:
            values = densities.signed(responses.rt, responses.choice, codes)
        else:
            values = densities.of_choice(responses.rt, responses.choice, codes[curve])
        values = np.atleast_2d(values)
        if self.settings.kind == "kde":
            return densities.kernel_density(values, self.grid, self.settings.bw_method)
        return densities.histogram(values, self.edges)

    def _points(self, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """X and y of a line through (..., n_points) heights; a step line repeats the last bin to its right edge."""
        if self.settings.kind == "kde":
            return self.grid, heights
        if self.settings.step:
            return self.edges, np.concatenate([heights, heights[..., -1:]], axis=-1)
        return (self.edges[:-1] + self.edges[1:]) / 2, heights

    def _line(self, ax: Axes, heights: np.ndarray, which: str, color: Any) -> None:
        x, y = self._points(heights)
        options: dict[str, Any] = {
            "color": color,
            "linestyle": getattr(self.styles, which),
            "linewidth": getattr(self.settings.widths, which),
            "drawstyle": "steps-post" if self.settings.step else "default",
            "zorder": 3 if which == "observed" else 2,
        }
        if which == "predicted":
            options["alpha"] = self.settings.alphas[0]
        ax.plot(x, y, **{**options, **self.settings.lines})

    def _uncertainty(self, ax: Axes, heights: np.ndarray, color: Any) -> None:
        if self.settings.uncertainty == "band":
            x, ends = self._points(np.stack(densities.interval_of(heights, self.settings.interval)))
            style: dict[str, Any] = {"step": "post"} if self.settings.step else {}
            ax.fill_between(x, ends[0], ends[1], **style, color=color, alpha=self.alpha, linewidth=0, zorder=1)
        elif self.settings.uncertainty == "samples":
            x, y = self._points(heights)
            drawstyle = "steps-post" if self.settings.step else "default"
            ax.plot(x, y.T, color=color, alpha=self.alpha, linewidth=0.6, drawstyle=drawstyle, zorder=1)

    def _name_sides(self, ax: Axes) -> None:
        """Which choice is on which side; the sign of rt is a matter of drawing, so ticks show seconds."""
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
        ax.axvline(0, color="0.8", linewidth=0.8, zorder=0)
        left, right = (named(label) for label in self.labels.values())
        style: dict[str, Any] = {"transform": ax.transAxes, "va": "top", "fontsize": "small", "color": "0.35"}
        ax.text(0.01, 0.98, f"← {left}", ha="left", **style)
        ax.text(0.99, 0.98, f"{right} →", ha="right", **style)

    def _bars(self, ax: Axes, data: PredictiveData) -> None:
        codes, colors = tuple(self.labels), self.curves[0]
        places = np.arange(len(codes))
        predicted = densities.choice_proportions(data.predicted.choice, codes)
        mean = predicted.mean(axis=0)
        if data.observed is not None:
            observed = densities.choice_proportions(data.observed.choice, codes)
            ax.bar(places - 0.2, observed, 0.4, color=colors.observed, alpha=BAR_ALPHA)
        offset = 0.2 if data.observed is not None else 0.0
        ax.bar(places + offset, mean, 0.4, color=colors.predicted, alpha=BAR_ALPHA * self.settings.alphas[0])
        if self.settings.uncertainty is not None:
            low, high = densities.interval_of(predicted, self.settings.interval)
            ax.vlines(places + offset, low, high, color=colors.predicted, linewidth=2.5)
        ax.set_xticks(places, list(self.labels.values()))


def _axis_range(x_range: Any, data: PredictiveData, is_signed: bool) -> tuple[float, float]:
    if x_range is None:
        samples = [r.rt for r in (data.predicted, data.observed) if r is not None and r.rt is not None]
        high = densities.time_limit(*samples)
        return (-high if is_signed else 0.0), high
    ends = np.atleast_1d(np.asarray(x_range, dtype=float))
    if len(ends) == 1 and ends[0] > 0:
        return (-float(ends[0]) if is_signed else 0.0), float(ends[0])
    if len(ends) == 2 and ends[0] < ends[1]:
        return float(ends[0]), float(ends[1])
    raise ValueError(f"`x_range` must be a positive end in seconds or an increasing pair, got {x_range!r}.")
