"""Averages over an interval of the normal distribution: one accumulator of a race whose start is uniform.

Used by ``densities/lba.py`` and ``densities/racing_diffusion.py``. A uniform start makes the standardised distance y to
the threshold uniform on (c - d, c + d); with phi and Phi the normal density and distribution function, densities
and survivors are means of (q + y - c + d) phi(y), Phi(y) and Phi(y) - Phi(c - p) over it (Brown & Heathcote 2008,
https://doi.org/10.1016/j.cogpsych.2007.12.002). A *panel* holds the means at |c|, as multiples of exp(shift) / sqrt(2
pi). On a narrow interval they are power series in d, on a wide one differences of normal tails at its two ends, written
with Mills' ratio; neither under- or overflows, nor cancels, nor is A = 0 (d = 0) a special case.
Second derivatives are central differences of the exact first ones.
"""

from __future__ import annotations

import sys
from math import exp, log, log1p, pi, sqrt

from hssm.densities.special import gaussian
from hssm.densities.special.function import Piece, SpecialFunction, where
from hssm.densities.special.gaussian import HALF_LOG_2PI, mills

ROOT_2PI = sqrt(2.0 * pi)
_NARROW = 0.4
_FLAT = 0.7
"""Up to d = 0.4 and |c| d = 0.7 sixteen terms of the power series leave a relative error below 1e-15."""

_FARTHEST = 1e100
_STEP = 1e-5


def second_mills(x):
    """1 - x mills(x) for x >= 0: the integrated normal tail divided by phi(x)."""
    far = where(x > 50.0, x, 50.0)
    r = 1.0 / (far * far)
    late = r * (1.0 - r * (3.0 - r * (15.0 - r * (105.0 - r * 945.0))))
    return where(x > 50.0, late, 1.0 - x * mills(x))


def _is_inside(c, d):
    return (d >= 0.0) & (d < _FARTHEST) & (abs(c) < _FARTHEST)


def _is_narrow(c, d):
    return _is_inside(c, d) & (d <= _NARROW) & (abs(c) * d <= _FLAT)


def _series(x, d):
    """Means of u^k phi(x + d u) / phi(x), k = 0 .. 3, over u in (-1, 1), and of the tail less its value at x."""
    slope, curvature = -x * d, d * d
    previous, term = 1.0, slope
    mean0, mean2 = 1.0, 1.0 / 3.0
    mean1, mean3, drop = slope / 3.0, slope / 5.0, slope / 6.0
    for n in range(2, 16, 2):
        even = (slope * term - curvature * previous) / n
        odd = (slope * even - curvature * term) / (n + 1.0)
        mean0, mean2 = mean0 + even / (n + 1.0), mean2 + even / (n + 3.0)
        mean1, mean3 = mean1 + odd / (n + 3.0), mean3 + odd / (n + 5.0)
        drop = drop + odd / ((n + 2.0) * (n + 3.0))
        previous, term = even, odd
    return mean0, mean1, mean2, mean3, drop


def _narrow_panel(x, d):
    """Shift; means of phi, u phi, (1 + u) phi and 1 - Phi; slopes of the mean of phi by d and the end values."""
    mean0, mean1, mean2, mean3, drop = _series(x, d)
    return -0.5 * x * x, mean0, mean1, mean0 + mean1, mills(x) - d * drop, mean2, mean3


def _wide_panel(x, d):
    """As ``_narrow_panel``, with phi at the near and the far end in the last two places."""
    near, far = x - d, x + d
    crosses = near < 0.0
    edge = abs(near)
    shift = where(crosses, 0.0, -0.5 * near * near)
    at_near = where(crosses, exp(-0.5 * near * near), 1.0)
    at_far = exp(where(crosses, -0.5 * far * far, -2.0 * x * d))  # far^2 - near^2 = 4 x d, also where far = near
    r_near, r_far = mills(edge), mills(far)
    t_near, t_far = second_mills(edge), second_mills(far)
    line = where(crosses, ROOT_2PI, 0.0)
    sign = where(crosses, -1.0, 1.0)
    width = 2.0 * d
    mean0 = (line + sign * at_near * r_near - at_far * r_far) / width
    lift_near = where(crosses, at_near + edge * (ROOT_2PI - at_near * r_near), t_near)
    lift = (lift_near - at_far * (t_far + width * r_far)) / (width * d)
    tail = (edge * line + at_near * t_near - at_far * t_far) / width
    return shift, mean0, lift - mean0, where(lift > 0.0, lift, 0.0), tail, at_near, at_far


def _ndtr_from(c, shift, mean0, mean1, tail):
    """Jet of log mean Phi from the panel at |c|: the tail itself for c <= 0, its complement for c > 0."""
    above = c > 0.0
    scale = exp(shift - HALF_LOG_2PI)
    rest = 1.0 - where(above, scale * tail, 0.5)
    value = where(above, log1p(-where(above, scale * tail, 0.5)), log(tail) + shift - HALF_LOG_2PI)
    factor = where(above, scale / rest, 1.0 / tail)
    return value, factor * mean0, factor * where(above, mean1, -mean1)


def _narrow_ndtr(c, d):
    shift, mean0, mean1, _, tail, _, _ = _narrow_panel(abs(c), d)
    return _ndtr_from(c, shift, mean0, mean1, tail)


def _wide_ndtr(c, d):
    shift, mean0, mean1, _, tail, _, _ = _wide_panel(abs(c), d)
    return _ndtr_from(c, shift, mean0, mean1, tail)


