"""Recipes for outcomes of diffusions between two bounds: choices, no response by a deadline, a response withheld.

The logit of a choice is known for constant bounds; bounds that close change it smoothly. The logit of a survivor is
followed at both ends: Gaussian early, exponential late.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp

from hssm.networks.falling_bounds import collapse, weibull_clock
from hssm.networks.recipe import Columns, Recipe, both_outcomes, column, decision_time, log_sigmoid

_EARLIEST_LOGIT = 20.0
_LATEST = 40.0
_VAZT = ("v", "a", "z", "t")


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How bounds move: ``at`` a decision time their share of the first distance, and the clock; features of the speed.

    The clock is the integral of 1 / distance^2 over time. ``choice`` gives the logit of the upper choice and features.
    """

    names: tuple[str, ...]
    at: Callable[[Columns, Columns], tuple[Columns, Columns]]
    speed: Callable[[Columns], list[Columns]]
    choice: Callable[[Columns], tuple[Columns, list[Columns]]]


def _distance(rows: Columns) -> Columns:
    return 2.0 * column(rows, 1)


def _still(rows: Columns, tau: Columns) -> tuple[Columns, Columns]:
    distance = _distance(rows)
    return 1.0 + 0.0 * tau, tau / (distance * distance)


def _linear(rows: Columns, tau: Columns) -> tuple[Columns, Columns]:
    distance = _distance(rows)
    left = jnp.maximum(1.0 - 2.0 * jnp.tan(column(rows, 4)) * tau / distance, 1e-3)
    return left, tau / (distance * distance * left)


def _linear_speed(rows: Columns) -> list[Columns]:
    """How fast the bounds of ``angle`` close, relative to how fast paths spread."""
    speed = jnp.tan(column(rows, 4)) * _distance(rows)
    size = jnp.sqrt(1.0 + speed * speed)
    return [speed / size, jnp.log(size)]


def _falling(rows: Columns, tau: Columns) -> tuple[Columns, Columns]:
    distance, alpha, beta = _distance(rows), column(rows, 4), column(rows, 5)
    left = jnp.maximum(jnp.exp(-collapse(alpha, beta, tau)), 1e-3)
    return left, weibull_clock(alpha, beta, tau) / (distance * distance)


def _falling_speed(rows: Columns) -> list[Columns]:
    """Shape and time of the fall of ``weibull``, relative to how fast paths spread."""
    distance, alpha, beta = _distance(rows), column(rows, 4), column(rows, 5)
    scaled = jnp.log(beta / (distance * distance))
    return [alpha / 5.0, 0.2 * scaled, 1.0 / (1.0 + alpha), jnp.exp(scaled) / (0.3 + jnp.exp(scaled))]


def _no_speed(rows: Columns) -> list[Columns]:
    return []


def _log_sinhc(x: Columns) -> Columns:
    """Log of sinh(x) / x, smooth at 0."""
    size = jnp.sqrt(x * x + 1e-4)
    return size + jnp.log((1.0 - jnp.exp(-2.0 * size)) / (2.0 * size))


def constant_bounds_logit(strength: Columns, z: Columns) -> Columns:
    """Logit of the upper choice for drift times distance ``strength`` and relative start z."""
    sides = _log_sinhc(strength * z) - _log_sinhc(strength * (1.0 - z))
    return strength + sides + jnp.log(z) - jnp.log(1.0 - z)


def _never_closed(rows: Columns) -> tuple[Columns, list[Columns]]:
    v, a, z = (column(rows, place) for place in range(3))
    return constant_bounds_logit(2.0 * v * a, z), []


_CLOSED_FROM, _SHARPNESS = 1.15, 1.4
"""Bounds count as closed once they are down to this many spreads of a path; how the two logits mix, best in the box."""


def _closed_at_once(rows: Columns) -> tuple[Columns, list[Columns]]:
    """Bounds of ``weibull``: constant until they have come down to the spread of a path, closed from then on.

    The sign of a path decides when it is taken that soon, and the logit of a Gaussian is 1.6 x + 0.07 x^3.
    """
    v, a, z, alpha, beta = (column(rows, place) for place in (0, 1, 2, 4, 5))
    log_beta, level = jnp.log(beta), jnp.log(a) - math.log(_CLOSED_FROM)
    when = jnp.minimum(2.0 * level, log_beta + 1.0 / alpha)
    for _ in range(6):
        down = jnp.exp(jnp.minimum(alpha * (when - log_beta), 4.0))
        when = when - (down + 0.5 * when - level) / (alpha * down + 0.5)
    time = jnp.exp(when)
    x = (a * (2.0 * z - 1.0) + v * time) / jnp.sqrt(time)
    open_until = jnp.exp(_SHARPNESS * (when - 2.0 * level))
    constant = constant_bounds_logit(2.0 * v * a, z)
    known = open_until * constant + (1.0 - open_until) * (1.6 * x + 0.07 * x * x * x)
    return known, [open_until, jnp.exp(when - 2.0 * level), x / (1.0 + jnp.abs(x)), 0.3 * x]


