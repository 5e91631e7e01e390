"""Log density of the sum of two first-passage times, each from the middle between bounds one unit apart.

The heart of ``ddm_seq2_no_bias`` (``densities/two_stages.py``). A drift nu multiplies k, the density of
``first_passage.py`` at w = 1/2, by exp(-nu / 2 - nu^2 s / 2). With rates p = nu1^2 / 2 and q = nu2^2 / 2 two stages
need

    N(u, p, q) = log of the integral of exp(-p s - q (u - s)) k(s) k(u - s) over 0 < s < u,

which is -min(p, q) u plus a function of u and of delta = abs(p - q). That has three pieces:

* Early (u <= 1), the trapezoidal rule in x, where s = u / (1 + exp x). The integrand falls off like
  exp(-cosh x / (4 u)) and has no singularity within pi / 2 of the real line, so that the rule converges geometrically
  (Trefethen & Weideman 2014, https://doi.org/10.1137/130932132). Nodes cover the hump at x >= 0; its reflection is
  added to it. k is a sum of images of the start.
* Late, residues of the Laplace transform: that of k is 1 / (2 cosh(sqrt(lambda / 2))), with poles at the decay rates of
  the waves. All but two residues are below exp(-4 pi^2 u) of the first. For small delta (mild) those two nearly cancel,
  and are written by way of what is left of the transform without its leading pole.
* Late with a large delta (strong), the first residue alone.
"""

from __future__ import annotations

import sys
from math import exp, expm1, factorial, log, log1p, pi, sqrt

from hssm.densities.special.first_passage import SHORTEST
from hssm.densities.special.function import NodeSum, Piece, SpecialFunction, where

SWITCH = 1.0
"""Above this u the leading residues leave a relative error below 1e-13, below it six and eight images of the start."""

_STRONG = 35.0
"""Above this delta the second residue is below 1e-13 of the first; both are singular at 4 pi^2, it and the third."""

_STRONGEST = 1e30
_N_NODES = 20
_REACH = 30.0
"""Logarithm of the ratio to the largest value of the integrand below which it is left out."""

_HALF_PI_SQUARED = 0.5 * pi * pi
_PI_SQUARED = pi * pi
_LOG_PI, _LOG_HALF_PI, _LOG_8_PI = log(pi), log(0.5 * pi), log(8.0 * pi)

_POWERS = (
    -3.90911235527364408e-30,
    1.53623697459387725e-27,
    -6.02396263396702731e-25,
    2.35453274304485569e-22,
    -9.15981351497462793e-20,
    3.5393497698459895e-17,
    -1.35442609990022526e-14,
    5.11282518809315755e-12,
    -1.8938466706748243e-9,
    6.83652610935294759e-7,
    -2.38470351123964577e-4,
    0.0795774715459476679,
)
"""Power series in x of the sum of (-1)^((n - 1) / 2) 2 pi n / (pi^2 (n^2 - 1) / 2 + x) over odd n >= 9,
highest power first."""

_SQUARES = tuple(1.0 / (factorial(k) * (k + 3)) for k in range(13, -1, -1))
"""Means of t^2 t^k / k! over 0 < t < 1: minus their alternating power series is the mean of t^2 exp(-y t)."""


def _is_inside(u, p, q):
    return (u > SHORTEST) & (p >= 0.0) & (q >= 0.0) & (p < _STRONGEST) & (q < _STRONGEST)


def _is_early(u, p, q):
    return _is_inside(u, p, q) & (u <= SWITCH)


def _is_mild(u, p, q):
    return _is_inside(u, p, q) & (u > SWITCH) & (abs(p - q) <= _STRONG)


def _hump(u, delta):
    """Where exp(-delta s - cosh x / (4 u)) is largest: cosh x - 1 and sinh x there.

    The equation is v (2 + v)^3 = w^4 for v = cosh x - 1. The first guess is right within a fifth; but
    nodes would miss a narrow hump if its place were not exact.
    """
    w = sqrt(2.0 * delta) * u
    v = w / (1.0 + (1.5 + 8.0 / (w * w + 1e-30)) / (w + 1e-30))
    for _ in range(4):
        ratio = w * (w / (2.0 + v))
        v = v - (v * (2.0 + v) - ratio * ratio) / (2.0 + 4.0 * v)
        v = where(v > 0.0, v, 0.0)
    return v, sqrt(v * (2.0 + v))


