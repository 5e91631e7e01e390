"""Log distribution function and log survivor of the time at which a diffusion leaves the unit interval.

Used by ``densities/wiener.py`` for ``log_cdf`` and ``log_survival``. The bundles of ``exit_parts.py`` are combined so
that nothing cancels: the distribution function is a sum of images early and the choice probability less what
is still to come late; the survivor is what is still to come late, and early a sum of complements of normal
tails (strong drift) or one minus small numbers (weak drift, where the survivor is not small).
"""

from __future__ import annotations

import sys
from math import exp, expm1, log, pi, sqrt

from hssm.densities.special import exit_parts, gaussian
from hssm.densities.special.exit_parts import image_bundle, wave_bundle
from hssm.densities.special.first_passage import NARROWEST, SHORTEST
from hssm.densities.special.function import Piece, SpecialFunction, where
from hssm.densities.special.gaussian import HALF_LOG_2PI

_CDF_SWITCH = 0.4
_CDF_WAVES = 5
_SURVIVAL_SWITCH = 0.1
_SURVIVAL_WAVES = 9
_STRONG_DRIFT = 6.0
_LOG_2PI = 2.0 * HALF_LOG_2PI


def _is_inside(u, m, w, wc):
    return (u > SHORTEST) & (w > NARROWEST) & (wc > NARROWEST)


def _is_cdf_early(u, m, w, wc):
    return _is_inside(u, m, w, wc) & (u <= _CDF_SWITCH)


def _is_survival_early(u, m, w, wc):
    return _is_inside(u, m, w, wc) & (u <= _SURVIVAL_SWITCH)


def _cdf_early(u, m, w, wc):
    """Log scale and bundle for |m|."""
    drift, s = abs(m), sqrt(u)
    shift = where(w / s >= drift * s, -0.5 * (w * w / u + drift * drift * u), -drift * w)
    return shift - HALF_LOG_2PI, image_bundle(u, drift, w, wc, shift, False, False)


def _eventual(m, w, wc):
    """sinh(m wc)/sinh(m) times exp(m w), m >= 0: value, then log-derivatives m, c, mm and mc (c = w)."""
    x = m * wc
    safe, safe_x = where(m > 1e-9, m, 1.0), where(x > 1e-9, x, 1.0)
    gap, gap_x = -expm1(-2.0 * safe), -expm1(-2.0 * safe_x)
    coth, coth_x = (2.0 - gap) / gap, (2.0 - gap_x) / gap_x
    csch2, csch2_x = 4.0 * (1.0 - gap) / (gap * gap), 4.0 * (1.0 - gap_x) / (gap_x * gap_x)
    value = where(x > 1e-9, -expm1(-2.0 * x) / gap, wc)
    wc2, m2 = wc * wc, m * m
    n1, n2, n3 = wc2 - 1.0, wc2 * wc2 - 1.0, wc2 * wc2 * wc2 - 1.0
    small = m < 0.03
    by_m = where(small, m * (n1 / 3.0 - m2 * (n2 / 45.0 - m2 * n3 * (2.0 / 945.0))), wc * coth_x - coth)
    by_m_m = where(small, n1 / 3.0 - m2 * (n2 / 15.0 - m2 * n3 * (2.0 / 189.0)), csch2 - wc2 * csch2_x)
    tiny = x < 0.01
    by_c = -where(tiny, (1.0 + x * x * (1.0 / 3.0 - x * x / 45.0)) / wc, m * coth_x)
    by_c_m = -where(tiny, x * (2.0 / 3.0 - x * x * (4.0 / 45.0)), coth_x - x * csch2_x)
    return value, by_m, by_c, by_m * by_m + by_m_m, by_m * by_c + by_c_m