def _choice_split(bounds: Bounds) -> Callable[[Columns], tuple[Columns, Columns]]:
    def split(rows: Columns) -> tuple[Columns, Columns]:
        v, a, z = (column(rows, place) for place in range(3))
        strength = 2.0 * v * a
        known, own = bounds.choice(rows)
        soft = strength / jnp.sqrt(1.0 + strength * strength)
        parts = [z, strength / 10.0, soft, known / (1.0 + jnp.abs(known)), *bounds.speed(rows)]
        return jnp.concatenate(parts + own, axis=1), known

    return split


def _survivor_split(bounds: Bounds) -> Callable[[Columns], tuple[Columns, Columns]]:
    def split(rows: Columns) -> tuple[Columns, Columns]:
        v, a, z, t = (column(rows, place) for place in range(4))
        tau, lost = decision_time(column(rows, len(bounds.names)) - t)
        left, clock = bounds.at(rows, tau)
        u = jnp.minimum(clock, _LATEST)
        strength = 2.0 * v * a
        known, early = _survivor_logit(u, strength, z)
        soft = strength / jnp.sqrt(1.0 + strength * strength)
        parts = [z, (z - 0.5) * (z - 0.5), strength / 10.0, soft, jnp.log(u), u / (1.0 + u), early / 20.0]
        parts += [] if bounds.at is _still else [jnp.log(left)]
        shift = strength * jnp.sqrt(u)
        return jnp.concatenate([*parts, shift / (1.0 + jnp.abs(shift)), *bounds.speed(rows)], axis=1), known - lost

    return split


def _survivor_logit(u: Columns, strength: Columns, z: Columns) -> tuple[Columns, Columns]:
    """A logit that is Gaussian early and falls exponentially late, and its early part alone."""
    low, high = z + strength * u, 1.0 - z - strength * u
    gap = jnp.minimum(jnp.maximum(jnp.minimum(low, high), 0.0) / jnp.sqrt(u), 8.0)
    early = jnp.minimum(0.5 * gap * gap + gap, _EARLIEST_LOGIT)
    late = 0.5 * (math.pi**2 + strength * strength) * u
    return early - late, early


def _withheld_split(bounds: Bounds) -> Callable[[Columns], tuple[Columns, Columns]]:
    """No response by the deadline, or one at the lower bound; known as if choices did not depend on the time."""
    of_time, of_choice = _survivor_split(bounds), _choice_split(bounds)

    def split(rows: Columns) -> tuple[Columns, Columns]:
        when, waiting = of_time(rows)
        where, upper = of_choice(rows)
        waits, ends = jnp.exp(log_sigmoid(waiting)), log_sigmoid(-waiting)
        withheld = waits + jnp.exp(ends + log_sigmoid(-upper)) + 1e-12
        return jnp.concatenate([when, where], axis=1), jnp.log(withheld) - ends - log_sigmoid(upper)

    return split


def _recipes(bounds: Bounds) -> dict[str, Recipe]:
    timed = (*bounds.names, "deadline")
    return {
        "cpn": Recipe(inputs=bounds.names, split=_choice_split(bounds), finish=both_outcomes),
        "opn": Recipe(inputs=timed, split=_survivor_split(bounds), finish=log_sigmoid),
        "gonogo": Recipe(inputs=timed, split=_withheld_split(bounds), finish=log_sigmoid),
    }


_BOUNDS = {
    "ddm": Bounds(names=_VAZT, at=_still, speed=_no_speed, choice=_never_closed),
    "angle": Bounds(names=(*_VAZT, "theta"), at=_linear, speed=_linear_speed, choice=_never_closed),
    "weibull": Bounds(names=(*_VAZT, "alpha", "beta"), at=_falling, speed=_falling_speed, choice=_closed_at_once),
}
OUTCOME_RECIPES: dict[tuple[str, str], Recipe] = {
    (model, kind): recipe for model, bounds in _BOUNDS.items() for kind, recipe in _recipes(bounds).items()
}
