"""Log density and log survivor of an accumulator with a reflecting floor, one solution for each set of parameters.

Trials are in the units of ``floor_march.py``: rows of s, drift V, start z and closing C. What is done per model by
``kernel.py`` is here for this one process: choose a mesh, solve, read.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

import numba
import numpy as np
from numba import types

from hssm.densities.passage import distribution, floor_march, grouping, mesh, solve, table
from hssm.densities.passage.distribution import NEVER, log_survival
from hssm.densities.passage.floor_march import march_above_floor, start_term
from hssm.densities.passage.grouping import grouped, same
from hssm.densities.passage.march import FLAGS
from hssm.densities.passage.mesh import FLAT, Mesh, place_of, time_of
from hssm.densities.passage.op import SolverOp
from hssm.densities.passage.solve import LOST, SPARE, as_table, lay_out
from hssm.densities.passage.table import integrals, read
from hssm.densities.special import elementary, gaussian

STEP = 0.12
"""Of the mesh variable; time grows by this factor per step early on."""

LATE, SUDDEN, DEEP = 0.35, 5.0, 12.0
"""Late steps of s are LATE * STEP, less where a drift beyond SUDDEN makes arrivals more sudden, and where s is DEEP."""

DEAD, MOST_NODES = 18.0, 800
"""Where the mesh ends: paths left are below exp(-22), or many nodes have been spent."""

WIDEST = 8.0
"""Height of a rising bound beyond which the decline is continued, too."""

FINEST = 1e-7
"""The least step, relative to the time of its node, that leaves digits enough between nodes; past it nothing is solved:
drifts of a million heights, or bounds that rise a million-fold before anything can reach them."""

TO_COME, TO_COME_STEADY = 10.0, 2.0
"""Survivors of the last few are integrated so much beyond the last s; less where the bound is level, because their
decline is exponential soon."""

_FINISHED = 0.98


@numba.njit(**FLAGS)
def _time_by(passed, closing):  # type: ignore[no-untyped-def]
    """The value of s at the time ``passed``, in squared heights."""
    return passed / (1.0 - closing * passed)


@numba.njit(**FLAGS)
def _soonest(drift, z, closing):  # type: ignore[no-untyped-def]
    """A time before which nobody can have come to the bound, drift or not: distance^2 is FLAT times the time then."""
    gap, speed = 1.0 - z, max(drift, 0.0) + max(closing, 0.0)
    middle = speed * gap + 0.5 * FLAT
    return 0.9 * gap * gap / (middle + math.sqrt(0.25 * FLAT * FLAT + FLAT * speed * gap))


@numba.njit(**FLAGS)
def _mesh_to(longest, drift, z, closing, asked):  # type: ignore[no-untyped-def]
    """The mesh for values of s up to ``longest``, or to where what follows continues an exponential decline.

    Densities keep their digits up to ``asked``; what comes later only has to be summed. The mesh has no node where
    ``longest`` is before anybody's finish, or where steps would have to be too fine.
    """
    passed = _soonest(drift, z, closing)
    start = _time_by(passed, closing)
    end = min(longest, DEAD)
    if closing > 0.0 and drift < 0.0:  # it takes a low bound before many arrive
        end = min(longest, DEAD + max(-drift - 1.0, 0.0) / closing)
    curve = 0.0
    if closing < 0.0:
        end = max(min(end, (1.0 - 1.0 / WIDEST) / -closing), _time_by(2.0 * passed, closing))
        curve = -math.log1p(closing * end) / end
    end = max(end, 2.0 * start if closing >= 0.0 else start)
    scale = LATE / (1.0 + (abs(drift) / SUDDEN) ** 1.5 + max(min(end, asked) - 3.0, 0.0) / DEEP)
    if closing < 0.0:  # the time is infinite at s = -1 / C, which no node may pass
        scale = min(scale, 0.25 * end)
    if not (longest > start and scale > FINEST * start and -closing * passed < 1.0 / FINEST):
        return Mesh(0.0, 0.0, 0, 0.0, 0.0, start, end, 0.0, 0.0)
    first = place_of(start, curve, scale)
    last = place_of(end, curve, scale)
    if last > first + MOST_NODES * STEP:
        last = first + MOST_NODES * STEP
        end, _ = time_of(last, curve, scale)
    count = max(int(math.ceil((last - first) / STEP)), solve.WIDTH)
    spare = SPARE if end >= longest else 0  # what comes after the end goes on from the last node
    return Mesh(first, (last - first) / count, count + 1 + spare, curve, scale, start, end, 0.0, 0.0)


@numba.njit(**FLAGS)
def _solved(chosen, drift, z, closing):  # type: ignore[no-untyped-def]
    """The table on a mesh."""
    passage = march_above_floor(lay_out(chosen), drift, z, closing)
    return as_table(chosen, passage, np.ones(chosen.n), (LOST, 0.0))


@numba.njit(**FLAGS)
def _densities(trials, members, longest, out):  # type: ignore[no-untyped-def]
    drift, z, closing = trials[1:, members[0]]
    chosen, row = _mesh_to(longest, drift, z, closing, longest), np.empty(5)
    if chosen.n > 0:
        found = _solved(chosen, drift, z, closing)
    for i in members:
        s = trials[0, i]
        row[0] = np.nan
        if s <= chosen.start:
            start_term(s, drift, z, closing, row)
        elif chosen.n > 0:
            read(found, 0, s, row)
        if np.isfinite(row).all():
            out[:, i] = row


@numba.njit(**FLAGS)
def _survivors(trials, members, longest, out):  # type: ignore[no-untyped-def]
    drift, z, closing = trials[1:, members[0]]
    chosen, row = _mesh_to(longest, drift, z, closing, longest), np.empty(5)
    if chosen.n > 0:
        found = _solved(chosen, drift, z, closing)
        wholes = (integrals(found, 0),)
        if wholes[0][0, 0, -1] > _FINISHED:
            longer = longest + (TO_COME_STEADY if closing == 0.0 else TO_COME)
            found = _solved(_mesh_to(longer, drift, z, closing, longest), drift, z, closing)
            wholes = (integrals(found, 0),)
    never = NEVER if closing < 0.0 else np.inf
    for i in members:
        s = trials[0, i]
        row[:] = 0.0
        if s > chosen.start:
            if chosen.n > 0:
                log_survival(found, s, wholes, never, row)
            elif drift > 0.0:
                continue
        if np.isfinite(row).all():
            out[:, i] = row


def _compile(version: str) -> Any:
    # As in ``kernel.py``: numba's cache on disk is keyed by the text of all that is compiled.
    def evaluate(trials, survival, out):  # type: ignore[no-untyped-def]
        order = grouped(trials, 1)
        n, begin = order.size if version else 0, 0
        out[0], out[1:] = -np.inf, 0.0
        while begin < n:
            end, longest = begin, 0.0
            while end < n and same(trials, 1, order[begin], order[end]):
                longest = max(longest, trials[0, order[end]])
                end += 1
            if survival:
                _survivors(trials, order[begin:end], longest, out)
            else:
                _densities(trials, order[begin:end], longest, out)
            begin = end

    matrix = types.float64[:, ::1]
    return numba.njit(types.void(matrix, types.boolean, matrix), cache=True, **FLAGS)(evaluate)


@cache
def compiled_evaluate() -> Callable[..., None]:
    """``evaluate(trials, survival, out)`` for trials (4, n): s, V, z, C; compiled when first needed.

    ``out`` is (5, n): the log density by s, or the log of the probability that it takes longer, then its slopes.
    """
    modules = (elementary, gaussian, grouping, distribution, floor_march, mesh, solve, table)
    sources = "".join(map(inspect.getsource, modules))
    compiled: Callable[..., None] = _compile(sha256(sources.encode()).hexdigest())
    return compiled


class FloorOp(SolverOp):
    """Log density by s, or log survivor, of an accumulator with a floor; rows are s, V, z and C."""

    __props__ = ("survival",)
    name = "race_no_bias_angle"

    def __init__(self, survival: bool) -> None:
        self.survival = survival

    def evaluate(self, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As of :class:`SolverOp`."""
        out = np.empty((1 + trials.shape[0], trials.shape[1]))
        compiled_evaluate()(np.array(trials, dtype=np.float64, order="C"), self.survival, out)
        return out[0].astype(trials.dtype), out[1:].astype(trials.dtype)
