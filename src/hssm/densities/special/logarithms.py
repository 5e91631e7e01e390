"""Logarithms that the fused loops over trials need: log x and log(exp x + exp y), without a branch or a NaN."""

from __future__ import annotations

import sys
from math import exp, inf, log, log1p

from hssm.densities.special.function import Piece, SpecialFunction, where

_MODULES = (sys.modules[__name__],)


def _log_jet(x):
    return log(x), 1.0 / x


def _log_hessian(x):
    return (-1.0 / (x * x),)


def _is_positive(x):
    return x > 0.0


safe_log = SpecialFunction(
    name="safe_log",
    n_variables=1,
    pieces=(Piece(holds=_is_positive, jet=_log_jet, hessian=_log_hessian, anchor=(1.0,)),),
    modules=_MODULES,
)
"""``safe_log(x)``: log x for x > 0, else -inf with zero slope."""


def _any_above_zero(x, y):
    return (x > -inf) | (y > -inf)


def _sum_jet(x, y):
    first = x >= y
    ratio = exp(-abs(x - y))
    large = 1.0 / (1.0 + ratio)
    small = ratio * large
    return where(first, x, y) + log1p(ratio), where(first, large, small), where(first, small, large)


def _sum_hessian(x, y):
    ratio = exp(-abs(x - y))
    large = 1.0 / (1.0 + ratio)
    curvature = ratio * large * large
    return curvature, -curvature, curvature


log_sum = SpecialFunction(
    name="log_sum",
    n_variables=2,
    pieces=(Piece(holds=_any_above_zero, jet=_sum_jet, hessian=_sum_hessian, anchor=(0.0, 0.0)),),
    modules=_MODULES,
)
"""``log_sum(x, y)``: log(exp x + exp y); a slope is the share of its term, 0 for a term that is -inf."""
