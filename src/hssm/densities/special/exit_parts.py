"""Building blocks of the distribution function and the survivor of a diffusion between two bounds.

One side's share of a probability comes as a *bundle* of eight numbers, up to a common factor: the share x, its
derivatives with respect to drift m, to the distance c to that side's bound, mm and mc; the flux d through
the bound (the derivative of the share with respect to time) and its derivatives with respect to c and u. Early: images
of the start, each integrating to two normal tails; late: waves. Units: distance 1 between the bounds, m >= 0.
Blurton, Kesselmeier & Gondan (2012), https://doi.org/10.1016/j.jmp.2012.09.002.
"""

from __future__ import annotations

from math import cos, exp, pi, sin, sqrt

from hssm.densities.special.function import where
from hssm.densities.special.gaussian import mills

_ROOT_2PI = sqrt(2.0 * pi)
_PI_SQUARED = pi * pi


def image(u, m, y, shift, flip):
    """The two normal tails of the image at distance ``y``, and the flux, all times exp(-shift).

    ``flip`` puts the complement of the first tail in its place, negatively: the part not yet absorbed.
    Returns five numbers to sum with alternating signs, then four to sum plainly.
    """
    s = sqrt(u)
    x = y / s - m * s
    e = exp(-0.5 * (y * y / u + m * m * u) - shift)
    near = e * mills(abs(x))
    line = _ROOT_2PI * exp(where((x < 0.0) ^ flip, -m * y - shift, -800.0))
    t1 = where(flip, -where(x < 0.0, near, line - near), where(x < 0.0, line - near, near))
    t2 = e * mills(y / s + m * s)
    total, difference = t1 + t2, t2 - t1
    return (
        total,
        y * difference,
        y * e,
        y * (y * total - 2.0 * s * e),
        y * y * y * e,
        m * difference - 2.0 * e / s,
        difference + y * m * total,
        e,
        y * y * e,
    )


def _alternate(i, images):
    return images[0][i] - images[1][i] + images[2][i] - images[3][i] + images[4][i] - images[5][i]


def _plain(i, images):
    return images[0][i] + images[1][i] + images[2][i] + images[3][i] + images[4][i] + images[5][i]


def image_bundle(u, m, c, cc, shift, flip_first, flip_rest):
    """Bundle of the bound at distance ``c`` (``cc`` = 1 - c) from six images."""
    images = (
        image(u, m, c, shift, flip_first),
        image(u, m, 1.0 + cc, shift, flip_rest),
        image(u, m, 2.0 + c, shift, flip_rest),
        image(u, m, 3.0 + cc, shift, flip_rest),
        image(u, m, 4.0 + c, shift, flip_rest),
        image(u, m, 5.0 + cc, shift, flip_rest),
    )
    scale = 1.0 / (u * sqrt(u))
    d, cubes = _alternate(2, images), _alternate(4, images)
    return (
        _alternate(0, images),
        _alternate(1, images),
        _plain(5, images),
        _alternate(3, images),
        _plain(6, images),
        scale * d,
        scale * (_plain(7, images) - _plain(8, images) / u),
        scale * (0.5 * cubes / (u * u) - d * (1.5 / u + 0.5 * m * m)),
    )


def wave_bundle(u, m, c, cc, n_waves):
    """Bundle of what the bound at distance ``c`` absorbs after u, less the factor 2 pi exp(-(m^2 + pi^2) u / 2)."""
    s, cosine = sin(pi * where(c < cc, c, cc)), cos(pi * c)
    decay = exp(-0.5 * _PI_SQUARED * u)
    step = decay * decay * decay
    b, sine, before, even, odd = 1.0, s, 0.0 * s, cosine, 1.0
    t1, t2, t3, c1, c2, d, dc, du = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(1, n_waves + 1):
        reach = 1.0 / (m * m + k * k * _PI_SQUARED)
        wave, slope = k * sine * b, k * k * pi * even * b
        t1, t2, t3 = t1 + wave * reach, t2 + wave * reach * reach, t3 + wave * reach * reach * reach
        c1, c2 = c1 + slope * reach, c2 + slope * reach * reach
        d, dc, du = d + 0.5 * wave, dc + 0.5 * slope, du + 0.5 * k * k * wave
        sine, before = 2.0 * cosine * sine - before, sine
        even, odd = 2.0 * cosine * even - odd, even
        b, step = b * step, step * decay * decay
    m2 = m * m
    return (
        t1,
        -m * (u * t1 + 2.0 * t2),
        c1,
        (m2 * u - 1.0) * u * t1 + (4.0 * m2 * u - 2.0) * t2 + 8.0 * m2 * t3,
        -m * (u * c1 + 2.0 * c2),
        d,
        dc,
        -0.5 * (m2 * d + _PI_SQUARED * du),
    )
