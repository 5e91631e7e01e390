"""Choices of races of accumulators above a floor: what is known is integrated over a few times.

Densities and survivors in these integrals are rougher than those of ``above_floor.py``, and cheaper: the layers see all
drifts at once and mend both the sum and what goes into it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from hssm.networks.above_floor import LATEST, Scaled, log_over, logit_left, tilt, without_floor
from hssm.networks.recipe import Columns, column, log_sigmoid, log_softmax, soft
from hssm.networks.two_bounds import passage

_LOG_4 = math.log(4.0)
_FLOOR_BEGINS = 0.3


def touching(at: Scaled) -> Columns:
    """What drift costs at the floor: late paths fade by s times V h / (1 + V h / 4), nearly, more than without it."""
    slowed = 1.0 + 0.25 * at.drift
    cost = at.drift * at.s / slowed * log_over(at.closing * at.s / slowed)
    return cost * at.s / (at.s + _FLOOR_BEGINS)


def known_density(at: Scaled) -> Columns:
    """The log density by r; too low by up to log 2 where paths have touched the floor, whose image is left out."""
    _, known = passage(0.25 * at.s, 0.5 * (1.0 - at.start))
    return known - _LOG_4 + tilt(at) - touching(at) - 1.5 * jnp.log(at.left) - at.closed


def mills(x: Columns) -> Columns:
    """The normal distribution's upper tail over its density, x >= 0, within 1.2 %: Boyd (1959), exact at both ends."""
    return math.pi / ((math.pi - 1.0) * x + jnp.sqrt(x * x + 2.0 * math.pi))


def known_survivor(at: Scaled) -> Columns:
    """The logit of the survivor: that without a floor, declining late as that with one."""
    ahead, behind = without_floor(at, at.r)
    free = logit_left(ahead, mills, mills(behind))
    fading = 0.125 * math.pi**2 * jnp.minimum(at.s, LATEST) + touching(at) - jnp.log(1.0 + at.s)
    return free - fading + 0.5 * jnp.log(at.left) - at.closed


_GRID = np.linspace(0.0, 1.0, 20, dtype=np.float32)[None, :]
_FAR = 4.0
"""Standard deviations before and after the mean that the times of ``choice_split`` reach."""


def _finishing_times(drift: Columns, closing: Columns, distance: Columns) -> Columns:
    """Values of s, (n, 20), among which the fastest accumulator finishes."""
    speed = jnp.maximum(drift + closing, 0.1)
    spread = jnp.sqrt(_FAR * _FAR + 4.0 * speed * distance)
    first, last = 2.0 * distance / (spread + _FAR), 0.5 * (spread + _FAR) / speed
    begin = 1.0 / (1.0 / (first * first) - jnp.minimum(closing, 0.0))
    end = 1.0 / (jnp.maximum(1.0 / (last * last) - closing, 0.0) + 0.1)
    return jnp.exp(jnp.log(begin) + (jnp.log(end) - jnp.log(begin)) * _GRID)


def choice_split(n: int) -> Callable[[Columns], tuple[Columns, Columns]]:
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
        survivors = [log_sigmoid(known_survivor(at)) for at in each]
        together = sum(survivors) + jnp.log(s) + 2.0 * jnp.log(left)
        logs = [known_density(at) + together - own for at, own in zip(each, survivors, strict=True)]
        known = [_log_sum(values) for values in logs]
        relative = log_softmax(jnp.concatenate(known, axis=1))
        speeds = [soft(0.3 * closing), jnp.log(2.0 + closing), z, 0.2 * jnp.log(s[:, :1]), 0.2 * jnp.log(s[:, -1:])]
        parts = [*(0.2 * drift for drift in drifts), *map(soft, drifts), *speeds, soft(relative), jnp.exp(relative)]
        return jnp.concatenate(parts, axis=1), relative

    return split


def _log_sum(logs: Columns) -> Columns:
    top = jnp.max(logs, axis=1, keepdims=True)
    return top + jnp.log(jnp.sum(jnp.exp(logs - top), axis=1, keepdims=True))
