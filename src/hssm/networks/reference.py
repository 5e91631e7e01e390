"""What a network is trained on and judged by: exact densities where a model has them, else simulations.

A source gives labelled rows for training and, for a certificate, the log density of one parameter vector on a grid of
times with quadrature weights. Times are decision times, spaced evenly in their logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hssm.models.config import ModelConfig, resolve_model
from hssm.spec import MISSING_CODE, Bounds, ModelSpec, SimulationOptions

SHORTEST, LONGEST = 2e-5, 100.0
"""Decision times in seconds between which rows are labelled."""

LOWEST = -30.0
"""Rows with a lower log density are left out: they neither occur nor matter beside a lapse."""

PER_VECTOR = 24
GRID = 72
UNIFORM_SHARE = 0.2
"""Rows per parameter vector, times they are chosen from, and the share chosen without regard to the density."""

LONGEST_DEADLINE = 30.0
SIMULATIONS_PER_VECTOR = 2000
_BINS, _BANDWIDTH = 600, 1.06


@dataclass(frozen=True, kw_only=True)
class Table:
    """Log densities (n_vectors, n_choices, n_times) at decision times (n_vectors, n_times) with weights alike."""

    times: np.ndarray
    weights: np.ndarray
    log_density: np.ndarray


def draw_vectors(rng: np.random.Generator, box: Mapping[str, Bounds], n: int) -> dict[str, np.ndarray]:
    """``n`` parameter vectors, uniform in a box."""
    return {name: rng.uniform(low, high, n) for name, (low, high) in box.items()}


def spaced_times(rng: np.random.Generator, n_vectors: int, n_times: int) -> tuple[np.ndarray, np.ndarray]:
    """One random time in every interval of a logarithmic scale, and the intervals' lengths in time."""
    low, width = np.log(SHORTEST), np.log(LONGEST / SHORTEST) / n_times
    times = np.exp(low + width * (np.arange(n_times) + rng.random((n_vectors, n_times))))
    return times, times * width


