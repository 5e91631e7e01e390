"""Responses of ``levy``: a symmetric stable process with drift between two bounds, by small steps in time.

The model's increments over a step d are v d + d^(1/alpha) xi with xi symmetric stable, characteristic function
exp(-|k|^alpha): at alpha = 2 normal with variance 2. A path that is looked at between steps only leaves too late, so
the bounds are drawn in by the mean amount by which the largest value of the process exceeds the largest value that is
seen, as Broadie, Glasserman & Kou (1997, https://doi.org/10.1111/1467-9965.00035) do for Brownian motion.

Stable numbers come from two uniform angles and an exponential variable: Chambers, Mallows & Stuck (1976),
https://doi.org/10.1080/01621459.1976.10480344.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numba import njit
from scipy.special import gamma, zeta

from hssm.spec import MISSING_CODE, SimulationOptions

STEPS = 2500.0
"""Steps in the time a^alpha, in which noise travels the half distance of the bounds; ``delta_t`` makes them shorter."""

MOST = 1.0


@njit(cache=True, error_model="numpy")
def stable(rng: np.random.Generator, alpha: float) -> float:
    """A symmetric stable number, characteristic function exp(-|k|^alpha), for alpha in [1, 2]."""
    angle = math.pi * (rng.random() - 0.5)
    if alpha == 1.0:
        return math.tan(angle)
    if alpha == 2.0:
        return math.sqrt(2.0) * rng.standard_normal()
    wait = rng.standard_exponential()
    return (
        math.sin(alpha * angle)
        / math.cos(angle) ** (1.0 / alpha)
        * (math.cos((1.0 - alpha) * angle) / wait) ** ((1.0 - alpha) / alpha)
    )


def overshoot(alpha: np.ndarray) -> np.ndarray:
    """Mean of the largest value less the largest seen at unit steps: -zeta(1 - 1/alpha) Gamma(1 - 1/alpha) / pi.

    By Spitzer's identity. Near alpha = 1 rare jumps, which leave anyway, make it large, so it is cut off.
    """
    share = 1.0 - 1.0 / np.maximum(alpha, 1.05)
    return np.minimum(-zeta(share) * gamma(share) / math.pi, MOST)


@njit(cache=True, error_model="numpy")
def _draw_trials(rng, v, start, alpha, half, step, longest, out):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    """Decision time and response (+1 or -1) of every path into ``out`` (n, 2); NaN for those that do not end."""
    for i in range(v.size):
        x, time, drift, scale = start[i], 0.0, v[i] * step[i], step[i] ** (1.0 / alpha[i])
        if not (abs(x) < half[i] and 1.0 <= alpha[i] <= 2.0 and abs(drift) < np.inf):
            continue
        while time < longest[i]:
            x += drift + scale * stable(rng, alpha[i])
            if abs(x) >= half[i]:
                out[i, 0], out[i, 1] = time + 0.5 * step[i], 1.0 if x > 0.0 else -1.0
                break
            time += step[i]


def draw(rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions) -> np.ndarray:
    """(n, 2) rt and response of ``levy``; MISSING_CODE for paths that do not end in time and outside the domain."""
    names = ("v", "a", "z", "alpha", "t")
    v, a, z, alpha, t = np.broadcast_arrays(*(np.asarray(theta[name], dtype=float) for name in names))
    with np.errstate(invalid="ignore"):
        step = np.minimum(a**alpha / STEPS, options.delta_t)
        half = a - overshoot(alpha) * step ** (1.0 / alpha)
    out = np.full((v.size, 2), np.nan)
    _draw_trials(rng, v, a * (2.0 * z - 1.0), alpha, half, step, options.max_t - t, out)
    out[:, 0] += t
    finished = (out[:, 0] < options.max_t) & (t >= 0)
    return np.where(finished[:, None], out, MISSING_CODE)