def _half_range(curvature):
    """The x at which cosh x - 1 is the reach divided by a curvature."""
    t = _REACH / curvature
    return log1p(t + sqrt(t * (2.0 + t)))


def _grid(u, delta):
    """First node, as distance from the hump, and step; cosh x - 1 and sinh x of the hump.

    Beyond the nodes the integrand is below exp(-reach) of its largest value.
    """
    v, sinh = _hump(u, delta)
    scale = 0.25 / u
    tanh = sqrt(v / (2.0 + v))
    # The integrand falls at least as the exponential of a multiple of cosh(x - hump) - 1, on either side.
    least = scale * (1.0 + v)
    t = sqrt(_REACH / (2.0 * least + _REACH))
    shorter = where(t < tanh, t, tanh)
    above = _half_range(least + scale * sinh * tanh)
    below = _half_range(least + scale * sinh * (tanh - shorter) / (1.0 - tanh * shorter))
    centre = log1p(v + sinh)
    below = where(below < centre, below, centre)
    return -below, (above + below) / (_N_NODES - 1.0), v, sinh


def _near_images(r):
    """For r = exp(-1 / s), s <= 0.5: the images relative to the first, S, and its scaled slope r S'(r)."""
    r3 = r * r * r
    r6 = r3 * r3
    a1, a3, a6, a10, a15 = -3.0 * r, 5.0 * r3, -7.0 * r6, 9.0 * r6 * r3 * r, -11.0 * r6 * r6 * r3
    return 1.0 + ((a1 + a3) + (a6 + a10) + a15), (a1 + 3.0 * a3) + (6.0 * a6 + 10.0 * a10) + 15.0 * a15


def _far_images(r):
    """As ``_near_images`` for s <= 1."""
    r3 = r * r * r
    r6 = r3 * r3
    r15 = r6 * r6 * r3
    a1, a3, a6, a10 = -3.0 * r, 5.0 * r3, -7.0 * r6, 9.0 * r6 * r3 * r
    a15, a21, a28 = -11.0 * r15, 13.0 * r15 * r6, -15.0 * r15 * r6 * r6 * r
    value = 1.0 + ((a1 + a3) + (a6 + a10) + ((a15 + a21) + a28))
    return value, (a1 + 3.0 * a3) + (6.0 * a6 + 10.0 * a10) + ((15.0 * a15 + 21.0 * a21) + 28.0 * a28)


def _node(i, u, delta, low, step, v, sinh):
    """At a node: u / s and u / (u - s), s / u, the weights of the halves x > 0 and x < 0 without S.

    The fall from the hump is written by its distance e: far from 0 it is a small difference of large numbers, which in
    single precision may come out below 0.
    """
    e = expm1(low + i * step)
    place = 1.0 + v + sinh
    odds = place * (1.0 + e)
    near, far = 1.0 + odds, 1.0 + 1.0 / odds
    share = 1.0 / near
    rise = delta * u * share * place / (1.0 + place)
    fall = e * (0.125 * ((1.0 + v) * e + sinh * (2.0 + e)) / (u * (1.0 + e)) - rise)
    weight = exp(-where(fall > 0.0, fall, 0.0)) * sqrt(near * far) * where(i > 0.0, 1.0, 0.5)
    mirrored = weight * exp(-delta * u * (1.0 - 2.0 * share))
    return near, far, share, weight, mirrored


def _jet_node(i, u, delta, low, step, v, sinh):
    """Terms of the integral, of the integral of s / u, and of the scaled slope by u."""
    near, far, share, weight, mirrored = _node(i, u, delta, low, step, v, sinh)
    s1, n1 = _near_images(exp(-near / u))
    s2, n2 = _far_images(exp(-far / u))
    images = s1 * s2
    both = weight + mirrored
    slope = 0.125 * (near + far) * images + n1 * s2 * near + s1 * n2 * far
    return both * images, images * (weight * share + mirrored * (1.0 - share)), both * slope


