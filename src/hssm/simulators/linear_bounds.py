"""Exact sampler of diffusion between two bounds that move linearly: ``angle``.

It draws the responses that ``densities.linear_bounds`` describes; ``first_passage_linear`` is compiled and meant to be
called from other samplers too.

The walk is cut into exits from wedges: intervals around the current position that reach to the nearer
bound and close in (or open) as fast as the bounds do, so that one side of the wedge is that bound. From the
middle of a wedge of half-width 1 - C tau, the exit through a side is the passage of a single line, an inverse
Gaussian time with drift C + V or C - V, thinned by the ratio of the exit density to its leading image (Anderson 1960,
https://doi.org/10.1214/aoms/1177705996), which depends on the changed time tau / (1 - C tau) only. Nothing is
discretised. Between bounds that move apart faster than the drift a path may never end; its probability from the middle
of a wedge is an alternating series of exponentials.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numba import njit

from hssm.simulators.wiener import image_ratio
from hssm.spec import MISSING_CODE, SimulationOptions, Simulator

_SLOWEST_OPENING = 0.03
"""Wedges that open more slowly are left with probability 1 - exp(-pi^2 / 0.24): one, in double precision."""

_SMALLEST_TERM = 1e-18


@njit(cache=True, error_model="numpy")
def _line_passage(rng: np.random.Generator, drift: float) -> float:
    """Time at which Brownian motion reaches a line at distance 1, approached at |drift| (inverse Gaussian)."""
    drift = abs(drift)
    y = rng.standard_normal() ** 2
    s = 2.0 / (2.0 * drift + y + math.sqrt(y * (y + 4.0 * drift)))
    if rng.random() * (1.0 + drift * s) > 1.0:
        s = 1.0 / (drift * drift * s)
    return s


@njit(cache=True, error_model="numpy")
def ending_probability(drift: float, slope: float) -> float:
    """Probability of ever leaving the wedge with half-width 1 - slope tau from its middle."""
    if slope > -_SLOWEST_OPENING or abs(drift) >= -slope:
        return 1.0
    total, sign, y = 0.0, 1.0, 1.0
    while True:
        # Images at distances y = 1, 3, 5, ..., for the exit upwards and for the one downwards.
        shift = 0.5 * slope * (y + 1.0) ** 2
        term = math.exp(shift + drift * (1.0 + y)) + math.exp(shift - drift * (1.0 + y))
        total += sign * term
        if term < _SMALLEST_TERM:
            return total
        sign, y = -sign, y + 2.0


@njit(cache=True, error_model="numpy")
def wedge_exit(rng: np.random.Generator, drift: float, slope: float) -> tuple[float, int]:
    """Time and side (-1 or +1) of the exit from the wedge with half-width 1 - slope tau, from its middle.

    The time is infinite for a path that never leaves.
    """
    up, down = slope + drift, slope - drift
    mass_up = 1.0 if up >= 0.0 else math.exp(2.0 * up)
    mass_down = 1.0 if down >= 0.0 else math.exp(2.0 * down)
    if slope < 0.0:
        ending = ending_probability(drift, slope)
        if ending < 1.0 and rng.random() >= ending:
            return np.inf, 0
    while True:
        upwards = rng.random() * (mass_up + mass_down) < mass_up
        tau = _line_passage(rng, up if upwards else down)
        left = 1.0 - slope * tau
        if left > 0.0 and tau < np.inf and rng.random() < image_ratio(tau / left):
            return tau, 1 if upwards else -1


@njit(cache=True, error_model="numpy")
def first_passage_linear(
    rng: np.random.Generator, v: float, below: float, above: float, slope: float
) -> tuple[float, int]:
    """Decision time and bound (-1 or +1) of a diffusion with drift ``v`` between bounds that close in at ``slope``.

    ``below`` and ``above`` are the distances, both positive and finite, from the start to the bounds. The time is
    infinite for a path that never ends.
    """
    tau = 0.0
    while True:
        d = min(below, above)
        step, side = wedge_exit(rng, v * d, slope * d)
        if step == np.inf:
            return np.inf, 0
        step *= d * d
        tau += step
        half = d - slope * step
        below = below - slope * step + side * half
        above = above - slope * step - side * half
        if above <= 0.0:
            return tau, 1
        if below <= 0.0:
            return tau, -1


@njit(cache=True, error_model="numpy")
def _draw_trials(rng, v, a, z, t, slope):  # type: ignore[no-untyped-def]
    n = v.shape[0]
    out = np.full((n, 2), MISSING_CODE)
    for i in range(n):
        below = 2.0 * a[i] * z[i]
        above = 2.0 * a[i] * (1.0 - z[i])
        # Outside the domain there is no process to simulate, and no loop to be caught in.
        if not (below > 0.0 and above > 0.0 and a[i] < np.inf and abs(v[i]) < np.inf and abs(slope[i]) < np.inf):
            continue
        tau, choice = first_passage_linear(rng, v[i], below, above, slope[i])
        if choice != 0:
            out[i, 0] = t[i] + tau
            out[i, 1] = choice
    return out


def _draw_angle(rng: np.random.Generator, theta: Mapping[str, np.ndarray], _: SimulationOptions) -> np.ndarray:
    v, a, z, t, angle = (np.ascontiguousarray(theta[name], dtype=np.float64) for name in ("v", "a", "z", "t", "theta"))
    slope = np.where(np.abs(angle) < 0.5 * math.pi, np.tan(angle), np.nan)
    return _draw_trials(rng, v, a, z, t, slope)


ANGLE = Simulator(draw=_draw_angle, exact=True)
"""Exact responses of ``angle``; ``MISSING_CODE`` where a parameter is outside its domain or a path never ends."""
