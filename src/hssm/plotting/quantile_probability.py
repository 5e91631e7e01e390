"""``plot_quantile_probability``: reaction-time quantiles against response proportions, observed and predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse

from hssm.inference.grid import levels
from hssm.plotting.data import PredictiveData
from hssm.plotting.facets import FacetGrid, draw_facets
from hssm.plotting.opening import open_plot
from hssm.plotting.quantiles import QuantileRequest, ellipse_of, quantile_table, read_quantiles
from hssm.plotting.style import CHOICES, SEQUENTIAL, line_properties, named, require_option, tidy

SPREAD = 0.18
"""Half-width of the places side by side that response categories take on a categorical axis."""

MARKERS = "o^sDvP*X"

SHOWN = 0.95
STRETCH = 1.5
"""The vertical axis shows all observed quantiles, and so many of the predicted ones unless that stretches it more."""


def plot_quantile_probability(  # noqa: PLR0913, PLR0917  (the options of a public plot)
    model: Any,
    cond: str,
    data: pd.DataFrame | None = None,
    dt: Any = None,
    predictive_group: str = "posterior_predictive",
    n_samples: int | float | None = 20,
    x: str = "proportion",
    y: str = "rt",
    hue: str = "quantile",
    row: str | None = None,
    col: str | None = None,
    col_wrap: int | None = None,
    groups: str | Sequence[str] | None = None,
    groups_order: Sequence[Any] | None = None,
    predictive_style: str = "points",
    ellipse_confidence: float = 0.95,
    ellipse_min_points: int = 5,
    correct: str | None = None,
    q: int | Sequence[float] = 5,
    quantile_by: str | Sequence[str] | None = None,
    title: str | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    xticklabels: Sequence[str] | None = None,
    grid_kwargs: dict[str, Any] | None = None,
    data_kwargs: dict[str, Any] | None = None,
    predictive_samples_kwargs: dict[str, Any] | None = None,
    ellipse_kwargs: dict[str, Any] | None = None,
    random_state: Any = None,
    **kwargs: Any,
) -> Axes | FacetGrid | list[FacetGrid]:
    """Plot quantiles of reaction times against the proportion of the response, per condition and response.

    Parameters
    ----------
    model : HSSM
    cond : str
        Column of the experimental conditions.
    data, dt, predictive_group, n_samples
        As in :func:`plot_predictive`.
    x : {"proportion", "condition"}
        The horizontal axis; the name in ``cond`` means "condition".
    y : "rt"
    hue : {"quantile", "response", "condition"}
        What colours tell apart.
    row, col, col_wrap, groups, groups_order
        As in :func:`plot_predictive`.
    predictive_style : {"points", "ellipse", "both"}
        Predictions as one point per draw, as an ellipse over draws, or both.
    ellipse_confidence : float
        Share of draws inside the ellipse, in (0, 1).
    ellipse_min_points : int
        Fewer draws than this get no ellipse.
    correct : str, optional
        Column with the correct response of each trial, or (two choices) with True and False for correct responses.
        Responses are then split into correct and error; without it, by choice.
    q : int or sequence of float
        Number of quantiles, evenly spread (5: 0.1, 0.3, 0.5, 0.7, 0.9), or the quantiles.
    quantile_by : str or list of str, optional
        Columns (participants) within which proportions and quantiles are computed before averaging.
    title, xlabel, ylabel, xticklabels
        ``xticklabels`` rename the conditions, in their order, with ``x="condition"``.
    grid_kwargs, data_kwargs, predictive_samples_kwargs, ellipse_kwargs : dict, optional
        For ``pyplot.subplots``, and Matplotlib's options of observed lines, predicted points and ellipses.
    random_state : int or Generator, optional
        As in :func:`plot_predictive`.
    **kwargs
        ``ax`` (draw there, single plots only), and options for observed lines and predicted points alike.

    Returns
    -------
    Axes, FacetGrid or list of FacetGrid
    """
    opening = open_plot(locals(), ("cond", "correct", "quantile_by"))
    by = (quantile_by,) if isinstance(quantile_by, str) else tuple(quantile_by or ())
    require_option("y", y, ("rt",))
    settings = _Settings(
        request=QuantileRequest(cond=cond, quantiles=read_quantiles(q), correct=correct, by=by),
        x="condition" if x == cond else x,
        hue="condition" if hue == cond else hue,
        predictive_style=predictive_style,
        ellipse=(ellipse_confidence, ellipse_min_points),
        xticklabels=xticklabels,
        data_kwargs={**opening.lines, **line_properties(data_kwargs or {})},
        point_kwargs={**opening.lines, **line_properties(predictive_samples_kwargs or {})},
        ellipse_kwargs=ellipse_kwargs or {},
    )
    shown = opening.data(model)
    artist = _Artist(settings, shown)
    layout = opening.titled(
        title=title,
        xlabel=("Proportion of trials" if x == "proportion" else cond) if xlabel is None else xlabel,
        ylabel="Response time (s), quantiles" if ylabel is None else ylabel,
        legend_beside=True,
    )
    return draw_facets(shown, layout, artist.draw, artist.legend)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Settings:
    """The options of the plot that are not about data or layout, checked."""

    request: QuantileRequest
    x: str
    hue: str
    predictive_style: str
    ellipse: tuple[float, int]
    xticklabels: Sequence[str] | None = None
    data_kwargs: dict[str, Any] = field(default_factory=dict)
    point_kwargs: dict[str, Any] = field(default_factory=dict)
    ellipse_kwargs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_option("x", self.x, ("proportion", "condition"))
        require_option("hue", self.hue, ("quantile", "response", "condition"))
        require_option("predictive_style", self.predictive_style, ("points", "ellipse", "both"))
        confidence, fewest = self.ellipse
        if not 0 < confidence < 1:
            raise ValueError(f"`ellipse_confidence` must be between 0 and 1, got {confidence!r}.")
        if fewest < 3:
            raise ValueError(f"`ellipse_min_points` must be at least 3, got {fewest!r}.")


class _Artist:
    """Draws panels with common colours and places of the conditions, which follow from all trials together."""

    def __init__(self, settings: _Settings, data: PredictiveData) -> None:
        self.settings = settings
        self.top = 0.0  # of the vertical axis, which panels share
        self.predicted_times = np.empty(0)  # all quantiles drawn so far
        self.conditions = levels(data.frame[settings.request.cond])
        self.responses = ["correct", "error"] if settings.request.correct else list(data.labels.values())
        if settings.xticklabels is not None and len(settings.xticklabels) != len(self.conditions):
            raise ValueError(
                f"`xticklabels` must name the {len(self.conditions)} conditions, got {len(settings.xticklabels)}."
            )
        hues: dict[str, list[Any]] = {
            "quantile": list(settings.request.quantiles),
            "response": self.responses,
            "condition": self.conditions,
        }
        self.hues = hues[settings.hue]

    def draw(self, ax: Axes, data: PredictiveData) -> None:
        tidy(ax)
        assert data.observed is not None
        observed = self._placed(quantile_table(data, data.observed, self.settings.request))
        predicted = self._placed(quantile_table(data, data.predicted, self.settings.request))
        if self.settings.predictive_style in ("points", "both"):
            self._points(ax, predicted)
        if self.settings.predictive_style in ("ellipse", "both"):
            self._ellipses(ax, predicted)
        self._observed(ax, observed)
        self._set_top(ax, observed["rt"], predicted["rt"].dropna())
        if self.settings.x == "condition":
            names = self.settings.xticklabels or [str(condition) for condition in self.conditions]
            ax.set_xticks(range(len(self.conditions)), names)
        else:
            ax.set_xlim(-0.02, 1.02)

    def _set_top(self, ax: Axes, observed: pd.Series, predicted: pd.Series) -> None:
        """Room for all that was observed and most of what is predicted: rare choices have far quantiles (lapses)."""
        highest = observed.max()
        far = predicted.quantile(SHOWN)
        ends = [highest, far if np.isnan(highest) else min(far, STRETCH * highest)]
        if np.any(np.isfinite(ends)):
            self.top = max(self.top, 1.08 * float(np.nanmax(ends)))
            ax.set_ylim(0, self.top)
        self.predicted_times = np.append(self.predicted_times, predicted)

    def _beyond(self) -> str:
        share = np.mean(self.predicted_times > self.top) if self.predicted_times.size else 0.0
        return f"\n({100 * share:.1f} % beyond the axis)" if share >= 0.0005 else ""

    def legend(self, data: PredictiveData) -> list[Any]:
        assert data.observed is not None
        titles = {"quantile": "{:.3g} quantile", "response": "{}", "condition": "{}"}
        handles = [
            Line2D([], [], color=self._color(value), marker="o", linestyle="", label=self._hue_text(titles, value))
            for value in reversed(self.hues)
        ]
        style: dict[str, Any] = {"color": "0.2", "linestyle": ""}
        handles.append(
            Line2D([], [], marker="o", label="observed" + self._omitted(data.observed.omitted, data.lost), **style)
        )
        label = "predicted" + self._omitted(data.predicted.omitted)
        if self.settings.predictive_style == "ellipse":
            label += f", {100 * self.settings.ellipse[0]:g} % of draws"
        handles.append(Line2D([], [], marker=".", alpha=0.5, label=label + self._beyond(), **style))
        if self.settings.hue != "response":
            markers = ((self._marker(r), r) for r in self.responses)
            handles += [Line2D([], [], marker=m, color="0.6", linestyle="", label=named(r)) for m, r in markers]
        return handles

    def _hue_text(self, titles: dict[str, str], value: Any) -> str:
        text = titles[self.settings.hue].format(value)
        return named(text) if self.settings.hue == "response" else text

    @staticmethod
    def _omitted(share: float, lost: float = 0.0) -> str:
        without = f"\n({100 * lost:.1f} % of trials left out: rt lost)" if lost > 0 else ""
        return (f" ({100 * share:.1f} % omitted)" if share > 0 else "") + without

    def _color(self, value: Any) -> Any:
        place = self.hues.index(value)
        if self.settings.hue == "quantile":
            return colormaps[SEQUENTIAL](0.85 * place / max(len(self.hues) - 1, 1))
        return CHOICES[place % len(CHOICES)]

    def _marker(self, response: str) -> str:
        return MARKERS[self.responses.index(response) % len(MARKERS)]

    def _placed(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with a column ``x``: the proportion, or the place of the condition, responses side by side."""
        if self.settings.x == "proportion":
            return table.assign(x=table["proportion"])
        offsets = np.linspace(-SPREAD, SPREAD, len(self.responses))
        place = table["condition"].map({c: i for i, c in enumerate(self.conditions)}).astype(float)
        side = table["response"].map(dict(zip(self.responses, offsets, strict=True))).astype(float)
        return table.assign(x=place + side)

    def _observed(self, ax: Axes, table: pd.DataFrame) -> None:
        """Observed points, joined across conditions: one line per quantile over the proportion, as is customary."""
        for (_, response), part in table.groupby(["quantile", "response"], sort=True):
            line = part.dropna(subset=["rt"]).sort_values("x")
            ax.plot(line["x"], line["rt"], color="0.75", linewidth=0.9, zorder=1)
            for _, point in line.iterrows():
                style = {"color": self._color(point[self.settings.hue]), "markersize": 6, "markeredgecolor": "white"}
                style |= {"marker": self._marker(str(response)), "linestyle": "", "zorder": 3}
                ax.plot(point["x"], point["rt"], **{**style, **self.settings.data_kwargs})

    def _points(self, ax: Axes, table: pd.DataFrame) -> None:
        for (value, response), part in table.groupby([self.settings.hue, "response"], sort=True)[["x", "rt"]]:
            style = {"color": self._color(value), "marker": self._marker(str(response)), "linestyle": "", "zorder": 2}
            style |= {"markersize": 3.5, "alpha": 0.35, "markeredgewidth": 0}
            ax.plot(part["x"], part["rt"], **{**style, **self.settings.point_kwargs})

    def _ellipses(self, ax: Axes, table: pd.DataFrame) -> None:
        confidence, fewest = self.settings.ellipse
        for _, part in table.dropna(subset=["rt"]).groupby(["condition", "response", "quantile"], sort=True):
            if len(part) < fewest:
                continue
            if self.settings.x == "condition":
                self._interval(ax, part)
                continue
            centre, width, height, angle = ellipse_of(part[["x", "rt"]].to_numpy(dtype=float), confidence)
            color = self._color(part[self.settings.hue].iloc[0])
            style = {"facecolor": color, "edgecolor": color, "alpha": 0.3, "zorder": 2}
            ax.add_patch(
                Ellipse(tuple(centre), width, height, angle=angle, **{**style, **self.settings.ellipse_kwargs})
            )

    def _interval(self, ax: Axes, part: pd.DataFrame) -> None:
        """On a categorical axis only reaction times vary: the central interval of the draws in place of an ellipse."""
        outside = (1 - self.settings.ellipse[0]) / 2
        low, high = part["rt"].quantile([outside, 1 - outside])
        color = self._color(part[self.settings.hue].iloc[0])
        ax.vlines(part["x"].iloc[0], low, high, color=color, alpha=0.35, linewidth=6, zorder=2)
