"""Predicted and observed reaction times -> densities with uncertainty, as arrays; nothing here draws.

Densities are joint densities of choice and reaction time: their area over all choices is the proportion of trials with
a response, so a rare choice has a small area and omissions are missing mass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

RANGE_QUANTILE = 0.99
RANGE_SPREADS = 4.0
"""By default the axis ends where the first proportion of reaction times has passed, or earlier: so many interquartile
ranges beyond the upper quartile. A few lapses far out would otherwise squeeze everything else."""

BandwidthRule = str | float | Callable[..., float] | None


def signed(rt: np.ndarray, choice: np.ndarray, codes: Sequence[int]) -> np.ndarray:
    """Reaction times of two choices on one axis: negative for the first choice, positive for the second."""
    return np.where(choice == codes[0], -rt, np.where(choice == codes[1], rt, np.nan))


def of_choice(rt: np.ndarray, choice: np.ndarray, code: int) -> np.ndarray:
    """Reaction times of one choice, NaN on all other trials."""
    return np.where(choice == code, rt, np.nan)


def time_limit(*samples: np.ndarray) -> float:
    """Where to end the time axis: the latest end that any of the samples asks for, with a little room."""
    ends = []
    for sample in samples:
        times = np.abs(sample[np.isfinite(sample)])
        if times.size:
            lower, upper, late = np.quantile(times, [0.25, 0.75, RANGE_QUANTILE])
            ends.append(float(min(late, upper + RANGE_SPREADS * (upper - lower)) if upper > lower else late))
    return 1.05 * max(ends, default=1.0)


def bin_edges(bins: int | Sequence[float], low: float, high: float) -> np.ndarray:
    """Edges of the histogram; a number of bins is spread evenly, with an edge at zero on a signed axis."""
    if np.ndim(bins) > 0:
        edges = np.asarray(bins, dtype=float)
        if edges.ndim != 1 or len(edges) < 2 or np.any(np.diff(edges) <= 0):
            raise ValueError(f"`bins` must be a number of bins or increasing edges, got {bins!r}.")
        return edges
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise ValueError(f"`bins` must be a positive number of bins or increasing edges, got {bins!r}.")
    if not low < 0 < high:
        return np.linspace(low, high, int(bins) + 1)
    below = min(max(1, round(bins * -low / (high - low))), max(1, int(bins) - 1))
    above = max(1, int(bins) - below)
    return np.concatenate([np.linspace(low, 0, below + 1), np.linspace(0, high, above + 1)[1:]])


def histogram(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Density of (n_samples, n_trials) values in each bin: (n_samples, n_bins).

    NaN counts as a trial but falls into no bin, so the area is the proportion of trials within the edges.
    """
    n_samples, n_trials = values.shape
    n_bins = len(edges) - 1
    place = np.searchsorted(edges, values, side="right") - 1
    place[values == edges[-1]] = n_bins - 1
    inside = (place >= 0) & (place < n_bins) & np.isfinite(values)
    flat = (place + np.arange(n_samples)[:, None] * n_bins)[inside]
    counts = np.bincount(flat, minlength=n_samples * n_bins).reshape(n_samples, n_bins)
    return counts / (np.diff(edges) * max(n_trials, 1))


def kernel_density(values: np.ndarray, grid: np.ndarray, bw_method: BandwidthRule = None) -> np.ndarray:
    """Gaussian kernel density of (n_samples, n_trials) values on an even grid: (n_samples, n_grid).

    Values are binned to the grid and convolved with the kernel. Positive and negative values (the two choices of a
    signed axis) have their own bandwidth and do not leak into each other. NaN counts as in :func:`histogram`.
    """
    result = np.zeros((values.shape[0], len(grid)))
    for side in (grid >= 0, grid < 0):
        if np.count_nonzero(side) > 1:
            own = values >= 0 if grid[side][-1] >= 0 else values < 0
            result[:, side] = _one_side(np.where(own, values, np.nan), grid[side], bw_method)
    return result


