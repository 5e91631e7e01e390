"""Labels for races of accumulators with a reflecting floor: one solution per accumulator, combined exactly.

Networks learn a single accumulator (``race_recipes.py``), so their rows are of one: v, a, z, theta and the decision
time, labelled with the log density and the log survivor of ``densities/passage/floor.py``. Certificates are of races.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hssm.networks.rows import LONGEST, LOWEST, SHORTEST, Share, Table, outcome_rows, spaced_times
from hssm.spec import Bounds, ModelSpec

PER_SET, N_DRIFTS = 32, 12
"""Parameter vectors for training that share a, z and theta, and how many drifts they share."""

ROWS, TIMES = 192, 192
"""Rows of one accumulator, chosen from so many times."""

ANYWHERE = 0.3
"""Share of rows chosen without regard to densities; the others where it finishes, or where a race of four would."""

SHUFFLES = 4
"""Vectors for choices that are made of one, with drifts exchanged among those of its set."""

N_TIMES, LATEST = 320, 300.0
"""Grid in log time on which densities are integrated for probabilities of choices."""

_NARROWEST = 1e-10


def single_logs(of_one: Mapping[str, np.ndarray], tau: np.ndarray) -> np.ndarray:
    """(2, n, k) log density and log survivor of n accumulators at decision times (n, k) in seconds."""
    from hssm.densities.passage.floor import compiled_evaluate

    v, a, z, theta = (of_one[name][:, None] for name in ("v", "a", "z", "theta"))
    r, closing = tau / (a * a), a * np.tan(theta)
    height = 1.0 - closing * r
    open_ = height > _NARROWEST
    left = np.where(open_, height, 1.0)
    trials = np.stack([np.broadcast_to(x, tau.shape).ravel() for x in (r / left, v * a, z, closing)])
    found = np.empty((2, 5, tau.size))
    for survival, out in enumerate(found):
        compiled_evaluate()(trials, bool(survival), out)
    logs = found[:, 0].reshape(2, *tau.shape)
    logs[0] -= 2.0 * np.log(a * left)
    return np.where(open_, logs, -np.inf)


@dataclass(frozen=True)
class Accumulators:
    """Labels for ``race_no_bias_angle_{n}``."""

    spec: ModelSpec
    name = "exact"
    share = Share(rows=72, times=TIMES, longest=LONGEST, deadlines=72, vectors=(18_000, 18_000))

    @property
    def drifts(self) -> tuple[str, ...]:
        """Names of the drifts, one for each accumulator."""
        return tuple(name for name in self.spec.parameter_names if name[1:].isdigit())

    def vectors(self, rng: np.random.Generator, box: Mapping[str, Bounds], n: int) -> dict[str, np.ndarray]:
        """Vectors of a box in sets that share a, z, theta and some drifts."""
        sets = np.arange(n) // PER_SET
        places = rng.random((sets[-1] + 1, N_DRIFTS))
        drawn = {}
        for name, (low, high) in box.items():
            if name in self.drifts:
                drawn[name] = low + (high - low) * places[sets, rng.integers(N_DRIFTS, size=n)]
            else:
                drawn[name] = rng.uniform(low, high, sets[-1] + 1)[sets]
        return drawn

    def rows(
        self, rng: np.random.Generator, theta: Mapping[str, np.ndarray], kind: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rows (v, a, z, theta, decision time) of single accumulators; of races where choices are asked for."""
        if kind == "cpn":
            return outcome_rows(rng, self, self._shuffled(rng, theta), kind)
        of_one, _ = self._distinct(theta)
        times, weights = spaced_times(rng, len(of_one["v"]), TIMES, LONGEST)
        log_f, log_s = logs = single_logs(of_one, times)
        usable = (log_f > LOWEST) & (log_s > LOWEST)
        seen_f, seen_s = (np.where(usable, part, -np.inf) for part in logs)
        first, of_four = (np.exp(seen_f + part) * weights for part in (0.0, 3.0 * seen_s))
        share = ANYWHERE * _shares(usable) + 0.5 * (1.0 - ANYWHERE) * (_shares(first) + _shares(of_four))
        ends = np.cumsum(share, axis=1)
        draws = rng.random((len(ends), ROWS)) * ends[:, -1:]
        at = np.minimum((ends[:, None, :] < draws[:, :, None]).sum(axis=2), TIMES - 1)
        which = np.arange(len(ends))[:, None]
        kept = usable[which, at].ravel()
        columns = [np.repeat(part, ROWS) for part in of_one.values()] + [times[which, at].ravel()]
        labels = [part[which, at].ravel() for part in logs]
        return np.stack(columns, axis=1)[kept].astype(np.float32), np.stack(labels, axis=1)[kept].astype(np.float32)

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray) -> Table:
        """Log densities of every choice; ``t`` plays no part."""
        log_f, log_s = self._logs(theta, times)
        return Table(times=times, weights=weights, log_density=_won(log_f, log_s).transpose(1, 0, 2))

    def probabilities(self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray) -> np.ndarray:
        """Of no response: the product of the survivors. Of the choices: integrals of their densities."""
        n = len(deadline)
        if kind == "opn":
            tau = np.maximum(deadline - theta["t"][:, None], SHORTEST)
            return np.exp(self._logs(theta, tau)[1].sum(axis=0))[:, :, None]
        if kind != "cpn":
            raise NotImplementedError(f"Networks of kind {kind!r} of races are not offered here.")
        of_one, places = self._distinct(theta)
        times = np.geomspace(SHORTEST, LATEST, N_TIMES)
        log_f, log_s = single_logs(of_one, np.broadcast_to(times, (len(of_one["v"]), N_TIMES)))
        pieces = np.array_split(places, -(-n // 1000), axis=1)
        mass = np.concatenate([(np.exp(_won(log_f[at], log_s[at])) * times).sum(axis=2) for at in pieces], axis=1).T
        return (mass / mass.sum(axis=1, keepdims=True))[:, None]

    def _logs(self, theta: Mapping[str, np.ndarray], tau: np.ndarray) -> np.ndarray:
        """(2, n_accumulators, n, k) log densities and survivors."""
        shared = {name: np.tile(theta[name], len(self.drifts)) for name in ("a", "z", "theta")}
        of_one = {"v": np.concatenate([theta[name] for name in self.drifts]), **shared}
        return single_logs(of_one, np.tile(tau, (len(self.drifts), 1))).reshape(2, len(self.drifts), *tau.shape)

    def _distinct(self, theta: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Accumulators that differ, and which of them (n_accumulators, n) race."""
        shared = [np.tile(theta[name], len(self.drifts)) for name in ("a", "z", "theta")]
        every = np.stack([np.concatenate([theta[name] for name in self.drifts]), *shared])
        distinct, places = np.unique(every, axis=1, return_inverse=True)
        return dict(zip(("v", "a", "z", "theta"), distinct, strict=True)), places.reshape(len(self.drifts), -1)

    def _shuffled(self, rng: np.random.Generator, theta: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        n = len(theta["a"])
        sets = np.tile(np.arange(n), SHUFFLES) // PER_SET
        more = {name: np.tile(part, SHUFFLES) for name, part in theta.items()}
        order = np.argsort(sets, kind="stable")
        for name in self.drifts:
            more[name][order] = more[name][np.lexsort((rng.random(n * SHUFFLES), sets))]
        return more


def _won(log_f: np.ndarray, log_s: np.ndarray) -> np.ndarray:
    """Log density of each accumulator as the winner, accumulators first; -inf once the bound has come down."""
    with np.errstate(invalid="ignore"):
        each = log_f + (log_s.sum(axis=0) - log_s)
    return np.where(np.isfinite(each), each, -np.inf)


def _shares(weights: np.ndarray) -> np.ndarray:
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
