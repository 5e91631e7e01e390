"""Log survivor of one accumulator of a racing diffusion: not yet at a threshold whose distance is uniform.

Used by ``densities/racing_diffusion.py`` and, with a fixed distance (d = 0), ``densities/wald_race.py``. Distances are
in units of sqrt(time): x uniform on (c - d, c + d), m = drift sqrt(time), and
S(x) = Phi(x - m) - exp(2 m x) Phi(-x - m). Everything is a multiple of phi(x - m), which absorbs exp(2 m x), times
differences of Mills' ratios. A narrow interval takes the power series of S, a wide one the antiderivative of S at its
ends; its 1 / (2 m) is a divided difference of Mills' ratio, by Taylor's series for small m.
Tillman, Van Zandt & Logan (2020), https://doi.org/10.3758/s13423-020-01719-6. Second derivatives are central
differences of the exact first ones.
"""

from __future__ import annotations

import sys
from math import exp, expm1, log

from hssm.densities.special import gaussian, normal_panel
from hssm.densities.special.function import Piece, SpecialFunction, where
from hssm.densities.special.gaussian import HALF_LOG_2PI, mills
from hssm.densities.special.normal_panel import ROOT_2PI, second_mills

_NARROW = 0.4
_SMALL_DRIFT = 0.1
_AT_THRESHOLD = 1e-6
"""Closer than this to the threshold S is its slope times the distance."""
_FARTHEST = 1e50
_FAR = 40.0
_FAR_BEHIND = 50.0
"""So far behind the mean five terms of the asymptotic series of Mills' ratio leave a relative error below 1e-16."""

_STEP = 1e-5


def _is_inside(c, d, m):
    return (c > 0.0) & (c < _FARTHEST) & (d >= 0.0) & (d <= c) & (abs(m) < _FARTHEST)


def _is_narrow(c, d, m):
    return _is_inside(c, d, m) & (d <= _NARROW) & (abs(m) * d <= _NARROW)


def _far_drop(low, high, gap):
    """mills(low) - mills(high) for low > FAR, whose difference is ``gap``: the asymptotic series, differenced by terms.

    Term n of the series is a multiple of x^-(2n + 1); with p and q the inverses of low and high, its difference is
    (p - q) (p^2n + p^(2n - 1) q + ... + q^2n).
    """
    p = 1.0 / where(low > _FAR_BEHIND, low, _FAR_BEHIND)
    q = 1.0 / where(high > _FAR_BEHIND, high, _FAR_BEHIND)
    total, powers, last, factor = 1.0, 1.0, q, -1.0
    for n in range(1, 6):
        powers = p * p * powers + last * (p + q)
        last, total, factor = last * q * q, total + factor * powers, -(2.0 * n + 1.0) * factor
    return gap * p * q * total


def _point(x, m, top):
    """At distance x: phi(x - m), Phi(x - m), exp(2 m x) Phi(-x - m), their difference S and its slope.

    All are multiples of exp(-shift(top)) / sqrt(2 pi).
    """
    gap, reach = x - m, x + m
    density = exp(where(top < m, 0.5 * (top - x) * (top + x - 2.0 * m), -0.5 * gap * gap))
    r_gap, r_reach = mills(abs(gap)), mills(abs(reach))
    ahead, back = gap >= 0.0, reach < 0.0
    drift = where(back, 2.0 * m * x, 0.0)
    below = where(ahead, ROOT_2PI - density * r_gap, density * r_gap)
    mirror = where(back, ROOT_2PI * exp(drift) - density * r_reach, density * r_reach)
    front = where(ahead, -density * r_gap, density * r_gap)
    line = where(ahead, where(back, -ROOT_2PI * expm1(drift), ROOT_2PI), 0.0)
    stay = line + front - where(back, -density * r_reach, density * r_reach)
    # Far behind the mean both tails are nearly the same.
    stay = where(-gap > _FAR_BEHIND, density * _far_drop(-gap, reach, 2.0 * x), stay)
    behind = density * (second_mills(abs(reach)) + x * r_reach)
    return density, below, mirror, stay, 2.0 * where(m > 0.0, behind, density - m * mirror)


def _shift(x, m):
    """What makes phi(x - m) one where all of the interval is behind the mean."""
    return where(x < m, 0.5 * (m - x) * (m - x), 0.0)


def _narrow_jet(c, d, m):
    density, _, mirror, stay, rate = _point(c, m, c)
    gap = c - m
    slope, curvature = -gap * d, d * d
    twice = 2.0 * m
    p_before, p, z = density, slope * density, mirror
    near = c < _AT_THRESHOLD / (1.0 + abs(m))
    total = where(near | (stay <= 0.0), c * rate, stay)
    by_c, by_d = rate, 0.0
    z_even, z_odd = z, 0.0
    # Taylor coefficients in u = (x - c) / d of p = phi(x - m), z and the slope of S, which is 2 (p - m z) but is
    # carried along by its own derivative 2 m S' - 2 x p: where the drift is large, p and m z are nearly the same.
    p_now, p_last = density, 0.0
    for n in range(1, 16, 2):
        z = d * (p_now - rate) / n
        rate = d * (twice * rate - 2.0 * (c * p_now + d * p_last)) / n
        p_now, p_last = p, p_now
        by_d, z_odd = by_d + rate / (n + 2.0), z_odd + z / (n + 2.0)
        total = total + d * rate / ((n + 1.0) * (n + 2.0))
        z = d * (p_now - rate) / (n + 1.0)
        rate = d * (twice * rate - 2.0 * (c * p_now + d * p_last)) / (n + 1.0)
        p_next = (slope * p - curvature * p_before) / (n + 1.0)
        p_before, p = p_next, (slope * p_next - curvature * p) / (n + 2.0)
        p_now, p_last = p_next, p_now
        by_c, z_even = by_c + rate / (n + 2.0), z_even + z / (n + 2.0)
    by_m = -2.0 * (c * z_even + d * z_odd)
    return log(total) - _shift(c, m) - HALF_LOG_2PI, by_c / total, by_d / total, by_m / total


