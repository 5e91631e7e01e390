"""Log first-passage density of driftless Brownian motion between two bounds one unit apart.

The heart of ``ddm`` and its relatives (``densities/wiener.py``): drift, scale and linearly moving bounds
are algebra around this function. Two series are used: images of the start for short times,
sine waves for long ones (Feller 1968; Navarro & Fuss 2009, https://doi.org/10.1016/j.jmp.2009.02.003; Gondan, Blurton &
Kesselmeier 2014, https://doi.org/10.1016/j.jmp.2014.05.002).

With p = exp(-2 wc/u) and r = exp(-2 w/u) every image is a product of powers of p and r, and with c = cos(pi w) every
wave is a Chebyshev polynomial in c: two exponentials, or one exponential, a sine and a cosine, give value
and all derivatives. Images are summed in reflected pairs, and sin(pi w) is a factor of the sum of waves, so nothing
cancels as the start nears a bound.
"""

from __future__ import annotations

import sys
from math import cos, exp, expm1, log, pi, sin

from hssm.densities.special.function import Piece, SpecialFunction, where

SWITCH = 0.4
"""Above this u four waves, below it six images leave a relative error below 1e-16."""

SHORTEST = 1e-18
"""Decision times below this u are log zero: the log density is below -1e4 there for every w > 1e-7."""

NARROWEST = 1e-14
"""A start closer than this to a bound counts as on it: beyond, doubles do not tell w from 0."""

_LOG_PI = log(pi)
_HALF_LOG_2PI = 0.5 * log(2.0 * pi)
_HALF_PI_SQUARED = 0.5 * pi * pi


def _is_inside(u, w, wc):
    return (u > SHORTEST) & (w > NARROWEST) & (wc > NARROWEST)


def _is_early(u, w, wc):
    return _is_inside(u, w, wc) & (u <= SWITCH)


def _images(u, w, wc):
    """Relative weights of the images: p, then factors of the second and third reflected pair.

    ``gap`` is 1 - p without cancellation; images sit at y = m - wc and y = -(m + wc) for m = 1, 3, 5.
    """
    gap = -expm1(-2.0 * wc / u)
    p = 1.0 - gap
    r = exp(-2.0 * w / u)
    second = p * r * r
    third = second * second * second * p
    return gap, p, second, third


def _odd_sums(u, w, wc):
    """Sums of y and of y^3 over the images, each with its weight exp(-(y^2 - w^2)/(2u))."""
    gap, p, second, third = _images(u, w, wc)
    p3 = p * p * p
    p5 = p3 * p * p
    gap3 = gap * (1.0 + p + p * p)
    gap5 = gap3 + p3 * gap * (1.0 + p)
    wc2 = wc * wc
    first = where(wc < 0.5, gap - wc * (1.0 + p), w - (1.0 + wc) * p)
    sum1 = first + second * (3.0 * gap3 - wc * (1.0 + p3)) + third * (5.0 * gap5 - wc * (1.0 + p5))
    sum3 = (
        (1.0 + 3.0 * wc2) * gap
        - wc * (3.0 + wc2) * (1.0 + p)
        + second * ((27.0 + 9.0 * wc2) * gap3 - wc * (27.0 + wc2) * (1.0 + p3))
        + third * ((125.0 + 15.0 * wc2) * gap5 - wc * (75.0 + wc2) * (1.0 + p5))
    )
    return sum1, sum3


def _even_sums(u, w, wc):
    """Sums of 1 and of y^2 over the images, with the same weights."""
    gap, p, second, third = _images(u, w, wc)
    p3 = p * p * p
    p5 = p3 * p * p
    w2, n1 = w * w, 1.0 + wc
    m3, n3 = 3.0 - wc, 3.0 + wc
    m5, n5 = 5.0 - wc, 5.0 + wc
    sum0 = 1.0 + p + second * (1.0 + p3) + third * (1.0 + p5)
    sum2 = w2 + n1 * n1 * p + second * (m3 * m3 + n3 * n3 * p3) + third * (m5 * m5 + n5 * n5 * p5)
    return sum0, sum2


def _early_jet(u, w, wc):
    sum1, sum3 = _odd_sums(u, w, wc)
    sum0, sum2 = _even_sums(u, w, wc)
    value = log(sum1) - 1.5 * log(u) - 0.5 * w * w / u - _HALF_LOG_2PI
    return value, 0.5 * (sum3 / (u * sum1) - 3.0) / u, (sum0 - sum2 / u) / sum1