def _hessian_node(i, u, delta, low, step, v, sinh):
    """Terms of the integral and of those of share, share^2, slope, slope^2, share * slope, curvature."""
    near, far, share, weight, mirrored = _node(i, u, delta, low, step, v, sinh)
    r1, r2 = exp(-near / u), exp(-far / u)
    s1, n1 = _near_images(r1)
    s2, n2 = _far_images(r2)
    d1, d2 = n1 / s1, n2 / s2
    slope = 0.125 * (near + far) + d1 * near + d2 * far
    curvature = near * near * (_near_bend(r1) / s1 - d1 * d1) + far * far * (_far_bend(r2) / s2 - d2 * d2)
    weight, mirrored = weight * s1 * s2, mirrored * s1 * s2
    both, other = weight + mirrored, 1.0 - share
    mean = weight * share + mirrored * other
    square = weight * share * share + mirrored * other * other
    return both, mean, square, both * slope, both * slope * slope, mean * slope, both * curvature


def _near_bend(r):
    """The scaled slope of the scaled slope of S, r (r S'(r))', for the near images."""
    r3 = r * r * r
    r6 = r3 * r3
    return (-3.0 * r + 45.0 * r3) + (-252.0 * r6 + 900.0 * r6 * r3 * r) - 2475.0 * r6 * r6 * r3


def _far_bend(r):
    """As ``_near_bend``, for the far images."""
    r3 = r * r * r
    r6 = r3 * r3
    r15 = r6 * r6 * r3
    return _near_bend(r) + (5733.0 * r15 * r6 - 11760.0 * r15 * r6 * r6 * r)


_jet_sums = NodeSum(term=_jet_node, count=_N_NODES, width=3)
_hessian_sums = NodeSum(term=_hessian_node, count=_N_NODES, width=7)


def _early_value(u, delta, total, step, v, sinh):
    peak = delta * u / (2.0 + v + sinh) + 0.25 * (2.0 + v) / u
    return log(total * step) - peak - 2.0 * log(u) - _LOG_8_PI


def _early_jet(u, p, q):
    delta = abs(p - q)
    low, step, v, sinh = _grid(u, delta)
    total, share, slope = _jet_sums(u, delta, low, step, v, sinh)
    share = share / total
    by_u = (slope / (total * u) - 2.0) / u - delta * share
    return _by_rates(u, p, q, _early_value(u, delta, total, step, v, sinh), by_u, -u * share)


def _early_hessian(u, p, q):
    delta = abs(p - q)
    low, step, v, sinh = _grid(u, delta)
    total, share, share2, slope, slope2, both, curvature = _hessian_sums(u, delta, low, step, v, sinh)
    share, share2, slope, slope2, both = share / total, share2 / total, slope / total, slope2 / total, both / total
    variance, covariance = share2 - share * share, (both - share * slope) / (u * u)
    spread = (slope2 - slope * slope + curvature / total) / (u * u)
    by_uu = (2.0 + (spread - 2.0 * slope / u)) / (u * u) + delta * (delta * variance - 2.0 * covariance)
    return _hessian_by_rates(p, q, by_uu, u * (delta * variance - covariance) - share, u * u * variance)


def _rest(x):
    """What is left of twice the transform at x - pi^2 / 2 without its leading pole 2 pi / x, with two derivatives."""
    a, b, c = 1.0 / (4.0 * _PI_SQUARED + x), 1.0 / (12.0 * _PI_SQUARED + x), 1.0 / (24.0 * _PI_SQUARED + x)
    a1, b1, c1 = -6.0 * pi * a, 10.0 * pi * b, -14.0 * pi * c
    value, slope, bend = 0.0, 0.0, 0.0
    for coefficient in _POWERS:
        bend = bend * x + 2.0 * slope
        slope = slope * x + value
        value = value * x + coefficient
    a2, b2, c2 = a1 * a, b1 * b, c1 * c
    return value + (a1 + b1 + c1), slope - (a2 + b2 + c2), bend + 2.0 * (a2 * a + b2 * b + c2 * c)


