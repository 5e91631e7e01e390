"""Reading the solution between its nodes: log densities, and their integrals over time, with all derivatives.

Log densities are smooth in the mesh variable, also where densities rise out of nothing, so they are interpolated by
polynomials through eight neighbouring nodes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS
from hssm.densities.passage.mesh import Mesh, node, number_of
from hssm.densities.quadrature import unit_rule

WIDTH = 8
N_GAUSS = 4
SLOWEST = 1e-9
"""The least hazard of what lies beyond the mesh; below that it may never end."""

_GAUSS, _GAUSS_WEIGHTS = unit_rule(N_GAUSS)
_SCALES = np.array(
    [(-1.0) ** (WIDTH - 1 - k) / (math.factorial(k) * math.factorial(WIDTH - 1 - k)) for k in range(WIDTH)]
)


class Table(NamedTuple):
    """Log densities (2, n) at the nodes of a mesh and their slopes (P, 2, n); upper bound first.

    ``rate`` (2,) is the slope of the log density by time at the end, and ``d_rate`` (P, 2) its slopes: beyond the end
    both continue along their tangents. ``closing`` (1 + P,) is how much faster survivors decline there than densities
    do, with its slopes: 0, or -2 b' / b between bounds that close.
    """

    mesh: Mesh
    value: np.ndarray
    slopes: np.ndarray
    rate: np.ndarray
    d_rate: np.ndarray
    closing: np.ndarray


@numba.njit(**FLAGS)
def lagrange(x: float, weights, slopes) -> None:  # type: ignore[no-untyped-def]
    """Weights of the values at 0 .. 7 for the value at x, and for the derivative there."""
    for k in range(WIDTH):
        value, slope = 1.0, 0.0
        for j in range(WIDTH):
            if j != k:
                factor = 1.0 / (k - j)
                slope = (slope * (x - j) + value) * factor
                value *= (x - j) * factor
        weights[k], slopes[k] = value, slope


@numba.njit(**FLAGS)
def _value_weights(x: float, weights) -> None:  # type: ignore[no-untyped-def]
    """The first of :func:`lagrange` alone: products of distances from the left, then from the right."""
    product = 1.0
    for k in range(WIDTH):
        weights[k] = product * _SCALES[k]
        product *= x - k
    product = 1.0
    for k in range(WIDTH - 1, -1, -1):
        weights[k] *= product
        product *= x - k


@numba.njit(**FLAGS)
def read(table: Table, s: int, time: float, out) -> None:  # type: ignore[no-untyped-def]
    """Into ``out`` (2 + P,): log density at a time after the first node, its slope by time, and by parameters."""
    mesh, n_slopes = table.mesh, table.slopes.shape[0]
    if time > mesh.end:
        ago = time - mesh.end
        _at(table, s, mesh.end, out)
        out[0] += ago * table.rate[s]
        out[1] = table.rate[s]
        for q in range(n_slopes):
            out[2 + q] += ago * table.d_rate[q, s]
        return
    _at(table, s, time, out)


@numba.njit(**FLAGS)
def _at(table: Table, s: int, time: float, out) -> float:  # type: ignore[no-untyped-def]
    mesh, n_slopes = table.mesh, table.slopes.shape[0]
    x, per = number_of(mesh, time)
    first = min(max(int(x) - WIDTH // 2 + 1, 0), mesh.n - WIDTH)
    weights, by_u = np.empty(WIDTH), np.empty(WIDTH)
    lagrange(x - first, weights, by_u)
    value, slope = 0.0, 0.0
    for k in range(WIDTH):
        value += weights[k] * table.value[s, first + k]
        slope += by_u[k] * table.value[s, first + k]
    out[0], out[1] = value, slope / per
    for q in range(n_slopes):
        total = 0.0
        for k in range(WIDTH):
            total += weights[k] * table.slopes[q, s, first + k]
        out[2 + q] = total
    return value


@numba.njit(**FLAGS)
def integrals(table: Table, s: int):  # type: ignore[no-untyped-def]
    """(2, 1 + P, n + 1) integrals of a density, and of its slopes by parameters, before every node and after it.

    The last of n intervals between nodes ends where the mesh does; what lies beyond counts as after, where it declines.
    """
    n = int(round(number_of(table.mesh, table.mesh.end)[0]))
    size = 1 + table.slopes.shape[0]
    out, part, parts = np.zeros((2, size, n + 1)), np.empty(size), np.empty((size, n))
    weights, before = np.empty((N_GAUSS, WIDTH)), -1
    for i in range(n):
        first = _first_of(table.mesh, i)
        if i - first != before:  # all but a few intervals have as many nodes on either side
            before = i - first
            for g in range(N_GAUSS):
                _value_weights(before + _GAUSS[g], weights[g])
        part[:] = 0.0
        for g in range(N_GAUSS):
            _add_point(table, s, (first, i + _GAUSS[g], _GAUSS_WEIGHTS[g]), weights[g], part)
        parts[:, i] = part
        out[0, :, i + 1] = out[0, :, i] + part
    if hazard(table, s) > SLOWEST:
        row = np.empty(1 + size)
        beyond(table, s, 0.0, row, out[1, :, n])
    for i in range(n - 1, -1, -1):
        out[1, :, i] = out[1, :, i + 1] + parts[:, i]
    return out


@numba.njit(**FLAGS)
def hazard(table: Table, s: int) -> float:  # type: ignore[no-untyped-def]
    """Rate at which paths that are left at the end of the mesh come to a bound: their density per path."""
    return table.closing[0] - table.rate[s]


@numba.njit(**FLAGS)
def beyond(table: Table, s: int, since: float, row, part) -> None:  # type: ignore[no-untyped-def]
    """As :func:`panel`, from ``since`` after the end of the mesh on, with its hazard from there on."""
    read(table, s, table.mesh.end, row)
    rate = max(hazard(table, s), 1e-300)
    mass = math.exp(row[0] - rate * since) / rate
    part[0] = mass
    for q in range(table.slopes.shape[0]):
        d_rate = table.closing[1 + q] - table.d_rate[q, s]
        part[1 + q] = mass * (row[2 + q] - d_rate * (since + 1.0 / rate))


@numba.njit(**FLAGS)
def _first_of(mesh: Mesh, i: int) -> int:
    """The first of the nodes from which the interval after node i is interpolated."""
    return min(max(i - WIDTH // 2 + 1, 0), mesh.n - WIDTH)  # type: ignore[no-any-return]


@numba.njit(**FLAGS)
def _add_point(table: Table, s: int, where, weights, part) -> None:  # type: ignore[no-untyped-def]
    """One term of a sum for an integral; ``where`` is the first node, the place, and its share in units of the step."""
    first, x, share = where
    value = 0.0
    for k in range(WIDTH):
        value += weights[k] * table.value[s, first + k]
    mass = math.exp(value) * node(table.mesh, x)[1] * share
    part[0] += mass
    for q in range(table.slopes.shape[0]):
        slope = 0.0
        for k in range(WIDTH):
            slope += weights[k] * table.slopes[q, s, first + k]
        part[1 + q] += mass * slope


@numba.njit(**FLAGS)
def panel(table: Table, s: int, where, part) -> None:  # type: ignore[no-untyped-def]
    """Integral over a part of the interval after node i, from ``low`` to ``high`` in units of the step."""
    i, low, high = where
    weights, first = np.empty(WIDTH), _first_of(table.mesh, i)
    part[:] = 0.0
    for g in range(N_GAUSS):
        x = i + low + (high - low) * _GAUSS[g]
        _value_weights(x - first, weights)
        _add_point(table, s, (first, x, (high - low) * _GAUSS_WEIGHTS[g]), weights, part)
