"""Tables of log densities, and the training rows that are chosen from them.

Times are decision times, spaced evenly in their logarithm. Sources of labels (``reference.py``, ``solved.py``) fill the
tables; ``dataset.py`` keeps the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hssm.spec import Bounds, ModelSpec

SHORTEST, LONGEST = 2e-5, 100.0
"""Decision times in seconds between which rows are labelled."""

LATEST_SOLVED = 30.0
"""The same where labels come from a numerical solution, whose cost grows with time."""

LOWEST = -30.0
"""Rows with a lower log density are left out: they neither occur nor matter beside a lapse."""

UNIFORM_SHARE = 0.2
"""Share of rows that are chosen without regard to the density."""

LONGEST_DEADLINE = 30.0
_BINS, _BANDWIDTH = 600, 1.06


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many rows a parameter vector gives, from how many times up to the longest; how many deadlines it gets.

    ``vectors`` is how many are labelled unless the user says otherwise: for log densities, and for outcomes.
    """

    rows: int
    times: int
    longest: float
    deadlines: int
    vectors: tuple[int, int]

    def per_vector(self, kind: str) -> int:
        return {"lan": self.rows, "cpn": 1}.get(kind, self.deadlines)

    def n_rows(self, kind: str) -> int:
        """Rows unless the user says otherwise."""
        return self.vectors[kind != "lan"] * self.per_vector(kind)


CHEAP = Share(rows=24, times=72, longest=LONGEST, deadlines=2, vectors=(50_000, 200_000))
SOLVED = Share(rows=192, times=256, longest=LATEST_SOLVED, deadlines=24, vectors=(3000, 3000))
"""Where every vector has to be solved for, one solution answers many questions."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Log densities (n_vectors, n_choices, n_times) at decision times (n_vectors, n_times) with weights alike."""

    times: np.ndarray
    weights: np.ndarray
    log_density: np.ndarray


def draw_vectors(rng: np.random.Generator, box: Mapping[str, Bounds], n: int) -> dict[str, np.ndarray]:
    """``n`` parameter vectors, uniform in a box."""
    return {name: rng.uniform(low, high, n) for name, (low, high) in box.items()}


def onset(theta: Mapping[str, np.ndarray]) -> np.ndarray | float:
    """When responses begin: after the shortest non-decision time."""
    return theta.get("t", 0.0) - 0.5 * theta.get("st", 0.0)  # type: ignore[no-any-return]


def spaced_times(
    rng: np.random.Generator, n_vectors: int, n_times: int, longest: float = LONGEST
) -> tuple[np.ndarray, np.ndarray]:
    """One random time in every interval of a logarithmic scale, and the intervals' lengths in time."""
    low, width = np.log(SHORTEST), np.log(longest / SHORTEST) / n_times
    times = np.exp(low + width * (np.arange(n_times) + rng.random((n_vectors, n_times))))
    return times, times * width


def smoothed_log_density(times: np.ndarray, n_paths: int, at: np.ndarray) -> np.ndarray:
    """Log density of ``times`` (out of ``n_paths`` paths) at times ``at``: a Gaussian kernel on log time."""
    from scipy.ndimage import gaussian_filter1d

    times = times[times > SHORTEST]
    if len(times) < 20:
        return np.full(at.shape, -np.inf)
    logs = np.log(times)
    spread = min(logs.std(), np.subtract(*np.quantile(logs, [0.75, 0.25])) / 1.34)
    bandwidth = max(_BANDWIDTH * spread * len(logs) ** -0.2, 1e-3)
    edges = np.linspace(logs.min() - 5 * bandwidth, logs.max() + 5 * bandwidth, _BINS + 1)
    step = edges[1] - edges[0]
    counts, _ = np.histogram(logs, edges)
    smooth = gaussian_filter1d(counts.astype(float), bandwidth / step, mode="constant", truncate=6.0)
    density = np.interp(np.log(at), 0.5 * (edges[1:] + edges[:-1]), smooth / (n_paths * step), left=0.0, right=0.0)
    with np.errstate(divide="ignore"):
        return np.log(density / at)


def chosen_rows(
    rng: np.random.Generator, spec: ModelSpec, theta: Mapping[str, np.ndarray], table: Table, per_vector: int
) -> tuple[np.ndarray, np.ndarray]:
    """``per_vector`` rows of every vector, most of them where responses fall, some anywhere."""
    log_density, n_times = table.log_density, table.times.shape[1]
    usable = log_density > LOWEST
    mass = np.where(usable, np.exp(np.where(usable, log_density, 0.0)) * table.weights[:, None, :], 0.0)
    mass, anywhere = (part.reshape(len(mass), -1).astype(float) for part in (mass, usable))
    share = (1.0 - UNIFORM_SHARE) * mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-300)
    share += UNIFORM_SHARE * anywhere / np.maximum(anywhere.sum(axis=1, keepdims=True), 1.0)
    ends = np.cumsum(share, axis=1)
    draws = rng.random((len(mass), per_vector)) * ends[:, -1:]
    places = np.minimum((ends[:, None, :] < draws[:, :, None]).sum(axis=2), mass.shape[1] - 1)
    vector = np.repeat(np.arange(len(mass)), per_vector)
    choice, time = np.divmod(places.ravel(), n_times)
    begins = np.broadcast_to(onset(theta), len(mass))
    columns = [theta[name][vector] for name in spec.parameter_names]
    columns += [table.times[vector, time] + begins[vector], np.array(spec.choices, dtype=float)[choice]]
    labels = log_density[vector, choice, time]
    kept = labels > LOWEST
    return np.stack(columns, axis=1)[kept].astype(np.float32), labels[kept, None].astype(np.float32)


def outcome_rows(
    rng: np.random.Generator, source: Any, theta: Mapping[str, np.ndarray], kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Rows (parameters, and a deadline but for a CPN) and probabilities of the outcomes, from a source of labels."""
    n, k = len(next(iter(theta.values()))), 1 if kind == "cpn" else source.share.deadlines
    after = np.exp(rng.uniform(np.log(0.02), np.log(LONGEST_DEADLINE), (n, k)))
    deadline = np.broadcast_to(onset(theta), n)[:, None] + after
    labels = source.probabilities(theta, kind, deadline).reshape(n * k, -1)
    columns = [np.repeat(theta[name], k) for name in source.spec.parameter_names]
    columns += [deadline.ravel()] * (kind != "cpn")
    finite = np.isfinite(labels).all(axis=1)
    return np.stack(columns, axis=1)[finite].astype(np.float32), labels[finite].astype(np.float32)
