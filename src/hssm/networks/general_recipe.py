"""The recipe of models about which nothing is known beforehand, and the choice of a recipe.

Used by ``training.py``; recipes that know their model are in ``two_bounds.py`` and ``outcome_recipes.py``.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from hssm.networks.falling_bounds import FALLING
from hssm.networks.jumps import JUMPS
from hssm.networks.leaking import LEAKING
from hssm.networks.mixtures import MIXTURES
from hssm.networks.outcome_recipes import OUTCOME_RECIPES
from hssm.networks.pulses import PULSED
from hssm.networks.race_recipes import RACE_RECIPES
from hssm.networks.recipe import (
    Columns,
    Recipe,
    as_is,
    both_outcomes,
    column,
    decision_time,
    inputs_of,
    log_sigmoid,
    log_softmax,
)
from hssm.networks.two_bounds import TWO_BOUNDS
from hssm.spec import Bounds, ModelSpec

DENSITY_RECIPES = {**TWO_BOUNDS, **FALLING, **LEAKING, **PULSED, **MIXTURES, **JUMPS}


def recipe_for(spec: ModelSpec, kind: str, box: dict[str, Bounds]) -> Recipe:
    """The recipe of a model and kind: its own where there is one, else the general one."""
    if (spec.name, kind) in RACE_RECIPES:
        return RACE_RECIPES[spec.name, kind]
    own = DENSITY_RECIPES.get(spec.name) if kind == "lan" else OUTCOME_RECIPES.get((spec.name, kind))
    return general_recipe(spec, kind, box) if own is None else own


def general_recipe(spec: ModelSpec, kind: str, box: dict[str, Bounds]) -> Recipe:
    """Scaled parameters, log time since ``t``, and one indicator per choice; nothing is known beforehand."""
    names = spec.parameter_names
    middles = np.array([[0.5 * (low + high) for low, high in box.values()]], dtype=np.float32)
    halves = np.array([[0.5 * (high - low) for low, high in box.values()]], dtype=np.float32)
    n, n_choices = len(names), len(spec.choices)

    def scaled(rows: Columns) -> Columns:
        return (rows[:, :n] - middles) / halves

    def since(rows: Columns) -> tuple[Columns, Columns]:
        time = column(rows, n)
        return decision_time(time - column(rows, names.index("t")) if "t" in names else time)

    def split(rows: Columns) -> tuple[Columns, Columns]:
        parts = [scaled(rows)]
        known = 0.0 * column(rows, 0)
        if kind != "cpn":
            time, lost = since(rows)
            parts += [jnp.log(time), jnp.sqrt(time), 1.0 / (0.1 + time)]
            known = lost if kind == "lan" else -lost
        if kind == "lan":
            response = column(rows, n + 1)
            parts += [jnp.maximum(1.0 - jnp.abs(response - float(code)), 0.0) for code in spec.choices[1:]]
        if kind == "cpn" and n_choices > 2:
            known = jnp.concatenate([known] * n_choices, axis=1)
        return jnp.concatenate(parts, axis=1), known

    finish: dict[str, Any] = {"lan": as_is, "cpn": both_outcomes if n_choices == 2 else log_softmax}
    return Recipe(inputs=inputs_of(spec, kind), split=split, finish=finish.get(kind, log_sigmoid))
