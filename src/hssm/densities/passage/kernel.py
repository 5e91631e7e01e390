"""Log density, distribution function or survivor of many trials, one solution for each distinct set of parameters."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core.errors import NumbaExperimentalFeatureWarning

from hssm.densities.passage import (
    decline,
    distribution,
    errors,
    grouping,
    march,
    mean_path,
    mesh,
    pointers,
    solve,
    starts,
    table,
)
from hssm.densities.passage.decline import OF_DENSITY, OF_SURVIVOR, bend
from hssm.densities.passage.distribution import NEVER, both_integrals, log_cdf, log_left, log_survival
from hssm.densities.passage.grouping import grouped, same
from hssm.densities.passage.march import FLAGS, free_term, origin
from hssm.densities.passage.mesh import DEAD, DEAD_TO_LATER, DEAD_TO_MASSES, LONGEST, NARROW, SOON, first_time
from hssm.densities.passage.pointers import addresses, function_at
from hssm.densities.passage.solve import edges_at
from hssm.densities.passage.starts import extent, starts_of
from hssm.densities.passage.table import read
from hssm.densities.passage.trace import Process, compiled_paths
from hssm.densities.path import FOREVER, SOONEST
from hssm.densities.special import elementary

STEEPNESS = (1.5, 5.0, 12.0, 25.0)
"""Trials are solved in classes of how steeply the log density rises with log time, with finer steps where it does."""

LATE = len(STEEPNESS)
DENSITY, CDF, SURVIVAL = 0, 1, 2

_TO_COME = 10.0
"""A survivor is integrated so many squared half distances beyond its time; the rest is an exponential tail."""

_ALL, _FINER = 16.0, 0.1
_LATE_TOLERANCE = 0.01


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
def _one_class(paths, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Trials of one set of parameters and one class of steepness."""
    first, steep, tolerance = accuracy
    theta = trials[2:, members[0]].copy()
    sides, row = np.zeros(2, np.bool_), np.empty(2 + theta.size)
    for i in members:
        sides[0 if trials[1, i] > 0 else 1] = True
    found = solve.solve(paths, theta, (first, last_of(trials, members)), (sides, False, DEAD), (tolerance, steep))
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
def _late_class(paths, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Trials of one set of parameters when hardly any path is left: solved until then, and continued."""
    first, tolerance = accuracy
    theta, row = trials[2:, members[0]].copy(), np.empty(trials.shape[0])
    asked = np.ones(2, np.bool_), False, DEAD_TO_LATER
    found = solve.solve(paths, theta, (first, last_of(trials, members)), asked, (tolerance, 0.0))
    for i in members:
        time = trials[0, i]
        if paths[2](np.full(1, time), theta)[0, 0] > NARROW:
            read(found, 0 if trials[1, i] > 0 else 1, time, row)
            bend(paths[0], theta, (found.mesh.end, time), OF_DENSITY, row)
            if np.isfinite(row).all():
                out[:, i] = row


@numba.njit(**FLAGS)
def _densities(paths, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log densities of trials of one set of parameters."""
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
            _one_class(paths, trials, chosen, (first, STEEPNESS[k], tolerance), out)
        elif chosen.size > 0:
            _late_class(paths, trials, chosen, (first, max(tolerance, _LATE_TOLERANCE)), out)


@numba.njit(**FLAGS)
def _cdfs(paths, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log distribution functions of trials of one set of parameters."""
    first, longest, tolerance = accuracy
    theta, row = trials[2:, members[0]].copy(), np.empty(trials.shape[0])
    width = paths[2](np.full(1, first), theta)[0, 0]
    low, high, _ = extent(paths, theta)
    asked = np.ones(2, np.bool_), True, DEAD_TO_MASSES
    steep = steepest(trials, members, (width - high, width + low))
    found = solve.solve(paths, theta, (first, longest), asked, (_FINER * tolerance, steep))
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
def _late_survivors(paths, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log survivors as integrals of what is still to come: densities that are right when hardly any path is left."""
    first, longest, tolerance = accuracy
    theta, row = trials[2:, members[0]].copy(), np.empty(trials.shape[0])
    width = paths[2](np.full(1, longest), theta)[0, 0]
    if width > NARROW:
        longest += _TO_COME * width * width
    asked = np.ones(2, np.bool_), False, DEAD_TO_MASSES
    found = solve.solve(paths, theta, (first, longest), asked, (tolerance, STEEPNESS[0]))
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


@numba.njit(**FLAGS)
def _survivors(paths, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
    """Log survivors of trials of one set of parameters: one minus the distribution functions while that has digits."""
    first, _, tolerance = accuracy
    theta, row, late = trials[2:, members[0]].copy(), np.empty(trials.shape[0]), np.zeros(members.size, np.bool_)
    asked = np.ones(2, np.bool_), True, DEAD_TO_MASSES
    soon = (_FINER * _FINER * tolerance, STEEPNESS[0])
    found = solve.solve(paths, theta, (first, last_of(trials, members)), asked, soon)
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
        _late_survivors(paths, trials, members[late], accuracy, out)


@numba.njit(**FLAGS)
def _one_group(paths, trials, members, task, out):  # type: ignore[no-untyped-def]
    """Trials of one set of parameters."""
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
    if what == DENSITY:
        _densities(paths, trials, members, (first, longest, tolerance), out)
    elif what == CDF:
        _cdfs(paths, trials, members, (first, longest, tolerance), out)
    else:
        _survivors(paths, trials, members, (first, longest, tolerance), out)


def _compile(version: str) -> Any:
    # Numba keys its cache on disk by this file and by what the function closes over: ``version`` is all modules' text.
    def evaluate(at, flags, trials, what, tolerance, out):  # type: ignore[no-untyped-def]
        edges, drifts = function_at(at[0, 0], at[0, 1]), function_at(at[1, 0], at[1, 1])
        bounds, constants = function_at(at[2, 0], at[2, 1]), function_at(at[3, 0], at[3, 1])
        paths = (edges, drifts, bounds, constants, flags[0], flags[1], flags[2])
        order = grouped(trials, 2)
        n, begin = order.size if version else 0, 0
        out[0], out[1:] = -np.inf, 0.0
        while begin < n:
            end = begin + 1
            while end < n and same(trials, 2, order[begin], order[end]):
                end += 1
            _one_group(paths, trials, order[begin:end], (what, tolerance), out)
            begin = end

    matrix = types.float64[:, ::1]
    signature = types.void(types.int64[:, ::1], types.boolean[::1], matrix, types.int64, types.float64, matrix)
    with quietly():
        return numba.njit(signature, cache=True, **FLAGS)(evaluate)


@contextmanager
def quietly() -> Iterator[None]:
    """Without numba's remark that functions as arguments are an experimental feature."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
        yield


@cache
def compiled_evaluate() -> Callable[..., None]:
    """``evaluate(at, flags, trials, what, tolerance, out)``, one machine code for all models; compiled on first use.

    ``at`` and ``flags`` are functions and flags of ``trace.Paths``, as :func:`numbers_of` has them. ``trials`` is
    (2 + P, n): decision time, response (> 0 for the upper bound), parameters; ``out`` is (2 + P, n): the log of what is
    asked for, its slope by time, and by every parameter. Outside the domain it is -inf with zero slopes. ``what`` is
    DENSITY, CDF or SURVIVAL.
    """
    sources = "".join(
        map(
            inspect.getsource,
            (
                elementary,
                decline,
                distribution,
                errors,
                grouping,
                march,
                mean_path,
                mesh,
                pointers,
                solve,
                starts,
                table,
            ),
        )
    )
    compiled: Callable[..., None] = _compile(sha256(sources.encode()).hexdigest())
    return compiled


@cache
def numbers_of(process: Process) -> tuple[np.ndarray, np.ndarray]:
    """(4, 2) addresses of a process's compiled functions, and (3,) its flags."""
    paths = compiled_paths(process)
    at = addresses((paths.edges, paths.drifts, paths.bounds, paths.constants))
    return at, np.array([paths.steady, paths.smooth, paths.distributed])


def evaluate_trials(process: Process, what: int, trials: np.ndarray, tolerance: float) -> np.ndarray:
    """Logarithms and slopes for trials, as :func:`compiled_evaluate` describes."""
    out = np.empty(trials.shape)
    compiled_evaluate()(*numbers_of(process), np.array(trials, dtype=np.float64, order="C"), what, tolerance, out)
    return out