def _early_hessian(u, w, wc):
    # The density solves the heat equation, f_u = f_ww / 2, so every derivative is a sum over Hermite polynomials.
    sum1, sum3 = _odd_sums(u, w, wc)
    sum0, sum2 = _even_sums(u, w, wc)
    gap, p, second, third = _images(u, w, wc)
    p3 = p * p * p
    p5 = p3 * p * p
    gap3 = gap * (1.0 + p + p * p)
    gap5 = gap3 + p3 * gap * (1.0 + p)
    wc2 = wc * wc
    wc4 = wc2 * wc2
    n1, m3, n3, m5, n5 = 1.0 + wc, 3.0 - wc, 3.0 + wc, 5.0 - wc, 5.0 + wc
    sum4 = w**4 + n1**4 * p + second * (m3**4 + n3**4 * p3) + third * (m5**4 + n5**4 * p5)
    sum5 = (
        (1.0 + 10.0 * wc2 + 5.0 * wc4) * gap
        - wc * (5.0 + 10.0 * wc2 + wc4) * (1.0 + p)
        + second * ((243.0 + 270.0 * wc2 + 15.0 * wc4) * gap3 - wc * (405.0 + 90.0 * wc2 + wc4) * (1.0 + p3))
        + third * ((3125.0 + 1250.0 * wc2 + 25.0 * wc4) * gap5 - wc * (3125.0 + 250.0 * wc2 + wc4) * (1.0 + p5))
    )
    d_u = 0.5 * (sum3 / (u * sum1) - 3.0) / u
    d_w = (sum0 - sum2 / u) / sum1
    f_uw = 0.5 * (-3.0 * sum0 + (6.0 * sum2 - sum4 / u) / u) / (u * sum1)
    f_uu = 0.25 * (15.0 - (10.0 * sum3 - sum5 / u) / (u * sum1)) / (u * u)
    return f_uu - d_u * d_u, f_uw - d_u * d_w, 2.0 * d_u - d_w * d_w


def _waves(u, w, wc):
    """Sine and cosine of pi w, and the decays of waves 2, 3, 4 relative to the first."""
    s, c = sin(pi * where(w < wc, w, wc)), cos(pi * w)
    decay = exp(-_HALF_PI_SQUARED * u)
    b3 = decay * decay * decay
    b8 = b3 * b3 * decay * decay
    return s, c, b3, b8, b8 * b3 * b3 * decay


def _late_jet(u, w, wc):
    s, c, b3, b8, b15 = _waves(u, w, wc)
    c2 = c * c
    wave2, wave3, wave4 = 4.0 * c * b3, 3.0 * (4.0 * c2 - 1.0) * b8, 16.0 * c * (2.0 * c2 - 1.0) * b15
    total = 1.0 + wave2 + wave3 + wave4
    slope = (
        c + 4.0 * (2.0 * c2 - 1.0) * b3 + 9.0 * c * (4.0 * c2 - 3.0) * b8 + 16.0 * (8.0 * c2 * (c2 - 1.0) + 1.0) * b15
    )
    d_u = -_HALF_PI_SQUARED * (1.0 + 4.0 * wave2 + 9.0 * wave3 + 16.0 * wave4) / total
    return _LOG_PI + log(s * total) - _HALF_PI_SQUARED * u, d_u, pi * slope / (s * total)


def _late_hessian(u, w, wc):
    s, c, b3, b8, b15 = _waves(u, w, wc)
    c2 = c * c
    wave2, wave3, wave4 = 4.0 * c * b3, 3.0 * (4.0 * c2 - 1.0) * b8, 16.0 * c * (2.0 * c2 - 1.0) * b15
    cos2, cos3, cos4 = (
        4.0 * (2.0 * c2 - 1.0) * b3,
        9.0 * c * (4.0 * c2 - 3.0) * b8,
        16.0 * (8.0 * c2 * (c2 - 1.0) + 1.0) * b15,
    )
    total = 1.0 + wave2 + wave3 + wave4
    d_u = -_HALF_PI_SQUARED * (1.0 + 4.0 * wave2 + 9.0 * wave3 + 16.0 * wave4) / total
    d_w = pi * (c + cos2 + cos3 + cos4) / (s * total)
    f_uw = -_HALF_PI_SQUARED * pi * (c + 4.0 * cos2 + 9.0 * cos3 + 16.0 * cos4) / (s * total)
    f_uu = _HALF_PI_SQUARED**2 * (1.0 + 16.0 * wave2 + 81.0 * wave3 + 256.0 * wave4) / total
    return f_uu - d_u * d_u, f_uw - d_u * d_w, 2.0 * d_u - d_w * d_w


ell = SpecialFunction(
    name="log_first_passage",
    n_variables=2,
    constants=1,
    pieces=(
        Piece(holds=_is_early, jet=_early_jet, hessian=_early_hessian, anchor=(0.2, 0.5, 0.5)),
        Piece(holds=_is_inside, jet=_late_jet, hessian=_late_hessian, anchor=(1.0, 0.5, 0.5)),
    ),
    modules=(sys.modules[__name__],),
)
"""``ell(u, w, wc)``: u = time / distance^2 between the bounds, w = relative distance to the bound hit, wc = 1 - w.

``wc`` carries the digits of a start close to the opposite bound (z rather than 1 - (1 - z)); derivatives with respect
to w take its dependence on w into account, and no gradient flows through wc itself.
"""
