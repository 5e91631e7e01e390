"""The recipe of ``weibull``: in coordinates in which falling bounds stand still, they push paths outwards.

Let b be half the distance of the bounds, share = exp(-fallen) its share of the first, fallen = (t / beta)^alpha, and
push the rate of fallen by a clock that runs with 1 / b^2. By that clock Y = X / b moves between -1 and 1 with drift
push Y. By Girsanov's theorem the density is share^(-3/2) times that of motion without drift times the mean, over paths
that end at the right bound at the right time, of exp(1/2 int push d(Y^2) - 1/2 int push^2 Y^2 d clock). The recipe
takes the mean of the exponent, for which only the mean of Y^2 is needed; the layers learn the rest, which grows with
how far bounds sweep while paths diffuse, and is mostly below a hundredth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from hssm.networks.recipe import Columns, Recipe, as_is, column, soft
from hssm.networks.two_bounds import hit, log_passage

_LATEST, _LOWEST_SHARE, _LARGEST = 40.0, 1e-3, 20.0
_DOWN = 6.0


def _rule(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places in (0, 1), crowded at both ends, and weights; last a matrix that makes integrals up to each of values."""
    x, weights = np.polynomial.legendre.leggauss(n)
    even = 0.5 * (1.0 + x)
    stretch = 8.0 * (1.0 - even**4) * even**3
    cardinal = np.linalg.inv(np.polynomial.legendre.legvander(x, n - 1))
    until = np.polynomial.legendre.legval(x, np.polynomial.legendre.legint(cardinal, lbnd=-1))
    places = 1.0 - (1.0 - even**4) ** 2
    return tuple(  # type: ignore[return-value]
        part.astype(np.float32)
        for part in (places[None, :], (0.5 * weights * stretch)[None, :], 0.5 * until * stretch[:, None])
    )


_PLACES, _WEIGHTS, _UNTIL = _rule(12)


def _integral(values: Columns) -> Columns:
    return jnp.sum(values * _WEIGHTS, axis=1, keepdims=True)


def collapse(alpha: Columns, beta: Columns, tau: Columns) -> Columns:
    """How far Weibull bounds are down: minus the logarithm of their share of the distance."""
    return jnp.exp(jnp.minimum(alpha * (jnp.log(tau) - jnp.log(beta)), 3.0))


def _pace(fallen: Columns) -> Columns:
    """1 / share^2, of the clock."""
    return jnp.exp(2.0 * jnp.minimum(fallen, _DOWN))


def weibull_clock(alpha: Columns, beta: Columns, tau: Columns) -> Columns:
    """Integral of 1 / share^2 over time."""
    return tau * _integral(_pace(collapse(alpha, beta, tau * _PLACES)))


@dataclass(frozen=True, kw_only=True)
class _Way:
    """The way to the end of a trial: at nodes, how fast bounds fall by time, the clock's pace, and the clock.

    Times are in units of the squared distance of the bounds, and so is the clock, of their distance at the moment.
    """

    end: Columns
    clock: Columns
    falling: Columns
    pace: Columns
    times: Columns


def _way(alpha: Columns, beta: Columns, end: Columns) -> _Way:
    fallen = collapse(alpha, beta, end * _PLACES)
    pace = _pace(fallen)
    clock = jnp.minimum(end * _integral(pace), _LATEST)
    # Of the pace above one, so that the first times keep their relative precision.
    times = end * (_PLACES + jnp.maximum(jnp.matmul(pace - 1.0, _UNTIL), 0.0))
    return _Way(
        end=end,
        clock=clock,
        falling=alpha * fallen / (end * _PLACES),
        pace=pace,
        times=jnp.minimum(times, 0.9999 * clock),
    )


_REST = 1.0 / 6.0 + 0.5 / math.pi**2
"""Mean of x (1 - x) while paths last, under 2 sin^2(pi x)."""
_FORGETTING, _LEAVING = 4.0 * math.pi**2, 54.0
_EARLY = 0.15


