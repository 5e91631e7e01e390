"""Draw what happens in a trial of a model, as a small SVG file that is the same every time.

Called by ``make_model_pages.py``. Which sketch a model gets follows from the names of its parameters; a model that
fits none gets the densities of its responses only. Paths are drawn by ``model_paths.py``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib as mpl
import model_paths as paths
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from model_examples import example_theta

import hssm
from hssm.spec import ModelSpec

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#B8860B", "#333333", "#AA3377")
GREY, INK = "#BBBBBB", "#333333"
SEED = 7
N_GRID = 110
N_DRAWS = 40_000
MAX_BYTES = 40_000
MOST_FILLED = 3
"""Choices up to which the area below each density is filled."""
STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "path.simplify": False,
}
Theta = Mapping[str, float]


def write_picture(spec: ModelSpec, path: Path) -> None:
    """Draw the picture of a model into a file; RuntimeError if it became larger than a page should load."""
    theta = example_theta(spec)
    with mpl.rc_context({**STYLE, "svg.hashsalt": spec.name}):
        figure = Figure(figsize=(6.0, 3.6), layout="constrained")
        sketch_of(spec)(figure, spec, theta)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    rounded = compact(text.getvalue())
    if len(rounded.encode()) > MAX_BYTES:
        raise RuntimeError(f"The picture of {spec.name} has {len(rounded.encode())} bytes, more than {MAX_BYTES}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line.rstrip() for line in rounded.splitlines()) + "\n", encoding="utf-8")


def compact(svg: str) -> str:
    """A tenth of a point in paths, a hundredth elsewhere: smaller files, and no difference between machines."""
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"-?\d+\.\d{2,}", _rounder(1), path[0]), svg)
    return re.sub(r"-?\d+\.\d{3,}", _rounder(2), svg)


def _rounder(decimals: int) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{float(found[0]):.{decimals}f}".rstrip("0").rstrip(".")


def sketch_of(spec: ModelSpec) -> Callable[[Figure, ModelSpec, Theta], None]:
    """The sketch that fits the names of a model's parameters."""
    names = set(spec.parameter_names)
    if spec.is_choice_only:
        return bars
    if len(spec.choices) == 2 and {"v", "a", "z", "t"} <= names <= paths.DIFFUSION_PARAMETERS:
        return diffusion
    if names == {"vh", "vl1", "vl2", "a", "t"}:
        return stages
    if paths.race_of(spec) is not None:
        return race
    return densities_only


# ---------------------------------------------------------------------- densities


def densities(spec: ModelSpec, theta: Theta, grid: np.ndarray) -> np.ndarray:
    """(n_choices, n_grid) density of each choice at times ``grid`` in seconds."""
    if not spec.likelihoods or spec.likelihoods[0].kind != "analytical":
        return _simulated_densities(spec, theta, grid)
    rt, choice = np.tile(grid, len(spec.choices)), np.repeat(spec.choices, grid.size)
    log_density = hssm.log_density(spec.name, {"rt": rt, "response": choice}, dict(theta))
    return np.exp(log_density).reshape(len(spec.choices), grid.size)


def _simulated_densities(spec: ModelSpec, theta: Theta, grid: np.ndarray) -> np.ndarray:
    data = _draws(spec, theta)
    bins, smooth = np.append(grid, 2 * grid[-1] - grid[-2]), np.ones(7) / 7
    width = grid[1] - grid[0]
    counts = [np.histogram(data["rt"][data["response"] == choice], bins)[0] for choice in spec.choices]
    return np.array([np.convolve(count / (N_DRAWS * width), smooth, mode="same") for count in counts])


def _draws(spec: ModelSpec, theta: Theta) -> dict[str, np.ndarray]:
    draws = hssm.simulate_data(spec.name, dict(theta), size=N_DRAWS, random_state=SEED)
    return {name: draws[name].to_numpy() for name in spec.response}


def _last_time(spec: ModelSpec, theta: Theta) -> float:
    """Time by which nearly all trials are over."""
    if spec.simulator is None:
        return 3.0
    rt = _draws(spec, theta)["rt"]
    return float(np.ceil(10 * np.quantile(rt[rt > 0], 0.97)) / 10)


