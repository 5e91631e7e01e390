"""What is known of an accumulator above a reflecting floor: its log density and the logit of its survivor, nearly.

In units of the bound's height a time is r, the height left h = 1 - C r, the drift V, and s = r / h; the law by s is
that of reflected motion below a bound at 1 (``densities/passage/floor.py``). By Girsanov's theorem its density is that
of driftless motion times exp(h (V + C/2) - V z - C z^2 / 2 - V^2 r / 2) h^(1/2), and times what drift costs paths that
touch the floor: the mean of exp(-integral of q over local time at the floor), where q = V h is the drift that is left.

Early, one touch counts: with q as it is at the time of the touch that is a difference of two normal densities and a
normal tail (the law of reflected motion, Harrison, 1985, Brownian motion and stochastic flow systems, section 3.6).
Late, the slowest wave declines at the rate k^2 / 2, k cos k + q sin k = 0, which follows q as the bound moves. The
survivor is one minus the same early law, integrated, and late the density over its rate of decline. In between either
is within a few percent, and layers learn the rest. All this is of drifts of 0 or more, as in the box of the shipped
networks; drifts away from the bound leave more, the more they keep paths at the floor.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from scipy.special import erfcx

from hssm.networks.recipe import Columns
from hssm.networks.two_bounds import CLOSED

LATEST = 160.0
"""Values of s end here: nothing is left."""

_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_HALF_PI = 0.5 * math.pi
_SLOWEST = 0.5 * _HALF_PI**2
_STEEPEST = 12.0
_LEAST_DRIFT = -0.9
"""Drifts at the floor below this count as this: below -1 the slowest wave is of another kind."""

_IMAGES_UNTIL = 1.3
"""Until then six images give the driftless density to 5e-5, from then on its slowest wave does."""

_ONE_TOUCH_UNTIL = 0.9
_LATE_DENSITY, _LATE_SURVIVOR = 0.45, 0.5
_BLENDING = 6
"""Early and late forms have the same weight at these s, and the share of the early one falls as this power of s."""

_NODES, _WEIGHTS = (
    (0.5 * part + shift)[None, :].astype(np.float32)
    for part, shift in zip(np.polynomial.legendre.leggauss(5), (0.5, 0.0), strict=True)
)


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """An accumulator at a time, in units of the bound's height; ``closed`` is what log density loses at the end."""

    r: Columns
    s: Columns
    drift: Columns
    start: Columns
    closing: Columns
    left: Columns
    closed: Columns


def scaled(v: Columns, a: Columns, z: Columns, theta: Columns, tau: Columns) -> Scaled:
    """Of columns that broadcast."""
    r, closing = tau / (a * a), a * jnp.tan(theta)
    height = 1.0 - closing * r
    left = jnp.maximum(height, CLOSED)
    closed = 1000.0 * jnp.minimum(jnp.maximum(1.0 - height / CLOSED, 0.0), 1.0)
    return Scaled(r=r, s=r / left, drift=v * a, start=z, closing=closing, left=left, closed=closed)


def tilt(at: Scaled) -> Columns:
    """What drift and the moving bound add to the log density of paths that never touch the floor (Girsanov)."""
    ends = at.left * (at.drift + 0.5 * at.closing) - at.drift * at.start - 0.5 * at.closing * at.start * at.start
    return ends - 0.5 * at.drift * at.drift * at.r


def log_over(x: Columns) -> Columns:
    """log(1 + x) / x for x > -1, smooth at 0: log(1 + x) is 2 log(1 + y) with y = x / (1 + sqrt(1 + x))."""
    factor = 1.0
    for _ in range(6):
        half = 1.0 + jnp.sqrt(1.0 + x)
        x, factor = x / half, 2.0 * factor / half
    return factor * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - 0.2 * x))))


def _mills_series() -> np.ndarray:
    """Coefficients by powers of t = 1 / (1 + 0.3 x) of the log of the normal's upper tail over density and t."""
    t = 0.5 + 0.5 * np.cos(np.pi * (np.arange(60) + 0.5) / 60)
    x = (1.0 / t - 1.0) / 0.3
    series = Chebyshev.fit(t, np.log(math.sqrt(_HALF_PI) * erfcx(x / math.sqrt(2.0)) / t), 8, domain=[0.0, 1.0])
    return np.asarray(series.convert(kind=Polynomial).coef)


