"""Models as pictures of evidence: where it starts, how it drifts, where the boundary is; nothing here draws.

Numerical diffusions, a user's own among them, are drawn from their own equations. Other processes are found from the
names of a model's parameters, so families of any size and models whose parameters have the usual names and meanings are
covered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hssm.spec import ModelSpec, Reference

Theta = Mapping[str, np.ndarray]
"""Parameters by name, (n_samples,) arrays."""

STEP = 0.005
"""Seconds between points of a curve."""

MOST_STEPS = 4000

SOON = 1e-12
"""Seconds: functions of decision time may have none at 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """Accumulation of evidence between two boundaries, or a race of accumulators to one.

    ``drifts`` are the parameters that push each accumulator; ``closing`` boundaries fall at the angle theta;
    ``covariates`` are columns of the data that act like parameters. ``noise`` is the standard deviation per square root
    of a second, unless ``stability`` names the parameter of symmetric stable noise; ``floor`` reflects at 0.
    """

    drifts: tuple[str, ...]
    two_sided: bool
    closing: bool = False
    noise: float = 1.0
    stability: str = ""
    floor: bool = False
    covariates: tuple[str, ...] = ()

    @property
    def n_accumulators(self) -> int:
        return len(self.drifts)

    def boundary(self, theta: Theta, tau: np.ndarray) -> np.ndarray:
        """Height of the (upper) boundary, (n_samples, n_times), NaN once it has met its mirror image or the floor."""
        height = _column(theta["b" if "b" in theta else "a"])
        height = height - tau * (np.tan(_column(theta["theta"])) if self.closing else 0.0)
        return np.where(height > 0, height, np.nan)

    def start(self, theta: Theta) -> np.ndarray:
        """(n_samples,) mean evidence at the start."""
        if self.two_sided:
            return theta["a"] * (2 * theta["z"] - 1)
        return theta["A"] / 2 if "A" in theta else theta["a"] * theta["z"]

    def push(self, theta: Theta, drift: str, tau: np.ndarray, evidence: np.ndarray) -> np.ndarray:
        """(n_samples, ...) drift at decision times ``tau`` given the evidence."""
        return _column(theta[drift]) + 0.0 * tau

    def trial(self, theta: Theta, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The parameters of one trial, and the evidence of every accumulator at its start."""
        varied = dict(theta)
        for name in self.drifts if "sv" in theta else ():
            varied[name] = theta[name] + float(theta["sv"][0]) * rng.normal(size=1)
        n = self.n_accumulators
        if "A" in theta:
            return varied, rng.uniform(0.0, float(theta["A"][0]), size=n)
        return varied, np.full(n, float(self.start(theta)[0]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Solved(Process):
    """A diffusion with equations of its own (:class:`hssm.densities.passage.trace.Process`)."""

    equations: Any

    def boundary(self, theta: Theta, tau: np.ndarray) -> np.ndarray:
        height = self.equations.bound(np.maximum(tau, SOON), _named(theta)) + 0.0 * tau
        closed = np.maximum.accumulate(~(height > 0), axis=1)
        return np.where(closed, np.nan, height)

    def start(self, theta: Theta) -> np.ndarray:
        from hssm.densities.passage.starts import SHARES, WEIGHTS

        n_samples = len(next(iter(theta.values())))
        if self.equations.starts is None:
            return np.broadcast_to(self.equations.start(_named(theta)), (n_samples, 1))[:, 0]
        places = np.broadcast_to(self.equations.starts(SHARES[1:-1], _named(theta)), (n_samples, len(WEIGHTS)))
        return np.asarray(places @ WEIGHTS)

    def push(self, theta: Theta, drift: str, tau: np.ndarray, evidence: np.ndarray) -> np.ndarray:
        numbers = _named(theta)
        drifting = self.equations.drift(np.maximum(tau, SOON), numbers)
        return np.asarray(drifting - self.equations.leak(numbers) * evidence + 0.0 * tau)

    def trial(self, theta: Theta, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
        if self.equations.starts is None:
            return dict(theta), self.start(theta)
        place = np.broadcast_to(self.equations.starts(rng.random((1, 1)), _named(theta)), (1, 1))
        return dict(theta), place[0].astype(float)


def _named(theta: Theta) -> Any:
    """Columns of numbers for the functions of a diffusion."""
    from hssm.densities.passage.symbols import Parameters

    return Parameters({name: _column(values) for name, values in theta.items()})


def _column(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, None]


def process_of(spec: ModelSpec) -> Process:
    """The process behind a model: its equations, or what the names of its parameters mean.

    Raises
    ------
    ValueError
        The parameters describe no accumulation of evidence that a picture could show.
    """
    equations = _equations_of(spec)
    if equations is not None:
        covariates = tuple(name for name in equations.parameters if name not in spec.parameter_names)
        return Solved(drifts=("drift",), two_sided=True, covariates=covariates, equations=equations)
    names, n_choices = spec.parameter_names, len(spec.choices)
    known, closing = set(names), "theta" in names
    numbered = tuple(f"v{i}" for i in range(n_choices))
    if {"v", "a", "z", "t"} <= known and n_choices == 2:
        return Process(drifts=("v",), two_sided=True, closing=closing, stability="alpha" if "alpha" in known else "")
    if {"A", "b", *numbered} <= known:
        return Process(drifts=numbered, two_sided=False, noise=0.0 if spec.name.startswith("lba") else 1.0)
    if {"a", "z", *numbered} <= known:
        return Process(drifts=numbered, two_sided=False, closing=closing, floor=spec.name.startswith("race"))
    raise ValueError(
        f"There is no cartoon of model {spec.name!r} (parameters {', '.join(names)}): it needs a starting point, a "
        "boundary and drifts, as in ddm, angle, lba, racing_diffusion and wald_race, or in `hssm.diffusion_model`."
    )


def _equations_of(spec: ModelSpec) -> Any:
    """The equations of a numerical diffusion, which its simulator knows; None for other models."""
    draw: Any = None if spec.simulator is None else spec.simulator.draw
    return getattr(draw.load() if isinstance(draw, Reference) else draw, "process", None)


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
    varied, now = process.trial(theta, rng)
    n_steps = max(int((end - onset) / STEP), 1)
    tau = np.arange(n_steps + 1)[None, :] * STEP
    boundary = process.boundary(varied, tau)[0]
    n = process.n_accumulators
    noise = _noise(process, varied, (n_steps, n), rng)
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
