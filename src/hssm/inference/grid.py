"""Combinations of covariates at which a model is evaluated: some columns vary, all others are held.

Numbers are held at their mean, columns that a formula takes as categories at their reference level. Used by
natural-scale summaries and by plots of effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from hssm.bambi_bridge.compat import factor_columns, reference_levels
from hssm.spec import BuiltModel


def levels(column: pd.Series) -> list[Any]:
    """Values of a column: in the order of a Categorical, else sorted, without missing ones."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = set(column.dropna())
        return [level for level in column.cat.categories if level in present]
    found = list(pd.unique(column.dropna()))
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=str)


def is_number(column: pd.Series) -> bool:
    """Whether a column holds numbers; truth values are none."""
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def categorical_columns(built: BuiltModel) -> dict[str, str | None]:
    """Columns that formulas take as categories or as groups, each with its reference level where a coding has one."""
    found: dict[str, str | None] = {}
    for predictor in built.predictors.values():
        for term in predictor.terms:
            if term.kind == "group":
                found |= {name: found.get(name) for name in factor_columns(term)}
            if term.kind in ("common", "group"):
                for name, level in reference_levels(term).items():
                    found[name] = found.get(name) or level
    return found


def make_grid(built: BuiltModel, columns: Iterable[str], varied: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Every combination of the values of ``varied``, the first column slowest; the other ``columns`` are held."""
    frame = built.observations.frame
    index = pd.MultiIndex.from_product(list(varied.values()), names=list(varied)) if varied else None
    grid = pd.DataFrame(index=range(1)) if index is None else index.to_frame(index=False)
    for name in varied:
        if frame[name].dtype.kind not in "iu":  # numbers between whole ones stay what they are
            grid[name] = grid[name].astype(frame[name].dtype)
    categories = categorical_columns(built)
    for name in dict.fromkeys(columns):
        if name not in grid and name in frame:
            grid[name] = _held(frame[name], categories, len(grid))
    return grid


def _held(column: pd.Series, categories: Mapping[str, str | None], n_rows: int) -> pd.Series:
    name = str(column.name)
    if is_number(column) and name not in categories:
        return pd.Series([float(column.mean())] * n_rows)
    known = levels(column)
    reference = next((level for level in known if str(level) == categories.get(name)), known[0])
    return pd.Series([reference] * n_rows, dtype=column.dtype)
