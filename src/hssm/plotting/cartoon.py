"""``plot_model_cartoon``: the model as a picture of evidence, with observed and predicted reaction times on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from hssm.plotting import densities
from hssm.plotting.data import PredictiveData, Responses
from hssm.plotting.facets import FacetGrid, draw_facets
from hssm.plotting.opening import TITLES, open_plot
from hssm.plotting.processes import Curves, Process, curves, process_of, sample_paths
from hssm.plotting.style import OBSERVED, PREDICTED, Pair, choice_colors, named, pair, require_option, tidy
from hssm.seeds import as_generator

INTERVAL = 0.94
ALPHA = {"band": 0.2, "samples": 0.12, None: 0.0}


def plot_model_cartoon(  # noqa: PLR0913, PLR0917  (the options of a public plot)
    model: Any,
    dt: Any = None,
    data: pd.DataFrame | None = None,
    predictive_group: str = "posterior_predictive",
    plot_data: bool = True,
    n_samples: int | float | None = 20,
    n_samples_prior: int = 500,
    row: str | None = None,
    col: str | None = None,
    col_wrap: int | None = None,
    groups: str | Sequence[str] | None = None,
    groups_order: Sequence[Any] | None = None,
    bins: int | Sequence[float] = 40,
    step: bool = True,
    hdi: Any = None,
    uncertainty: str | None = "band",
    alpha_mean: float = 1.0,
    alpha_uncertainty: float | None = None,
    hist_height: float = 0.6,
    colors: Any = None,
    linestyles: Any = None,
    linewidths: Any = None,
    title: str | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    legend: bool = True,
    obs: str | None = None,
    random_state: Any = None,
    n_trajectories: int = 0,
    xlims: tuple[float, float] | None = None,
    ylims: tuple[float, float] | None = None,
    grid_kwargs: dict[str, Any] | None = None,
    **kwargs: Any,
) -> Axes | FacetGrid | list[FacetGrid]:
    """Draw the decision process: boundaries, drift, starting point, non-decision time, and reaction times.

    Parameters of a panel are means over its trials, for every draw. Models of two choices have a boundary on either
    side with the densities of their reaction times beyond it; races have one boundary and a line per accumulator.

    Parameters
    ----------
    model : HSSM
    dt, data, predictive_group, plot_data, n_samples
        As in :func:`plot_predictive`.
    n_samples_prior : int
        Prior draws, with ``predictive_group="prior_predictive"`` and none in the tree.
    row, col, col_wrap, groups, groups_order
        As in :func:`plot_predictive`.
    bins, step, hdi, uncertainty, alpha_mean, alpha_uncertainty
        As in :func:`plot_predictive`; bands of boundaries and drifts show the uncertainty of parameters.
    hist_height : float
        Height of the tallest density, as a share of the boundary's.
    colors, linestyles, linewidths
        As in :func:`plot_predictive`; for races ``colors`` has one entry per choice.
    title, xlabel, ylabel, legend
    obs : str, optional
        Name of the response variable in the predictive group; the model's unless given.
    random_state : int or Generator, optional
    n_trajectories : int
        Noisy paths of single trials to draw.
    xlims, ylims : (float, float), optional
        Ends of the axes: seconds, and evidence.
    grid_kwargs : dict, optional
        For ``matplotlib.pyplot.subplots``.
    **kwargs
        ``ax`` (single plots only), and properties of the lines of densities.

    Returns
    -------
    Axes, FacetGrid or list of FacetGrid

    Raises
    ------
    ValueError
        A model without a process that can be drawn, unknown columns or options.
    """
    is_prior = predictive_group == "prior_predictive"
    count = n_samples_prior if is_prior and n_samples is None else n_samples
    opening = open_plot(locals(), n_samples=count, with_parameters=True)
    process = process_of(model.model_config)
    if obs is not None and obs != model.response_str:
        raise ValueError(f"`obs` must be the model's response {model.response_str!r}, got {obs!r}.")
    settings = _Settings(
        process=process,
        bins=bins,
        step=step,
        interval=densities.read_interval(INTERVAL if hdi is None else hdi),
        uncertainty=uncertainty,
        alphas=(alpha_mean, ALPHA.get(uncertainty, 0.0) if alpha_uncertainty is None else alpha_uncertainty),
        hist_height=hist_height,
        colors=colors,
        styles=pair("linestyles", linestyles, Pair("-", "-")),
        widths=pair("linewidths", linewidths, Pair(1.6, 1.3)),
        n_trajectories=n_trajectories,
        limits=(xlims, ylims),
        seed=int(as_generator(opening.request.random_state).integers(2**31)),
        lines=opening.lines,
    )
    shown = opening.data(model)
    artist = _Artist(settings, shown)
    layout = opening.titled(
        title=TITLES[predictive_group] if title is None else title,
        xlabel="Time (s)" if xlabel is None else xlabel,
        ylabel="Evidence" if ylabel is None else ylabel,
        legend_beside=True,
    )
    return draw_facets(shown, layout, artist.draw, artist.legend if legend else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Settings:
    """The options of the plot that are not about data or layout, checked."""

    process: Process
    bins: Any
    step: bool
    interval: densities.Interval
    uncertainty: str | None
    alphas: tuple[float, float]
    hist_height: float
    colors: Any
    styles: Pair
    widths: Pair
    n_trajectories: int
    limits: tuple[Any, Any]
    seed: int
    lines: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_option("uncertainty", self.uncertainty, ("band", "samples", None))
        if isinstance(self.n_trajectories, bool) or not isinstance(self.n_trajectories, int) or self.n_trajectories < 0:
            raise ValueError(f"`n_trajectories` must be a number of paths (0 for none), got {self.n_trajectories!r}.")
        if not self.hist_height > 0:
            raise ValueError(f"`hist_height` must be positive, got {self.hist_height!r}.")


class _Artist:
    """Draws panels on common axes and colours, which follow from all trials together."""

    def __init__(self, settings: _Settings, data: PredictiveData) -> None:
        self.settings, self.process, self.labels = settings, settings.process, data.labels
        rts = [r.rt for r in (data.predicted, data.observed) if r is not None and r.rt is not None]
        xlims, self.ylims = settings.limits
        self.xlims = (0.0, densities.time_limit(*rts)) if xlims is None else (float(xlims[0]), float(xlims[1]))
        self.edges = densities.bin_edges(settings.bins, max(self.xlims[0], 0.0), self.xlims[1])
        if self.process.two_sided:
            self.curves = [pair("colors", settings.colors, Pair(PREDICTED, OBSERVED))] * 2
        else:
            self.curves = [Pair(color, color) for color in choice_colors(settings.colors, data.labels)]
        # One scale of the densities for all panels, so that their areas can be compared.
        tops = [
            self._density(responses, i).mean(axis=0).max()
            for responses in self._both(data)
            for i in range(len(self.curves))
        ]
        self.tallest = max(*tops, 1e-9)
        self.reach = {1.0: 0.0, -1.0: 0.0}  # how far the panels so far go beyond each boundary, in evidence

    @staticmethod
    def _both(data: PredictiveData) -> list[Responses]:
        return [responses for responses in (data.predicted, data.observed) if responses is not None]

    def draw(self, ax: Axes, data: PredictiveData) -> None:
        tidy(ax)
        theta = {
            name: np.broadcast_to(values, (self._n(data), data.predicted.n_trials)).mean(axis=1)
            for name, values in data.theta.items()
        }
        theta |= {name: np.full(self._n(data), data.frame[name].mean()) for name in self.process.covariates}
        mean = {name: values.mean(keepdims=True) for name, values in theta.items()}
        samples, centre = (curves(self.process, part, self.xlims[1]) for part in (theta, mean))
        self._process(ax, samples, centre)
        self._trajectories(ax, theta)
        base = float(np.nanmax([samples.height, centre.height]))
        for side, top in self._histograms(ax, data, base).items():
            self.reach[side] = max(self.reach[side], base + 1.05 * top)
        ax.set_xlim(*self.xlims)
        ax.set_ylim(*((-self.reach[-1.0], self.reach[1.0]) if self.ylims is None else self.ylims))
        # Evidence has a scale up to the boundaries; what is beyond them are densities.
        ticks = MaxNLocator(5).tick_values(-base if self.process.two_sided else 0.0, base)
        ax.set_yticks([tick for tick in ticks if abs(tick) <= base])
        self._name_sides(ax, float(np.nanquantile(np.nanmax(samples.boundary, axis=1), 0.03)))

    @staticmethod
    def _n(data: PredictiveData) -> int:
        return max(len(values) for values in data.theta.values())

    def _process(self, ax: Axes, samples: Curves, centre: Curves) -> None:
        """Boundaries, start, non-decision time and mean paths, with their uncertainty."""
        sides = (1, -1) if self.process.two_sided else (1,)
        for side in sides:
            self._curves(ax, samples.times, side * samples.boundary, side * centre.boundary[0], "0.2", 1.6)
        colors = ["0.2"] if self.process.two_sided else [curve.predicted for curve in self.curves]
        for i, color in enumerate(colors):
            shown = np.isfinite(centre.drift[0, i])
            alone = self.settings.uncertainty == "samples"
            paths = samples.drift[:, i] if alone else np.where(shown, samples.held[:, i], np.nan)
            self._curves(ax, samples.times, paths, centre.drift[0, i], color, 1.2)
        onset, start = float(centre.onset[0]), float(centre.start[0])
        ax.plot([0, onset], [start, start], color="0.55", linewidth=1.6, linestyle=":", zorder=2)
        ax.plot([onset], [start], marker="o", markersize=4, color="0.2", zorder=4)

    def _curves(
        self, ax: Axes, times: np.ndarray, samples: np.ndarray, centre: np.ndarray, color: Any, width: float
    ) -> None:
        alpha = self.settings.alphas[1]
        if self.settings.uncertainty == "samples":
            ax.plot(times, samples.T, color=color, alpha=alpha, linewidth=0.6, zorder=1)
        elif self.settings.uncertainty == "band":
            alive = np.isfinite(samples).mean(axis=0) > 0.5
            if alive.any():
                shown = samples[:, alive]
                shown = np.where(np.isfinite(shown), shown, np.nanmedian(shown, axis=0, keepdims=True))
                low, high = densities.interval_of(shown, densities.central(self.settings.interval))
                ax.fill_between(times[alive], low, high, color=color, alpha=alpha, linewidth=0, zorder=1)
        ax.plot(times, centre, color=color, linewidth=width, alpha=self.settings.alphas[0], zorder=2)

    def _trajectories(self, ax: Axes, theta: dict[str, np.ndarray]) -> None:
        rng = np.random.default_rng(self.settings.seed)
        colors = ["0.4"] if self.process.two_sided else [curve.predicted for curve in self.curves]
        for path in sample_paths(self.process, theta, self.xlims[1], self.settings.n_trajectories, rng):
            for i, color in enumerate(colors):
                ax.plot(path[:, 0], path[:, 1 + i], color=color, alpha=0.45, linewidth=0.7, zorder=1.5)

    def _histograms(self, ax: Axes, data: PredictiveData, base: float) -> dict[float, float]:
        """Densities of reaction times per choice, beyond the boundary that it belongs to; the height on each side."""
        scale = self.settings.hist_height * base / self.tallest
        found: dict[float, float] = {}
        for i, colors in enumerate(self.curves):
            side = -1.0 if self.process.two_sided and i == 0 else 1.0
            heights = self._density(data.predicted, i)
            top = heights.mean(axis=0).max()
            if self.settings.uncertainty == "band":
                x, ends = self._points(np.stack(densities.interval_of(heights, self.settings.interval)))
                top = max(top, ends.max())
                ends = side * (base + scale * ends)
                options: dict[str, Any] = {"step": "post"} if self.settings.step else {}
                ax.fill_between(
                    x, ends[0], ends[1], color=colors.predicted, alpha=self.settings.alphas[1], linewidth=0, **options
                )
            elif self.settings.uncertainty == "samples":
                x, y = self._points(heights)
                style: dict[str, Any] = {"drawstyle": "steps-post"} if self.settings.step else {}
                ax.plot(
                    x,
                    side * (base + scale * y).T,
                    color=colors.predicted,
                    alpha=self.settings.alphas[1],
                    linewidth=0.5,
                    **style,
                )
            self._outline(ax, heights.mean(axis=0), side, base, scale, "predicted", colors.predicted)
            if data.observed is not None:
                observed = self._density(data.observed, i)[0]
                top = max(top, observed.max())
                self._outline(ax, observed, side, base, scale, "observed", colors.observed)
            found[side] = max(found.get(side, 0.0), scale * top)
        return found

    def _outline(
        self, ax: Axes, heights: np.ndarray, side: float, base: float, scale: float, which: str, color: Any
    ) -> None:
        x, y = self._points(heights)
        dashed = which == "observed" and not self.process.two_sided
        options: dict[str, Any] = {
            "color": color,
            "linestyle": "--" if dashed else getattr(self.settings.styles, which),
            "linewidth": getattr(self.settings.widths, which),
            "drawstyle": "steps-post" if self.settings.step else "default",
            "zorder": 3,
        }
        ax.plot(x, side * (base + scale * y), **{**options, **self.settings.lines})

    def _density(self, responses: Responses, curve: int) -> np.ndarray:
        """(n_samples, n_bins) densities of one choice."""
        if responses.rt is None:
            raise ValueError("A cartoon needs reaction times; this model has choices only.")
        values = densities.of_choice(responses.rt, responses.choice, tuple(self.labels)[curve])
        return densities.histogram(np.atleast_2d(values), self.edges)

    def _points(self, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.settings.step:
            return self.edges, np.concatenate([heights, heights[..., -1:]], axis=-1)
        return (self.edges[:-1] + self.edges[1:]) / 2, heights

    def _name_sides(self, ax: Axes, edge: float) -> None:
        """Which choice a boundary stands for, at the inner edge of its band."""
        if self.process.two_sided:
            low, high = (named(label) for label in self.labels.values())
            style: dict[str, Any] = {"fontsize": "small", "color": "0.35", "ha": "right", "textcoords": "offset points"}
            ax.annotate(high, (self.xlims[1], edge), (0, -5), va="top", **style)
            ax.annotate(low, (self.xlims[1], -edge), (0, 5), va="bottom", **style)

    def legend(self, data: PredictiveData) -> list[Any]:
        handles: list[Any] = []
        if not self.process.two_sided:
            colored = zip(self.curves, self.labels.values(), strict=True)
            handles += [
                Line2D([], [], color=curve.predicted, linewidth=3, label=named(label)) for curve, label in colored
            ]
        colors = self.curves[0] if self.process.two_sided else Pair("0.2", "0.2")
        handles.append(
            Line2D([], [], color=colors.predicted, linewidth=self.settings.widths.predicted, label="predicted")
        )
        if data.observed is not None:
            style = "-" if self.process.two_sided else "--"
            handles.append(
                Line2D(
                    [],
                    [],
                    color=colors.observed,
                    linewidth=self.settings.widths.observed,
                    linestyle=style,
                    label="observed",
                )
            )
        if "t" in data.theta:
            handles.append(Line2D([], [], color="0.55", linewidth=1.6, linestyle=":", label="non-decision time"))
        return handles
