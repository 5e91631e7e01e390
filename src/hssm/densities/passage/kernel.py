"""Log densities, distribution functions or survivors of the trials of one set of parameters.

``compiled.py`` has the loop over sets and makes machine code of it. ``tools`` are ``trace.Paths`` as a plain tuple and
:func:`solve.solve`, which is called by its address.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage import mesh
from hssm.densities.passage.decline import OF_DENSITY, OF_SURVIVOR, bend
from hssm.densities.passage.distribution import NEVER, both_integrals, log_cdf, log_left, log_survival
from hssm.densities.passage.march import FLAGS, free_term, origin
from hssm.densities.passage.mesh import DEAD, DEAD_TO_LATER, DEAD_TO_MASSES, LONGEST, NARROW, SOON, first_time
from hssm.densities.passage.solve import edges_at
from hssm.densities.passage.starts import extent, starts_of
from hssm.densities.passage.table import read
from hssm.densities.path import FOREVER, SOONEST

STEEPNESS = (1.5, 5.0, 12.0, 25.0)
"""Trials are solved in classes of how steeply the log density rises with log time, with finer steps where it does."""

LATE = len(STEEPNESS)
DENSITY, CDF, SURVIVAL = 0, 1, 2

_TO_COME = 10.0
"""A survivor is integrated so many squared half distances beyond its time; the rest is an exponential tail."""

_ALL, _FINER = 16.0, 0.1
_LATE_TOLERANCE = 0.01

IN_PLACE = {**FLAGS, "inline": "always"}
"""For functions with one caller: optimised there, not twice."""


@numba.njit(**FLAGS)
def early_density(edges, s, out) -> None:  # type: ignore[no-untyped-def]
    """Into ``out`` (2 + P,): log density, slope by time and slopes by parameters where only the free term counts."""
    time, leak, lag, moved = edges.time[0], edges.leak, np.empty(5), np.empty(edges.d_place.shape[0])
    origin(time, leak, lag)
    sign, place, speed = 1.0 - 2.0 * s, edges.place[s, 0], edges.speed[s, 0]
    _, value, by_place, by_speed, by_variance, by_log_rho = free_term((sign, place, speed), edges.starts, lag, moved)
    by_leak = by_variance * lag[3] - by_log_rho * time
    out[0] = value
    # The variance grows by 1 - 2 g V per second.
    out[1] = by_place * (speed - leak * place) + by_variance * (1.0 - 2.0 * leak / lag[1]) - by_log_rho * leak
    for q in range(moved.size):
        changes = edges.d_place[q, s, 0] * by_place + edges.d_speed[q, s, 0] * by_speed
        out[2 + q] = changes + edges.d_leak[q] * by_leak + moved[q]


@numba.njit(**FLAGS)
def last_of(trials, members) -> float:  # type: ignore[no-untyped-def]
    """The longest decision time that has begun and is not infinite; 0 if there is none."""
    longest = 0.0
    for i in members:
        if trials[0, i] < FOREVER:
            longest = max(longest, trials[0, i])
    return longest


@numba.njit(**FLAGS)
def classified(trials, members, gaps, dead):  # type: ignore[no-untyped-def]
    """The class of every trial: 0 for the smoothest part of a density, more where it rises out of nothing; -1 for none.

    The last class is what comes after time ``dead``, when hardly any path is left.

    Early on a density grows like exp(-gap^2 / (2 t)); ``gaps`` are the distances from the start to the bounds.
    """
    classes = np.full(members.size, -1)
    for k in range(members.size):
        time = trials[0, members[k]]
        if SOONEST < time < FOREVER:
            gap = gaps[0 if trials[1, members[k]] > 0 else 1]
            steepness = 0.5 * gap * gap / time
            classes[k] = 0
            while classes[k] < LATE - 1 and steepness > STEEPNESS[classes[k]]:
                classes[k] += 1
            if time > dead:
                classes[k] = LATE
    return classes


@numba.njit(**FLAGS)
def steepest(trials, members, gaps):  # type: ignore[no-untyped-def]
    """How steeply a log density rises with log time at the first trial, as far as meshes care."""
    steep = STEEPNESS[0]
    for i in members:
        gap, time = gaps[0 if trials[1, i] > 0 else 1], trials[0, i]
        if SOONEST < time < FOREVER:
            steep = max(steep, min(0.5 * gap * gap / time, STEEPNESS[1]))
    return steep


@numba.njit(**FLAGS)
def _one_class(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Trials of one set of parameters and one class of steepness."""
    paths, solver = tools
    first, steep, tolerance = accuracy
    theta = trials[2:, members[0]].copy()
    sides, row = np.zeros(2, np.bool_), np.empty(2 + theta.size)
    for i in members:
        sides[0 if trials[1, i] > 0 else 1] = True
    found = solver(paths, theta, (first, last_of(trials, members)), (sides, False, DEAD), (tolerance, steep))
    for i in members:
        time, s = trials[0, i], 0 if trials[1, i] > 0 else 1
        if time < found.mesh.start:
            early_density(edges_at(paths, theta, (np.full(1, time), np.ones(1)))[0], s, row)
        elif time > found.mesh.end and not paths[2](np.full(1, time), theta)[0, 0] > NARROW:
            continue
        else:
            read(found, s, time, row)
        if np.isfinite(row).all():
            out[:, i] = row


