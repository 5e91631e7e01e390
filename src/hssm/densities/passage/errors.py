"""How far a solution is off: what is lost in sums of large terms, and how much two solutions differ.

Distribution functions are asked for as a share of themselves, too; but late densities, which are small differences of
large terms, hardly count in them.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS
from hssm.densities.passage.mesh import node
from hssm.densities.passage.table import read

LOST = 1e-11
"""A density that is a smaller share of its terms is nothing but rounding."""
_LEAST_SIZE = 1e-290
_LEAST_MASS = 1e-10

N_COMPARED, BETWEEN_COMPARED, NEGLIGIBLE = 6, 0.6, -16.0
_MOST = 0.99
"""Two solutions are compared at times that have the ratio BETWEEN_COMPARED, from the end on or, for masses, from where
the share _MOST has been reached."""


@numba.njit(**FLAGS)
def terms_to_density(passage, at, sides):  # type: ignore[no-untyped-def]
    """How much larger the terms are than the density at node ``at``, at the worse of the bounds asked for."""
    worst = 1.0
    for s in range(2):
        if sides[s]:
            density = max(passage.density[s, at], 1e-300)
            if passage.size[s, at] > _LEAST_SIZE:
                worst = max(worst, passage.size[s, at] / density)
    return min(worst, 1.0 / LOST)


@numba.njit(**FLAGS)
def terms_to_mass(passage, mesh, last, sides):  # type: ignore[no-untyped-def]
    """How much larger the integral of the terms is than that of the density, at the worst time until node ``last``."""
    worst = 1.0
    for s in range(2):
        terms, mass = 0.0, 0.0
        for i in range(last + 1 if sides[s] else 0):
            weight = node(mesh, i)[1]
            terms += weight * passage.size[s, i]
            mass += weight * passage.density[s, i]
            if mass > _LEAST_MASS:
                worst = max(worst, terms / mass)
    return min(worst, 1.0 / LOST)


@numba.njit(**FLAGS)
def _masses(table, s):  # type: ignore[no-untyped-def]
    """Roughly the integral of a density until every node."""
    masses, total = np.empty(table.mesh.n), 0.0
    for i in range(table.mesh.n):
        total += math.exp(table.value[s, i]) * node(table.mesh, i)[1]
        masses[i] = total
    return masses


@numba.njit(**FLAGS)
def difference(coarse, fine, asked):  # type: ignore[no-untyped-def]
    """Largest difference of two tables at a few times, where densities are not negligible.

    ``asked`` is that of ``solve``; where it is for masses, a density then counts with the share that it
    adds to what has come before.
    """
    sides, of_masses, _ = asked
    n_slopes = coarse.slopes.shape[0]
    one, other, worst = np.empty(2 + n_slopes), np.empty(2 + n_slopes), 0.0
    for s in range(2):
        time, masses, at = coarse.mesh.end, np.empty(0), coarse.mesh.n - 1
        if of_masses and sides[s]:
            masses = _masses(coarse, s)
            while at > 0 and masses[at - 1] > _MOST * masses[-1]:
                at -= 1
            time = min(time, node(coarse.mesh, at)[0])
        for _ in range(N_COMPARED):
            if sides[s] and time > coarse.mesh.start:
                read(coarse, s, time, one)
                read(fine, s, time, other)
                share = 1.0
                if of_masses:
                    while at > 0 and node(coarse.mesh, at)[0] > time:
                        at -= 1
                    share = min(1.0, math.exp(one[0]) * time / max(masses[at], _LEAST_MASS))
                if other[0] > NEGLIGIBLE:
                    worst = max(worst, share * abs(one[0] - other[0]))
            time *= BETWEEN_COMPARED
    return worst