def _divided(x, m):
    """(mills(x - m) - mills(x + m)) / (2 m) and its slope by m, for small m."""
    x = where(x < _FAR, x, _FAR)
    m = where(abs(m) < _SMALL_DRIFT, m, 0.0)
    before = mills(x)
    term = x * before - 1.0
    value, slope, power, back = -term, 0.0, 1.0, 0.0
    for n in range(1, 11, 2):
        even = x * term + n * before
        odd = x * even + (n + 1.0) * term
        back = power * m / ((n + 1.0) * (n + 2.0))
        power = back * m
        value, slope = value - odd * power, slope - odd * back * (n + 1.0)
        before, term = even, odd
    return value, slope


def _integral(x, m, density, below, mirror):
    """Antiderivative of S, and its slope by m where m is small."""
    gap = x - m
    ramp = where(gap >= 0.0, gap * ROOT_2PI, 0.0) + density * second_mills(abs(gap))
    small = abs(m) < _SMALL_DRIFT
    ratio, by_m = _divided(x, m)
    share = (below + mirror) / where(small, 1.0, 2.0 * m)
    return ramp + where(small, density * ratio, -share), density * (gap * ratio + by_m) - below


def _wide_jet(c, d, m):
    low, high = c - d, c + d
    density1, below1, mirror1, stay1, _ = _point(low, m, high)
    density2, below2, mirror2, stay2, _ = _point(high, m, high)
    integral1, by_m1 = _integral(low, m, density1, below1, mirror1)
    integral2, by_m2 = _integral(high, m, density2, below2, mirror2)
    width = 2.0 * d
    total = (integral2 - integral1) / width
    total = where(total > 0.0, total, 0.5 * (stay1 + stay2))
    by_c = (stay2 - stay1) / width
    by_d = (stay1 + stay2 - 2.0 * total) / width
    small = abs(m) < _SMALL_DRIFT
    flow = (density1 - density2 + m * (below2 - below1)) / width
    by_m = where(small, (by_m2 - by_m1) / width, (c * by_c + d * by_d - 2.0 * flow) / where(small, 1.0, m))
    return log(total) - _shift(high, m) - HALF_LOG_2PI, by_c / total, by_d / total, by_m / total


def _narrow_hessian(c, d, m):
    h, k, e = _STEP * c, _STEP * c, _STEP * (1.0 + abs(m))
    _, uc, ud, um = _narrow_jet(c + h, d, m)
    _, lc, ld, lm = _narrow_jet(c - h, d, m)
    _, _, vd, vm = _narrow_jet(c, d + k, m)
    _, _, wd, wm = _narrow_jet(c, d - k, m)
    _, _, _, high = _narrow_jet(c, d, m + e)
    _, _, _, low = _narrow_jet(c, d, m - e)
    first = (0.5 * (uc - lc) / h, 0.5 * (ud - ld) / h, 0.5 * (um - lm) / h)
    return (*first, 0.5 * (vd - wd) / k, 0.5 * (vm - wm) / k, 0.5 * (high - low) / e)


def _wide_hessian(c, d, m):
    h, k, e = _STEP * c, _STEP * d, _STEP * (1.0 + abs(m))
    _, uc, ud, um = _wide_jet(c + h, d, m)
    _, lc, ld, lm = _wide_jet(c - h, d, m)
    _, _, vd, vm = _wide_jet(c, d + k, m)
    _, _, wd, wm = _wide_jet(c, d - k, m)
    _, _, _, high = _wide_jet(c, d, m + e)
    _, _, _, low = _wide_jet(c, d, m - e)
    first = (0.5 * (uc - lc) / h, 0.5 * (ud - ld) / h, 0.5 * (um - lm) / h)
    return (*first, 0.5 * (vd - wd) / k, 0.5 * (vm - wm) / k, 0.5 * (high - low) / e)


log_wald_survivor = SpecialFunction(
    name="log_wald_survivor",
    n_variables=3,
    pieces=(
        Piece(holds=_is_narrow, jet=_narrow_jet, hessian=_narrow_hessian, anchor=(1.0, 0.2, 0.5)),
        Piece(holds=_is_inside, jet=_wide_jet, hessian=_wide_hessian, anchor=(2.0, 1.0, 1.0)),
    ),
    modules=(sys.modules[__name__], normal_panel, gaussian),
)
"""``log_wald_survivor(c, d, m)``: log of the mean of S over (c - d, c + d), 0 <= d <= c."""