@numba.njit(**FLAGS)
def _late_class(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Trials of one set of parameters when hardly any path is left: solved until then, and continued."""
    paths, solver = tools
    first, tolerance = accuracy
    theta, row = trials[2:, members[0]].copy(), np.empty(trials.shape[0])
    asked = np.ones(2, np.bool_), False, DEAD_TO_LATER
    found = solver(paths, theta, (first, last_of(trials, members)), asked, (tolerance, 0.0))
    for i in members:
        time = trials[0, i]
        if paths[2](np.full(1, time), theta)[0, 0] > NARROW:
            read(found, 0 if trials[1, i] > 0 else 1, time, row)
            bend(paths[0], theta, (found.mesh.end, time), OF_DENSITY, row)
            if np.isfinite(row).all():
                out[:, i] = row


@numba.njit(**IN_PLACE)
def densities(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log densities of trials of one set of parameters."""
    paths, _ = tools
    first, longest, tolerance = accuracy
    theta = trials[2:, members[0]].copy()
    width = paths[2](np.full(1, first), theta)[0, 0]
    low, high, _ = extent(paths, theta)
    leak = paths[3](np.zeros(1), theta)[1, 0]
    dead = mesh.last_time(paths[2], theta, longest, leak, DEAD)[0]
    classes = classified(trials, members, (width - high, width + low), dead)
    for k in range(LATE + 1):
        chosen = members[classes == k]
        if chosen.size > 0 and k < LATE:
            _one_class(tools, trials, chosen, (first, STEEPNESS[k], tolerance), out)
        elif chosen.size > 0:
            _late_class(tools, trials, chosen, (first, max(tolerance, _LATE_TOLERANCE)), out)


@numba.njit(**IN_PLACE)
def cdfs(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log distribution functions of trials of one set of parameters."""
    paths, solver = tools
    first, longest, tolerance = accuracy
    theta, row = trials[2:, members[0]].copy(), np.empty(trials.shape[0])
    width = paths[2](np.full(1, first), theta)[0, 0]
    low, high, _ = extent(paths, theta)
    asked = np.ones(2, np.bool_), True, DEAD_TO_MASSES
    steep = steepest(trials, members, (width - high, width + low))
    found = solver(paths, theta, (first, longest), asked, (_FINER * tolerance, steep))
    wholes = both_integrals(found)
    for i in members:
        time, s = min(trials[0, i], FOREVER), 0 if trials[1, i] > 0 else 1
        if not time > SOONEST:
            continue
        elif time < found.mesh.start:
            early_density(edges_at(paths, theta, (np.full(1, time), np.ones(1)))[0], s, row)
            gap = width - high if s == 0 else width + low
            row[0] += math.log(2.0 * time * time / (gap * gap))
        else:
            log_cdf(found, s, time, wholes[s], width, row)
        if np.isfinite(row).all():
            out[:, i] = row


@numba.njit(**FLAGS)
def _late_survivors(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log survivors as integrals of what is still to come: densities that are right when hardly any path is left."""
    paths, solver = tools
    first, longest, tolerance = accuracy
    theta, row = trials[2:, members[0]].copy(), np.empty(trials.shape[0])
    width = paths[2](np.full(1, longest), theta)[0, 0]
    if width > NARROW:
        longest += _TO_COME * width * width
    asked = np.ones(2, np.bool_), False, DEAD_TO_MASSES
    found = solver(paths, theta, (first, longest), asked, (tolerance, STEEPNESS[0]))
    wholes = both_integrals(found)
    for i in members:
        time = min(trials[0, i], FOREVER)
        if time > found.mesh.end and not paths[2](np.full(1, time), theta)[0, 0] > NARROW:
            continue
        log_survival(found, time, wholes, NEVER, row)
        if found.closing[0] > 0.0:
            bend(paths[0], theta, (found.mesh.end, time), OF_SURVIVOR, row)
        if np.isfinite(row).all():
            out[:, i] = row


@numba.njit(**IN_PLACE)
def survivors(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log survivors of trials of one set of parameters: one minus the distribution functions while that has digits."""
    paths, solver = tools
    first, _, tolerance = accuracy
    theta, row, late = trials[2:, members[0]].copy(), np.empty(trials.shape[0]), np.zeros(members.size, np.bool_)
    asked = np.ones(2, np.bool_), True, DEAD_TO_MASSES
    soon = (_FINER * _FINER * tolerance, STEEPNESS[0])
    found = solver(paths, theta, (first, last_of(trials, members)), asked, soon)
    wholes = both_integrals(found)
    for k in range(members.size):
        i = members[k]
        time = min(trials[0, i], FOREVER)
        if not time > first:
            out[:, i] = 0.0
        elif not (time <= found.mesh.end and log_left(found, time, wholes, row)):
            late[k] = True
        elif np.isfinite(row).all():
            out[:, i] = row
    if late.any():
        _late_survivors(tools, trials, members[late], accuracy, out)


@numba.njit(**IN_PLACE)
def one_group(tools, trials, members, task, out):  # type: ignore[no-untyped-def]
    """Trials of one set of parameters."""
    paths, solver, do_task = tools
    what, tolerance = task
    theta = trials[2:, members[0]].copy()
    constants, _ = starts_of(paths, theta)
    longest = last_of(trials, members)
    if what != DENSITY:
        width = paths[2](np.full(1, SOON), theta)[0, 0]
        longest = max(longest, width * width)
        end = _ALL * width * width
        # Bounds that part are followed longer, but not where paths run away by themselves and numbers would overflow.
        if constants[1] >= 0.0 and paths[2](np.full(1, end), theta)[0, 0] > width:
            end = LONGEST * width * width
        for i in members:
            if trials[0, i] >= FOREVER:
                longest = max(longest, end)
    low, high, furthest = extent(paths, theta)
    first = first_time(paths[2], theta, max(-low, high), longest) if longest > SOONEST else 0.0
    inside = furthest <= paths[2](np.full(1, SOON), theta)[0, 0]
    if not (first > 0.0 and inside and np.isfinite(constants[:-2]).all()):
        return
    do_task((paths, solver), trials, members, (first, longest, tolerance), out)
