"""Rows for a recipe, and what it knows of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hssm.networks.recipe import Recipe


def rows_of(recipe: Recipe, theta: Mapping[str, float], rt: np.ndarray, response: float = 1.0) -> np.ndarray:
    """One row per time, in the order of the recipe's inputs."""
    columns = {**theta, "rt": rt, "response": response}
    return np.stack([np.broadcast_to(columns[name], rt.shape) for name in recipe.inputs], axis=1).astype(np.float32)


def known_of(recipe: Recipe, rows: np.ndarray) -> np.ndarray:
    """The known part of the log density, (n,)."""
    return np.asarray(recipe.split(rows.astype(np.float32))[1])[:, 0]
