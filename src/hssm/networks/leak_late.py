"""How paths with leak decline late: rates and sizes of the slowest waves, as series for ``leaking.py``.

Driftless motion between bounds at 0 and 1 that is killed at the rate leak^2 y^2 / 2 - pull leak y, y = x - 1/2 (see
``leak_early.py``), leaves at 0, at time u from a start w, at the rate of a sum of f_k(w) exp(-r_k u). Galerkin's method
in sines gives r_k and f_k.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from hssm.networks.chebyshev import Axis, coefficients
from hssm.networks.leak_early import START

PULL, LEAK = Axis(-12.0, 12.0, 15), Axis(0.0, 36.0, 15)
N_WAVES = 3
_N_SINES, _N_NODES = 60, 200


@dataclass(frozen=True, kw_only=True)
class LateWaves:
    """Coefficients in products of PULL and LEAK.

    ``rates`` (n, N_WAVES): the lowest rate, and how much greater the others are; ``sizes`` (n, N_WAVES * START.n), for
    every wave in START as well: log f_0(w) / (w (1 - w)), and f_k(w) / f_0(w).
    """

    rates: np.ndarray
    sizes: np.ndarray


@cache
def late_waves() -> LateWaves:
    """Of all pulls and leaks."""
    found = [[_waves(pull, leak) for leak in LEAK.nodes()] for pull in PULL.nodes()]
    rates, sizes = (np.array([[pair[part] for pair in row] for row in found]) for part in range(2))
    rates = coefficients((PULL, LEAK), rates)
    sizes = np.swapaxes(coefficients((PULL, LEAK, START), sizes), 2, 3)
    n = PULL.n * LEAK.n
    return LateWaves(rates=rates.reshape(n, -1), sizes=sizes.reshape(n, -1))


def _waves(pull: float, leak: float) -> tuple[np.ndarray, np.ndarray]:
    """Rates (N_WAVES,) and sizes (START.n, N_WAVES) as in ``LateWaves``."""
    k, w = np.arange(1, _N_SINES + 1), START.nodes()
    by_y, by_square = _moments()
    killing = 0.5 * leak * leak * by_square - pull * leak * by_y
    rates, waves = np.linalg.eigh(np.diag(0.5 * (np.pi * k) ** 2) + killing)
    waves = waves[:, :N_WAVES]
    flux = np.sin(np.pi * np.outer(w, k)) @ waves * (np.pi * k @ waves)
    sizes = np.column_stack([np.log(flux[:, 0] / (w * (1.0 - w))), flux[:, 1:] / flux[:, :1]])
    return np.append(rates[0], rates[1:N_WAVES] - rates[0]), sizes


@cache
def _moments() -> tuple[np.ndarray, np.ndarray]:
    """Integrals of y and of y^2 with every two sines, which have unit norm."""
    x, weight = np.polynomial.legendre.leggauss(_N_NODES)
    y, k = 0.5 * x, np.arange(1, _N_SINES + 1)
    sines = np.sin(np.pi * np.outer(k, 0.5 + y))
    return (sines * weight * y) @ sines.T, (sines * weight * y * y) @ sines.T
