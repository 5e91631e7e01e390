"""Kinetic energies of PyMC's NUTS that begin with a known covariance and adapt to the draws of the warm-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pymc.step_methods.hmc.quadpotential import QuadPotentialDiagAdapt, QuadPotentialDiagAdaptState
from scipy.linalg import solve_triangular

WEIGHT = 10
"""Draws that the quick fit's variances count for in the first adaptation window."""

FEWEST, EVERY = 100, 10
"""Draws of warm-up before the first estimate of correlations, and between one and the next."""
PSEUDO_DRAWS, PSEUDO_VARIANCE = 5, 1e-3
"""Of the expected variance."""
NO_VARIANCE = 1e-12
"""Of the variance that was expected: rounding."""


class RoundedPotential(QuadPotentialDiagAdapt):
    """A diagonal metric, adapted to the draws, in coordinates ``y = inverse(lower) q``.

    Parameters
    ----------
    mean : (n,) array
        Where the chains start.
    lower : (n, n) array
        Cholesky factor of an approximate posterior covariance.
    """

    def __init__(self, mean: np.ndarray, lower: np.ndarray, rng: Any = None) -> None:
        self._lower = np.asarray(lower, dtype=mean.dtype)
        self._inverse = solve_triangular(self._lower, np.eye(len(mean), dtype=mean.dtype), lower=True)
        round_mean = self._inverse @ mean
        super().__init__(len(mean), round_mean, np.ones_like(round_mean), WEIGHT, dtype=mean.dtype, rng=rng)

    def velocity(self, x: np.ndarray, out: np.ndarray | None = None) -> Any:
        return np.dot(self._lower, self._var * np.dot(x, self._lower), out=out)

    def energy(self, x: np.ndarray, velocity: np.ndarray | None = None) -> float:
        return 0.5 * x.dot(self.velocity(x) if velocity is None else velocity)

    def velocity_energy(self, x: np.ndarray, v_out: np.ndarray) -> float:
        self.velocity(x, out=v_out)
        return 0.5 * float(np.dot(x, v_out))

    def random(self) -> np.ndarray:
        return np.dot(super().random(), self._inverse)

    def update(self, sample: np.ndarray, grad: np.ndarray, tune: bool) -> None:
        super().update(np.dot(self._inverse, sample), grad, tune)


@dataclass(kw_only=True)
class DenseState(QuadPotentialDiagAdaptState):
    """What a chain changes, so that the next one of the same process begins anew."""

    _lower: np.ndarray
    _inverse: np.ndarray
    _drawn: list[np.ndarray]


class DensePotential(RoundedPotential):
    """As :class:`RoundedPotential`, but correlations adapt, too: of few numbers, which a warm-up tells enough about.

    Every ``EVERY`` draws, the covariance of the second half of all draws of the warm-up so far is estimated, with a few
    narrow pseudo-draws (as in Stan's dense metric): shrinking correlations would widen the narrowest direction, which
    sets the step size.

    Parameters
    ----------
    mean, lower
        As there.
    correlated : (n,) bool array
        The coordinates whose correlations adapt; of the others only variances do.
    """

    _state_class = DenseState

    def __init__(self, mean: np.ndarray, lower: np.ndarray, correlated: np.ndarray, rng: Any = None) -> None:
        super().__init__(mean, lower, rng=rng)
        self._first = self._lower
        self._kept = np.outer(correlated, correlated) | np.eye(len(mean), dtype=bool)
        self._drawn: list[np.ndarray] = []

    def update(self, sample: np.ndarray, grad: np.ndarray, tune: bool) -> None:
        if not tune:
            return
        self._drawn.append(np.array(sample))
        if len(self._drawn) < FEWEST or len(self._drawn) % EVERY:
            return
        recent = np.asarray(self._drawn[len(self._drawn) // 2 :])
        rounded = solve_triangular(self._first, recent.T, lower=True)
        covariance = np.where(self._kept, np.cov(rounded), 0.0)
        if not np.all(np.diag(covariance) > NO_VARIANCE):  # a chain that does not move
            return
        known = len(recent) / (len(recent) + PSEUDO_DRAWS)
        covariance = known * covariance + (1.0 - known) * PSEUDO_VARIANCE * np.eye(len(sample))
        self._lower = (self._first @ np.linalg.cholesky(covariance)).astype(self._first.dtype)
        self._inverse = solve_triangular(self._lower, np.eye(len(sample), dtype=self._first.dtype), lower=True)
