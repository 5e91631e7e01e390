"""A predictor's effect on every parameter it reaches, on the natural scale, as a table; nothing here draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hssm.inference.draws import designs_for, flatten, trial_theta
from hssm.inference.grid import is_number, levels, make_grid
from hssm.inference.predictive import typical_effects
from hssm.inference.storage import require_tree
from hssm.parameters.formula import formula_names
from hssm.plotting.data import thin
from hssm.seeds import as_generator
from hssm.suggest import close_matches

POINTS = 50


def effect_table(
    model: Any,
    predictor: str,
    by: str | None = None,
    parameters: Sequence[str] | None = None,
    dt: Any = None,
    n_samples: Any = None,
    random_state: Any = None,
) -> pd.DataFrame:
    """Natural-scale values of the parameters that depend on a column, for a member with zero group deviations.

    Other predictors are at their mean or reference level. A number runs over its observed range.

    Returns
    -------
    pandas.DataFrame
        Columns ``sample``, ``parameter``, ``<predictor>``, ``<by>`` (if given), ``value``.

    Raises
    ------
    ValueError
        No parameter depends on the column, or an unknown parameter.
    """
    reached = reached_by(model, predictor)
    if parameters is not None:
        unknown = [name for name in parameters if name not in reached]
        if unknown:
            raise ValueError(
                f"{', '.join(map(repr, unknown))} does not depend on {predictor!r}; these do: {', '.join(reached)}."
            )
        reached = list(parameters)
    grid = covariate_grid(model, predictor, by)
    rng = as_generator(random_state)
    tree = model.traces if dt is None else require_tree(dt)
    draws = flatten(thin(tree["posterior"].to_dataset(), n_samples, rng)).values
    typical = {"include_groups": False, "new_effects": typical_effects(model.built, draws, rng)}
    theta = trial_theta(model.built, draws, designs_for(model.built, grid), **typical)
    n_samples_found = max(len(theta[name]) for name in reached)
    parts = []
    for name in reached:
        values = np.broadcast_to(theta[name], (n_samples_found, len(grid)))
        columns = {column: np.tile(grid[column].to_numpy(), n_samples_found) for column in (predictor, by) if column}
        sample = np.repeat(np.arange(n_samples_found), len(grid))
        parts.append(pd.DataFrame({"sample": sample, "parameter": name, **columns, "value": values.ravel()}))
    return pd.concat(parts, ignore_index=True)


def reached_by(model: Any, predictor: str) -> list[str]:
    """Parameters whose formula uses a column.

    Raises
    ------
    ValueError
        There is none.
    """
    found = [n for n, p in model.params.items() if p.formula and predictor in formula_names(p.formula, p.name)]
    if not found:
        used = sorted({c for p in model.params.values() if p.formula for c in formula_names(p.formula, p.name)})
        raise ValueError(
            f"No parameter depends on {predictor!r}.{close_matches(predictor, used)} "
            f"Columns in formulas: {', '.join(used) or 'none'}."
        )
    return found


def covariate_grid(model: Any, predictor: str, by: str | None = None) -> pd.DataFrame:
    """Rows that vary the predictor (and ``by``) and hold every other covariate at its mean or reference level."""
    frame = model.data
    varied = {name: _points(frame[name], as_number=name == predictor) for name in (predictor, by) if name}
    return make_grid(model.built, model.used_columns, varied)


def _points(column: pd.Series, *, as_number: bool) -> list[Any]:
    if as_number and is_number(column) and column.nunique() > 2:
        return list(np.linspace(column.min(), column.max(), POINTS))
    return levels(column)