def _one_side(values: np.ndarray, grid: np.ndarray, bw_method: BandwidthRule) -> np.ndarray:
    step = grid[1] - grid[0]
    edges = np.append(grid - step / 2, grid[-1] + step / 2)
    density = histogram(values, edges)
    finite = np.isfinite(values)
    count = finite.sum(axis=1)
    # Offsets of the convolution kernel; twice the grid so that the ends do not wrap around.
    size = 2 * len(grid)
    offsets = np.minimum(np.arange(size), size - np.arange(size)) * step
    for row in np.flatnonzero(count > 1):
        width = _bandwidth(values[row][finite[row]], bw_method)
        if width > step / 4:
            kernel = np.exp(-0.5 * (offsets / width) ** 2)
            spectrum = np.fft.rfft(density[row], size) * np.fft.rfft(kernel / kernel.sum())
            density[row] = np.maximum(np.fft.irfft(spectrum, size)[: len(grid)], 0.0)
    return density


def _bandwidth(sample: np.ndarray, rule: BandwidthRule) -> float:
    """Kernel width: a factor (Scott's, Silverman's, a number, or a function's result) times a standard deviation.

    The named rules take the smaller of the standard deviation and the interquartile range / 1.349 (equal for normal
    values), because lapses inflate the former.

    References
    ----------
    Scott (1992), Multivariate Density Estimation, Wiley. Silverman (1986), Density Estimation, Chapman and Hall.
    """
    n = len(sample)
    spread = float(np.std(sample))
    if rule is None or isinstance(rule, str):
        factors = {"scott": n ** (-1 / 5), "silverman": (3 * n / 4) ** (-1 / 5)}
        name = "scott" if rule is None else rule
        if name not in factors:
            raise ValueError(f"`bw_method` must be 'scott', 'silverman', a number or a function, got {rule!r}.")
        quartiles = np.quantile(sample, [0.25, 0.75])
        return factors[name] * min(spread, float(quartiles[1] - quartiles[0]) / 1.349 or spread)
    factor = float(rule(sample)) if callable(rule) else float(rule)
    if factor <= 0:
        raise ValueError(f"`bw_method` must give a positive factor, got {factor!r}.")
    return factor * spread


Interval = float | tuple[float, float]


def read_interval(hdi: Any) -> Interval:
    """The ``hdi`` argument of a plot: 0.94, "94%" (highest density), or a pair of quantiles.

    Raises
    ------
    ValueError
        Not a probability, or not an increasing pair of them.
    """
    allowed = "Give a probability (0.94), a percentage ('94%') or two quantiles ((0.05, 0.95))."
    try:
        if isinstance(hdi, str):
            text = hdi.strip().lower().removesuffix("hdi").strip()
            value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
        elif np.ndim(hdi) == 1 and len(hdi) == 2:
            low, high = (float(end) for end in hdi)
            if not 0 <= low < high <= 1:
                raise ValueError
            return low, high
        else:
            value = float(hdi)
    except (TypeError, ValueError):
        raise ValueError(f"`hdi` is no interval: {hdi!r}. {allowed}") from None
    if not 0 < value < 1:
        raise ValueError(f"`hdi` must be a probability between 0 and 1, got {hdi!r}. {allowed}")
    return value


def central(interval: Interval) -> tuple[float, float]:
    """The two quantiles that leave equal parts outside: narrowest intervals of few curves jump from point to point."""
    return interval if isinstance(interval, tuple) else ((1 - interval) / 2, (1 + interval) / 2)


def interval_text(interval: Interval) -> str:
    """An interval in words, for legends."""
    if isinstance(interval, tuple):
        return f"{100 * interval[0]:g}–{100 * interval[1]:g} % quantiles"
    return f"{100 * interval:g} % interval"


def interval_of(samples: np.ndarray, interval: Interval) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends over the first axis: the narrowest interval of that probability, or two quantiles."""
    if isinstance(interval, tuple):
        low, high = np.quantile(samples, interval, axis=0)
        return low, high
    ordered = np.sort(samples, axis=0)
    n_samples = len(ordered)
    reach = min(int(np.floor(interval * n_samples)), n_samples - 1)
    widths = ordered[reach:] - ordered[: n_samples - reach]
    start = np.argmin(widths, axis=0)
    low = np.take_along_axis(ordered, start[None], axis=0)[0]
    high = np.take_along_axis(ordered, start[None] + reach, axis=0)[0]
    return low, high


def choice_proportions(choice: np.ndarray, codes: Sequence[int]) -> np.ndarray:
    """Proportion of each choice among all (..., n_trials): (..., n_choices)."""
    return np.stack([np.mean(choice == code, axis=-1) for code in codes], axis=-1)
