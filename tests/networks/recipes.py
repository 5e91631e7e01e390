"""Rows for a recipe, and what it knows of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from hssm.networks.recipe import Recipe
from tests.densities.compare import reference


def rows_of(recipe: Recipe, theta: Mapping[str, float], rt: np.ndarray, response: float = 1.0) -> np.ndarray:
    """One row per time, in the order of the recipe's inputs."""
    columns = {**theta, "rt": rt, "response": response}
    return np.stack([np.broadcast_to(columns[name], rt.shape) for name in recipe.inputs], axis=1).astype(np.float32)


def known_of(recipe: Recipe, rows: npt.ArrayLike) -> np.ndarray:
    """The known part of the log density, (n,)."""
    return np.asarray(recipe.finish(recipe.split(np.asarray(rows, dtype=np.float32))[1]))[:, 0]


def left_of_table(recipe: Recipe, model: str) -> np.ndarray:
    """How far the known part is off in the typical rows of a model's reference table."""
    table = reference(model)
    table = table[(table["region"] == "typical") & (table["log_density"] > -12)]
    assert len(table) > 10
    return np.abs(known_of(recipe, table[list(recipe.inputs)].to_numpy()) - table["log_density"].to_numpy())
