"""Models as pictures of evidence: where it starts, how it drifts, where the boundary is; nothing here draws.

A process is found from the names of a model's parameters, so families of any size and models of one's own whose
parameters have the usual names and meanings are covered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Theta = Mapping[str, np.ndarray]
"""Parameters by name, (n_samples,) arrays."""

STEP = 0.005
"""Seconds between points of a curve."""

MOST_STEPS = 4000


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """Accumulation of evidence between two boundaries, or a race of accumulators to one.

    ``drifts`` are the parameters that push each accumulator; ``shape`` names the boundary's form, ``path`` what else
    acts on the drift. ``noise`` is the standard deviation per square root of a second, unless ``stability`` names the
    parameter of symmetric stable noise; ``floor`` reflects at 0.
    """

    drifts: tuple[str, ...]
    two_sided: bool
    shape: str = "constant"
    path: str = "constant"
    noise: float = 1.0
    stability: str = ""
    floor: bool = False

    @property
    def n_accumulators(self) -> int:
        return len(self.drifts)

    def boundary(self, theta: Theta, tau: np.ndarray) -> np.ndarray:
        """Height of the (upper) boundary, (n_samples, n_times), NaN once it has met its mirror image or the floor."""
        height = _column(theta["b" if "b" in theta else "a"])
        if self.shape == "angle":
            height = height - tau * np.tan(_column(theta["theta"]))
        elif self.shape == "weibull":
            height = height * np.exp(-((tau / _column(theta["beta"])) ** _column(theta["alpha"])))
        else:
            height = height + 0.0 * tau
        return np.where(height > 0, height, np.nan)

    def start(self, theta: Theta) -> np.ndarray:
        """(n_samples,) mean evidence at the start."""
        if self.two_sided:
            return theta["a"] * (2 * theta["z"] - 1)
        return theta["A"] / 2 if "A" in theta else theta["a"] * theta["z"]

    def push(self, theta: Theta, drift: str, tau: np.ndarray, evidence: np.ndarray) -> np.ndarray:
        """(n_samples, ...) drift at decision times ``tau`` given the evidence."""
        rate = _column(theta[drift])
        if self.path == "gamma":
            shape, scale = _column(theta["shape"]), _column(theta["scale"])
            peak = (shape - 1) * scale
            rate = rate + _column(theta["c"]) * (tau / peak) ** (shape - 1) * np.exp(shape - 1 - tau / scale)
        elif self.path == "leak":
            rate = rate - _column(theta["g"]) * evidence
        return rate + 0.0 * tau


def _column(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, None]


def process_of(model_name: str, names: Sequence[str], n_choices: int) -> Process:
    """The process behind a model's parameters.

    Raises
    ------
    ValueError
        The parameters describe no accumulation of evidence that a picture could show.
    """
    known = set(names)
    numbered = tuple(f"v{i}" for i in range(n_choices))
    if {"v", "a", "z", "t"} <= known and n_choices == 2:
        path = "gamma" if {"shape", "scale", "c"} <= known else "leak" if "g" in known else "constant"
        stability = "alpha" if "alpha" in known and "beta" not in known else ""
        return Process(drifts=("v",), two_sided=True, shape=_shape(known), path=path, stability=stability)
    if {"A", "b", *numbered} <= known:
        return Process(drifts=numbered, two_sided=False, noise=0.0 if model_name.startswith("lba") else 1.0)
    if {"a", "z", *numbered} <= known:
        return Process(drifts=numbered, two_sided=False, shape=_shape(known), floor=model_name.startswith("race"))
    raise ValueError(
        f"There is no cartoon of model {model_name!r} (parameters {', '.join(names)}): it needs a starting point, a "
        "boundary and drifts, as in ddm, angle, weibull, ornstein, gamma_drift, lba, racing_diffusion and wald_race."
    )


def _shape(known: set[str]) -> str:
    if "theta" in known:
        return "angle"
    return "weibull" if {"alpha", "beta"} <= known else "constant"


@dataclass(frozen=True, kw_only=True, slots=True)
class Curves:
    """What a cartoon shows, on the times (n_times,) of a trial in seconds; one row per sample of the parameters.

    ``boundary`` (n_samples, n_times), NaN before the non-decision time has passed and where it has ended; ``drift``
    (n_samples, n_accumulators, n_times), the mean path, NaN outside its decision; ``held``, the same but at the start
    before and where it ended after; ``start`` and ``onset`` (n_samples,): evidence at the start, non-decision time.
    """

    times: np.ndarray
    boundary: np.ndarray
    drift: np.ndarray
    held: np.ndarray
    start: np.ndarray
    onset: np.ndarray

    @property
    def height(self) -> float:
        """The highest point of any boundary."""
        return float(np.nanmax(self.boundary))


def curves(process: Process, theta: Theta, end: float) -> Curves:
    """Boundary and mean paths of every sample up to ``end`` seconds.

    Parameters
    ----------
    process
    theta : parameters by name, (n_samples,)
    end : end of the time axis in seconds
    """
    n_samples = len(next(iter(theta.values())))
    times = np.linspace(0.0, end, min(int(np.ceil(end / STEP)), MOST_STEPS) + 1)
    onset = np.asarray(theta.get("t", np.zeros(n_samples)), dtype=float)
    tau = times[None, :] - onset[:, None]
    boundary = np.where(tau >= 0, process.boundary(theta, np.maximum(tau, 0.0)), np.nan)
    start = np.asarray(process.start(theta), dtype=float)
    paths = [_mean_path(process, theta, name, tau, boundary) for name in process.drifts]
    held, drift = (np.stack(kind, axis=1) for kind in zip(*paths, strict=True))
    return Curves(times=times, boundary=boundary, drift=drift, held=held, start=start, onset=onset)


def _mean_path(
    process: Process, theta: Theta, drift: str, tau: np.ndarray, boundary: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Evidence without noise from the start to the boundary, (n_samples, n_times): held before and after, then NaN."""
    step = tau[0, 1] - tau[0, 0]
    path = np.empty_like(tau)
    now = np.asarray(process.start(theta), dtype=float)[:, None].copy()
    for i in range(tau.shape[1]):
        path[:, i] = now[:, 0]
        elapsed = np.clip(tau[:, i : i + 1] + step, 0.0, step)  # the first step after the onset may be a short one
        now = now + process.push(theta, drift, np.maximum(tau[:, i : i + 1], 0.0), now) * elapsed
        if process.floor:
            now = np.maximum(now, 0.0)
    size = np.abs(path) if process.two_sided else path
    over = np.isnan(boundary) & (tau >= 0) | (size >= np.where(np.isnan(boundary), np.inf, boundary))
    ended = np.cumsum(over, axis=1) > 1  # the point at which the boundary is reached is still shown
    last = path[np.arange(len(path)), np.maximum((~ended).sum(axis=1) - 1, 0)]
    return np.where(ended, last[:, None], path), np.where(ended | (tau < -step), np.nan, path)


