"""Exit of a symmetric stable process with drift from an interval, by Galerkin's method: labels for ``levy``.

In units of the half distance of the bounds and its power alpha in time, the density p(x, s) of paths inside (-1, 1)
obeys p_s = -v p_x - (-Laplace)^(alpha/2) p and is 0 outside. It is expanded in (1 - x^2)^(alpha/2) P_n(x) with Jacobi
polynomials P_n of that weight, for which the fractional Laplacian is diagonal (Dyda, Kuznetsov & Kwasnicki, 2017,
Journal of the London Mathematical Society, 95, 500-518). One eigendecomposition answers for all times and all starts;
at alpha = 2 it is the diffusion with noise variance 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, roots_jacobi

from hssm.networks.reference import labelled_rows
from hssm.networks.rows import LONGEST, Share, Table
from hssm.spec import Bounds, ModelSpec

PER_SOLUTION = 40
"""Parameter vectors for training that share one solution: they differ in scale and start."""

N_ROUGH, N_SMOOTH, ROUGH = 400, 220, 1.25
"""Polynomials for alpha below and above ROUGH, where drift is nearly as strong as the noise and convergence slow."""

RESOLVED = 12.0
"""The expansion is complete once its last mode has decayed by exp(-12). Before, densities are interpolated from time 0,
when paths leave by one jump from the start: by then less than 2 % have left where that is latest, at alpha = 1."""


def jump_rate(alpha: float, distance: np.ndarray | float) -> np.ndarray:
    """Rate of jumps in one direction farther than a distance; 0 at alpha = 2."""
    return math.gamma(alpha) * math.sin(0.5 * math.pi * alpha) / math.pi * np.asarray(distance) ** -alpha


@dataclass(frozen=True)
class Basis:
    """N weighted Jacobi polynomials, orthonormal with weight (1 - x^2)^(alpha/2)."""

    alpha: float
    n: int

    def recurrence(self) -> np.ndarray:
        k, b = np.arange(1, self.n + 1), 0.5 * self.alpha
        step = 2.0 * (k + b)
        return np.sqrt(k * (k + 2.0 * b) / (step * step - 1.0))

    @property
    def mass(self) -> float:
        """Integral of the weight."""
        b = 0.5 * self.alpha
        return math.exp((2.0 * b + 1.0) * math.log(2.0) + 2.0 * gammaln(b + 1.0) - gammaln(2.0 * b + 2.0))

    def polynomials(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, len(x)) values and slopes."""
        c = self.recurrence()
        value, slope = np.zeros((2, self.n, len(x)))
        value[0] = self.mass**-0.5
        value[1], slope[1] = x * value[0] / c[0], value[0] / c[0]
        for i in range(2, self.n):
            value[i] = (x * value[i - 1] - c[i - 2] * value[i - 2]) / c[i - 1]
            slope[i] = (value[i - 1] + x * slope[i - 1] - c[i - 2] * slope[i - 2]) / c[i - 1]
        return value, slope

    def matrices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Inner products of the basis, of the basis with its slopes, and eigenvalues of the fractional Laplacian."""
        alpha, n = self.alpha, np.arange(self.n)
        x, weight = roots_jacobi(self.n + 2, alpha, alpha)
        value, _ = self.polynomials(x)
        y, lighter = roots_jacobi(self.n + 2, alpha - 1.0, alpha - 1.0)
        there, slope = self.polynomials(y)
        by_slope = (there * lighter) @ ((1.0 - y * y) * slope - alpha * y * there).T
        return (value * weight) @ value.T, by_slope, np.exp(gammaln(n + 1.0 + alpha) - gammaln(n + 1.0))

    def jumps_over(self) -> np.ndarray:
        """Rate at which each member leaves over the upper bound; at alpha = 2 the flux of a diffusion."""
        alpha = self.alpha
        if alpha == 2.0:
            return 2.0 * self.polynomials(np.ones(1))[0][:, 0]
        x, weight = roots_jacobi(self.n + 2, -0.5 * alpha, 0.5 * alpha)
        return float(jump_rate(alpha, 1.0)) * (self.polynomials(x)[0] @ weight)


@dataclass(frozen=True, kw_only=True)
class Exit:
    """Solution for one alpha and drift: exit densities at the upper and the lower bound."""

    basis: Basis
    rates: np.ndarray
    leaving: np.ndarray
    entering: np.ndarray

    @property
    def resolved_from(self) -> float:
        """The earliest time at which the expansion is complete."""
        last = self.basis.n - 1.0
        return RESOLVED / math.exp(gammaln(last + 1.0 + self.basis.alpha) - gammaln(last + 1.0))

    def density(self, times: np.ndarray, start: np.ndarray) -> np.ndarray:
        """(2, n_starts, n_times), upper bound first, at times (n_starts, n_times); noise near 0 may be negative."""
        inside = (1.0 - start**2) ** (0.5 * self.basis.alpha) * self.basis.polynomials(start)[0]
        amplitudes = self.leaving[:, None, :] * (self.entering @ inside).T[None]
        decays = np.exp(-times[:, :, None] * self.rates)
        return np.einsum("zsk,czk->czs", decays, amplitudes).real


def solve_exit(alpha: float, v: float, n: int | None = None) -> Exit:
    """Exit of a process with unit half distance, drift ``v`` and stability ``alpha`` in [1, 2].

    What leaves against the drift is computed from jumps, what leaves with it is what else is lost: near a bound towards
    which the drift points the density is steep, and paths also creep over it.
    """
    basis = Basis(alpha, n or (N_ROUGH if alpha < ROUGH else N_SMOOTH))
    overlap, by_slope, laplace = basis.matrices()
    generator = np.diag(laplace) + v * by_slope
    whole = np.zeros(basis.n)
    whole[0] = math.sqrt(basis.mass)
    up = basis.jumps_over()
    down = up * (-1.0) ** np.arange(basis.n)
    lost = generator.T @ np.linalg.solve(overlap, whole)
    up, down = (lost - down, down) if v > 0 else (up, lost - up) if v < 0 else (up, down)
    root = np.linalg.cholesky(overlap)
    half = np.linalg.solve(root, np.linalg.solve(root, generator.T).T)
    rates, vectors = np.linalg.eig(half)
    leaving = np.linalg.solve(root, np.stack([up, down]).T).T @ vectors
    return Exit(basis=basis, rates=rates, leaving=leaving, entering=np.linalg.inv(root @ vectors))


@dataclass(frozen=True)
class StableExits:
    """Labels for ``levy``, whose simulator knows nothing of them."""

    spec: ModelSpec
    name = "exact"
    share = Share(rows=24, times=72, longest=LONGEST, deadlines=1, vectors=(40_000, 0))
    rows = labelled_rows

    def vectors(self, rng: np.random.Generator, box: Mapping[str, Bounds], n: int) -> dict[str, np.ndarray]:
        """Vectors of a box that share solutions: alike in alpha and in v a^(alpha - 1), the drift in its units."""
        groups = -(-n // PER_SOLUTION)
        alpha, a = rng.uniform(*box["alpha"], groups), rng.uniform(*box["a"], groups)
        scaled = rng.uniform(*box["v"], groups) * a ** (alpha - 1.0)
        alpha, scaled = (np.repeat(part, PER_SOLUTION)[:n] for part in (alpha, scaled))
        size = np.maximum(scaled / box["v"][1], scaled / box["v"][0])
        narrowest = np.maximum(size ** (1.0 / np.maximum(alpha - 1.0, 1e-6)), box["a"][0])
        a = rng.uniform(np.minimum(narrowest, box["a"][1]), box["a"][1])
        others = {name: rng.uniform(*box[name], n) for name in ("z", "t")}
        drawn = {"v": scaled / a ** (alpha - 1.0), "a": a, "alpha": alpha, **others}
        return {name: drawn[name] for name in box}

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray) -> Table:
        """Log densities of both responses, lower first; -inf where noise of the solution hides them."""
        v, a, z, alpha = (theta[name] for name in ("v", "a", "z", "alpha"))
        start, unit = 2.0 * z - 1.0, a**alpha
        scaled, drift = times / unit[:, None], np.round(v * a ** (alpha - 1.0), 9)
        keys, group = np.unique(np.stack([alpha, drift]), axis=1, return_inverse=True)
        out = np.empty((len(v), 2, times.shape[1]))
        for i, (index, pull) in enumerate(keys.T):
            own = np.flatnonzero(group.ravel() == i)
            out[own] = _log_density(solve_exit(index, pull), scaled[own], start[own])
        return Table(times=times, weights=weights, log_density=out - np.log(unit)[:, None, None])

    def probabilities(self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray) -> np.ndarray:
        """Not offered: outcome networks of ``levy`` are trained on simulations."""
        raise NotImplementedError


def _log_density(solved: Exit, times: np.ndarray, start: np.ndarray) -> np.ndarray:
    """(n, 2, n_times), lower bound first: from the expansion, and before it is complete from the first jump on."""
    alpha = solved.basis.alpha
    complete = 1.2 * solved.resolved_from
    density = solved.density(np.maximum(times, complete), start)[::-1]
    noise = 3.0 * np.maximum(-density.min(axis=2, keepdims=True), 0.0) + 1e-7 * density.max(axis=2, keepdims=True)
    first = jump_rate(alpha, np.stack([1.0 + start, 1.0 - start]))[:, :, None]
    share = np.minimum(times / complete, 1.0)
    value = np.where(density > noise, density, 0.0) * share + first * (1.0 - share)
    with np.errstate(divide="ignore"):
        return np.log(np.where((share < 1.0) & (alpha == 2.0), 0.0, value)).transpose(1, 0, 2)