def _step(x):
    return _STEP * (1.0 + abs(x))


def _narrow_ndtr_hessian(c, d):
    h, k = _step(c), _step(d)
    _, up_c, up_d = _narrow_ndtr(c + h, d)
    _, down_c, down_d = _narrow_ndtr(c - h, d)
    _, _, high = _narrow_ndtr(c, d + k)
    _, _, low = _narrow_ndtr(c, d - k)
    return 0.5 * (up_c - down_c) / h, 0.5 * (up_d - down_d) / h, 0.5 * (high - low) / k


def _wide_ndtr_hessian(c, d):
    h, k = _step(c), _STEP * d
    _, up_c, up_d = _wide_ndtr(c + h, d)
    _, down_c, down_d = _wide_ndtr(c - h, d)
    _, _, high = _wide_ndtr(c, d + k)
    _, _, low = _wide_ndtr(c, d - k)
    return 0.5 * (up_c - down_c) / h, 0.5 * (up_d - down_d) / h, 0.5 * (high - low) / k


def _is_ramp_inside(c, d, q):
    return _is_inside(c, d) & (q > 0.0) & (q < _FARTHEST)


def _is_ramp_narrow(c, d, q):
    return _is_narrow(c, d) & (q > 0.0) & (q < _FARTHEST)


def _narrow_ramp(c, d, q):
    shift, mean0, mean1, lift, _, mean2, mean3 = _narrow_panel(abs(c), d)
    below = c < 0.0
    m1, m3 = where(below, -mean1, mean1), where(below, -mean3, mean3)
    total = q * mean0 + d * where(below, mean0 - mean1, lift)
    by_c = -((q + d) * (c * mean0 + d * m1) + d * (c * m1 + d * mean2))
    by_d = mean0 + m1 - (q + d) * (c * m1 + d * mean2) - d * (c * mean2 + d * m3)
    return log(total) + shift - HALF_LOG_2PI, by_c / total, by_d / total, mean0 / total


def _wide_ramp(c, d, q):
    shift, mean0, mean1, lift, _, at_near, at_far = _wide_panel(abs(c), d)
    below = c < 0.0
    low, high = where(below, at_far, at_near), where(below, at_near, at_far)
    total = q * mean0 + d * where(below, mean0 - mean1, lift)
    top, bottom = (q + 2.0 * d) * high, q * low
    by_c = 0.5 * (top - bottom) / d - mean0
    by_d = 0.5 * (top + bottom) / d + mean0 - total / d
    return log(total) + shift - HALF_LOG_2PI, by_c / total, by_d / total, mean0 / total


def _narrow_ramp_hessian(c, d, q):
    h, k, e = _step(c), _STEP * (d + q), _STEP * q
    _, uc, ud, uq = _narrow_ramp(c + h, d, q)
    _, lc, ld, lq = _narrow_ramp(c - h, d, q)
    _, _, vd, vq = _narrow_ramp(c, d + k, q)
    _, _, wd, wq = _narrow_ramp(c, d - k, q)
    _, _, _, high = _narrow_ramp(c, d, q + e)
    _, _, _, low = _narrow_ramp(c, d, q - e)
    first = (0.5 * (uc - lc) / h, 0.5 * (ud - ld) / h, 0.5 * (uq - lq) / h)
    return (*first, 0.5 * (vd - wd) / k, 0.5 * (vq - wq) / k, 0.5 * (high - low) / e)


def _wide_ramp_hessian(c, d, q):
    h, k, e = _step(c), _STEP * d, _STEP * q
    _, uc, ud, uq = _wide_ramp(c + h, d, q)
    _, lc, ld, lq = _wide_ramp(c - h, d, q)
    _, _, vd, vq = _wide_ramp(c, d + k, q)
    _, _, wd, wq = _wide_ramp(c, d - k, q)
    _, _, _, high = _wide_ramp(c, d, q + e)
    _, _, _, low = _wide_ramp(c, d, q - e)
    first = (0.5 * (uc - lc) / h, 0.5 * (ud - ld) / h, 0.5 * (uq - lq) / h)
    return (*first, 0.5 * (vd - wd) / k, 0.5 * (vq - wq) / k, 0.5 * (high - low) / e)


_MODULES = (sys.modules[__name__], gaussian)

log_mean_ndtr = SpecialFunction(
    name="log_mean_ndtr",
    n_variables=2,
    pieces=(
        Piece(holds=_is_narrow, jet=_narrow_ndtr, hessian=_narrow_ndtr_hessian, anchor=(-0.5, 0.2)),
        Piece(holds=_is_inside, jet=_wide_ndtr, hessian=_wide_ndtr_hessian, anchor=(-1.0, 1.0)),
    ),
    modules=_MODULES,
)
"""``log_mean_ndtr(c, d)``: log of the mean of Phi over (c - d, c + d), d >= 0."""

log_ramp = SpecialFunction(
    name="log_normal_ramp",
    n_variables=3,
    pieces=(
        Piece(holds=_is_ramp_narrow, jet=_narrow_ramp, hessian=_narrow_ramp_hessian, anchor=(-0.5, 0.2, 1.0)),
        Piece(holds=_is_ramp_inside, jet=_wide_ramp, hessian=_wide_ramp_hessian, anchor=(-1.0, 1.0, 1.0)),
    ),
    modules=_MODULES,
)
"""``log_ramp(c, d, q)``: log of the mean of (q + y - c + d) phi(y) over y in (c - d, c + d), d >= 0, q > 0."""
