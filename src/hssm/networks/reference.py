"""What networks are trained on and judged by: exact densities where a model has them, else simulations.

A source gives labelled rows for training and, for a certificate, the log density of parameter vectors on a grid of
times with quadrature weights. Densities that have to be solved for are in ``solved.py`` and ``stable_exits.py``;
``sources.py`` chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hssm.networks.rows import (
    CHEAP,
    Share,
    Table,
    chosen_rows,
    draw_vectors,
    outcome_rows,
    smoothed_log_density,
    spaced_times,
)
from hssm.spec import MISSING_CODE, Bounds, ModelSpec, SimulationOptions

SIMULATIONS_PER_VECTOR = 2000


class Source(Protocol):
    """Where labels come from."""

    @property
    def spec(self) -> ModelSpec: ...

    @property
    def name(self) -> str: ...

    @property
    def share(self) -> Share: ...

    def vectors(self, rng: np.random.Generator, box: Mapping[str, Bounds], n: int) -> dict[str, np.ndarray]:
        """``n`` parameter vectors in a box."""

    def rows(
        self, rng: np.random.Generator, theta: Mapping[str, np.ndarray], kind: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Training rows of such vectors, and their labels."""

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray) -> Table:
        """Log densities of every choice at decision times (n, n_times); ``t`` plays no part."""

    def probabilities(self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray) -> np.ndarray:
        """At deadlines (n, k), (n, k, 1) of no response or of a withheld one; (n, k, n_choices) of the choices."""


def density_rows(
    rng: np.random.Generator, source: Source, theta: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Training rows (parameters, rt, response) and log densities, from a source of labels."""
    share = source.share
    times, weights = spaced_times(rng, len(next(iter(theta.values()))), share.times, share.longest)
    return chosen_rows(rng, source.spec, theta, source.table(theta, times, weights), share.rows)


def labelled_rows(
    source: Source, rng: np.random.Generator, theta: Mapping[str, np.ndarray], kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Training rows of the model itself, as most sources give them."""
    return density_rows(rng, source, theta) if kind == "lan" else outcome_rows(rng, source, theta, kind)


@dataclass(frozen=True)
class Exact:
    """Labels without noise, from the model's own density and distribution functions."""

    spec: ModelSpec
    name = "exact"
    share = CHEAP
    vectors = staticmethod(draw_vectors)
    rows = labelled_rows

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray) -> Table:
        """Log densities of every choice; times count from the earliest response, ``t`` plays no part."""
        from hssm.likelihoods.evaluate import log_density

        n, n_times, choices = *times.shape, self.spec.choices
        shape = (n, len(choices), n_times)
        values = {name: np.broadcast_to(part[:, None, None], shape).ravel() for name, part in theta.items()}
        values |= {"t": 0.5 * values.get("st", np.zeros(n * len(choices) * n_times))} if "t" in theta else {}
        rt = np.broadcast_to(times[:, None, :], shape).ravel()
        response = np.broadcast_to(np.array(choices)[None, :, None], shape).ravel()
        found = log_density(self.spec, {"rt": rt, "response": response}, values)
        return Table(times=times, weights=weights, log_density=np.asarray(found).reshape(shape))

    def probabilities(self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray) -> np.ndarray:
        """From the distribution function or the survivor."""
        from hssm.likelihoods.evaluate import log_cdf, log_survival

        spec, choices = self.spec, self.spec.choices
        repeated = {name: np.repeat(part, deadline.shape[1]) for name, part in theta.items()}
        late = deadline.ravel()
        if kind == "opn":
            return np.exp(np.asarray(log_survival(spec, {"rt": late}, repeated))).reshape(*deadline.shape, 1)
        until = np.full(len(late), np.inf) if kind == "cpn" else late
        asked = choices if kind == "cpn" else choices[1:]
        logs = [log_cdf(spec, {"rt": until, "response": np.full(len(late), c)}, repeated) for c in asked]
        parts = np.stack([np.exp(np.asarray(each)).reshape(deadline.shape) for each in logs], axis=2)
        return parts if kind == "cpn" else 1.0 - parts.sum(axis=2, keepdims=True)


@dataclass(frozen=True)
class Simulated:
    """Labels from simulations: per parameter vector a density of log time for every choice, with its share as mass."""

    spec: ModelSpec
    name = "simulated"
    share = CHEAP
    vectors = staticmethod(draw_vectors)
    rows = labelled_rows

    def draw(self, rng: np.random.Generator, theta: Mapping[str, np.ndarray]) -> np.ndarray:
        """(n_vectors, SIMULATIONS_PER_VECTOR, 2) rt and response."""
        assert self.spec.simulator is not None
        repeated = {name: np.repeat(part, SIMULATIONS_PER_VECTOR) for name, part in theta.items()}
        drawn = self.spec.simulator.draw(rng, repeated, SimulationOptions())
        return np.asarray(drawn, dtype=float).reshape(-1, SIMULATIONS_PER_VECTOR, 2)

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray) -> Table:
        """Smoothed histograms of log decision time; a choice's mass is its share of all paths."""
        drawn = self.draw(_generator(times), theta)
        t = theta.get("t", np.zeros(len(drawn)))
        out = np.full((len(drawn), len(self.spec.choices), times.shape[1]), -np.inf)
        for i, trials in enumerate(drawn):
            for k, code in enumerate(self.spec.choices):
                own = trials[(trials[:, 1] == code) & (trials[:, 0] != MISSING_CODE), 0] - t[i]
                out[i, k] = smoothed_log_density(own, len(trials), times[i])
        return Table(times=times, weights=weights, log_density=out)

    def probabilities(self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray) -> np.ndarray:
        """Shares of simulated paths."""
        drawn = self.draw(_generator(deadline), theta)[:, None]
        unfinished = drawn[..., 0] == MISSING_CODE
        late = unfinished | (drawn[..., 0] > deadline[:, :, None])
        if kind == "opn":
            return late.mean(axis=2)[..., None]
        if kind == "gonogo":
            return (late | (drawn[..., 1] == self.spec.choices[0])).mean(axis=2)[..., None]
        shares = np.stack([(drawn[..., 1] == code).mean(axis=2) for code in self.spec.choices], axis=2)
        return shares / np.maximum(shares.sum(axis=2, keepdims=True), 1e-12)


def _generator(times: np.ndarray) -> np.random.Generator:
    """Random numbers that follow from the times asked for, so that labels are the same in every run."""
    return np.random.default_rng(np.frombuffer(np.ascontiguousarray(times).tobytes()[:4096], dtype=np.uint32))
