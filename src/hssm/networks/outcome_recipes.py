"""Recipes for outcomes of diffusions between two bounds: choices, no response by a deadline, a response withheld.

The logit of a choice is known for constant bounds; bounds that close change it smoothly. The logit of a survivor is
followed at both ends: Gaussian early, exponential late.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import jax.numpy as jnp

from hssm.networks.recipe import Columns, Recipe, both_outcomes, column, decision_time, log_sigmoid

_EARLIEST_LOGIT = 20.0
_VAZT = ("v", "a", "z", "t")
Extras = Callable[[Columns, Columns], list[Columns]]


def _log_sinhc(x: Columns) -> Columns:
    """Log of sinh(x) / x, smooth at 0."""
    size = jnp.sqrt(x * x + 1e-4)
    return size + jnp.log((1.0 - jnp.exp(-2.0 * size)) / (2.0 * size))


def constant_bounds_logit(strength: Columns, z: Columns) -> Columns:
    """Logit of the upper choice for drift times distance ``strength`` and relative start z."""
    sides = _log_sinhc(strength * z) - _log_sinhc(strength * (1.0 - z))
    return strength + sides + jnp.log(z) - jnp.log(1.0 - z)


def _closing(rows: Columns, a: Columns) -> list[Columns]:
    """How fast the bounds of ``angle`` close, relative to how fast paths spread."""
    speed = jnp.tan(column(rows, 4)) * 2.0 * a
    size = jnp.sqrt(1.0 + speed * speed)
    return [speed / size, jnp.log(size)]


def _nothing(rows: Columns, a: Columns) -> list[Columns]:
    return []


def _choice_split(extras: Extras) -> Callable[[Columns], tuple[Columns, Columns]]:
    def split(rows: Columns) -> tuple[Columns, Columns]:
        v, a, z = (column(rows, place) for place in range(3))
        strength = 2.0 * v * a
        known = constant_bounds_logit(strength, z)
        more = extras(rows, a)
        soft = strength / jnp.sqrt(1.0 + strength * strength)
        parts = [z, strength / 10.0, soft, known / (1.0 + jnp.abs(known)), *more]
        return jnp.concatenate(parts, axis=1), known

    return split


def _survivor_split(extras: Extras, is_angle: bool) -> Callable[[Columns], tuple[Columns, Columns]]:
    def split(rows: Columns) -> tuple[Columns, Columns]:
        v, a, z, t = (column(rows, place) for place in range(4))
        tau, lost = decision_time(column(rows, len(_VAZT) + is_angle) - t)
        distance = 2.0 * a
        left = jnp.maximum(1.0 - jnp.tan(column(rows, 4)) * tau / a, 1e-3) if is_angle else 1.0 + 0.0 * tau
        u = jnp.minimum(tau / (distance * distance * left), 40.0)
        strength = v * distance
        known, early = _survivor_logit(u, strength, z)
        soft = strength / jnp.sqrt(1.0 + strength * strength)
        parts = [z, (z - 0.5) * (z - 0.5), strength / 10.0, soft, jnp.log(u), u / (1.0 + u), early / 20.0]
        parts += [jnp.log(left)] * is_angle
        shift = strength * jnp.sqrt(u)
        return jnp.concatenate([*parts, shift / (1.0 + jnp.abs(shift)), *extras(rows, a)], axis=1), known - lost

    return split


def _survivor_logit(u: Columns, strength: Columns, z: Columns) -> tuple[Columns, Columns]:
    """A logit that is Gaussian early and falls exponentially late, and its early part alone."""
    low, high = z + strength * u, 1.0 - z - strength * u
    gap = jnp.minimum(jnp.maximum(jnp.minimum(low, high), 0.0) / jnp.sqrt(u), 8.0)
    early = jnp.minimum(0.5 * gap * gap + gap, _EARLIEST_LOGIT)
    late = 0.5 * (math.pi**2 + strength * strength) * u
    return early - late, early


def _withheld_split(extras: Extras, is_angle: bool) -> Callable[[Columns], tuple[Columns, Columns]]:
    """No response by the deadline, or one at the lower bound; known as if choices did not depend on the time."""
    of_time, of_choice = _survivor_split(extras, is_angle), _choice_split(extras)

    def split(rows: Columns) -> tuple[Columns, Columns]:
        when, waiting = of_time(rows)
        where, upper = of_choice(rows)
        waits, ends = jnp.exp(log_sigmoid(waiting)), log_sigmoid(-waiting)
        withheld = waits + jnp.exp(ends + log_sigmoid(-upper)) + 1e-12
        return jnp.concatenate([when, where], axis=1), jnp.log(withheld) - ends - log_sigmoid(upper)

    return split


def _choice(names: tuple[str, ...], extras: Extras) -> Recipe:
    return Recipe(inputs=names, split=_choice_split(extras), finish=both_outcomes)


def _survivor(names: tuple[str, ...], extras: Extras) -> Recipe:
    split = _survivor_split(extras, names[-1] == "theta")
    return Recipe(inputs=(*names, "deadline"), split=split, finish=log_sigmoid)


def _withheld(names: tuple[str, ...], extras: Extras) -> Recipe:
    split = _withheld_split(extras, names[-1] == "theta")
    return Recipe(inputs=(*names, "deadline"), split=split, finish=log_sigmoid)


_ANGLE = (*_VAZT, "theta")
OUTCOME_RECIPES: dict[tuple[str, str], Recipe] = {
    ("ddm", "cpn"): _choice(_VAZT, _nothing),
    ("angle", "cpn"): _choice(_ANGLE, _closing),
    ("ddm", "opn"): _survivor(_VAZT, _nothing),
    ("angle", "opn"): _survivor(_ANGLE, _closing),
    ("ddm", "gonogo"): _withheld(_VAZT, _nothing),
    ("angle", "gonogo"): _withheld(_ANGLE, _closing),
}