def _cdf_late(u, m, w, wc):
    """Log scale and bundle for |m|: what is absorbed in the end less what is absorbed after u."""
    drift = abs(m)
    value, by_m, by_c, by_mm, by_mc = _eventual(drift, w, wc)
    x, x_m, x_c, x_mm, x_mc, d, d_c, d_u = wave_bundle(u, drift, w, wc, _CDF_WAVES)
    g = 2.0 * pi * exp(drift * w - 0.5 * (drift * drift + pi * pi) * u)
    bundle = (
        value - g * x,
        value * by_m - g * x_m,
        value * by_c - g * x_c,
        value * by_mm - g * x_mm,
        value * by_mc - g * x_mc,
        g * d,
        g * d_c,
        g * d_u,
    )
    return -drift * w, bundle


def _cdf_jet(u, m, w, scale, bundle):
    x, sign = bundle[0], where(m < 0.0, -1.0, 1.0)
    return scale - m * w + log(x), bundle[5] / x, sign * bundle[1] / x - w, bundle[2] / x - m


def _cdf_hessian(u, m, w, scale, bundle):
    x, x_m, x_c, x_mm, x_mc, d, d_c, d_u = bundle
    sign = where(m < 0.0, -1.0, 1.0)
    by_u, by_m, by_w = d / x, sign * x_m / x - w, x_c / x - m
    return (
        d_u / x - by_u * by_u,
        -by_u * (w + m * u + by_m),
        (d_c - m * d) / x - by_u * by_w,
        (x_mm - x_m * x_m / x) / x,
        -1.0 + sign * (x_mc - x_m * x_c / x) / x,
        2.0 * (by_u - m * by_w) - by_w * by_w,
    )


def _cdf_early_jet(u, m, w, wc):
    scale, bundle = _cdf_early(u, m, w, wc)
    return _cdf_jet(u, m, w, scale, bundle)


def _cdf_early_hessian(u, m, w, wc):
    scale, bundle = _cdf_early(u, m, w, wc)
    return _cdf_hessian(u, m, w, scale, bundle)


def _cdf_late_jet(u, m, w, wc):
    scale, bundle = _cdf_late(u, m, w, wc)
    return _cdf_jet(u, m, w, scale, bundle)


def _cdf_late_hessian(u, m, w, wc):
    scale, bundle = _cdf_late(u, m, w, wc)
    return _cdf_hessian(u, m, w, scale, bundle)


def _survival_early(u, m, w, wc):
    """Log scale, factors of the two sides and their bundles (lower, upper), for m >= 0, towards the upper bound."""
    s, strong = sqrt(u), m > _STRONG_DRIFT
    ahead = m * s - wc / s
    scale = where(ahead > 0.0, -0.5 * ahead * ahead, 0.0)
    lower = image_bundle(u, m, w, wc, scale + m * w, strong, strong)
    upper = image_bundle(u, m, wc, w, scale - m * wc, True, strong)
    return scale - HALF_LOG_2PI, -1.0, -1.0, lower, upper


def _survival_late(u, m, w, wc):
    lower = wave_bundle(u, m, w, wc, _SURVIVAL_WAVES)
    upper = wave_bundle(u, m, wc, w, _SURVIVAL_WAVES)
    return _LOG_2PI + m * wc - 0.5 * (m * m + pi * pi) * u, exp(-m), 1.0, lower, upper


def _survival_sums(u, m, w, wc, factors, flux, lower, upper):
    """The survivor, and its derivatives u, m, w, uu, um, uw, mm, mw, all divided by exp(scale)."""
    a, b = factors
    x, x_m, x_c, x_mm, x_mc, d, d_c, d_u = lower
    y, y_m, y_c, y_mm, y_mc, e, e_c, e_u = upper
    fa, fb = flux
    return (
        a * x + b * y,
        -(fa * d + fb * e),
        a * (x_m - w * x) + b * (y_m + wc * y),
        a * (x_c - m * x) - b * (y_c + m * y),
        -(fa * d_u + fb * e_u),
        fa * d * (w + m * u) - fb * e * (wc - m * u),
        fa * (m * d - d_c) + fb * (m * e + e_c),
        a * (x_mm - w * (2.0 * x_m - w * x)) + b * (y_mm + wc * (2.0 * y_m + wc * y)),
        a * (x_mc - m * x_m + w * (m * x - x_c) - x) - b * (y_mc + m * y_m + wc * (m * y + y_c) + y),
    )


