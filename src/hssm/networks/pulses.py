"""The recipe of ``gamma_drift``: a pulse of drift changes the log density by its mean and variance along paths.

By Girsanov's theorem the density is that of motion without drift times the mean of exp(int g dX - 1/2 int g^2 dt) over
paths X that end at the right bound at the right time. A constant part of the drift g is exact; of the pulse the recipe
takes the first two cumulants of int g dX. For the first it needs the mean path. For the second, paths are Gaussian
about that and drawn back to it, the more the closer the end: then the variance is int (g - h)^2 dt, where h(t) is the
mean of what is to come of g, weighted by what paths will still know of t. The layers learn the rest, which grows with
that variance.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from hssm.networks.recipe import Columns, Recipe, as_is, column, soft
from hssm.networks.two_bounds import hit, log_passage

_STEPS = 16
_EVEN = np.linspace(0.0, 1.0, _STEPS + 1)[None, :]
_EDGES = (_EVEN * (0.5 + _EVEN * (1.5 - _EVEN))).astype(np.float32)
"""Of the time until the trial ends, or the pulse: closer at both ends."""


def _middles(values: Columns) -> Columns:
    return 0.5 * (values[:, 1:] + values[:, :-1])


def _differences(values: Columns) -> Columns:
    return values[:, 1:] - values[:, :-1]


def _total(values: Columns) -> Columns:
    return jnp.sum(values, axis=1, keepdims=True)


_EARLY, _RELAXING, _LEAVING = 0.17, 18.6, 11.4
"""Where two forms of the mean path meet, and rates by which the late one forgets its start and leaves the middle."""


def _mean_path(times: Columns, left: Columns, end: Columns, w: Columns) -> Columns:
    """Mean distance from the bound that is hit at the end, of motion without drift from w.

    Early a three-dimensional Bessel bridge, later the middle.
    """
    passed, ahead = times / end, left / end
    straight, variance = w * ahead, times * ahead
    early = jnp.sqrt(straight * straight + (2.07 + 0.406 * passed * passed) * variance + 1e-12)
    leaving = (1.0 - jnp.exp(-_LEAVING * left)) / (1.0 - jnp.exp(-_LEAVING * end))
    late = (0.5 + (w - 0.5) * jnp.exp(-_RELAXING * times)) * jnp.sqrt(leaving + 1e-9)
    share = 1.0 / (1.0 + (end / _EARLY) ** 4)
    return share * early + (1.0 - share) * late


_BRIDGE, _CONFINED, _CONFINED_FROM = 1.15, 14.8, 0.1
"""Paths are drawn to the mean path by the first over the time left, and later by the slowest rate between bounds."""


def _to_come(push: Columns, times: Columns, left: Columns, end: Columns) -> Columns:
    """What paths will still know of, at every edge: from the end backwards."""
    rate = _CONFINED * end / (end + _CONFINED_FROM)
    known = jnp.exp(_BRIDGE * _differences(jnp.log(jnp.maximum(left, 1e-6 * end))) - rate * _differences(times))
    middles, found = _middles(push), [push[:, -1:]]
    for i in reversed(range(_STEPS)):
        kept = known[:, i : i + 1]
        found.append(kept * found[-1] + (1.0 - kept) * middles[:, i : i + 1])
    return jnp.concatenate(found[::-1], axis=1)


_NAMES = ("v", "a", "z", "t", "shape", "scale", "c")


def _gamma_drift(rows: Columns) -> tuple[Columns, Columns, Columns]:
    tau, lost, distance, w, drift = hit(rows, _NAMES)
    area, pull, power = distance * distance, drift * distance, column(rows, 4) - 1.0
    end, scale = jnp.minimum(tau / area, 1e4), column(rows, 5) / area
    height = -column(rows, 8) * column(rows, 6) * distance
    peak = power * scale
    last = jnp.minimum(end, peak + scale * (2.5 + 5.0 * jnp.sqrt(power + 1.0)))
    times = last * _EDGES
    left, ratio = jnp.maximum(end - times, 0.0), jnp.maximum(times / peak, 1e-12)
    push = height * jnp.exp(power * (jnp.log(ratio) + 1.0 - ratio))
    ahead, steps = _to_come(push, times, left, end), _differences(times)
    pushed = _total(_middles(push) * steps)
    mean = _total(_middles(push) * _differences(_mean_path(times, left, end, w)))
    spread = _total(_middles((push - ahead) * (push - ahead)) * steps)
    cost = _total(_middles(ahead * (0.5 * ahead - push)) * steps)  # half the variance, less half the integral of g^2
    constant = -w * pushed / end - 0.5 * pushed * pushed / end
    known = log_passage(jnp.minimum(end, 40.0), w) + mean + cost - 2.0 * jnp.log(distance) + lost
    known = known - pull * w - 0.5 * pull * pull * end - pull * pushed
    root, size = jnp.sqrt(end), jnp.sqrt(spread + 1e-8)
    features = [
        w,
        w * (1.0 - w),
        jnp.log(1.0 + 4.0 * end),
        1.0 / (1.0 + 10.0 * end),
        jnp.exp(-8.0 * end),
        jnp.exp(-2.0 * (1.0 - w) / end),
        0.1 * jnp.log(end),
        0.1 * jnp.log(peak),
        0.2 * jnp.log(end / peak),
        end / (end + peak),
        0.1 * power,
        last / (last + 0.1),
        height / 18.0,
        soft(0.3 * height),
        push[:, -1:] / 18.0,
        soft(0.3 * push[:, -1:]),
        pushed / 3.0,
        soft(pushed),
        soft(2.0 * height * peak),
        soft(0.3 * pushed / end),
        soft((w + pushed) / root),
        soft((w - 1.0 + pushed) / root),
        soft(mean),
        mean / (3.0 + 0.3 * jnp.abs(mean)),
        soft(cost),
        cost / (3.0 + 0.3 * jnp.abs(cost)),
        soft(spread),
        soft(size),
        soft(3.0 * (mean + cost - constant)),
    ]
    return jnp.concatenate(features, axis=1), known, 0.15 * soft(size) + 0.0005


PULSED: dict[str, Recipe] = {
    "gamma_drift": Recipe(inputs=(*_NAMES, "rt", "response"), split=_gamma_drift, finish=as_is, huber=0.003),
}
