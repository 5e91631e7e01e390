"""The mean path of a diffusion without bounds, m' = mu(tau) - g m, at the nodes of a mesh, with its derivatives.

In closed form where the drift does not depend on time; else by Gauss-Legendre rules from node to node.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS, spread
from hssm.densities.quadrature import unit_rule

N_BETWEEN, N_FIRST = 8, 16
FIRST_POWER = 4
_NODES, _WEIGHTS = unit_rule(N_BETWEEN)
_FIRST_NODES = unit_rule(N_FIRST)[0] ** FIRST_POWER
_FIRST_WEIGHTS = FIRST_POWER * unit_rule(N_FIRST)[0] ** (FIRST_POWER - 1) * unit_rule(N_FIRST)[1]
"""From time 0 to the first node, where a drift may rise like a power of time."""


@numba.njit(**FLAGS)
def steady_path(time, drift, constants, out):  # type: ignore[no-untyped-def]
    """Into ``out`` (1 + P, n): x0 exp(-g t) + mu (1 - exp(-g t)) / g and its slopes.

    ``drift`` is (1 + P,), the drift and its slopes; ``constants`` as of ``trace.Paths``.
    """
    n_slopes = drift.size - 1
    start, leak = constants[0], constants[1]
    for i in range(time.size):
        t = time[i]
        share, slope = spread(0.5 * leak * t)
        left, grown = math.exp(-leak * t), t * share
        by_leak = -t * left * start + drift[0] * 0.5 * t * t * slope
        out[0, i] = left * start + drift[0] * grown
        for q in range(n_slopes):
            moved = left * constants[2 + q] + grown * drift[1 + q]
            out[1 + q, i] = moved + by_leak * constants[2 + n_slopes + q]


@numba.njit(**FLAGS)
def between(time):  # type: ignore[no-untyped-def]
    """Times at which a drift must be known: those before the first node, then those between nodes."""
    n = time.size
    out = np.empty(N_FIRST + (n - 1) * N_BETWEEN)
    for k in range(N_FIRST):
        out[k] = time[0] * _FIRST_NODES[k]
    for i in range(n - 1):
        for k in range(N_BETWEEN):
            out[N_FIRST + i * N_BETWEEN + k] = time[i] + (time[i + 1] - time[i]) * _NODES[k]
    return out


@numba.njit(**FLAGS)
def moving_path(time, drifts, constants, out):  # type: ignore[no-untyped-def]
    """As :func:`steady_path` with ``drifts`` (1 + P, n_between) at the times of :func:`between`."""
    n_slopes = drifts.shape[0] - 1
    leak, d_leak = constants[1], constants[2 + n_slopes : 2 + 2 * n_slopes]
    mean, slopes, by_leak = constants[0], constants[2 : 2 + n_slopes].copy(), 0.0
    last, first = 0.0, 0
    for i in range(time.size):
        step = time[i] - last
        count = N_FIRST if i == 0 else N_BETWEEN
        left = math.exp(-leak * step)
        by_leak = left * (by_leak - step * mean)
        mean *= left
        slopes *= left
        for k in range(count):
            place = _FIRST_NODES[k] if i == 0 else _NODES[k]
            weight = step * (_FIRST_WEIGHTS[k] if i == 0 else _WEIGHTS[k])
            ago = step * (1.0 - place)
            weight *= math.exp(-leak * ago)
            mean += weight * drifts[0, first + k]
            by_leak -= weight * ago * drifts[0, first + k]
            for q in range(n_slopes):
                slopes[q] += weight * drifts[1 + q, first + k]
        out[0, i] = mean
        for q in range(n_slopes):
            out[1 + q, i] = slopes[q] + by_leak * d_leak[q]
        last, first = time[i], first + count


@numba.njit(**FLAGS)
def steady_return(time, drift, constants, out):  # type: ignore[no-untyped-def]
    """As :func:`steady_path`, the path that comes to 0 at the last node: it stays small where the leak is below 0."""
    n_slopes = drift.size - 1
    leak, last = constants[1], time[-1]
    for i in range(time.size):
        ahead = last - time[i]
        share, slope = spread(-0.5 * leak * ahead)
        grown, by_leak = -ahead * share, drift[0] * 0.5 * ahead * ahead * slope
        out[0, i] = drift[0] * grown
        for q in range(n_slopes):
            out[1 + q, i] = grown * drift[1 + q] + by_leak * constants[2 + n_slopes + q]


@numba.njit(**FLAGS)
def moving_return(time, drifts, constants, out):  # type: ignore[no-untyped-def]
    """As :func:`moving_path`, the path that comes to 0 at the last node."""
    n, n_slopes = time.size, drifts.shape[0] - 1
    leak, d_leak = constants[1], constants[2 + n_slopes : 2 + 2 * n_slopes]
    mean, slopes, by_leak = 0.0, np.zeros(n_slopes), 0.0
    out[:, n - 1] = 0.0
    for i in range(n - 2, -1, -1):
        step, first = time[i + 1] - time[i], N_FIRST + i * N_BETWEEN
        left = math.exp(leak * step)
        by_leak = left * (by_leak + step * mean)
        mean *= left
        slopes *= left
        for k in range(N_BETWEEN):
            ahead = step * _NODES[k]
            weight = step * _WEIGHTS[k] * math.exp(leak * ahead)
            mean -= weight * drifts[0, first + k]
            by_leak -= weight * ahead * drifts[0, first + k]
            for q in range(n_slopes):
                slopes[q] -= weight * drifts[1 + q, first + k]
        out[0, i] = mean
        for q in range(n_slopes):
            out[1 + q, i] = slopes[q] + by_leak * d_leak[q]