def _means(y, decay):
    """Means of exp(-y t) over 0 < t < 1, of that times -t and times t^2."""
    small = where(y < 0.5, y, 0.0)
    large = where(y < 0.5, 0.5, y)
    series = 0.0
    for coefficient in _SQUARES:
        series = coefficient - small * series
    first = -0.5 * (decay + small * series)
    mean = (1.0 - decay) / large
    mean1 = (decay - mean) / large
    small = y < 0.5
    mean2 = where(small, series, -(decay + 2.0 * mean1) / large)
    return where(small, decay - y * first, mean), where(small, first, mean1), mean2


def _mild_jet(u, p, q):
    delta = abs(p - q)
    decay = exp(-delta * u)
    mean, mean1, _ = _means(delta * u, decay)
    front, front1, _ = _rest(delta)
    back, back1, _ = _rest(-delta)
    total = 2.0 * pi * u * mean + front + decay * back
    by_u = decay * (2.0 * pi - delta * back)
    by_delta = 2.0 * pi * (u / total) * (u * mean1) + (front1 - decay * (u * back + back1)) / total
    value = _LOG_HALF_PI + log(total) - _HALF_PI_SQUARED * u
    return _by_rates(u, p, q, value, by_u / total - _HALF_PI_SQUARED, by_delta)


def _mild_hessian(u, p, q):
    delta = abs(p - q)
    decay = exp(-delta * u)
    mean, mean1, mean2 = _means(delta * u, decay)
    front, front1, front2 = _rest(delta)
    back, back1, back2 = _rest(-delta)
    total = 2.0 * pi * u * mean + front + decay * back
    by_u = decay * (2.0 * pi - delta * back) / total
    by_delta = 2.0 * pi * (u / total) * (u * mean1) + (front1 - decay * (u * back + back1)) / total
    by_mixed = -u * by_u - decay * (back - delta * back1) / total
    bend = 2.0 * pi * u * u * u * mean2 + front2 + decay * (u * (u * back + 2.0 * back1) + back2)
    by_uu = -by_u * (delta + by_u)
    return _hessian_by_rates(p, q, by_uu, by_mixed - by_u * by_delta, bend / total - by_delta * by_delta)


def _strong_jet(u, p, q):
    root = sqrt(2.0 * abs(p - q) - _PI_SQUARED)
    ratio = exp(-root)
    value = _LOG_PI - _HALF_PI_SQUARED * u - 0.5 * root - log1p(ratio)
    by_delta = -0.5 * (1.0 - ratio) / ((1.0 + ratio) * root)
    return _by_rates(u, p, q, value, -_HALF_PI_SQUARED, by_delta)


def _strong_hessian(u, p, q):
    root = sqrt(2.0 * abs(p - q) - _PI_SQUARED)
    ratio = exp(-root)
    tanh = (1.0 - ratio) / (1.0 + ratio)
    by_both = 0.5 * (tanh / root - 0.5 * (1.0 - tanh * tanh)) / (root * root)
    return _hessian_by_rates(p, q, 0.0 * u, 0.0 * u, by_both)


def _by_rates(u, p, q, value, by_u, by_delta):
    """Jet of -min(p, q) u plus a function of u and delta: the slopes meet where p = q."""
    first = p >= q
    least, other = where(first, q, p), -u - by_delta
    return value - least * u, by_u - least, where(first, by_delta, other), where(first, other, by_delta)


def _hessian_by_rates(p, q, by_uu, by_mixed, by_both):
    first = p >= q
    other = -1.0 - by_mixed
    return by_uu, where(first, by_mixed, other), where(first, other, by_mixed), by_both, -by_both, by_both


two_passages = SpecialFunction(
    name="log_two_passages",
    n_variables=3,
    pieces=(
        Piece(holds=_is_early, jet=_early_jet, hessian=_early_hessian, anchor=(0.4, 1.0, 0.5)),
        Piece(holds=_is_mild, jet=_mild_jet, hessian=_mild_hessian, anchor=(1.0, 1.0, 0.5)),
        Piece(holds=_is_inside, jet=_strong_jet, hessian=_strong_hessian, anchor=(1.0, 50.0, 0.5)),
    ),
    modules=(sys.modules[__name__],),
)
"""``two_passages(u, p, q)``: u = time / distance^2, rates nu^2 distance^2 / 2 of the first and the second stage."""
