"""How densities decline when hardly any path is left and the bounds go on closing.

A table continues beyond its end along the tangent of its log density. Between bounds +b and -b that move, the log
density declines by pi^2 / 8 times the integral of 1 / b^2, and by 3/2 log b, as between straight bounds (Anderson,
1960, https://doi.org/10.1214/aoms/1177705996); the log survivor, whose rate goes with 1 / b^2, by -1/2 log b. What
that bends away from its own tangent is added here.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS
from hssm.densities.passage.mesh import SLOWEST_FALL
from hssm.densities.quadrature import unit_rule

OF_DENSITY, OF_SURVIVOR = 1.5, -0.5
_PANELS, _PER_PANEL = 4, 8
_NODES, _WEIGHTS = unit_rule(_PER_PANEL)
_PLACES = np.array([(k + x) / _PANELS for k in range(_PANELS) for x in _NODES])
_SHARES = np.array([w / _PANELS for _ in range(_PANELS) for w in _WEIGHTS])


@numba.njit(**FLAGS)
def bend(edges_of, theta, times, power, out) -> None:  # type: ignore[no-untyped-def]
    """To ``out`` (2 + P,), a logarithm and its slopes by time and parameters, what the bounds' moving adds.

    ``times`` are the one at which the tangent was taken and the later one that is asked for; ``power`` is OF_DENSITY
    or OF_SURVIVOR; ``edges_of`` as in ``trace.Paths``.
    """
    begin, time = times
    ago, n_slopes = time - begin, theta.size
    if not ago > 0.0:
        return
    where = np.empty(_PLACES.size + 2)
    where[0], where[1], where[2:] = begin, time, begin + ago * _PLACES
    rows = edges_of(where, theta)
    bound, speed = rows[0], rows[1]
    first, last = 1.0 / bound[0], 1.0 / bound[1]
    spent = 0.0
    for k in range(_SHARES.size):
        spent += _SHARES[k] / bound[2 + k] ** 2
    out[0] -= SLOWEST_FALL * ago * (spent - first * first) + power * (
        math.log(bound[1] * first) - ago * speed[0] * first
    )
    out[1] -= SLOWEST_FALL * (last * last - first * first) + power * (speed[1] * last - speed[0] * first)
    for q in range(n_slopes):
        moved, sped = rows[3 + q], rows[3 + n_slopes + q]
        spent = 0.0
        for k in range(_SHARES.size):
            spent -= 2.0 * _SHARES[k] * moved[2 + k] / bound[2 + k] ** 3
        spent += 2.0 * moved[0] * first**3
        tangent = ago * (sped[0] - speed[0] * moved[0] * first) * first
        out[2 + q] -= SLOWEST_FALL * ago * spent + power * (moved[1] * last - moved[0] * first - tangent)