def _survival_early_sums(u, m, w, wc):
    scale, a, b, lower, upper = _survival_early(u, m, w, wc)
    return scale, _survival_sums(u, m, w, wc, (a, b), (1.0, 1.0), lower, upper)


def _survival_late_sums(u, m, w, wc):
    scale, a, b, lower, upper = _survival_late(u, m, w, wc)
    return scale, _survival_sums(u, m, w, wc, (a, b), (a, b), lower, upper)


def _survival_jet(sign, scale, sums):
    x = sums[0]
    return scale + log(x), sums[1] / x, sign * sums[2] / x, sign * sums[3] / x


def _survival_hessian(m, sign, sums):
    x = sums[0]
    by_u, by_m, by_w = sums[1] / x, sums[2] / x, sums[3] / x
    return (
        sums[4] / x - by_u * by_u,
        sign * (sums[5] / x - by_u * by_m),
        sign * (sums[6] / x - by_u * by_w),
        sums[7] / x - by_m * by_m,
        sums[8] / x - by_m * by_w,
        2.0 * (by_u - m * by_w) - by_w * by_w,
    )


def _survival_early_jet(u, m, w, wc):
    up = m >= 0.0
    scale, sums = _survival_early_sums(u, abs(m), where(up, w, wc), where(up, wc, w))
    return _survival_jet(where(up, 1.0, -1.0), scale, sums)


def _survival_early_hessian(u, m, w, wc):
    up = m >= 0.0
    _, sums = _survival_early_sums(u, abs(m), where(up, w, wc), where(up, wc, w))
    return _survival_hessian(abs(m), where(up, 1.0, -1.0), sums)


def _survival_late_jet(u, m, w, wc):
    up = m >= 0.0
    scale, sums = _survival_late_sums(u, abs(m), where(up, w, wc), where(up, wc, w))
    return _survival_jet(where(up, 1.0, -1.0), scale, sums)


def _survival_late_hessian(u, m, w, wc):
    up = m >= 0.0
    _, sums = _survival_late_sums(u, abs(m), where(up, w, wc), where(up, wc, w))
    return _survival_hessian(abs(m), where(up, 1.0, -1.0), sums)


_MODULES = (sys.modules[__name__], exit_parts, gaussian)
_ANCHORS = ((0.05, 1.0, 0.5, 0.5), (1.0, 1.0, 0.5, 0.5))

log_exit = SpecialFunction(
    name="log_exit",
    n_variables=3,
    constants=1,
    pieces=(
        Piece(holds=_is_cdf_early, jet=_cdf_early_jet, hessian=_cdf_early_hessian, anchor=_ANCHORS[0]),
        Piece(holds=_is_inside, jet=_cdf_late_jet, hessian=_cdf_late_hessian, anchor=_ANCHORS[1]),
    ),
    modules=_MODULES,
)
"""``log_exit(u, m, w, wc)``: log probability of leaving by the bound at distance w before u; drift m away from it."""

log_stay = SpecialFunction(
    name="log_stay",
    n_variables=3,
    constants=1,
    pieces=(
        Piece(holds=_is_survival_early, jet=_survival_early_jet, hessian=_survival_early_hessian, anchor=_ANCHORS[0]),
        Piece(holds=_is_inside, jet=_survival_late_jet, hessian=_survival_late_hessian, anchor=_ANCHORS[1]),
    ),
    modules=_MODULES,
)
"""``log_stay(u, m, w, wc)``: log probability of staying until u; start at w above the lower bound, drift m upward."""
