"""Starting values as a table: every free variable, and the parameters of every member, as the sampler will begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hssm.bambi_bridge import names
from hssm.bambi_bridge.compat import factor_columns
from hssm.inference.natural import cell_values, make_cells
from hssm.inference.sample import reported_start
from hssm.spec import BuiltModel

COLUMNS = ("variable", "coordinates", "value", "natural")


def start_table(built: BuiltModel, start: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """A row per number.

    First the free variables in the scale on which they are sampled, with the natural-scale value of simple parameters
    and of intercepts (typical member, predictors at their mean or reference level); then every member's parameters,
    ``value`` on the link scale. ``natural`` is NaN where a number has no natural scale of its own.
    """
    draws = {name: np.asarray(value, dtype=float)[None] for name, value in reported_start(built, start).items()}
    rng = np.random.default_rng(0)  # used by group distributions whose median is not known
    typical = {
        name: float(values[0, 0]) for name, values in cell_values(built, make_cells(built), draws, "median", rng)
    }
    rows = [*_variable_rows(built, start, typical), *_member_rows(built, draws, rng)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _variable_rows(
    built: BuiltModel, start: Mapping[str, np.ndarray], typical: Mapping[str, float]
) -> Iterator[tuple[str, str, float, float]]:
    natural = {names.variable(name, "Intercept"): value for name, value in typical.items()}
    natural |= {n: value for n, value in typical.items() if not built.predictors[n].param.is_regression}
    for name, value in start.items():
        array = np.asarray(value, dtype=float)
        for place in np.ndindex(array.shape):
            yield name, _coordinates(built, name, place), float(array[place]), natural.get(name, np.nan)


def _coordinates(built: BuiltModel, name: str, place: tuple[int, ...]) -> str:
    dims = built.pymc_model.named_vars_to_dims.get(name) or [f"{name}_dim_{i}" for i in range(len(place))]
    labels = {dim: built.pymc_model.coords.get(dim) for dim in dims}
    parts = [
        f"{_short(dim)}={place[i] if labels[dim] is None else labels[dim][place[i]]}" for i, dim in enumerate(dims)
    ]
    return ", ".join(parts)


def _short(dim: Any) -> str:
    """A dimension without the ending that tells it apart from columns."""
    for ending in ("__factor_dim", "__expr_dim", "_dim"):
        if str(dim).endswith(ending):
            return str(dim).removesuffix(ending)
    return str(dim)


def _member_rows(
    built: BuiltModel, draws: Mapping[str, np.ndarray], rng: np.random.Generator
) -> Iterator[tuple[str, str, float, float]]:
    """Every member's parameters, factor by factor; deviations by other factors are zero."""
    for name, predictor in built.predictors.items():
        for factor in dict.fromkeys(tuple(sorted(factor_columns(term))) for term in predictor.groups()):
            cells = make_cells(built, list(factor))
            values = dict(cell_values(built, cells, draws, "median", rng))[name][0]
            linear = predictor.param.link.link(values)
            occurring = set(built.observations.frame[list(factor)].astype(str).itertuples(index=False, name=None))
            for row, (value, natural) in enumerate(zip(linear, values, strict=True)):
                labels = [str(cells.frame[column].iloc[row]) for column in factor]
                if tuple(labels) not in occurring:
                    continue
                where = ", ".join(f"{column}={label}" for column, label in zip(factor, labels, strict=True))
                yield name, where, float(value), float(natural)
