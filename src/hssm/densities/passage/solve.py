"""The first-passage densities of one set of parameters: mesh, edges, march, table.

The error of the march is about ERROR times the eighth power of the mesh step, relative to the terms that the density
is the sum of; late densities are small differences of large terms. So the step follows from the tolerance and from how
far the paths have thinned out by the last time that is asked for, and is made smaller if that proves too few.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage.errors import LOST, difference, terms_to_density, terms_to_mass
from hssm.densities.passage.march import FLAGS, Edges, Passage, march
from hssm.densities.passage.mean_path import between, moving_path, moving_return, steady_path, steady_return
from hssm.densities.passage.mesh import NARROW, SLOWEST_FALL, Mesh, last_time, make_mesh, narrow_enough, node
from hssm.densities.passage.starts import starts_of
from hssm.densities.passage.table import WIDTH, Table, lagrange

ERROR = 0.2
"""Size of the error for a step of 1: the largest on the reference table of ``weibull``; most are far smaller."""

PULLING, PULLED = 5.0, 4
"""Where the leak times the squared bound is larger than PULLING, errors are larger by this power of their ratio."""

COARSEST, FINEST = 0.24, 0.02
MOST_NODES = 720
SPARE, SPARE_WIDTH = 3, 0.5
"""Nodes beyond the last time asked for, so that slopes there need no one-sided formula; but not where the bounds are
this much closer, because all that is read between them is one polynomial."""

SHORTEST = 1.5
STEEPEST, USUAL = 0.7, 1e-6
DECLINE_SEEN = 12.0
NOTHING = -60.0
TURNING = 2.0
"""A turn so many times later than the end of the mesh does not matter."""

ORDER, FINER = 8, 0.7
"""Two solutions whose steps have the ratio FINER are compared."""


@numba.njit(**FLAGS)
def step_for(tolerance: float, cancelled: float) -> float:
    """Mesh step at which a density that is 1 / ``cancelled`` of its terms has the relative error ``tolerance``."""
    return min(max((tolerance / (ERROR * cancelled)) ** 0.125, FINEST), COARSEST)


@numba.njit(**FLAGS)
def _relative(rows, means):  # type: ignore[no-untyped-def]
    """Both bounds from a path, (2, n), and their slopes, (P, 2, n)."""
    n, n_slopes = means.shape[1], means.shape[0] - 1
    place, d_place = np.empty((2, n)), np.empty((n_slopes, 2, n))
    for s in range(2):
        sign = 1.0 - 2.0 * s
        for i in range(n):
            place[s, i] = sign * rows[0, i] - means[0, i]
            for q in range(n_slopes):
                d_place[q, s, i] = sign * rows[3 + q, i] - means[1 + q, i]
    return place, d_place


@numba.njit(**FLAGS)
def join_edges(nodes, rows, paths, constants, starts):  # type: ignore[no-untyped-def]
    """Places, levels and speeds of both bounds from what ``trace`` and ``mean_path`` computed at the nodes.

    ``paths`` are the mean path and, where the leak is below 0, the one that levels are counted from.
    """
    time, weight = nodes
    means, returns = paths
    n, n_slopes = time.size, means.shape[0] - 1
    leak, d_leak = constants[1], constants[2 + n_slopes : 2 + 2 * n_slopes].copy()
    speed, d_speed = np.empty((2, n)), np.empty((n_slopes, 2, n))
    for s in range(2):
        sign = 1.0 - 2.0 * s
        for i in range(n):
            speed[s, i] = sign * (rows[1, i] + leak * rows[0, i]) - rows[2, i]
            for q in range(n_slopes):
                pulled = rows[3 + n_slopes + q, i] + leak * rows[3 + q, i] + d_leak[q] * rows[0, i]
                d_speed[q, s, i] = sign * pulled - rows[3 + 2 * n_slopes + q, i]
    place, d_place = _relative(rows, means)
    level, d_level = _relative(rows, returns) if leak < 0.0 else (place, d_place)
    return Edges(time, weight, place, speed, d_place, d_speed, leak, d_leak, starts, level, d_level)


@numba.njit(**FLAGS)
def lay_out(mesh):  # type: ignore[no-untyped-def]
    """Times and weights of the nodes."""
    time, weight = np.empty(mesh.n), np.empty(mesh.n)
    for i in range(mesh.n):
        time[i], weight[i] = node(mesh, i)
    return time, weight


@numba.njit(**FLAGS)
def as_table(mesh: Mesh, passage: Passage, squares, limits):  # type: ignore[no-untyped-def]  # noqa: C901
    """The table of a passage; where a density is lost in rounding it goes on with its last relative rate of decline.

    ``squares`` are the squared bounds at the nodes; a density below the first of ``limits`` of its terms is lost.
    Where none declines the second, times the squared bound, is the rate at which it will.
    """
    least, fall = limits
    value, slopes = passage.log_density.copy(), passage.log_slopes.copy()
    n, n_slopes, n_bounds = mesh.n, slopes.shape[0], value.shape[0]
    rate, d_rate = np.zeros(n_bounds), np.zeros((n_slopes, n_bounds))
    weights, by_u = np.empty(WIDTH), np.empty(WIDTH)
    lagrange(WIDTH - 1.0, weights, by_u)
    for s in range(n_bounds):
        last = n - 1
        for i in range(WIDTH, n):
            if not passage.density[s, i] >= least * passage.size[s, i]:
                last = i - 1
                break
        first = max(last - WIDTH + 1, 0)
        per = 1.0 / node(mesh, last)[1]
        for i in range(last + 1):
            if not value[s, i] > -np.inf:  # lost against the terms of the other bound
                value[s, i] = NOTHING
        for k in range(min(WIDTH, last + 1)):
            rate[s] += by_u[k] * value[s, first + k] * per
            for q in range(n_slopes):
                d_rate[q, s] += by_u[k] * slopes[q, s, first + k] * per
        if not rate[s] < 0.0:
            rate[s] = -fall / squares[last]
            d_rate[:, s] = 0.0
        for i in range(last + 1, n):
            ago = node(mesh, i)[1] * squares[last] / squares[i]
            value[s, i] = value[s, i - 1] + rate[s] * ago
            for q in range(n_slopes):
                slopes[q, s, i] = slopes[q, s, i - 1] + d_rate[q, s] * ago
        rate[s] *= squares[last] / squares[n - 1]
        for q in range(n_slopes):
            d_rate[q, s] *= squares[last] / squares[n - 1]
    return Table(mesh, value, slopes, rate, d_rate, np.zeros(1 + n_slopes))


@numba.njit(**FLAGS)
def edges_at(paths, theta, nodes):  # type: ignore[no-untyped-def]
    """Edges at ``nodes``, times and weights, and the squared bounds there; ``paths`` as in ``trace.Paths``."""
    edges_of, drifts, steady = paths[0], paths[1], paths[4]
    time = nodes[0]
    rows = edges_of(time, theta)
    constants, starts = starts_of(paths, theta)
    means, returns = np.empty((1 + theta.size, time.size)), np.empty((1 + theta.size, time.size))
    if steady:
        drift = np.empty(1 + theta.size)
        drift[0], drift[1:] = rows[2, 0], rows[3 + 2 * theta.size :, 0]
        steady_path(time, drift, constants, means)
        if constants[1] < 0.0:
            steady_return(time, drift, constants, returns)
    else:
        moved = drifts(between(time), theta)
        moving_path(time, moved, constants, means)
        if constants[1] < 0.0:
            moving_return(time, moved, constants, returns)
    return join_edges(nodes, rows, (means, returns), constants, starts), rows[0] * rows[0]


@numba.njit(**FLAGS)
def turn_of(constants, end):  # type: ignore[no-untyped-def]
    """Time and width of the turn, width 0 if there is none before ``end``."""
    time, width = constants[-2], constants[-1]
    return (time, width) if 0.0 < width < end and abs(time) < TURNING * end else (0.0, 0.0)


@numba.njit(**FLAGS)
def _attempt(paths, theta, mesh):  # type: ignore[no-untyped-def]
    edges, squares = edges_at(paths, theta, lay_out(mesh))
    return march(edges), squares


@numba.njit(**FLAGS)
def _mesh_for(bounds, theta, span, step):  # type: ignore[no-untyped-def]
    """A mesh, and how many of its nodes are spare ones."""
    first, end, shape, spare, _ = span
    mesh = make_mesh(first, end, shape, step, spare)
    narrowest = SPARE_WIDTH * bounds(np.full(1, end), theta)[0, 0]
    while spare > 0 and not bounds(np.full(1, node(mesh, mesh.n - 1)[0]), theta)[0, 0] > narrowest:
        spare -= 1
        mesh = make_mesh(first, end, shape, step, spare)
    return mesh, spare


@numba.njit(**FLAGS)
def _known_error(paths, theta, span, asked, accuracy):  # type: ignore[no-untyped-def]
    """Solve with a step from what is known of the error; ``asked`` are the bounds and whether masses are asked for."""
    decline = span[4]
    sides, masses, _ = asked
    tolerance, coarsest = accuracy
    step = min(step_for(tolerance, 1.0 if masses else math.exp(min(decline, DECLINE_SEEN))), coarsest)
    mesh, spare = _mesh_for(paths[2], theta, span, step)
    passage, squares = _attempt(paths, theta, mesh)
    for _ in range(3):
        last = mesh.n - 1 - spare
        lost = terms_to_mass(passage, mesh, last, sides) if masses else terms_to_density(passage, last, sides)
        finer = min(step_for(tolerance, lost), coarsest)
        if finer > 0.9 * step or mesh.n >= MOST_NODES:
            break
        step = max(finer, step * mesh.n / MOST_NODES)
        mesh, spare = _mesh_for(paths[2], theta, span, step)
        passage, squares = _attempt(paths, theta, mesh)
    return as_table(mesh, passage, squares, (max(LOST, ERROR * mesh.step**ORDER), SLOWEST_FALL))


@numba.njit(**FLAGS)
def _compared(paths, theta, span, asked, known):  # type: ignore[no-untyped-def]
    """A solution that differs little enough from one with larger steps; ``known`` is one that may not.

    With it come the tolerance, and the stricter one that is asked of its own steps.
    """
    tolerance, strict, found = known
    for _ in range(4):
        step = found.mesh.step
        finer = _known_error(paths, theta, span, asked, (strict, FINER * step))
        error = difference(found, finer, asked) * FINER**ORDER
        found = finer
        if not error > tolerance or found.mesh.n >= MOST_NODES:
            break
        coarsest = FINER * step * max(0.4, (0.1 * tolerance / error) ** (1.0 / ORDER))
        found = _known_error(paths, theta, span, asked, (strict, coarsest))
    return found


@numba.njit(**FLAGS)
def closing_at(edges_of, theta, time, out) -> None:  # type: ignore[no-untyped-def]
    """Into ``out`` (1 + P,): how much faster survivors decline than densities between bounds that close, and slopes."""
    rows = edges_of(np.full(1, time), theta)
    bound, speed = rows[0, 0], rows[1, 0]
    if not (speed < 0.0 and bound > NARROW):
        return
    out[0] = -2.0 * speed / bound
    for q in range(theta.size):
        moved, sped = rows[3 + q, 0], rows[3 + theta.size + q, 0]
        out[1 + q] = -2.0 * (sped - speed * moved / bound) / bound


@numba.njit(inline="always", **FLAGS)
def solve(paths, theta, times, asked, accuracy):  # type: ignore[no-untyped-def]
    """The table between two times.

    ``times`` are a time before which nothing happens and the last one asked for; ``asked`` says which bounds matter,
    whether the tolerance is that of distribution functions, which do not mind late densities that are small
    differences, and how far paths may decline; ``accuracy`` is the tolerance and how steeply log density rises with
    log time at the first trial.
    """
    first, longest = times
    tolerance, steep = accuracy
    _, masses, dead = asked
    constants = paths[3](np.zeros(1), theta)[:, 0]
    leak = constants[1]
    end, narrow, decline = last_time(paths[2], theta, max(longest, SHORTEST * first), leak, dead)
    wide = paths[2](np.full(1, first), theta)[0, 0] ** 2
    if masses:
        narrow = max(narrow, narrow_enough(paths[2], theta, end, wide))
    shape = (wide, narrow, abs(leak), *turn_of(constants, end))
    span = (first, end, shape, SPARE if end >= longest else 0, decline)
    strict = tolerance / max(1.0, wide * abs(leak) / PULLING) ** PULLED
    coarsest = STEEPEST / (1.0 + steep) * min(1.0, (strict / USUAL) ** (1.0 / ORDER))
    found = _known_error(paths, theta, span, asked, (strict, coarsest))
    if not paths[5]:
        found = _compared(paths, theta, span, asked, (tolerance, strict, found))
    closing_at(paths[0], theta, found.mesh.end, found.closing)
    return found