# ---------------------------------------------------------------------- two boundaries


def diffusion(figure: Figure, spec: ModelSpec, theta: Theta) -> None:
    """Paths between two boundaries, densities of rt outside them."""
    end, t, a = _last_time(spec, theta), theta["t"], theta["a"]
    ax = figure.add_subplot()
    tau = np.linspace(0.0, end - t, 200)
    bound = paths.boundary(theta, tau)
    for side in (-1, 1):
        ax.plot(t + tau, side * bound, color=INK, lw=1.5)
    rng = np.random.default_rng(SEED)
    for _ in range(5):
        times, evidence = paths.diffusion_path(rng, theta, end)
        ax.plot(times, evidence, color=COLOURS[0] if evidence[-1] > 0 else COLOURS[1], lw=0.7, alpha=0.75)
    _densities_outside(ax, spec, theta, (end, 1.1 * a))
    _starting_point(ax, theta)
    _drift_arrows(ax, theta)
    _non_decision_time(ax, theta)
    for side in (-1, 1):
        ax.text(t, side * a, f"{'+' if side > 0 else '−'}a ", ha="right", va="center", color=INK)
    if theta.get("theta"):
        ax.text(end, -np.nan_to_num(bound[-1]), "theta ", ha="right", va="bottom", color=INK)
    _tidy(ax, (0.0, end), "rt (s)")


def _densities_outside(ax: Axes, spec: ModelSpec, theta: Theta, frame: tuple[float, float]) -> None:
    end, base = frame
    grid = np.linspace(0.0, end, N_GRID)
    both = densities(spec, theta, grid)
    height = 0.9 * theta["a"] / both.max()
    for side, colour, density in ((-1, COLOURS[1], both[0]), (1, COLOURS[0], both[1])):
        ax.fill_between(grid, side * base, side * (base + height * density), color=colour, alpha=0.3, lw=0)
        ax.plot(grid, side * (base + height * density), color=colour, lw=1.2)
        words = {"ha": "right", "va": "center", "color": colour}
        ax.text(end, side * (base + 0.5 * theta["a"]), f"response {'+1' if side > 0 else '−1'} ", **words)
    ax.set_ylim(-base - theta["a"], base + theta["a"])


def _starting_point(ax: Axes, theta: Theta) -> None:
    t, a = theta["t"], theta["a"]
    start = paths.start(theta)
    ax.plot([t], [start], "o", color=INK, ms=4, zorder=4)
    ax.text(t, start, "z  ", ha="right", va="center", color=INK)
    if theta.get("sz"):
        ax.plot([t, t], [start - a * theta["sz"], start + a * theta["sz"]], color=INK, lw=4, alpha=0.35)
        ax.text(t, start - a * theta["sz"], "sz ", ha="right", va="center", color=INK)


def _drift_arrows(ax: Axes, theta: Theta) -> None:
    t, start, length = theta["t"], paths.start(theta), 0.7
    for drift in {theta["v"] - theta.get("sv", 0.0), theta["v"], theta["v"] + theta.get("sv", 0.0)}:
        mean = drift == theta["v"]
        arrow = {"arrowstyle": "->", "color": INK, "lw": 1.6 if mean else 0.9, "ls": "-" if mean else "--"}
        ax.annotate("", (t + length, start + length * drift), (t, start), arrowprops=arrow, zorder=5)
    ax.text(t + length, start + length * theta["v"], " v", color=INK, weight="bold", va="center", zorder=5)


def _non_decision_time(ax: Axes, theta: Theta) -> None:
    t, half = theta["t"], theta.get("st", 0.0) / 2
    ax.axvspan(0.0, t - half, color=GREY, alpha=0.35, lw=0)
    if half:
        ax.axvspan(t - half, t + half, color=GREY, alpha=0.18, lw=0)
    low = ax.get_ylim()[0]
    ax.text(t / 2, low, "t ± st/2" if half else "t", ha="center", va="bottom", color=INK)


# ---------------------------------------------------------------------- accumulators and stages


