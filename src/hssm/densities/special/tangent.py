"""The slope of a bound, tan(theta), in a form that fused loops over trials can vectorise.

Used by ``densities/linear_bounds.py``: the angle may differ from trial to trial, and a call of the C library's ``tan``
would keep the loop around it scalar.
"""

from __future__ import annotations

import sys
from math import cos, pi, sin

from hssm.densities.special.function import Piece, SpecialFunction


def _is_inside(theta):
    return (theta > -0.5 * pi) & (theta < 0.5 * pi)


def _jet(theta):
    slope = sin(theta) / cos(theta)
    return slope, 1.0 + slope * slope


def _hessian(theta):
    slope = sin(theta) / cos(theta)
    return (2.0 * slope * (1.0 + slope * slope),)


tangent = SpecialFunction(
    name="tangent",
    n_variables=1,
    pieces=(Piece(holds=_is_inside, jet=_jet, hessian=_hessian, anchor=(0.0,)),),
    modules=(sys.modules[__name__],),
    outside=0.0,
)
"""``tangent(theta)``: tan(theta) for |theta| < pi/2, else 0 with zero slope."""