def sample_paths(
    process: Process, theta: Theta, end: float, n_paths: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Noisy paths of single trials, by Euler steps for the eye: (n_points, 1 + n_accumulators), time and evidence.

    Every path takes the parameters of a random sample, and ends where its first accumulator reaches the boundary.
    """
    n_samples = len(next(iter(theta.values())))
    return [
        _one_path(process, {name: values[[row]] for name, values in theta.items()}, end, rng)
        for row in rng.integers(n_samples, size=n_paths)
    ]


def _one_path(process: Process, theta: Theta, end: float, rng: np.random.Generator) -> np.ndarray:
    onset = float(theta["t"][0]) if "t" in theta else 0.0
    varied = dict(theta)
    for name in process.drifts:
        spread = float(theta["sv"][0]) if "sv" in theta else 0.0
        varied[name] = theta[name] + spread * rng.normal(size=1)
    n_steps = max(int((end - onset) / STEP), 1)
    tau = np.arange(n_steps + 1)[None, :] * STEP
    boundary = process.boundary(varied, tau)[0]
    n = process.n_accumulators
    noise = _noise(process, varied, (n_steps, n), rng)
    now = np.full(n, float(process.start(varied)[0]))
    if "A" in theta:
        now = rng.uniform(0.0, float(theta["A"][0]), size=n)
    rows = [np.concatenate([[onset], now])]
    for i in range(n_steps):
        pushed = [
            process.push(varied, name, tau[:, [i]], now[[j]][None])[0, 0] for j, name in enumerate(process.drifts)
        ]
        now = now + np.asarray(pushed) * STEP + noise[i]
        if process.floor:
            now = np.maximum(now, 0.0)
        rows.append(np.concatenate([[onset + (i + 1) * STEP], now]))
        reached = np.max(np.abs(now) if process.two_sided else now)
        if np.isnan(boundary[i + 1]) or reached >= boundary[i + 1]:
            break
    return np.stack(rows)


def _noise(process: Process, theta: Theta, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    if not process.stability:
        return process.noise * np.sqrt(STEP) * rng.normal(size=shape)
    from hssm.simulators.stable import stable

    alpha = float(theta[process.stability][0])
    return STEP ** (1.0 / alpha) * np.array([stable(rng, alpha) for _ in range(math.prod(shape))]).reshape(shape)
