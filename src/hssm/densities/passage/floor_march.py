"""The first-passage density of an accumulator with a reflecting floor, solved forward in time with its derivatives.

Brownian motion with drift V starts at z in [0, 1), is reflected at 0 and absorbed at the height 1 - C r; r is time.
Everything is a function of s = r / height, in which the height is 1 / (1 + C s), and F(s) is the density by s. The
law of the reflected motion without an upper bound is known (Harrison 1985, Brownian Motion and Stochastic Flow Systems,
section 3.6); from y to x in the time tau it is

    p = N(x - y; V tau, tau) + e + -2 V tail,    e = exp(-2 V y) N(x + y; V tau, tau),
    tail = exp(2 V x) Phi(-(x + y + V tau) / sqrt(tau)).

The density f by r is that of the integral equation of ``march.py`` with this law in place of the normal one,

    f(r) = k(r; start) - integral over r' of k(r; height', r') f(r'),    k = (V + C) p - dp/dx,

where for a straight bound the part of k that is not reflected vanishes between points of the bound: what is left is
smooth, and flat zero where r' comes near r. A trapezoidal sum over nodes that are equidistant in the mesh variable
therefore converges faster than any power of the step, with no weights to mend at its ends.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS, Passage
from hssm.densities.special import elementary, gaussian
from hssm.densities.special.numba_backend import compiled

N_SLOPES = 3
"""Slopes by V, z and C, in this order."""

_ROOT = 1.0 / math.sqrt(2.0 * math.pi)
_LOG_ROOT = math.log(_ROOT)
_UNDERFLOW = 600.0
_exp = elementary.exp
_mills = compiled(gaussian.mills)


@numba.njit(forceinline=True, **FLAGS)
def _reflected(x, y, tau, motion, parts):  # type: ignore[no-untyped-def]
    """The reflected part of k, and its slopes by V, C, x, y and tau; ``parts`` are e and tail."""
    drift, closing = motion
    e, tail = parts
    inverse = 1.0 / tau
    reach = (x + y) * inverse
    slack, twice = reach - 2.0 * drift + closing, 2.0 * drift * (drift - closing)
    k = e * slack + twice * tail
    by_drift = e * ((x - y - drift * tau) * slack - 2.0) + (4.0 * drift - 2.0 * closing) * tail
    by_drift += twice * (2.0 * x * tail - e * tau)
    by_closing = e - 2.0 * drift * tail
    by_x = e * ((drift - reach) * slack + inverse) + twice * (2.0 * drift * tail - e)
    by_y = e * (inverse - (drift + reach) * slack) - twice * e
    by_tau = e * (0.5 * (reach * reach - drift * drift - inverse) * slack - reach * inverse)
    by_tau += 0.5 * twice * e * (reach - drift)
    return k, by_drift, by_closing, by_x, by_y, by_tau


@numba.njit(**FLAGS)
def start_term(s, drift, z, closing, out):  # type: ignore[no-untyped-def]
    """The term of the start in F(s): its sign; into ``out`` (5,) the log of its size and slopes by s, V, z and C."""
    x = 1.0 / (1.0 + closing * s)
    tau = s * x
    root, gap = math.sqrt(tau), x - z - drift * tau
    value = -0.5 * gap * gap / tau - math.log(root) + _LOG_ROOT
    where = (x + z + drift * tau) / root
    most = value if where >= 0.0 else max(value, 2.0 * drift * x)
    bell = math.exp(value - most)
    e = bell * math.exp(-2.0 * x * z / tau)
    tail = e * root * _mills(abs(where))
    if where < 0.0:
        tail = math.exp(2.0 * drift * x - most) - tail
    total, by_drift, by_closing, by_x, by_z, by_tau = _reflected(x, z, tau, (drift, closing), (e, tail))
    free = bell * (1.0 - z) / tau  # (x - z) / tau + C
    total += free
    by_drift += free * gap
    by_closing += bell
    by_x += bell / tau - free * gap / tau
    by_z += free * gap / tau - bell / tau
    by_tau += free * (0.5 * (((x - z) / tau) ** 2 - drift * drift) - 0.5 / tau) - bell * (x - z) / (tau * tau)
    squared = x * x
    out[0] = most + math.log(max(abs(total), 1e-290)) + 2.0 * math.log(x)
    out[1] = (by_tau - by_x * closing) * squared / total - 2.0 * closing * x
    out[2], out[3] = by_drift / total, by_z / total
    out[4] = (by_closing - s * squared * by_x - tau * s * x * by_tau) / total - 2.0 * s * x
    return 1.0 if total >= 0.0 else -1.0


@numba.njit(**FLAGS)
def _sources(i, nodes, motion, density, work):  # type: ignore[no-untyped-def]
    """Into ``work`` (3, n) the kernels from all nodes j < i to node i times their weights, and slopes by V and C.

    ``nodes`` are s, weights and heights. Returns the sizes of all terms.
    """
    times, weights, heights = nodes
    drift, closing = motion
    s, x, size = times[i], heights[i], 0.0
    factor, most = x * x, _exp(min(2.0 * drift * x, 0.0))
    for j in range(i):
        y = heights[j]
        tau = (s - times[j]) * x * y
        root = math.sqrt(tau)
        total = x + y
        e = _exp(-0.5 * total * total / tau + drift * (x - y) - 0.5 * drift * drift * tau) * _ROOT / root
        where = (total + drift * tau) / root
        below = e * root * _mills(abs(where))
        tail = below if where >= 0.0 else most - below
        k, by_drift, by_closing, by_x, by_y, by_tau = _reflected(x, y, tau, motion, (e, tail))
        moved = s * x * (x * by_x + tau * by_tau + 2.0 * k) + times[j] * y * (y * by_y + tau * by_tau)
        weight = weights[j] * factor
        work[0, j] = weight * k
        work[1, j] = weight * by_drift
        work[2, j] = weight * (by_closing - moved)
        size += abs(work[0, j] * density[j])
    return size


@numba.njit(**FLAGS)
def march_above_floor(nodes, drift, z, closing):  # type: ignore[no-untyped-def]
    """Solve on ``nodes``, values of s and their weights; one density, with slopes by V, z and C."""
    times, weights = nodes
    n = times.size
    heights = 1.0 / (1.0 + closing * times)
    slopes, log_slopes = np.zeros((N_SLOPES, 1, n)), np.zeros((N_SLOPES, 1, n))
    found = Passage(np.zeros((1, n)), slopes, np.empty((1, n)), log_slopes, np.empty((1, n)))
    density, row, work = found.density[0], np.empty(2 + N_SLOPES), np.empty((3, n))
    for i in range(n):
        start = start_term(times[i], drift, z, closing, row) * math.exp(row[0])
        size = _sources(i, (times, weights, heights), (drift, closing), density, work)
        total, by_drift, by_z, by_closing = start, start * row[2], start * row[3], start * row[4]
        for j in range(i):
            k, here = work[0, j], density[j]
            total -= k * here
            by_drift -= k * slopes[0, 0, j] + work[1, j] * here
            by_z -= k * slopes[1, 0, j]
            by_closing -= k * slopes[2, 0, j] + work[2, j] * here
        density[i], found.size[0, i] = total, size + abs(start)
        slopes[0, 0, i], slopes[1, 0, i], slopes[2, 0, i] = by_drift, by_z, by_closing
        early = row[0] < -_UNDERFLOW  # where the density underflows it is the term of the start
        found.log_density[0, i] = row[0] if early else (math.log(total) if total > 0.0 else -np.inf)
        for q in range(N_SLOPES):
            log_slopes[q, 0, i] = row[2 + q] if early else slopes[q, 0, i] / total
    return found
