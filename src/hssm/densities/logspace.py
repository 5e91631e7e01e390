"""Sums and differences of numbers that are known by their logarithms, safe in value and in gradient.

Every density, wrapper and survivor of the package adds probabilities through these functions: at log zero
(-inf) the textbook formulas give NaN, in the value (inf - inf) or, worse, only in the gradient.
"""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorLike, TensorVariable

from hssm.densities.special.logarithms import log_sum

LOG_FLOOR = math.log(1e-100)
"""Log of the density that the assembled likelihood, and nothing else, adds to every row."""

_LOG_HALF = math.log(0.5)


def finite_or(x: TensorLike, substitute: float = 0.0) -> TensorVariable:
    """``x`` where it is above -inf, else ``substitute``: lets a gradient pass an untaken branch safely."""
    return pt.switch(pt.gt(x, -np.inf), x, substitute)


def masked(condition: TensorLike, log_value: TensorLike) -> TensorVariable:
    """``log_value`` where ``condition`` holds, log zero elsewhere (with zero gradient there)."""
    return pt.switch(condition, log_value, -np.inf)


def log_add_exp(*terms: TensorLike) -> TensorVariable:
    """log(exp(x1) + exp(x2) + ...), -inf where every term is.

    The gradient with respect to a term is its share of the sum, 0 for a term that is -inf.
    """
    return reduce(log_sum, terms)


def log1mexp(x: TensorLike) -> TensorVariable:
    """log(1 - exp(x)) for x <= 0; -inf at (and above) 0 and 0 at -inf, with zero gradient at both ends.

    Mächler (2012), Accurately computing log(1 - exp(-|a|)).
    """
    inside = pt.lt(x, 0.0)
    small = pt.lt(x, _LOG_HALF)
    lower = pt.switch(small, pt.switch(pt.gt(x, -np.inf), x, -1e4), -1.0)
    upper = pt.switch(inside & ~small, x, -0.5)
    return masked(inside, pt.switch(small, pt.log1p(-pt.exp(lower)), pt.log(-pt.expm1(upper))))


def log_diff_exp(x: TensorLike, y: TensorLike) -> TensorVariable:
    """log(exp(x) - exp(y)) for x >= y; -inf (with zero gradient) where x <= y."""
    inside = pt.gt(x, y)
    has_second = inside & pt.gt(y, -np.inf)
    gap = pt.switch(has_second, y - pt.switch(has_second, x, 0.0), -1.0)
    return masked(inside, x + pt.switch(has_second, log1mexp(gap), 0.0))
