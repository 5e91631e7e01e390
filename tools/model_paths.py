"""Paths of evidence for the pictures of models: coarse steps, for the eye only.

Read by ``model_pictures.py``. Nothing that is computed here enters an estimate; the package's own samplers
return responses without the way that led to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes

from hssm.spec import ModelSpec

STEP = 0.003
MOST_POINTS = 110
"""Points of a path that are drawn."""
ATTEMPTS, LATEST_WINNER = 50, 0.8
"""Races are drawn again until the winner is in by this share of the picture."""
LBA_SPREAD = 0.1
"""Standard deviation of the drift of an LBA without non-decision time (design of the model)."""
DIFFUSION_PARAMETERS = {"v", "a", "z", "t", "sv", "sz", "st", "theta", "alpha", "beta", "g", "shape", "scale", "c"}
Theta = Mapping[str, float]
Track = tuple[np.ndarray, np.ndarray]


# ---------------------------------------------------------------------- two boundaries


def boundary(theta: Theta, tau: np.ndarray) -> np.ndarray:
    """Half the separation at decision times tau (s); NaN once the boundaries have met."""
    a = theta["a"]
    if "beta" in theta:
        return a * np.exp(-((tau / theta["beta"]) ** theta["alpha"]))
    bound = a - np.tan(theta.get("theta", 0.0)) * tau
    return np.where(bound > 0, bound, np.nan)


def start(theta: Theta) -> float:
    """Where evidence starts between -a and a."""
    return theta["a"] * (2 * theta["z"] - 1)


def diffusion_path(rng: np.random.Generator, theta: Theta, end: float) -> Track:
    """Times (s, rt) and evidence of one trial up to the boundary, or to the end of the picture."""
    drift = theta["v"] + theta.get("sv", 0.0) * rng.normal()
    x0 = start(theta) + theta["a"] * theta.get("sz", 0.0) * rng.uniform(-1, 1)
    t = theta["t"] + theta.get("st", 0.0) * rng.uniform(-0.5, 0.5)
    tau = np.arange(0.0, end - t, STEP)
    noise = _noise(rng, theta, tau.size)
    evidence = np.empty(tau.size)
    evidence[0] = x0
    for i in range(1, tau.size):
        pull = theta.get("g", 0.0) * evidence[i - 1]
        evidence[i] = evidence[i - 1] + (drift + _pulse(theta, tau[i]) - pull) * STEP + noise[i]
    return _until(t + tau, evidence, boundary(theta, tau))


def _noise(rng: np.random.Generator, theta: Theta, n: int) -> np.ndarray:
    if "alpha" in theta and "beta" not in theta:
        from scipy.stats import levy_stable

        alpha = theta["alpha"]
        return STEP ** (1 / alpha) * levy_stable.rvs(alpha, 0.0, size=n, random_state=rng)
    return np.sqrt(STEP) * rng.normal(size=n)


def _pulse(theta: Theta, tau: float) -> float:
    """The part of the drift that rises and falls within a trial, 0 for models without."""
    if "shape" not in theta:
        return 0.0
    power = theta["shape"] - 1
    return theta["c"] * (tau / (power * theta["scale"])) ** power * np.exp(power - tau / theta["scale"])


def _until(times: np.ndarray, evidence: np.ndarray, bound: np.ndarray) -> Track:
    """A path up to its first passage, ending on the boundary itself."""
    outside = np.flatnonzero(~(np.abs(evidence) < bound))
    last = outside[0] if outside.size else evidence.size - 1
    times, evidence = times[: last + 1].copy(), evidence[: last + 1].copy()
    if outside.size and np.isfinite(bound[last]):
        evidence[-1] = np.sign(evidence[-1]) * bound[last]
    return _thinned(times, evidence)


def _thinned(times: np.ndarray, evidence: np.ndarray) -> Track:
    keep = np.unique(np.linspace(0, times.size - 1, MOST_POINTS).round().astype(int))
    return times[keep], evidence[keep]


def two_stages(rng: np.random.Generator, theta: Theta, end: float) -> tuple[Track, Track, int]:
    """Both stages of one trial from the middle, and the choice they make together."""
    stage = {"a": theta["a"], "z": 0.5, "t": theta["t"], "v": theta["vh"]}
    first = diffusion_path(rng, stage, end)
    up = bool(first[1][-1] > 0)
    stage |= {"t": float(first[0][-1]), "v": theta["vl2"] if up else theta["vl1"]}
    second = diffusion_path(rng, stage, end + STEP)
    return first, second, 2 * up + bool(second[1][-1] > 0)


# ---------------------------------------------------------------------- races


def race_of(spec: ModelSpec) -> str | None:
    """The sort of race a model is, told by its parameters; None if it is none."""
    names = set(spec.parameter_names)
    if {"A", "b", "v0"} <= names:
        return "ballistic" if spec.name.startswith("lba") else "diffusion"
    if {"v0", "a", "z"} <= names:
        return "reflected" if spec.name.startswith("race_no_bias") else "collapsing"
    if {"r1", "r2", "k1", "k2"} <= names:
        return "counters"
    if {"m0", "m1"} <= names:
        return "lognormal"
    return None


def race_tracks(seed: int, kind: str, theta: Theta, size: tuple[int, float]) -> tuple[list[Track], float]:
    """One path per accumulator, each to its own end, and the upper end of the axis."""
    n, end = size
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng(seed + attempt)
        drawn = [_RACERS[kind](rng, theta, i, end) for i in range(n)]
        if min(times[-1] for times, _ in drawn) < LATEST_WINNER * end:
            break
    highest = max(float(np.nanmax(evidence)) for _, evidence in drawn)
    return drawn, 1.2 * max(highest, theta.get("b", theta.get("a", 0.0)))


def race_frame(ax: Axes, kind: str, theta: Theta, look: tuple[float, str]) -> None:
    """Thresholds and starting range of a race, with their letters."""
    end, ink = look
    t = theta.get("t", 0.0)
    if kind in ("ballistic", "diffusion"):
        ax.axhline(theta["b"], color=ink, lw=1.5)
        ax.plot([t, t], [0.0, theta["A"]], color=ink, lw=4, alpha=0.35)
        ax.text(end, theta["b"], "b", ha="right", va="bottom", color=ink)
        ax.text(t, theta["A"], " A", ha="left", va="bottom", color=ink)
        ax.set_ylim(bottom=0.0 if kind == "ballistic" else None)
    elif kind in ("collapsing", "reflected"):
        tau = np.linspace(0.0, end - t, 200)
        ax.plot(t + tau, boundary(theta, tau), color=ink, lw=1.5)
        ax.plot([t], [theta["a"] * theta["z"]], "o", color=ink, ms=4)
        ax.text(t, theta["a"], "a  ", ha="right", va="center", color=ink)
        ax.text(t, theta["a"] * theta["z"], "z·a  ", ha="right", va="center", color=ink)
    elif kind == "counters":
        for name, style in (("k1", "-"), ("k2", "--")):
            ax.plot([t, end], [theta[name]] * 2, color=ink, lw=1.2, ls=style)
            ax.text(t, theta[name], f"{name} ", ha="right", va="center", color=ink)


def _ballistic(rng: np.random.Generator, theta: Theta, i: int, end: float) -> Track:
    drift = theta[f"v{i}"] + (1.0 if "t" in theta else LBA_SPREAD) * rng.normal()
    drift = max(drift, 1e-3)
    x0, t = theta["A"] * rng.uniform(), theta.get("t", 0.0)
    tau = min((theta["b"] - x0) / drift, end - t)
    return np.array([t, t + tau]), np.array([x0, x0 + drift * tau])


def _diffusing(rng: np.random.Generator, theta: Theta, i: int, end: float) -> Track:
    x0 = theta["A"] * rng.uniform() if "A" in theta else theta["a"] * theta["z"]
    return _to_threshold(rng, theta, (theta[f"v{i}"], x0, end), floor=-np.inf)


def _reflected(rng: np.random.Generator, theta: Theta, i: int, end: float) -> Track:
    return _to_threshold(rng, theta, (theta[f"v{i}"], theta["a"] * theta["z"], end), floor=0.0)


def _to_threshold(rng: np.random.Generator, theta: Theta, course: tuple[float, float, float], *, floor: float) -> Track:
    drift, x0, end = course
    tau = np.arange(0.0, end - theta["t"], STEP)
    bound = np.full(tau.size, theta["b"]) if "b" in theta else boundary(theta, tau)
    evidence = np.empty(tau.size)
    evidence[0] = x0
    for i in range(1, tau.size):
        moved = evidence[i - 1] + drift * STEP + np.sqrt(STEP) * rng.normal()
        evidence[i] = 2 * floor - moved if moved < floor else moved
    over = np.flatnonzero(~(evidence < bound))
    last = over[0] if over.size else tau.size - 1
    if over.size and np.isfinite(bound[last]):
        evidence[last] = bound[last]
    return _thinned(theta["t"] + tau[: last + 1], evidence[: last + 1])


def _counting(rng: np.random.Generator, theta: Theta, i: int, end: float) -> Track:
    count = int(np.ceil(theta[f"k{i + 1}"]))
    arrivals = theta["t"] + np.cumsum(rng.exponential(1 / theta[f"r{i + 1}"], count))
    times = np.repeat(np.concatenate([[theta["t"]], arrivals[arrivals < end]]), 2)[1:]
    return times, np.repeat(np.arange(times.size // 2 + 1), 2)[: times.size]


def _lognormal(rng: np.random.Generator, theta: Theta, i: int, end: float) -> Track:
    tau = np.linspace(1e-3, end - theta["t"], 120)
    s = theta.get(f"s{i}", theta.get("s"))
    z = (np.log(tau) - theta[f"m{i}"]) / s
    return theta["t"] + tau, np.exp(-(z**2) / 2) / (s * tau * np.sqrt(2 * np.pi))


_RACERS: Mapping[str, Callable[[np.random.Generator, Theta, int, float], Track]] = {
    "ballistic": _ballistic,
    "diffusion": _diffusing,
    "collapsing": _diffusing,
    "reflected": _reflected,
    "counters": _counting,
    "lognormal": _lognormal,
}