def _mean_inside(way: _Way, w: Columns) -> tuple[Columns, Columns]:
    """E x (1 - x) and its slope by the clock, x the relative distance from the bound that is hit at the end.

    Early, paths are three-dimensional Bessel bridges from w to 0, whose mean is within 0.3 %; later they go to the
    stationary mean and leave it.
    """
    passed = way.times / way.clock
    ahead = 1.0 - passed
    variance, shape = way.times * ahead, 2.0 + 0.546 * passed * passed
    straight = w * w * ahead
    distance = jnp.sqrt(straight * ahead + shape * variance)
    early = distance - straight * ahead - 3.0 * variance
    widening = 1.0 - 2.0 * passed
    steeper = -2.0 * straight / way.clock + shape * widening + 1.092 * passed * passed * ahead
    early_slope = 0.5 * steeper / distance + 2.0 * straight / way.clock - 3.0 * widening

    start = (w * (1.0 - w) - _REST) * jnp.exp(-_FORGETTING * way.times)
    gone, whole = jnp.exp(-_LEAVING * way.clock * ahead), 1.0 - jnp.exp(-_LEAVING * way.clock)
    leaving = jnp.sqrt((1.0 - gone) / whole + 1e-9)
    late = (_REST + start) * leaving
    late_slope = -_FORGETTING * start * leaving - 0.5 * _LEAVING * (_REST + start) * gone / (whole * leaving)
    share = 1.0 / (1.0 + (way.clock / _EARLY) ** 4)
    return share * early + (1.0 - share) * late, share * early_slope + (1.0 - share) * late_slope


_REMEMBERED = 20.0


def _pushed(way: _Way, w: Columns) -> tuple[Columns, Columns, Columns]:
    """Three parts of the mean exponent: of d(Y^2), of Y^2 less that of a straight path, and of the straight path.

    Where paths are still straight, the part that they add is known to the second cumulant, and finite for all alpha.
    """
    inside, slope = _mean_inside(way, w)
    straight = 1.0 - 2.0 * w * (1.0 - way.times / way.clock)
    memory = jnp.exp(-_REMEMBERED * way.times)
    outwards = -0.5 * way.end * _integral(slope * way.falling)
    square = 1.0 - 4.0 * inside - memory * straight * straight
    scatter = -0.125 * way.end * _integral(square * way.falling * way.falling / way.pace)
    push = _integral(straight * memory * way.falling)
    return outwards, scatter, -0.125 * way.end * push * push / _integral(memory * way.pace)


_NAMES = ("v", "a", "z", "t", "alpha", "beta")


def _weibull(rows: Columns) -> tuple[Columns, Columns, Columns]:
    tau, lost, distance, w, drift = hit(rows, _NAMES)
    area, pull = distance * distance, drift * distance
    alpha, beta, end = column(rows, 4), column(rows, 5) / area, tau / area
    way = _way(alpha, beta, end)
    fallen = collapse(alpha, beta, end)
    left = jnp.maximum(jnp.exp(-fallen), _LOWEST_SHARE)
    gone = w - 0.5 * (1.0 - left)
    parts = _pushed(way, w)
    pushed = jnp.minimum(jnp.maximum(sum(parts), -_LARGEST), _LARGEST)
    known = log_passage(way.clock, w) + pushed - 1.5 * jnp.log(left) - 2.0 * jnp.log(distance)
    known = known - pull * gone - 0.5 * pull * pull * end + lost
    root = jnp.sqrt(end)
    sweep, ahead, rate = 0.5 * (1.0 - left) / root, gone / root, 0.25 * alpha * fallen * left * left / end
    features = [
        w,
        w * (1.0 - w),
        jnp.log(1.0 + 4.0 * way.clock),
        1.0 / (1.0 + 10.0 * way.clock),
        jnp.exp(-8.0 * way.clock),
        jnp.exp(-2.0 * (1.0 - w) / way.clock),
        soft(fallen),
        left,
        0.2 * alpha,
        0.2 * jnp.log(beta),
        0.1 * jnp.log(end),
        soft(sweep),
        sweep / (3.0 + 0.6 * sweep),
        jnp.exp(-sweep * sweep),
        soft(ahead),
        soft(0.3 * ahead),
        jnp.log(1.0 + rate),
        soft(0.3 * rate),
        *map(soft, parts),
        soft(3.0 * pushed),
    ]
    return jnp.concatenate(features, axis=1), known, 0.3 * soft(sweep) + 0.002


FALLING: dict[str, Recipe] = {
    "weibull": Recipe(inputs=(*_NAMES, "rt", "response"), split=_weibull, finish=as_is, huber=0.003),
}