_MILLS = _mills_series()


def mills_ratio(x: Columns) -> Columns:
    """The normal distribution's upper tail over its density, x >= 0, to 1e-6."""
    t = 1.0 / (1.0 + 0.3 * x)
    power = float(_MILLS[-1])
    for coefficient in _MILLS[-2::-1]:
        power = power * t + float(coefficient)
    return t * jnp.exp(power)


def slowest_wave(q: Columns) -> Columns:
    """The smallest k with k cos k + q sin k = 0: two Newton steps, to 1e-6 where q >= 0."""
    q = jnp.maximum(q, _LEAST_DRIFT)
    k = _HALF_PI * (1.0 + q / (q + _HALF_PI**2))
    for _ in range(2):
        sine, cosine = jnp.sin(k), jnp.cos(k)
        k = k - (k * cosine + q * sine) / ((1.0 + q) * cosine - k * sine)
    return k


def driftless(s: Columns, z: Columns) -> Columns:
    """Log density at s of driftless reflected motion from z to 1."""
    early = jnp.minimum(s, _IMAGES_UNTIL)
    images = 0.0
    for sign, place in ((1.0, 1.0), (-1.0, 3.0), (1.0, 5.0)):
        for side in (-1.0, 1.0):
            way = place + side * z
            images = images + sign * way * jnp.exp(-0.5 * (way - 1.0 + z) * (way + 1.0 - z) / early)
    edge = jnp.log(jnp.maximum(images, 1e-6)) - 0.5 * (1.0 - z) * (1.0 - z) / early - 1.5 * jnp.log(early)
    return edge - _HALF_LOG_2PI - _SLOWEST * (jnp.minimum(s, LATEST) - early)


def _late_share(s: Columns, middle: float) -> Columns:
    power = (jnp.minimum(s, LATEST) / middle) ** _BLENDING
    return power / (1.0 + power)


@dataclass(frozen=True, kw_only=True)
class _Early:
    """The time of the early forms, which stops; the last distance by way of the floor, and the weight of that way."""

    s: Columns
    r: Columns
    root: Columns
    way: Columns
    image: Columns


def _early(at: Scaled) -> _Early:
    s = jnp.minimum(at.s, _ONE_TOUCH_UNTIL)
    r = s / (1.0 + at.closing * s)
    return _Early(s=s, r=r, root=jnp.sqrt(r), way=1.0 + at.start, image=jnp.exp(-2.0 * at.start / s))


def _cost_of_one_touch(at: Scaled, early: _Early) -> Columns:
    """What drift costs at the floor, to the log density."""
    touched = early.s * (at.start + early.s) / (early.way + 2.0 * early.s)
    q = jnp.maximum(at.drift, _LEAST_DRIFT) / (1.0 + at.closing * touched)
    root = jnp.sqrt(early.s)
    slowed = 1.0 - q * root * mills_ratio(early.way / root + q * root)
    image = early.image * early.way / (1.0 - at.start)
    return jnp.log(jnp.maximum(1.0 - 2.0 * q * early.s / early.way * slowed * image / (1.0 + image), 1e-3))


@dataclass(frozen=True, kw_only=True)
class _Wave:
    """The slowest wave at a drift q at the floor: k, its squared norm, and the slope of its rate by q."""

    k: Columns
    norm: Columns
    by_drift: Columns


def _wave(q: Columns) -> _Wave:
    k = slowest_wave(q)
    norm = 0.5 - jnp.sin(2.0 * k) / (4.0 * k)
    return _Wave(k=k, norm=norm, by_drift=0.5 * jnp.sin(k) ** 2 / norm)


