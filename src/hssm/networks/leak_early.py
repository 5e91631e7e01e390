"""What leak does to a passage that does not take long: the terms of an expansion, as series for ``leaking.py``.

By Girsanov's theorem the drift pull - leak y, y = x - 1/2, between bounds at 0 and 1 leaves driftless motion that is
killed at the rate h y^2 - b y, with b = pull leak and h = leak^2 / 2. By the backward equation the logarithm L of its
flux at 0, at time u from a start w, obeys L_u = L'' / 2 + L'^2 / 2 - h y^2 + b y. Expanded around b = h = 0, where L is
that of driftless motion, this is linear: L gains b u c1 + h u c2 + u^3 (b^2 c3 + b h c4 + h^2 c5).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.polynomial.chebyshev import chebder, chebval, chebvander

from hssm.networks.chebyshev import Axis, coefficients

START = Axis(0.08, 0.92, 10)
ROOT_TIME = Axis(0.01, 0.6, 12)
"""The square root of u."""

_SOLVED = Axis(0.0, 1.0, 28)
"""Starts at which the equation is fulfilled, by polynomials in w."""

_SOONEST, _LATEST, _N_STEPS = 1e-5, 0.4, 400
_IMAGES = 2.0 * np.arange(-4, 5)[:, None]


@cache
def early_terms() -> np.ndarray:
    """Coefficients of c1 to c5 in products of ROOT_TIME and START, (n, 5)."""
    from scipy.interpolate import CubicSpline

    logs = np.linspace(np.log(_SOONEST), np.log(_LATEST), _N_STEPS + 1)
    at_times = CubicSpline(logs, _solved(logs))(2.0 * np.log(ROOT_TIME.nodes()))
    to_starts = chebvander(2.0 * START.nodes() - 1.0, _SOLVED.n - 1) @ _SOLVED.from_values()
    return coefficients((ROOT_TIME, START), np.einsum("ij,tjk->tik", to_starts, at_times)).reshape(-1, 5)


def _solved(logs: np.ndarray) -> np.ndarray:
    """c1 to c5 at the starts solved for, (n_times, n_starts, 5), by the trapezoidal rule in log u."""
    y, half_step = _SOLVED.nodes() - 0.5, 0.5 * (logs[1] - logs[0])
    killing, slope = np.stack([y, -y * y], axis=1), _slope()
    after = _carried(np.exp(logs[0]), slope)
    first = np.linalg.solve(np.eye(len(y)) - after, killing)
    second = np.linalg.solve(3.0 * np.eye(len(y)) - after, _squares(slope @ first))
    found = [np.concatenate([first, second], axis=1)]
    for u in np.exp(logs[1:]):
        before, after, old = after, _carried(u, slope), _squares(slope @ first)
        first = _stepped(first, (before, after), half_step, 1.0, 2.0 * killing)
        second = _stepped(second, (before, after), half_step, 3.0, old + _squares(slope @ first))
        found.append(np.concatenate([first, second], axis=1))
    return np.array(found)


def _stepped(
    values: np.ndarray, carried: tuple[np.ndarray, np.ndarray], half_step: float, power: float, forcing: np.ndarray
) -> np.ndarray:
    """One step of terms that are over u to a power; ``forcing`` is the sum of that at both ends."""
    before, after = (matrix - power * np.eye(len(values)) for matrix in carried)
    return np.linalg.solve(np.eye(len(values)) - half_step * after, values + half_step * (before @ values + forcing))


def _carried(u: float, slope: np.ndarray) -> np.ndarray:
    """The generator of driftless motion that is bound to leave at 0 after u, times u."""
    return u * (0.5 * slope @ slope + _log_slope(u)[:, None] * slope)  # type: ignore[no-any-return]


def _squares(slopes: np.ndarray) -> np.ndarray:
    """L'^2 / 2 by b^2, b h and h^2, from slopes by b and by h."""
    by_b, by_h = slopes.T
    return np.stack([0.5 * by_b * by_b, by_b * by_h, 0.5 * by_h * by_h], axis=1)


def _log_slope(u: float) -> np.ndarray:
    """Of the log passage density of driftless motion by the start, from its images."""
    w = _SOLVED.nodes()
    away = w + _IMAGES
    size = np.exp(-0.5 * (away * away - w * w) / u)
    return ((1.0 - away * away / u) * size).sum(axis=0) / (away * size).sum(axis=0)  # type: ignore[no-any-return]


def _slope() -> np.ndarray:
    """The matrix that takes values at the starts solved for to slopes there."""
    at = 2.0 * _SOLVED.nodes() - 1.0
    slopes = np.stack([2.0 * chebval(at, chebder(one)) for one in np.eye(_SOLVED.n)], axis=1)
    return slopes @ _SOLVED.from_values()