def race(figure: Figure, spec: ModelSpec, theta: Theta) -> None:
    """Accumulators on their way above, the density of each winner below."""
    kind, end = paths.race_of(spec), _last_time(spec, theta)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    tracks, top = paths.race_tracks(SEED, kind, theta, (len(spec.choices), end))
    for i, (times, evidence) in enumerate(tracks):
        upper.plot(times, evidence, color=COLOURS[i % len(COLOURS)], lw=1.2)
    paths.race_frame(upper, kind, theta, (end, INK))
    upper.set_ylim(top=top)
    _density_panel(lower, spec, theta, end)
    for ax in (upper, lower):
        ax.axvspan(0.0, theta.get("t", 0.0), color=GREY, alpha=0.35, lw=0)
    if theta.get("t"):
        lower.text(theta["t"] / 2, 0.0, "t", ha="center", va="bottom", color=INK)
    _tidy(upper, (0.0, end), "")
    if kind == "lognormal":
        upper.set_ylabel("finishing times")
    upper.tick_params(labelbottom=False)


def stages(figure: Figure, spec: ModelSpec, theta: Theta) -> None:
    """Two diffusions in a row above, the density of the four outcomes below."""
    end = _last_time(spec, theta)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    rng = np.random.default_rng(SEED)
    for side in (-1, 1):
        upper.plot([theta["t"], end], [side * theta["a"]] * 2, color=INK, lw=1.5)
        upper.text(end, side * theta["a"], "+a" if side > 0 else "−a", ha="right", va="bottom" if side > 0 else "top")
    for _ in range(3):
        first, second, choice = paths.two_stages(rng, theta, end)
        colour = COLOURS[choice]
        upper.plot(*first, color=colour, lw=0.7, alpha=0.6)
        upper.plot([first[0][-1]] * 2, [first[1][-1], 0.0], color=colour, lw=0.8, ls=":")
        upper.plot(*second, color=colour, lw=1.0)
    _density_panel(lower, spec, theta, end)
    for ax in (upper, lower):
        ax.axvspan(0.0, theta["t"], color=GREY, alpha=0.35, lw=0)
    lower.text(theta["t"] / 2, 0.0, "t", ha="center", va="bottom", color=INK)
    _tidy(upper, (0.0, end), "")
    upper.tick_params(labelbottom=False)


def densities_only(figure: Figure, spec: ModelSpec, theta: Theta) -> None:
    """The density of each response, for a model whose process has no sketch."""
    _density_panel(figure.add_subplot(), spec, theta, _last_time(spec, theta))


def bars(figure: Figure, spec: ModelSpec, theta: Theta) -> None:
    """Choice probabilities of a model without reaction times."""
    ax = figure.add_subplot()
    observed = {spec.response[0]: np.array(spec.choices, dtype=float)}
    probabilities = np.exp(hssm.log_density(spec.name, observed, dict(theta)))
    labels = [str(choice).replace("-", "−") for choice in spec.choices]
    drawn = ax.bar(labels, probabilities, color=COLOURS[: len(labels)], width=0.6)
    ax.bar_label(drawn, fmt="%.2f")
    ax.set(xlabel="response", ylabel="probability", ylim=(0.0, 1.0))


def _density_panel(ax: Axes, spec: ModelSpec, theta: Theta, end: float) -> None:
    grid = np.linspace(0.0, end, N_GRID)
    for i, (choice, density) in enumerate(zip(spec.choices, densities(spec, theta, grid), strict=True)):
        colour = COLOURS[i % len(COLOURS)]
        ax.plot(grid, density, color=colour, lw=1.2, label=f"response {choice}".replace("-", "−"))
        if len(spec.choices) <= MOST_FILLED:
            ax.fill_between(grid, density, color=colour, alpha=0.15, lw=0)
    ax.legend(frameon=False, fontsize=8)
    ax.set_ylabel("density (1/s)")
    ax.set_ylim(bottom=0.0)
    ax.set(xlim=(0.0, end), xlabel="rt (s)")


def _tidy(ax: Axes, limits: tuple[float, float], label: str) -> None:
    ax.set(xlim=limits, xlabel=label, ylabel="evidence")
    ax.set_yticks([])
