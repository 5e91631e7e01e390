"""The gamma distribution's log survivor and the log gamma function, differentiable in the shape, too.

Used by ``densities/poisson_race.py``. With P and Q the regularised incomplete gamma functions: for x not far above 0,
Q = 1 - P with the power series of P; beyond, x^(k-1) exp(-x) / Gamma(k) times a Gauss-Legendre integral of
(u/x)^(k-1) exp(x-u) over u > x, whose derivative by the shape k is the same integral with log(u/x): no cancellation,
and nothing that over- or underflows. Log gamma and its derivatives: Stirling's series after raising the argument
(Abramowitz & Stegun 6.1.40, 6.3.18, 6.4.12, 6.5.29).
"""

from __future__ import annotations

import sys
from math import exp, log, log1p, sqrt

import numpy as np

from hssm.densities.special import gaussian
from hssm.densities.special.function import Piece, SpecialFunction, where
from hssm.densities.special.gaussian import HALF_LOG_2PI

_RAISED = 10
_TERMS = 40
_STEP = 1e-5
SMALLEST, _LARGEST = 1e-100, 1e100
"""Shapes whose derivatives are numbers."""
_N_NODES = 60
_x, _w = np.polynomial.legendre.leggauss(_N_NODES)
_NODES = tuple(float(x) for x in 0.5 * (1.0 + _x))
_WEIGHTS = tuple(float(w) for w in 0.5 * _w)
_REACH = 8.6
_DEPTH = 40.0
"""Upper end of the integral: so many standard deviations, or decay lengths, beyond which exp(-37) is left."""


def _raised_sums(k):
    """Log of k (k + 1) ... (k + 9), and the sums of 1 / (k + i), its square and twice its cube."""
    product, first, second, third = 1.0, 0.0, 0.0, 0.0
    logs = 0.0
    for i in range(_RAISED):
        inverse = 1.0 / (k + i)
        product = product * (k + i)
        first, second, third = first + inverse, second + inverse * inverse, third + 2.0 * inverse * inverse * inverse
    return logs + log(product), first, second, third


def log_gamma_jet(k):
    """Log Gamma(k) and its first three derivatives."""
    low = where(k < 50.0, k, 50.0)
    logs, first, second, third = _raised_sums(low)
    raise_it = k < 50.0
    x = where(raise_it, low + _RAISED, k)
    logs, first = where(raise_it, logs, 0.0), where(raise_it, first, 0.0)
    second, third = where(raise_it, second, 0.0), where(raise_it, third, 0.0)
    r = 1.0 / x
    r2 = r * r
    lx = log(x)
    series = r * (1 / 12 - r2 * (1 / 360 - r2 * (1 / 1260 - r2 * (1 / 1680 - r2 * (1 / 1188 - r2 * 691 / 360360)))))
    slope = r2 * (1 / 12 - r2 * (1 / 120 - r2 * (1 / 252 - r2 * (1 / 240 - r2 * (1 / 132 - r2 * 691 / 32760)))))
    bend = r2 * r * (1 / 6 - r2 * (1 / 30 - r2 * (1 / 42 - r2 * (1 / 30 - r2 * (5 / 66 - r2 * 691 / 2730)))))
    twist = r2 * r2 * (1 / 2 - r2 * (1 / 6 - r2 * (1 / 6 - r2 * (3 / 10 - r2 * (5 / 6 - r2 * 691 / 210)))))
    return (
        (x - 0.5) * lx - x + HALF_LOG_2PI + series - logs,
        lx - 0.5 * r - slope - first,
        r + 0.5 * r2 + bend + second,
        -r2 - r2 * r - twist - third,
    )


def _is_positive(k):
    return (k > SMALLEST) & (k < _LARGEST)


def _gamma_jet(k):
    value, first, _, _ = log_gamma_jet(k)
    return value, first


def _gamma_hessian(k):
    _, _, second, _ = log_gamma_jet(k)
    return (second,)


def _is_inside(k, x):
    return (k > SMALLEST) & (k < 1e8) & (x > 0.0) & (x < 1e30)


def _is_early(k, x):
    return _is_inside(k, x) & (x <= 2.0 + 0.25 * k)