def _cost_of_many_touches(at: Scaled, last: _Wave) -> Columns:
    """The same late: rates are integrated along s, by Gauss's rule in log(1 + C s)."""
    s = jnp.minimum(at.s, LATEST)
    x = at.closing * s
    log_over_x = log_over(x)
    spent = 0.0
    for node, weight in zip(_NODES[0], _WEIGHTS[0], strict=True):
        grown = jnp.exp(float(node) * x * log_over_x)
        k = slowest_wave(at.drift / grown)
        spent = spent + float(weight) * grown * (0.5 * k * k - _SLOWEST)
    first, distance = _wave(at.drift), jnp.maximum(1.0 - at.start, 1e-3)
    begins = jnp.log(jnp.sin(first.k * distance) / jnp.sin(_HALF_PI * distance))
    return begins + jnp.log(last.k / _HALF_PI) - 0.5 * jnp.log(4.0 * first.norm * last.norm) - spent * s * log_over_x


def _decline(at: Scaled, last: _Wave) -> Columns:
    """Late, the density by s of the paths that are left: -d log F, and once more for its own slow change."""
    q_slope, both = -at.drift * at.closing * at.left * at.left, at.left * (at.drift + at.closing)
    k, norm, closing = last.k, last.norm, at.closing * at.left
    k_slope = last.by_drift / k * q_slope
    norm_slope = (jnp.sin(2.0 * k) / (4.0 * k * k) - 0.5 * jnp.cos(2.0 * k) / k) * k_slope
    rate = 0.5 * (k * k + both * both + closing) - k_slope / k + 0.5 * norm_slope / norm
    rate_slope = q_slope * last.by_drift - closing * (both * both + 0.5 * closing)
    rate = jnp.maximum(rate, 0.3)
    return jnp.log(jnp.maximum(rate + rate_slope / rate, 0.3))


def without_floor(at: Scaled, r: Columns) -> tuple[Columns, Columns]:
    """Arguments of the two normal tails whose weighted sum is the inverse Gaussian distribution function at r."""
    approach, straight, root = at.drift + at.closing, 1.0 - at.start, jnp.sqrt(r)
    ahead = jnp.minimum((straight - approach * r) / root, _STEEPEST)
    return ahead, (straight + jnp.maximum(approach, 0.0) * r) / root


def logit_left(ahead: Columns, ratio: Callable[[Columns], Columns], other: Columns) -> Columns:
    """The logit of one minus the normal density at ``ahead`` times Mills' ratio there plus ``other``."""
    size = jnp.abs(ahead)
    log_bell = -0.5 * size * size - _HALF_LOG_2PI
    side = jnp.sign(ahead + 1e-30)
    # Early, arrivals are the rare side, late the survivors; the other one is what is left.
    tails = jnp.maximum(ratio(size) + side * other, 1e-9)
    return side * (jnp.log(jnp.maximum(1.0 - jnp.exp(log_bell) * tails, 1e-6)) - log_bell - jnp.log(tails))


def _early_logit(at: Scaled, early: _Early) -> Columns:
    """The logit of one minus the shares that came straight, and by way of the floor."""
    ahead, behind = without_floor(at, early.r)
    pull = at.drift * early.root
    by_floor = 0.0
    for sign in (1.0, -1.0):
        u = jnp.maximum((early.way + (at.drift + sign * at.closing) * early.r) / early.root, 0.0)
        by_floor = by_floor + mills_ratio(u) * (1.0 + pull * u) - pull
    return logit_left(ahead, mills_ratio, mills_ratio(behind) + early.image * jnp.maximum(by_floor, 0.0))


def known_parts(at: Scaled) -> tuple[Columns, Columns]:
    """Log density by r, and the logit of the survivor."""
    last, early = _wave(at.drift * at.left), _early(at)
    log_left, late = jnp.log(at.left), _late_share(at.s, _LATE_DENSITY)
    cost = (1.0 - late) * _cost_of_one_touch(at, early) + late * _cost_of_many_touches(at, last)
    by_s = driftless(at.s, at.start) + tilt(at) + 0.5 * log_left + cost
    late = _late_share(at.s, _LATE_SURVIVOR)
    log_left_over = jnp.minimum(by_s - _decline(at, last), -0.02)
    late_logit = log_left_over - jnp.log(1.0 - jnp.exp(log_left_over))
    logit = (1.0 - late) * _early_logit(at, early) + late * late_logit
    return by_s - 2.0 * log_left - at.closed, logit - at.closed
