"""Distribution functions and survivors: integrals of the densities of a table, with their derivatives."""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS
from hssm.densities.passage.mesh import number_of
from hssm.densities.passage.table import SLOWEST, Table, beyond, hazard, integrals, panel, read

NEVER = 0.01
_MOSTLY_DONE = 0.99
"""Share of finished paths up to which one minus it keeps its digits; paths that never end need no tail then."""
_FEWEST = 1e-9
"""Share of paths that may never end: one minus the distribution functions knows no smaller one."""


@numba.njit(**FLAGS)
def _split(table: Table, s: int, time: float, whole, sums) -> float:  # type: ignore[no-untyped-def]
    """Into ``sums`` (2, 1 + P): integrals of the density and its slopes before ``time`` and after it.

    ``whole`` are the integrals up to nodes and from there. Returns how much lies beyond the mesh and after ``time``.
    """
    mesh, n_slopes = table.mesh, table.slopes.shape[0]
    row, part, n = np.empty(2 + n_slopes), np.empty(1 + n_slopes), whole.shape[2] - 1
    if time < mesh.end:
        x = min(number_of(mesh, time)[0], n)
        i = min(int(x), n - 1)
        panel(table, s, (i, 0.0, x - i), part)
        sums[0], sums[1] = whole[0, :, i] + part, whole[1, :, i] - part
        return whole[1, 0, n]  # type: ignore[no-any-return]
    part[:] = 0.0
    if hazard(table, s) > SLOWEST:
        beyond(table, s, time - mesh.end, row, part)
    sums[0], sums[1] = whole[0, :, n] + whole[1, :, n] - part, part
    return part[0]  # type: ignore[no-any-return]


@numba.njit(**FLAGS)
def log_cdf(table: Table, s: int, time: float, whole, gap: float, out) -> None:  # type: ignore[no-untyped-def]
    """Into ``out`` (2 + P,): log P(RT <= time, bound s), slope by time and by parameters."""
    n_slopes = table.slopes.shape[0]
    read(table, s, min(time, 1e300), out)
    density = math.exp(out[0])
    if time <= table.mesh.start * 1.0001:
        # A density that rises as exp(-gap^2 / (2 t)) has the integral density * 2 t^2 / gap^2.
        out[0] += math.log(2.0 * time * time / (gap * gap))
        return
    sums = np.empty((2, 1 + n_slopes))
    _split(table, s, time, whole, sums)
    total = max(sums[0, 0], 1e-300)
    out[0], out[1] = math.log(total), density / total
    out[2:] = sums[0, 1:] / total


@numba.njit(**FLAGS)
def _either_bound(table: Table, time: float, wholes, sums):  # type: ignore[no-untyped-def]
    """The density at ``time`` of either bound, and the mass beyond; into ``sums`` as :func:`_split`, of both."""
    n_slopes = table.slopes.shape[0]
    row, part, density, last = np.empty(2 + n_slopes), np.empty((2, 1 + n_slopes)), 0.0, 0.0
    sums[:] = 0.0
    for s in range(len(wholes)):
        mass = _split(table, s, time, wholes[s], part)
        last += mass if hazard(table, s) > SLOWEST else np.inf
        sums += part
        read(table, s, time, row)
        density += math.exp(row[0])
    return density, last


@numba.njit(**FLAGS)
def log_left(table: Table, time: float, wholes, out) -> bool:  # type: ignore[no-untyped-def]
    """Into ``out`` (2 + P,) as :func:`log_survival`, from what has come before; whether that keeps its digits."""
    sums = np.empty((2, 1 + table.slopes.shape[0]))
    density, _ = _either_bound(table, time, wholes, sums)
    left = max(1.0 - sums[0, 0], 1e-300)
    out[0], out[1], out[2:] = math.log(left), -density / left, -sums[0, 1:] / left
    return left > 1.0 - _MOSTLY_DONE


@numba.njit(**FLAGS)
def log_survival(table: Table, time: float, wholes, never: float, out) -> None:  # type: ignore[no-untyped-def]
    """Into ``out`` (2 + P,): log P(RT > time), slope by time and by parameters.

    ``wholes`` has the integrals up to nodes, and from there, of every bound. Where more than the share ``never`` of
    what is to come lies beyond the mesh, some paths may never end: the survivor is then one minus the distribution
    functions, as long as that is not rounding.
    """
    n_slopes = table.slopes.shape[0]
    sums = np.empty((2, 1 + n_slopes))
    density, last = _either_bound(table, time, wholes, sums)
    before, after = sums
    left = 1.0 - before[0]
    if left > 1.0 - _MOSTLY_DONE or (left > _FEWEST and last > never * after[0] and time < table.mesh.end):
        total = max(left, 1e-300)
        out[0], out[2:] = math.log(total), -before[1:] / total
    else:
        total = max(after[0], 1e-300)
        out[0], out[2:] = math.log(total), after[1:] / total
    out[1] = -density / total


@numba.njit(**FLAGS)
def both_integrals(table: Table):  # type: ignore[no-untyped-def]
    """:func:`~hssm.densities.passage.table.integrals` of both bounds."""
    return integrals(table, 0), integrals(table, 1)