def _log_integrand_edge(k, x):
    """Log of x^k exp(-x) / Gamma(k), and its derivative by k."""
    value, digamma, _, _ = log_gamma_jet(k)
    lx = log(x)
    return k * lx - x - value, lx - digamma


def _early_jet(k, x):
    """log(1 - P), P = x^k exp(-x) / Gamma(k) sum_n x^n / (k (k + 1) ... (k + n))."""
    edge, by_k = _log_integrand_edge(k, x)
    term = 1.0 / k
    growth = -1.0 / k
    total, slope = term, term * growth
    for n in range(1, _TERMS):
        inverse = 1.0 / (k + n)
        term, growth = term * x * inverse, growth - inverse
        total, slope = total + term, slope + term * growth
    scale = exp(edge)
    lower = scale * total
    upper = 1.0 - where(lower < 1.0, lower, 1.0 - 1e-16)
    return log1p(upper - 1.0), -scale * (total * by_k + slope) / upper, -scale / (x * upper)


def _late_jet(k, x):
    """Log Q from the integral over u = x (1 + y), relative to its value at the mode."""
    edge, by_k = _log_integrand_edge(k, x)
    shape = k - 1.0
    mode = where(shape > x, shape, x)
    peak = where(shape > x, shape * log(mode / x) - (mode - x), 0.0)
    spread = sqrt(mode + 1.0)
    slack = 1.0 - where(shape > 0.0, shape, 0.0) / mode
    fast = _DEPTH / where(slack * spread > 1.0, slack, 1.0)
    wide = _REACH * (spread + 3.0)
    # All distances are from x, which may be so large that adding them to it would lose them.
    above = where(shape > x, shape - x, 0.0)
    low = where(above > _REACH * spread, above - _REACH * spread, 0.0)
    length = above - low + where((fast < wide) & (slack * spread > _DEPTH / _REACH), fast, wide + 20.0)
    total, slope = 0.0, 0.0
    for i in range(_N_NODES):
        y = low + length * _NODES[i]
        lu = log1p(y / x)
        value = _WEIGHTS[i] * exp(shape * lu - y - peak)
        total, slope = total + value, slope + value * lu
    total, slope = total * length, slope * length
    value = edge - log(x) + log(total) + peak
    return value, by_k + slope / total, -exp(-peak) / total


def _early_hessian(k, x):
    h, e = _STEP * k, _STEP * x
    _, up_k, up_x = _early_jet(k + h, x)
    _, down_k, down_x = _early_jet(k - h, x)
    _, _, high = _early_jet(k, x + e)
    _, _, low = _early_jet(k, x - e)
    return 0.5 * (up_k - down_k) / h, 0.5 * (up_x - down_x) / h, 0.5 * (high - low) / e


def _late_hessian(k, x):
    h, e = _STEP * k, _STEP * x
    _, up_k, up_x = _late_jet(k + h, x)
    _, down_k, down_x = _late_jet(k - h, x)
    _, _, high = _late_jet(k, x + e)
    _, _, low = _late_jet(k, x - e)
    return 0.5 * (up_k - down_k) / h, 0.5 * (up_x - down_x) / h, 0.5 * (high - low) / e


_MODULES = (sys.modules[__name__], gaussian)

log_gamma = SpecialFunction(
    name="log_gamma",
    n_variables=1,
    pieces=(Piece(holds=_is_positive, jet=_gamma_jet, hessian=_gamma_hessian, anchor=(1.0,)),),
    modules=_MODULES,
)
"""``log_gamma(k)``: log Gamma(k) for k > 0."""

log_gamma_survivor = SpecialFunction(
    name="log_gamma_survivor",
    n_variables=2,
    pieces=(
        Piece(holds=_is_early, jet=_early_jet, hessian=_early_hessian, anchor=(1.0, 1.0)),
        Piece(holds=_is_inside, jet=_late_jet, hessian=_late_hessian, anchor=(1.0, 4.0)),
    ),
    modules=_MODULES,
)
"""``log_gamma_survivor(k, x)``: log Q(k, x), the log survivor at x > 0 of a gamma variable of shape k > 0."""
