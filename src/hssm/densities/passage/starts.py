"""Where trials begin: at one place, or anywhere in a distribution that is given by its quantile function.

Both densities are averages over the starting places, and the integral equations are linear: only their free term is
an average, over nodes of a rule for shares from 0 to 1. The nodes crowd together at both ends, because the places that
are nearest to a bound rule the leading edge.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS, Starts
from hssm.densities.quadrature import unit_rule

N_STARTS = 48
_ANGLES = math.pi * unit_rule(N_STARTS)[0]
WEIGHTS = 0.5 * math.pi * np.sin(_ANGLES) * unit_rule(N_STARTS)[1]
SHARES = np.concatenate([[0.0], np.sin(0.5 * _ANGLES) ** 2, [1.0]])
"""Shares of the trials that begin further down, with both ends, which have no weight.

A Gauss-Legendre rule for the angle phi with share (1 - cos(phi)) / 2. Uniform starts in 90 % of the space between the
bounds: log densities above -20 within 4e-8 and from 20 ms on within 1e-14 of the closed form; with 32 nodes 7e-5 and
3e-10, with a rule of 48 nodes for the share itself 1e-5 and 2e-14.
"""


@numba.njit(**FLAGS)
def starts_of(paths, theta):  # type: ignore[no-untyped-def]
    """The constants of ``trace.Paths`` as a vector, with the mean start as the start, and all starts from there."""
    n_slopes = theta.size
    if not paths[6]:
        constants = paths[3](np.zeros(1), theta)[:, 0].copy()
        return constants, Starts(np.ones(1), np.zeros(1), np.zeros((n_slopes, 1)))
    columns = paths[3](SHARES.copy(), theta)[:, 1:-1]
    constants, weights = columns[:, 0].copy(), WEIGHTS.copy()
    offset, d_offset = columns[0].copy(), columns[2 : 2 + n_slopes].copy()
    constants[0] = mean = (weights * offset).sum()
    offset -= mean
    for q in range(n_slopes):
        constants[2 + q] = mean = (weights * d_offset[q]).sum()
        d_offset[q] -= mean
    return constants, Starts(weights, offset, d_offset)


@numba.njit(**FLAGS)
def extent(paths, theta):  # type: ignore[no-untyped-def]
    """The lowest and the highest start that has a weight, and how far from the middle any may be."""
    if not paths[6]:
        start = paths[3](np.zeros(1), theta)[0, 0]
        return start, start, abs(start)
    places = paths[3](SHARES.copy(), theta)[0]
    return places[1:-1].min(), places[1:-1].max(), np.abs(places).max()
