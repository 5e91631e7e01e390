"""Parameters on their natural scale: for combinations of covariates, and for whom (a member, the typical, the mean).

Draws of a posterior, a prior or a start go in; what comes out serves ``natural_parameters``, ``prior_summary`` and
``find_start``. A member that is not named gets an effect of its own: the centre of the group distribution (its median;
links are monotone, so this is the population median), a draw from it, or an average over all it can be. Normal
distributions are averaged by Gauss-Hermite quadrature (Abramowitz & Stegun, 1964, eq. 25.4.46), others by draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr

from hssm.bambi_bridge.compat import NewColumns, Term, factor_columns
from hssm.bambi_bridge.predictor import Draws, Predictor
from hssm.inference.draws import chunks, flatten
from hssm.inference.grid import categorical_columns, is_number, levels, make_grid
from hssm.inference.predictive import N_EFFECTS, draw_effects, group_arguments, typical_effect, zeros
from hssm.spec import BuiltModel
from hssm.suggest import close_matches

Who = Literal["median", "mean", "member"]
POPULATIONS = ("median", "mean")

N_NODES = 41
"""Nodes of the quadrature: means of exp(x) and logistic(x) are then good to 1e-8 for standard deviations up to 2."""

MOST_VALUES = 50
"""A number with more distinct values than this is evaluated at so many points of its range."""

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(N_NODES)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Cells:
    """Combinations of the values of some columns, one row of ``frame`` each, the first column slowest."""

    varied: Mapping[str, Sequence[Any]]
    frame: pd.DataFrame

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(values) for values in self.varied.values())

    @property
    def held(self) -> dict[str, Any]:
        """Columns that do not vary, and their value."""
        return {str(name): self.frame[name].iloc[0] for name in self.frame if name not in self.varied}


def natural_parameters(
    built: BuiltModel, posterior: xr.Dataset, by: Any, population: str, rng: np.random.Generator
) -> xr.Dataset:
    """The dataset of ``HSSM.natural_parameters``: every parameter as (chain, draw, *by).

    Raises
    ------
    ValueError
        Unknown column, value or population (with close matches).
    """
    if population not in POPULATIONS:
        hint = close_matches(population, POPULATIONS)
        raise ValueError(f"`population` must be 'mean' or 'median', got {population!r}.{hint}")
    cells = make_cells(built, by)
    draws = flatten(posterior)
    variables = {}
    for name, values in cell_values(built, cells, draws.values, "mean" if population == "mean" else "median", rng):
        array = values.reshape(draws.n_chains, draws.n_draws, *cells.shape)
        unit = {"units": built.units[name]} if name in built.units else {}
        variables[name] = (("chain", "draw", *cells.varied), array, unit)
    coords = {"chain": posterior["chain"].values, "draw": posterior["draw"].values, **cells.varied}
    held = ", ".join(
        f"{name} = {value:.4g}" if isinstance(value, float) else f"{name} = {value}"
        for name, value in cells.held.items()
        if name not in _factors(built)
    )
    return xr.Dataset(variables, coords=coords, attrs={"population": population, "held": held})


# ---------------------------------------------------------------------- for which covariates


def make_cells(built: BuiltModel, by: Any = None) -> Cells:
    """The combinations of ``by``: a column, several, a dict from columns to values, or None for one combination."""
    known = formula_columns(built)
    frame = built.observations.frame
    given = by if isinstance(by, Mapping) else dict.fromkeys([by] if isinstance(by, str) else list(by or ()))
    categories = categorical_columns(built)
    varied = {}
    for name, values in given.items():
        if name not in known:
            raise ValueError(
                f"`by` names {name!r}, on which no parameter depends.{close_matches(name, known)} "
                f"Columns in formulas: {', '.join(sorted(known)) or 'none'}."
            )
        if name in built.predictors or name in ("chain", "draw"):
            raise ValueError(f"The column {name!r} has the name of a parameter or dimension: rename it in the data.")
        is_level = name in categories or not is_number(frame[name])
        varied[str(name)] = _points(frame[name], is_level) if values is None else _asked(frame[name], values, is_level)
    return Cells(varied, make_grid(built, known, varied))


def formula_columns(built: BuiltModel) -> list[str]:
    """Columns of the data that the formulas use, in the order of the data."""
    used = {
        name
        for predictor in built.predictors.values()
        for term in predictor.terms
        for name in getattr(term.source.term, "var_names", ())
    }
    return [str(name) for name in built.observations.frame.columns if name in used]


def _points(column: pd.Series, is_level: bool) -> list[Any]:
    known = levels(column)
    if is_level or len(known) <= MOST_VALUES:
        return known
    return list(np.linspace(column.min(), column.max(), MOST_VALUES))


def _asked(column: pd.Series, values: Any, is_level: bool) -> list[Any]:
    asked = list(np.atleast_1d(np.asarray(values)))
    if not asked:
        raise ValueError(f"`by` gives no values for {column.name!r}: name some, or leave them out for all there are.")
    known = levels(column)
    if not is_level:
        if any(isinstance(value, bool | np.bool_ | str) or not np.isfinite(value) for value in asked):
            raise ValueError(f"{column.name!r} is a number; `by` gives {values!r} for it.")
        return asked
    by_text = {str(level): level for level in known}
    strange = [str(value) for value in asked if str(value) not in by_text]
    if strange:
        raise ValueError(
            f"{strange[0]!r} is no level of {column.name!r}.{close_matches(strange[0], by_text)} "
            f"Levels: {', '.join(by_text)}."
        )
    return [by_text[str(value)] for value in asked]


def _factors(built: BuiltModel) -> set[str]:
    """Columns that name members and nothing else."""
    groups = {name for p in built.predictors.values() for term in p.groups() for name in factor_columns(term)}
    common = {
        str(name)
        for p in built.predictors.values()
        for term in p.terms
        for name in getattr(term.source.term.expr if term.kind == "group" else term.source.term, "var_names", ())
    }
    return groups - common


# ---------------------------------------------------------------------- for whom


def cell_values(built: BuiltModel, cells: Cells, draws: Draws, who: Who, rng: np.random.Generator) -> Any:
    """Name and (n_draws, n_cells) natural-scale values of every parameter but those fixed trial by trial."""
    n_draws = len(next(iter(draws.values())))
    n_cells = len(cells.frame)
    for name, predictor in built.predictors.items():
        if predictor.param.is_fixed and predictor.is_trialwise:
            continue
        design = _design(predictor, cells)
        values = np.empty((n_draws, n_cells))
        for part in chunks(n_draws, n_cells):
            values[part] = _values(predictor, design, {key: value[part] for key, value in draws.items()}, who, rng)
        yield name, values


def _design(predictor: Predictor, cells: Cells) -> dict[str, NewColumns]:
    """The design in which every member that is not named stands after the known ones."""
    design = predictor.evaluate(cells.frame) if predictor.param.is_regression else {}
    for term in predictor.groups():
        outside = len(term.groups)
        known = np.isin(np.arange(outside + 1), np.asarray(term.index))  # without trials there is no member
        index = np.minimum(np.asarray(design[term.name].index), outside)
        is_named = factor_columns(term) <= set(cells.varied)
        index = np.where(known[index] & is_named, index, outside)
        design[term.name] = replace(design[term.name], index=index, new_groups=("not named",))
    return design


def _values(
    predictor: Predictor, design: Mapping[str, NewColumns], draws: Draws, who: Who, rng: np.random.Generator
) -> np.ndarray:
    if not predictor.param.is_regression:
        return predictor.value(draws)
    if who == "mean":
        return _population_mean(predictor, design, draws, rng)
    if who == "member":
        effects = {term.variable: draw_effects(term, draws, 1, rng) for term in predictor.groups()}
    else:
        effects = {term.variable: typical_effect(term, draws, rng) for term in predictor.groups()}
    return predictor.value(draws, design, new_effects=effects)


def _population_mean(
    predictor: Predictor, design: Mapping[str, NewColumns], draws: Draws, rng: np.random.Generator
) -> np.ndarray:
    """Natural-scale means over members that are not named, (n_draws, n_cells)."""
    unnamed = [term for term in predictor.groups() if np.any(_is_unnamed(term, design[term.name]))]
    drawn = [term for term in unnamed if term.prior.name != "Normal"]
    spread = np.sqrt(sum((_variance(t, design[t.name], draws) for t in unnamed if t not in drawn), np.zeros((1, 1))))
    effects = {term.variable: typical_effect(term, draws, rng) for term in predictor.groups() if term not in drawn}
    others = {term.variable: draw_effects(term, draws, N_EFFECTS, rng) for term in drawn}
    rounds = N_EFFECTS if drawn else 1
    total: Any = 0.0
    for i in range(rounds):
        effects |= {variable: values[:, i : i + 1] for variable, values in others.items()}
        linear = predictor.linear(draws, design, new_effects=effects)
        total = total + _mean_of_normal(predictor.param.link, linear, spread)
    return total / rounds


def _is_unnamed(term: Term, new: NewColumns) -> np.ndarray:
    return np.asarray(new.index) == len(term.groups)


def _variance(term: Term, new: NewColumns, draws: Draws) -> np.ndarray:
    """(n_draws, n_cells) variance that the members of a normal distribution add to the linear predictor."""
    sigma = (group_arguments(term, draws)["sigma"] + zeros(term))[:, 0]
    columns = new.columns.reshape(len(new.columns), -1)
    return (sigma.reshape(len(sigma), -1) ** 2 @ columns.T**2) * _is_unnamed(term, new)


def _mean_of_normal(link: Any, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Mean of the inverse link of normal variables."""
    if link.name == "identity" or not np.any(spread):
        return link.linkinv(centre)
    total: Any = 0.0
    for node, weight in zip(NODES, WEIGHTS, strict=True):
        total = total + weight * link.linkinv(centre + spread * node)
    return total
