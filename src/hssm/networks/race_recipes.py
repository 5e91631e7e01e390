"""Recipes for races to a falling line above a reflecting floor: the layers know a single accumulator.

In units of the bound's height a time is r, the height left h = 1 - C r, the drift V, and s = r / h; the law by s is
that of reflected motion below a bound at 1 (``densities/passage/floor.py``). By Girsanov's theorem its density is that
of driftless motion times exp(h (V + C/2) - V z - C z^2 / 2 - V^2 r / 2) h^(1/2), but for what drift costs paths that
touch the floor. The survivor is followed early by that without a floor, an inverse Gaussian, and late by the same
decline.
Races are combined exactly: log density of the winner plus log survivors of the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from hssm.models.family import FEWEST, MOST
from hssm.networks.recipe import Columns, Recipe, column, decision_time, log_sigmoid, log_softmax, soft
from hssm.networks.two_bounds import CLOSED, passage

_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_LOG_4 = math.log(4.0)
_STEEPEST = 12.0
_FLOOR_BEGINS = 0.3
_LATEST = 160.0


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


def log_over(x: Columns) -> Columns:
    """log(1 + x) / x for x > -1, smooth at 0: log(1 + x) is 2 log(1 + y) with y = x / (1 + sqrt(1 + x))."""
    factor = 1.0
    for _ in range(6):
        half = 1.0 + jnp.sqrt(1.0 + x)
        x, factor = x / half, 2.0 * factor / half
    return factor * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - 0.2 * x))))


def touching(at: Scaled) -> Columns:
    """What drift costs at the floor: late paths fade by s times V h / (1 + V h / 4), nearly, more than without it."""
    slowed = 1.0 + 0.25 * at.drift
    cost = at.drift * at.s / slowed * log_over(at.closing * at.s / slowed)
    return cost * at.s / (at.s + _FLOOR_BEGINS)


def known_density(at: Scaled) -> tuple[Columns, Columns]:
    """Features and the known part of the log density by r."""
    u, w = 0.25 * at.s, 0.5 * (1.0 - at.start)
    features, known = passage(u, w)
    log_left = jnp.log(at.left)
    ends = at.left * (at.drift + 0.5 * at.closing) - at.drift * at.start - 0.5 * at.closing * at.start * at.start
    fading = 0.5 * at.drift * at.drift * at.r + touching(at)
    return features, known - _LOG_4 + ends - fading - 1.5 * log_left - at.closed


def mills(x: Columns) -> Columns:
    """The normal distribution's upper tail over its density, x >= 0, within 1.2 %: Boyd (1959), exact at both ends."""
    return math.pi / ((math.pi - 1.0) * x + jnp.sqrt(x * x + 2.0 * math.pi))


def known_survivor(at: Scaled) -> tuple[Columns, Columns]:
    """The logit of the survivor without a floor, and what is known of that with one."""
    root, d = jnp.sqrt(at.r), 1.0 - at.start
    approach = at.drift + at.closing
    ahead = jnp.minimum((d - approach * at.r) / root, _STEEPEST)
    behind = (d + jnp.maximum(approach, 0.0) * at.r) / root
    size = jnp.abs(ahead)
    log_bell = -0.5 * size * size - _HALF_LOG_2PI
    side = jnp.sign(ahead + 1e-30)
    # Early, arrivals are the rare side, late the survivors; the other one is what is left.
    tails = jnp.maximum(mills(size) + side * mills(behind), 1e-9)
    free = side * (jnp.log(jnp.maximum(1.0 - jnp.exp(log_bell) * tails, 1e-6)) - log_bell - jnp.log(tails))
    fading = 0.125 * math.pi**2 * jnp.minimum(at.s, _LATEST) + touching(at) - jnp.log(1.0 + at.s)
    return free, free - fading + 0.5 * jnp.log(at.left) - at.closed


def of_one(rows: Columns) -> tuple[Columns, Columns]:
    """Rows v, a, z, theta, decision time."""
    v, a, z, theta, tau = (column(rows, place) for place in range(5))
    at = scaled(v, a, z, theta, tau)
    features, log_density = known_density(at)
    free, logit = known_survivor(at)
    root = jnp.sqrt(at.s)
    own = [
        0.2 * at.drift,
        soft(at.drift),
        soft(0.3 * at.closing),
        jnp.log(2.0 + at.closing),
        jnp.minimum(at.left, 3.0),
        0.2 * jnp.log(at.left),
        0.1 * jnp.log(at.s),
        at.s / (0.1 + at.s),
        0.1 * jnp.minimum(at.s, 40.0),
        jnp.exp(-2.0 * z / at.s),
        soft(free),
        soft(0.2 * free),
        soft(touching(at)),
        soft(0.5 * at.drift * at.drift * at.r),
        soft(at.drift * root),
        soft(at.closing * root),
        soft(0.3 * at.closing * at.s),
        soft((at.drift + at.closing) * at.r),
        soft(at.drift * at.left),
        soft(at.closing * at.left),
    ]
    known = jnp.concatenate([log_density - 2.0 * jnp.log(a), logit], axis=1)
    return jnp.concatenate([features, *own], axis=1), known


