"""Tails of the normal distribution: Mills' ratio and the log distribution function, accurate in both tails.

Mills' ratio (1 - Phi(x)) / phi(x) is smooth and of moderate size for x >= 0, so sums of normal tails written with it
neither underflow nor lose digits. (1 + x) times the ratio is a polynomial of degree 23 in
t = (x - 5)/(x + 5), after Shepherd & Laframboise (1981), https://doi.org/10.1090/S0025-5718-1981-0595058-X;
coefficients by a Chebyshev fit in 40 digits, relative error 3e-16.
"""

from __future__ import annotations

import sys
from math import exp, inf, log, log1p, pi

from hssm.densities.special.function import Piece, SpecialFunction

HALF_LOG_2PI = 0.5 * log(2.0 * pi)
_CENTRE = 5.0
_MILLS = (
    1.1568486282918946,
    -0.22948753825211315,
    0.07778159886873769,
    0.0250721793016388,
    -0.0661776007790963,
    0.0615050458401865,
    -0.03802659218584139,
    0.01634823128102938,
    -0.004201290329187307,
    1.9530638370790786e-05,
    0.00045704392357953655,
    -0.0001343742785571135,
    -2.480583845192319e-05,
    2.270961270923768e-05,
    -1.7633239265736746e-07,
    -3.277287633208865e-06,
    3.2054316652589574e-07,
    4.91996233147834e-07,
    -6.588974491108954e-08,
    -7.758520236786343e-08,
    9.092476134019147e-09,
    1.1032071151574336e-08,
    -7.073898575561589e-10,
    -9.564832934712551e-10,
)


def mills(x):
    """(1 - Phi(x)) / phi(x) for x >= 0."""
    t = (x - _CENTRE) / (x + _CENTRE)
    t2 = t * t
    t4 = t2 * t2
    t8 = t4 * t4
    low = _four(0, t, t2) + _four(4, t, t2) * t4
    middle = _four(8, t, t2) + _four(12, t, t2) * t4
    high = _four(16, t, t2) + _four(20, t, t2) * t4
    return (low + (middle + high * t8) * t8) / (1.0 + x)


def _four(i, t, t2):
    return (_MILLS[i] + _MILLS[i + 1] * t) + (_MILLS[i + 2] + _MILLS[i + 3] * t) * t2


def _lower_jet(x):
    ratio = mills(-x)
    return log(ratio) - 0.5 * x * x - HALF_LOG_2PI, 1.0 / ratio


def _lower_hessian(x):
    slope = 1.0 / mills(-x)
    return (-slope * (x + slope),)


def _upper_jet(x):
    density = exp(-0.5 * x * x - HALF_LOG_2PI)
    tail = density * mills(x)
    return log1p(-tail), density / (1.0 - tail)


def _upper_hessian(x):
    density = exp(-0.5 * x * x - HALF_LOG_2PI)
    slope = density / (1.0 - density * mills(x))
    return (-slope * (x + slope),)


def _is_lower(x):
    return (x < 0.0) & (x > -inf)


def _is_upper(x):
    return (x >= 0.0) & (x < inf)


def _is_top(x):
    return x >= inf


def _top_jet(x):
    return 0.0 / x, 0.0 / x


def _top_hessian(x):
    return (0.0 / x,)


log_ndtr = SpecialFunction(
    name="log_ndtr",
    n_variables=1,
    pieces=(
        Piece(holds=_is_lower, jet=_lower_jet, hessian=_lower_hessian, anchor=(-1.0,)),
        Piece(holds=_is_upper, jet=_upper_jet, hessian=_upper_hessian, anchor=(1.0,)),
        Piece(holds=_is_top, jet=_top_jet, hessian=_top_hessian, anchor=(1.0,)),
    ),
    modules=(sys.modules[__name__],),
)
"""``log_ndtr(x)``: log Phi(x), to full relative accuracy of 1 - Phi for x > 0 and of Phi for x < 0."""
