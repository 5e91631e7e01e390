"""Smooth functions as Chebyshev series: coefficients from values at nodes, and the series as algebra of a graph.

Recipes use them for what has to be solved for beforehand (``leak_early.py``, ``leak_late.py``): the coefficients become
constants of the network's file. Trefethen (2013), Approximation theory and approximation practice, chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.polynomial.chebyshev import chebvander

from hssm.networks.recipe import Columns


@dataclass(frozen=True)
class Axis:
    """``n`` polynomials on an interval; beyond its ends a series stays as it is there."""

    low: float
    high: float
    n: int

    def nodes(self) -> np.ndarray:
        """(n,) points at which a function has to be known."""
        return 0.5 * (self.low + self.high) + 0.5 * (self.high - self.low) * _roots(self.n)

    def from_values(self) -> np.ndarray:
        """The matrix (n, n) that takes values at the nodes to coefficients."""
        return np.linalg.inv(chebvander(_roots(self.n), self.n - 1))

    def polynomials(self, x: Columns) -> Columns:
        """All of them at a column, (rows, 1) to (rows, n)."""
        middle, half = 0.5 * (self.low + self.high), 0.5 * (self.high - self.low)
        x = jnp.minimum(jnp.maximum((x - middle) / half, -1.0), 1.0)
        found = [jnp.exp(0.0 * x), x]
        while len(found) < self.n:
            found.append(2.0 * x * found[-1] - found[-2])
        return jnp.concatenate(found, axis=1)


def _roots(n: int) -> np.ndarray:
    return np.cos(np.pi * (np.arange(n) + 0.5) / n)


def coefficients(axes: tuple[Axis, ...], values: np.ndarray) -> np.ndarray:
    """Of functions with values (n_1, ..., n_k, ...) at the nodes of k axes; the same shape."""
    for place, axis in enumerate(axes):
        values = np.moveaxis(np.tensordot(axis.from_values(), values, axes=(1, place)), 0, place)
    return values


def products(first: Columns, second: Columns) -> Columns:
    """Every column of one times every column of the other, (rows, i) and (rows, j) to (rows, i j)."""
    i, j = first.shape[1], second.shape[1]
    each = np.kron(np.eye(i, dtype=np.float32), np.ones((1, j), dtype=np.float32))
    other = np.kron(np.ones((1, i), dtype=np.float32), np.eye(j, dtype=np.float32))
    return jnp.matmul(first, each) * jnp.matmul(second, other)