def both_logs(known: Columns) -> Columns:
    """Log density and log survivor, from the log density and the survivor's logit."""
    return jnp.concatenate([column(known, 0), log_sigmoid(column(known, 1))], axis=1)


def drifts_of(n: int) -> tuple[str, ...]:
    """Parameters of n accumulators."""
    return tuple(f"v{i}" for i in range(n))


def _singles(n: int, one: Callable[[Columns], Columns], rows: Columns) -> tuple[list[Columns], list[Columns], Columns]:
    """Log density and log survivor of each of n accumulators at the time in column n + 4, and its penalty."""
    a, z, t, theta, time = (column(rows, n + place) for place in range(5))
    tau, lost = decision_time(time - t)
    each = [one(jnp.concatenate([column(rows, i), a, z, theta, tau], axis=1)) for i in range(n)]
    return [column(both, 0) for both in each], [column(both, 1) for both in each], lost


def _won(n: int) -> Callable[[Callable[[Columns], Columns], Columns], Columns]:
    """The winner has just finished, the others have not."""

    def combine(one: Callable[[Columns], Columns], rows: Columns) -> Columns:
        densities, survivors, total = _singles(n, one, rows)
        response = column(rows, n + 5)
        for i in range(n):
            won = jnp.maximum(1.0 - jnp.abs(response - float(i)), 0.0)
            total = total + survivors[i] + won * (densities[i] - survivors[i])
        return total

    return combine


def _unfinished(n: int) -> Callable[[Callable[[Columns], Columns], Columns], Columns]:
    """Nobody has finished by the deadline."""

    def combine(one: Callable[[Columns], Columns], rows: Columns) -> Columns:
        return sum(_singles(n, one, rows)[1])

    return combine


_GRID = np.linspace(0.0, 1.0, 20, dtype=np.float32)[None, :]
_FAR = 4.0
"""Standard deviations before and after the mean that the times of ``_choice_split`` reach."""


def _finishing_times(drift: Columns, closing: Columns, distance: Columns) -> Columns:
    """Values of s, (n, 20), among which the fastest accumulator finishes."""
    speed = jnp.maximum(drift + closing, 0.1)
    spread = jnp.sqrt(_FAR * _FAR + 4.0 * speed * distance)
    first, last = 2.0 * distance / (spread + _FAR), 0.5 * (spread + _FAR) / speed
    begin = 1.0 / (1.0 / (first * first) - jnp.minimum(closing, 0.0))
    end = 1.0 / (jnp.maximum(1.0 / (last * last) - closing, 0.0) + 0.1)
    return jnp.exp(jnp.log(begin) + (jnp.log(end) - jnp.log(begin)) * _GRID)


def _choice_split(n: int) -> Callable[[Columns], tuple[Columns, Columns]]:
    """Integrals of the known parts over a few times; the layers see all drifts at once."""

    def split(rows: Columns) -> tuple[Columns, Columns]:
        a, z, _, theta = (column(rows, n + place) for place in range(4))
        drifts = [column(rows, i) * a for i in range(n)]
        fastest = drifts[0]
        for drift in drifts[1:]:
            fastest = jnp.maximum(fastest, drift)
        closing = a * jnp.tan(theta)
        s = _finishing_times(fastest, closing, 1.0 - z)
        left = 1.0 / (1.0 + closing * s)
        each = [
            Scaled(r=s * left, s=s, drift=drift, start=z, closing=closing, left=left, closed=0.0) for drift in drifts
        ]
        survivors = [log_sigmoid(known_survivor(at)[1]) for at in each]
        together = sum(survivors) + jnp.log(s) + 2.0 * jnp.log(left)
        logs = [known_density(at)[1] + together - own for at, own in zip(each, survivors, strict=True)]
        known = [_log_sum(values) for values in logs]
        relative = log_softmax(jnp.concatenate(known, axis=1))
        speeds = [soft(0.3 * closing), jnp.log(2.0 + closing), z, 0.2 * jnp.log(s[:, :1]), 0.2 * jnp.log(s[:, -1:])]
        parts = [*(0.2 * drift for drift in drifts), *map(soft, drifts), *speeds, soft(relative), jnp.exp(relative)]
        return jnp.concatenate(parts, axis=1), relative

    return split


def _log_sum(logs: Columns) -> Columns:
    top = jnp.max(logs, axis=1, keepdims=True)
    return top + jnp.log(jnp.sum(jnp.exp(logs - top), axis=1, keepdims=True))


def _recipes(n: int) -> dict[str, Recipe]:
    names = (*drifts_of(n), "a", "z", "t", "theta")
    return {
        "lan": Recipe(inputs=(*names, "rt", "response"), split=of_one, finish=both_logs, combine=_won(n)),
        "opn": Recipe(inputs=(*names, "deadline"), split=of_one, finish=both_logs, combine=_unfinished(n)),
        "cpn": Recipe(inputs=names, split=_choice_split(n), finish=log_softmax),
    }


RACE_RECIPES: dict[tuple[str, str], Recipe] = {
    (f"race_no_bias_angle_{n}", kind): recipe for n in range(FEWEST, MOST + 1) for kind, recipe in _recipes(n).items()
}
