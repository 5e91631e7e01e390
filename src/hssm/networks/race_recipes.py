"""Recipes for races to a falling line above a reflecting floor: the layers know a single accumulator.

What is known of that is in ``above_floor.py``; it is within a few percent, and the layers answer in units of what is
left, which is next to nothing early. Races are combined exactly: log density of the winner plus log survivors of the
others. Choices are in ``race_choices.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import jax.numpy as jnp

from hssm.models.family import FEWEST, MOST
from hssm.networks.above_floor import LATEST, known_parts, scaled
from hssm.networks.race_choices import choice_split
from hssm.networks.recipe import Columns, Recipe, column, decision_time, log_sigmoid, log_softmax, soft


def of_one(rows: Columns) -> tuple[Columns, Columns, Columns]:
    """Rows v, a, z, theta, decision time."""
    v, a, z, theta, tau = (column(rows, place) for place in range(5))
    at = scaled(v, a, z, theta, tau)
    log_density, logit = known_parts(at)
    root, s = jnp.sqrt(at.s), at.s
    features = [
        0.2 * at.drift,
        soft(at.drift),
        soft(0.3 * at.closing),
        jnp.log(2.0 + at.closing),
        z,
        z * z,
        jnp.minimum(at.left, 3.0),
        0.2 * jnp.log(at.left),
        0.1 * jnp.log(s),
        s / (0.1 + s),
        s / (1.0 + s),
        0.1 * jnp.minimum(s, 40.0),
        jnp.exp(-2.0 * z / s),
        jnp.exp(-(math.pi**2) * jnp.minimum(s, LATEST)),
        soft(0.2 * logit),
        soft(at.drift * root),
        soft(at.closing * root),
        soft(0.3 * at.closing * s),
        soft((at.drift + at.closing) * at.r),
        soft(at.drift * at.left),
        soft(at.closing * at.left),
        soft(0.1 * at.drift * at.closing),
        soft(at.drift * at.closing * at.left * at.left),
    ]
    left_over = 0.1 * s * s / (0.3 + s * s)
    known = jnp.concatenate([log_density - 2.0 * jnp.log(a), logit], axis=1)
    return jnp.concatenate(features, axis=1), known, left_over


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


def _recipes(n: int) -> dict[str, Recipe]:
    names = (*drifts_of(n), "a", "z", "t", "theta")
    return {
        "lan": Recipe(inputs=(*names, "rt", "response"), split=of_one, finish=both_logs, combine=_won(n), huber=0.003),
        "opn": Recipe(inputs=(*names, "deadline"), split=of_one, finish=both_logs, combine=_unfinished(n), huber=0.003),
        "cpn": Recipe(inputs=names, split=choice_split(n), finish=log_softmax),
    }


RACE_RECIPES: dict[tuple[str, str], Recipe] = {
    (f"race_no_bias_angle_{n}", kind): recipe for n in range(FEWEST, MOST + 1) for kind, recipe in _recipes(n).items()
}