@dataclass(frozen=True)
class Exact:
    """Labels without noise, from the model's own density and distribution functions."""

    spec: ModelSpec
    name = "exact"

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray) -> Table:
        """Log densities of every choice; ``t`` plays no part."""
        from hssm.likelihoods.evaluate import log_density

        n, n_times, choices = *times.shape, self.spec.choices
        shape = (n, len(choices), n_times)
        values = {name: np.broadcast_to(part[:, None, None], shape).ravel() for name, part in theta.items()}
        values |= {"t": np.zeros(n * len(choices) * n_times)} if "t" in theta else {}
        rt = np.broadcast_to(times[:, None, :], shape).ravel()
        response = np.broadcast_to(np.array(choices)[None, :, None], shape).ravel()
        found = log_density(self.spec.name, {"rt": rt, "response": response}, values)
        return Table(times=times, weights=weights, log_density=np.asarray(found).reshape(shape))

    def rows(self, rng: np.random.Generator, theta: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Training rows (parameters, rt, response) and log densities."""
        table = self.table(theta, *spaced_times(rng, len(next(iter(theta.values()))), GRID))
        return chosen_rows(rng, self.spec, theta, table)

    def probabilities(self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray) -> np.ndarray:
        """(n, 1) probability of no response or of withholding by the deadline; (n, n_choices) of the choices."""
        from hssm.likelihoods.evaluate import log_cdf, log_survival

        name, choices = self.spec.name, self.spec.choices
        if kind == "opn":
            return np.exp(np.asarray(log_survival(name, {"rt": deadline}, theta)))[:, None]
        until = np.full(len(deadline), np.inf) if kind == "cpn" else deadline
        asked = choices if kind == "cpn" else choices[1:]
        logs = [log_cdf(name, {"rt": until, "response": np.full(len(deadline), c)}, theta) for c in asked]
        parts = [np.exp(np.asarray(each)) for each in logs]
        return np.stack(parts, axis=1) if kind == "cpn" else 1.0 - np.sum(parts, axis=0)[:, None]


@dataclass(frozen=True)
class Simulated:
    """Labels from simulations: per parameter vector a density of log time for every choice, with its share as mass."""

    spec: ModelSpec
    name = "simulated"

    def draw(self, rng: np.random.Generator, theta: Mapping[str, np.ndarray]) -> np.ndarray:
        """(n_vectors, SIMULATIONS_PER_VECTOR, 2) rt and response."""
        assert self.spec.simulator is not None
        repeated = {name: np.repeat(part, SIMULATIONS_PER_VECTOR) for name, part in theta.items()}
        drawn = self.spec.simulator.draw(rng, repeated, SimulationOptions())
        return np.asarray(drawn, dtype=float).reshape(-1, SIMULATIONS_PER_VECTOR, 2)

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray, seed: int = 0) -> Table:
        """Smoothed histograms of log decision time; a choice's mass is its share of all paths."""
        drawn = self.draw(np.random.default_rng(seed), theta)
        t = theta.get("t", np.zeros(len(drawn)))
        out = np.full((len(drawn), len(self.spec.choices), times.shape[1]), -np.inf)
        for i, trials in enumerate(drawn):
            for k, code in enumerate(self.spec.choices):
                own = trials[(trials[:, 1] == code) & (trials[:, 0] != MISSING_CODE), 0] - t[i]
                out[i, k] = smoothed_log_density(own, len(trials), times[i])
        return Table(times=times, weights=weights, log_density=out)

    def rows(self, rng: np.random.Generator, theta: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """As :meth:`Exact.rows`."""
        times, weights = spaced_times(rng, len(next(iter(theta.values()))), GRID)
        table = self.table(theta, times, weights, seed=int(rng.integers(2**31)))
        return chosen_rows(rng, self.spec, theta, table)

    def probabilities(
        self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray, seed: int = 0
    ) -> np.ndarray:
        """As :meth:`Exact.probabilities`: shares of simulated paths."""
        drawn = self.draw(np.random.default_rng(seed), theta)
        unfinished = drawn[..., 0] == MISSING_CODE
        late = unfinished | (drawn[..., 0] > deadline[:, None])
        if kind == "opn":
            return late.mean(axis=1, keepdims=True)
        if kind == "gonogo":
            return (late | (drawn[..., 1] == self.spec.choices[0])).mean(axis=1, keepdims=True)
        shares = np.stack([(drawn[..., 1] == code).mean(axis=1) for code in self.spec.choices], axis=1)
        return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)


Source = Exact | Simulated


def source_for(spec: ModelSpec, kind: str) -> Source:
    """The best source a model has for a kind of network.

    Raises
    ------
    ValueError
        The model has neither what is needed of an exact likelihood nor a simulator.
    """
    from hssm.models.registry import find_model

    analytical = [each for each in spec.likelihoods if each.kind == "analytical"]
    if analytical and find_model(spec.name) is spec:
        density = getattr(analytical[0].source, "load", lambda: analytical[0].source)()
        needed = {"lan": "log_density", "opn": "log_survival"}.get(kind, "log_cdf")
        if getattr(density, needed, None) is not None:
            return Exact(spec)
    if spec.simulator is None:
        raise ValueError(
            f"Model {spec.name!r} has neither an exact likelihood nor a simulator, so there is nothing to train a "
            "network on. Give its simulator: ModelConfig(..., rv=simulator)."
        )
    return Simulated(spec)


def specification_of(model: Any) -> ModelSpec:
    """The model that a name, a ``ModelConfig`` with a simulator, or a specification stands for."""
    from hssm.models.registry import find_model, get_model

    if isinstance(model, ModelSpec):
        return model
    if isinstance(model, str):
        return get_model(model)
    if not isinstance(model, ModelConfig):
        raise TypeError(f"`model` must be a model's name or a ModelConfig, got {type(model).__name__}.")
    if model.rv is None:
        raise ValueError("A ModelConfig to train a network on needs a simulator: ModelConfig(..., rv=simulator).")
    name = model.rv if isinstance(model.rv, str) else getattr(model.rv, "__name__", "custom")
    name = f"{name}_custom" if find_model(name) is not None else name
    return resolve_model(name, model_config=model, loglik=_no_density, loglik_kind="blackbox").spec


def _no_density(*_: Any) -> Any:
    """The likelihood of a model that has a simulator only; nobody calls it."""
    raise NotImplementedError


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
    rng: np.random.Generator, spec: ModelSpec, theta: Mapping[str, np.ndarray], table: Table
) -> tuple[np.ndarray, np.ndarray]:
    """PER_VECTOR rows of every vector, most of them where responses fall, some anywhere."""
    log_density, n_times = table.log_density, table.times.shape[1]
    usable = log_density > LOWEST
    mass = np.where(usable, np.exp(np.where(usable, log_density, 0.0)) * table.weights[:, None, :], 0.0)
    mass, anywhere = (part.reshape(len(mass), -1).astype(float) for part in (mass, usable))
    share = (1.0 - UNIFORM_SHARE) * mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-300)
    share += UNIFORM_SHARE * anywhere / np.maximum(anywhere.sum(axis=1, keepdims=True), 1.0)
    ends = np.cumsum(share, axis=1)
    draws = rng.random((len(mass), PER_VECTOR)) * ends[:, -1:]
    places = np.minimum((ends[:, None, :] < draws[:, :, None]).sum(axis=2), mass.shape[1] - 1)
    vector = np.repeat(np.arange(len(mass)), PER_VECTOR)
    choice, time = np.divmod(places.ravel(), n_times)
    t = theta.get("t", np.zeros(len(mass)))
    columns = [theta[name][vector] for name in spec.parameter_names]
    columns += [table.times[vector, time] + t[vector], np.array(spec.choices, dtype=float)[choice]]
    labels = log_density[vector, choice, time]
    kept = labels > LOWEST
    return np.stack(columns, axis=1)[kept].astype(np.float32), labels[kept, None].astype(np.float32)


def outcome_rows(
    rng: np.random.Generator, source: Source, theta: Mapping[str, np.ndarray], kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Rows (parameters, and a deadline but for a CPN) and probabilities of the outcomes."""
    n = len(next(iter(theta.values())))
    after = np.exp(rng.uniform(np.log(0.02), np.log(LONGEST_DEADLINE), n))
    deadline = theta.get("t", np.zeros(n)) + after
    labels = source.probabilities(theta, kind, deadline)
    columns = [theta[name] for name in source.spec.parameter_names] + [deadline] * (kind != "cpn")
    finite = np.isfinite(labels).all(axis=1)
    return np.stack(columns, axis=1)[finite].astype(np.float32), labels[finite].astype(np.float32)
