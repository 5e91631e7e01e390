"""What surrounds the trained layers of a network: features of the inputs, and a known part of the answer.

A recipe splits log density (or a log probability) into algebra that is known and a smooth remainder that a small
multilayer perceptron learns. Both parts are JAX functions of (n, k) columns and travel inside the ONNX file as ordinary
operations. Recipes of our own models are in ``two_bounds.py`` and ``outcome_recipes.py``; others get that of
``general_recipe.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from hssm.spec import ModelSpec

KINDS = ("lan", "cpn", "opn", "gonogo")
SOONEST = 2e-5
"""Decision times in seconds below this are taken for none: the log density falls steeply instead."""

STEEPEST = 10.0
FALL = 100.0

Columns = Any
"""A JAX array (n, k)."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """``split`` takes rows of inputs (n, k) to features (n, F) and the known part (n, n_outputs).

    It may add the size (n, 1) of what is left; the layers then answer in units of that.
    ``finish`` turns known part plus remainder into log density or log probabilities. With ``combine`` all this is of
    rows of another kind, such as a single accumulator: from the function that answers those, and rows of the inputs,
    it makes the answer. ``huber`` is the error of log densities from which on training counts it linearly, not squared:
    the smaller the remainder, the smaller.
    """

    inputs: tuple[str, ...]
    split: Callable[[Columns], tuple[Columns, ...]]
    finish: Callable[[Columns], Columns]
    combine: Callable[[Callable[[Columns], Columns], Columns], Columns] | None = None
    huber: float = 0.1

    def answer(self, layers: Callable[[Columns], Columns], rows: Columns) -> Columns:
        """What a network with these layers says of rows of inputs."""

        def of_part(part: Columns) -> Columns:
            features, known, *size = self.split(part)
            remainder = layers(features)
            return self.finish(known + (remainder * size[0] if size else remainder))

        return of_part(rows) if self.combine is None else self.combine(of_part, rows)


def column(rows: Columns, place: int) -> Columns:
    """One input of every row, (n, 1)."""
    return rows[:, place : place + 1]


def decision_time(tau: Columns) -> tuple[Columns, Columns]:
    """Decision times kept above SOONEST, and what log density loses where they are not: without NaN, with a slope."""
    lack = jnp.maximum(1.0 - tau / SOONEST, 0.0)
    return jnp.maximum(tau, SOONEST), -FALL * jnp.minimum(lack, STEEPEST)


def log_sigmoid(x: Columns) -> Columns:
    """Log probability from its logit."""
    return jnp.minimum(x, 0.0) - jnp.log(1.0 + jnp.exp(-jnp.abs(x)))


def soft(x: Columns) -> Columns:
    """Bounded by 1, linear around 0."""
    return x / (1.0 + jnp.abs(x))


def as_is(x: Columns) -> Columns:
    """What log densities need."""
    return x


def both_outcomes(logit: Columns) -> Columns:
    """Log probabilities of the first and the second choice from the logit of the second."""
    return jnp.concatenate([log_sigmoid(-logit), log_sigmoid(logit)], axis=1)


def log_softmax(x: Columns) -> Columns:
    """Log probabilities of all choices."""
    top = jnp.max(x, axis=1, keepdims=True)
    return x - top - jnp.log(jnp.sum(jnp.exp(x - top), axis=1, keepdims=True))


def inputs_of(spec: ModelSpec, kind: str) -> tuple[str, ...]:
    """Names of a network's inputs: parameters, then the response columns or the deadline."""
    extra = {"lan": spec.response, "cpn": ()}.get(kind, ("deadline",))
    return (*spec.parameter_names, *extra)
