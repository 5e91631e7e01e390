"""Exact samplers of diffusion between two constant boundaries: ``ddm`` and ``ddm_sdv``.

They draw the responses that ``densities.wiener`` describes, for ``simulate_data`` and predictions.
``exit_time`` and ``first_passage`` are compiled and meant to be called from other samplers too.

The walk is cut into exits from intervals that are symmetric about the current position and reach to the
nearer boundary. From such an interval of half-width d, a path with drift v leaves upwards with probability
1 / (1 + exp(-2 v d)), independently of when it leaves, and lands either on the boundary (the end) or at a
new position, from which the next interval starts. The exit time is drawn by rejection from an inverse
Gaussian; the acceptance ratio is a theta function, summed to rounding error from whichever of its two series
converges at once. Nothing is discretised.

References
----------
.. [1] Michael, Schucany & Haas (1976). Generating random variates using transformations with multiple roots.
   The American Statistician 30. (inverse Gaussian)
.. [2] Lichters, Fricke & Schnakenberg (1995). Brownian dynamics with absorbing boundaries. (rejection scheme)
.. [3] Devroye (2009). On exact simulation algorithms for some distributions related to Jacobi theta functions.
   Statistics and Probability Letters 79.
.. [4] Drugowitsch (2016). Fast and accurate Monte Carlo sampling of first-passage times from Wiener diffusion
   models. Scientific Reports 6. (symmetric steps)
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numba import njit

from hssm.spec import MISSING_CODE, SimulationOptions, Simulator

_SWITCH = 2 / math.pi  # where the two series of the theta function converge equally fast


@njit(cache=True, error_model="numpy")
def image_ratio(s: float) -> float:
    """Exit density at time ``s`` relative to its leading image, for exits from (-1, 1); in (0, 1)."""
    if s < _SWITCH:
        q = math.exp(-4.0 / s)
        return 1.0 - q * (3.0 - q * q * (5.0 - 7.0 * q * q * q))
    r = math.exp(-math.pi * math.pi * s)
    waves = 1.0 - r * (3.0 - r * r * (5.0 - 7.0 * r * r * r))
    scale = 0.25 * math.pi * math.sqrt(2.0 * math.pi * s) * s
    return scale * waves * math.exp(0.5 / s - math.pi * math.pi * s / 8.0)


@njit(cache=True, error_model="numpy")
def exit_time(rng: np.random.Generator, drift: float) -> float:
    """Time at which Brownian motion with a drift, started at 0, leaves (-1, 1).

    The proposal is the passage time to the single bound at 1 under ``|drift|``, which is accepted with
    probability 1 / (1 + exp(-2 |drift|)) on average. The side of the exit is independent of the time.
    """
    drift = abs(drift)
    while True:
        y = rng.standard_normal() ** 2
        # The smaller root of the quadratic of [1]_, in a form that holds for drift 0 too.
        s = 2.0 / (2.0 * drift + y + math.sqrt(y * (y + 4.0 * drift)))
        if rng.random() * (1.0 + drift * s) > 1.0:
            s = 1.0 / (drift * drift * s)
        if rng.random() < image_ratio(s):
            return s


@njit(cache=True, error_model="numpy")
def first_passage(rng: np.random.Generator, v: float, below: float, above: float) -> tuple[float, int]:
    """Decision time and boundary (-1 or +1) of a diffusion with drift ``v`` and unit noise.

    ``below`` and ``above`` are the distances, both positive and finite, from the start to the boundaries.
    """
    tau = 0.0
    while True:
        d = min(below, above)
        tau += d * d * exit_time(rng, v * d)
        if rng.random() * (1.0 + math.exp(-2.0 * v * d)) < 1.0:
            below += d
            above -= d
        else:
            below -= d
            above += d
        if above <= 0.0:
            return tau, 1
        if below <= 0.0:
            return tau, -1


@njit(cache=True, error_model="numpy")
def _draw_trials(rng, v, a, z, t, sv):  # type: ignore[no-untyped-def]
    n = v.shape[0]
    out = np.empty((n, 2))
    for i in range(n):
        drift = v[i] + sv[i] * rng.standard_normal() if sv[i] > 0.0 else v[i]
        below = 2.0 * a[i] * z[i]
        above = 2.0 * a[i] * (1.0 - z[i])
        # Outside the domain there is no process to simulate, and no loop to be caught in.
        if not (below > 0.0 and above > 0.0 and a[i] < np.inf and abs(drift) < np.inf and sv[i] >= 0.0):
            out[i, 0] = MISSING_CODE
            out[i, 1] = MISSING_CODE
            continue
        tau, choice = first_passage(rng, drift, below, above)
        out[i, 0] = t[i] + tau
        out[i, 1] = choice
    return out


def _draw_ddm(rng: np.random.Generator, theta: Mapping[str, np.ndarray], _: SimulationOptions) -> np.ndarray:
    v, a, z, t = (np.ascontiguousarray(theta[name], dtype=np.float64) for name in ("v", "a", "z", "t"))
    return _draw_trials(rng, v, a, z, t, np.zeros_like(v))


def _draw_ddm_sdv(rng: np.random.Generator, theta: Mapping[str, np.ndarray], _: SimulationOptions) -> np.ndarray:
    v, a, z, t, sv = (np.ascontiguousarray(theta[name], dtype=np.float64) for name in ("v", "a", "z", "t", "sv"))
    return _draw_trials(rng, v, a, z, t, sv)


DDM = Simulator(draw=_draw_ddm, exact=True)
"""Exact responses of ``ddm``; rows of ``MISSING_CODE`` where a parameter is outside its domain."""

DDM_SDV = Simulator(draw=_draw_ddm_sdv, exact=True)
"""Exact responses of ``ddm_sdv``, whose drift is Normal(v, sv) anew in every trial."""
