"""Raw samples -> the DataTree that users see: names, natural-scale values, units, data groups."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hssm.bambi_bridge import names
from hssm.bambi_bridge.compat import level_coding
from hssm.inference.draws import FlatDraws, flatten
from hssm.spec import BuiltModel
from hssm.suggest import close_matches

ASKED_FORMS = "asked_parameterization"
"""Attribute of a tree: the group-specific terms whose form the user chose, a dict as text."""


def stored_names(built: BuiltModel) -> list[str]:
    """Variables that are drawn and kept: everything free, and deterministics that are not trial-wise."""
    model = built.pymc_model
    kept = [rv.name for rv in model.free_RVs]
    alone = [name for name in built.predictors if name in kept]
    places = sorted(kept.index(name) for name in alone)
    for place, name in zip(places, alone, strict=True):  # variables are built in the order in which they need others
        kept[place] = name
    for variable in model.deterministics:
        dims = model.named_vars_to_dims.get(variable.name, ())
        if names.OBS_DIM not in dims:
            kept.append(variable.name)
    return kept


def finish_draws(built: BuiltModel, raw: xr.Dataset) -> xr.Dataset:
    """Intercepts at predictors 0, natural-scale companions, units; groups' dims as documented."""
    kept = [name for name in stored_names(built) if name in raw]
    dataset = raw[kept].transpose("chain", "draw", ...).copy()
    draws = flatten(dataset)
    for name, values in reported_values(built, draws.values).items():
        dataset[name] = dataset[name].copy(data=values.reshape(dataset[name].shape))
    dataset = add_natural_values(built, dataset)
    return add_units(built, dataset)


def reported_values(built: BuiltModel, draws: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is reported otherwise than it is sampled: deviations of group effects, intercepts at predictors 0.

    ``draws`` are (n_draws, ...) arrays as sampled; only the variables that differ are returned.
    """
    changed: dict[str, np.ndarray] = {}
    for predictor in built.predictors.values():
        changed |= predictor.deviations(draws)
        intercept = names.variable(predictor.name, "Intercept")
        if predictor.center and intercept in draws:
            changed[intercept] = draws[intercept] - predictor.shift(draws)
    return changed


def add_natural_values(built: BuiltModel, dataset: xr.Dataset) -> xr.Dataset:
    """``<p>_Intercept_natural``, members' and levels' values for parameters whose link is not the identity."""
    draws = flatten(dataset)
    for predictor in built.predictors.values():
        if not predictor.param.is_regression or predictor.param.link.name == "identity":
            continue
        for name, dims, coords, eta in _natural_predictors(predictor, draws):
            values = predictor.param.link.linkinv(eta)
            shape = (draws.n_chains, draws.n_draws, *values.shape[1:])
            dataset[name] = xr.DataArray(values.reshape(shape), dims=("chain", "draw", *dims), coords=coords)
    return dataset


def natural_names(built: BuiltModel) -> list[str]:
    """Names of the variables that :func:`add_natural_values` adds."""
    found = []
    for predictor in built.predictors.values():
        if not predictor.param.is_regression or predictor.param.link.name == "identity":
            continue
        if any(term.kind == "intercept" for term in predictor.terms):
            found.append(names.natural(names.variable(predictor.name, "Intercept")))
        found += [names.natural(term.variable) for term in predictor.terms if _has_natural_values(term)]
    return found


def _has_natural_values(term: Any) -> bool:
    """Members' values, and levels of categorical main effects."""
    is_member = term.kind == "group" and term.name.startswith("1|")
    return is_member or (term.kind == "common" and term.is_categorical and ":" not in term.name)


def _natural_predictors(predictor: Any, draws: FlatDraws) -> list[tuple[str, tuple, dict, np.ndarray]]:
    """(name, extra dims, coords, link-scale values) of each natural-scale companion."""
    intercept_name = names.variable(predictor.name, "Intercept")
    found: list[tuple[str, tuple, dict, np.ndarray]] = []
    base = np.zeros(len(draws))
    if any(term.kind == "intercept" for term in predictor.terms):
        base = _intercept(predictor, draws, intercept_name)
        found.append((names.natural(intercept_name), (), {}, base))
    for term in predictor.terms:
        if term.variable not in draws.values or not _has_natural_values(term):
            continue
        values = draws.values[term.variable]
        if term.kind == "group":
            dim = names.factor_dim(term.factor)
            found.append((names.natural(term.variable), (dim,), {dim: list(term.groups)}, base[:, None] + values))
        else:
            found.append(_natural_levels(term, base, values))
    return found


def _intercept(predictor: Any, draws: FlatDraws, name: str) -> np.ndarray:
    if name in draws.values:
        return draws.values[name]
    fixed = next(term.prior for term in predictor.terms if term.kind == "intercept")
    return np.full(len(draws), float(fixed))


def _natural_levels(term: Any, base: np.ndarray, values: np.ndarray) -> tuple:
    """All levels of a categorical main effect, whatever its coding."""
    levels, coding = level_coding(term)
    dim = f"{names.natural(term.variable)}_dim"
    return names.natural(term.variable), (dim,), {dim: list(levels)}, base[:, None] + values @ coding.T


def reported_names(tree: xr.DataTree) -> list[str]:
    """Posterior variables for tables and plots: no offsets, nothing trial-wise."""
    posterior = tree["posterior"].to_dataset()
    return [
        str(name)
        for name, variable in posterior.data_vars.items()
        if not str(name).endswith("_offset") and names.OBS_DIM not in variable.dims
    ]


def chosen_names(tree: xr.DataTree, wanted: Any, how: str | None = None) -> Any:
    """``wanted`` if the posterior has all these variables (patterns such as ``~v`` pass), else what is reported.

    ``how`` is ArviZ's ``filter_vars``: with "like" or "regex" the names are parts of names, or patterns, of which
    each must fit something.
    """
    if wanted is None:
        return reported_names(tree)
    known = [str(name) for name in tree["posterior"].data_vars]
    names_given = [wanted] if isinstance(wanted, str) else list(wanted)
    if how is not None:
        for name in names_given:
            if not any(_fits(str(name).removeprefix("~"), variable, how) for variable in known):
                raise ValueError(f"No variable of the posterior fits {name!r}. It has: {', '.join(sorted(known))}.")
        return wanted
    for name in names_given:
        if not str(name).startswith("~") and name not in known:
            raise ValueError(
                f"The posterior has no variable {name!r}.{close_matches(name, known)} "
                f"It has: {', '.join(sorted(known))}."
            )
    return wanted


def _fits(pattern: str, variable: str, how: str) -> bool:
    """Whether ArviZ would pick this variable by this pattern."""
    if how not in ("like", "regex"):
        raise ValueError(f"`filter_vars` must be None, 'like' or 'regex', got {how!r}.")
    return pattern in variable if how == "like" else re.search(pattern, variable) is not None


def add_units(built: BuiltModel, dataset: xr.Dataset) -> xr.Dataset:
    """The attribute ``units`` on natural-scale variables."""
    for name, unit in built.units.items():
        own = [
            str(v) for v in dataset.data_vars if v == name or (str(v).startswith(f"{name}_") and names.is_natural(v))
        ]
        link = getattr(built.predictors[name].param.link, "name", "identity")
        if built.predictors[name].param.is_regression and link == "identity":
            own += [v for v in (names.variable(name, "Intercept"),) if v in dataset]
        for variable in own:
            dataset[variable].attrs["units"] = unit
    return dataset


def observed_group(built: BuiltModel) -> xr.Dataset:
    """The responses in model codes, rows in the order of the data."""
    return response_dataset(built, built.observations.response_matrix(), built.observations.positions)


def response_dataset(
    built: BuiltModel, values: np.ndarray, positions: Any, leading: Mapping[str, Any] | None = None
) -> xr.Dataset:
    """(..., n_trials, n_columns) responses as a dataset with the documented dims and coordinates."""
    response = built.observations.response_str
    columns = built.observations.response
    lead = dict(leading or {})
    dims, coords = (*lead, names.OBS_DIM), {**lead, names.OBS_DIM: positions}
    if len(columns) == 1:
        return xr.Dataset({response: (dims, values[..., 0])}, coords=coords)
    dim = names.response_dim(response)
    coords[dim] = np.arange(len(columns))
    variable = xr.DataArray(values, dims=(*dims, dim), attrs={"components": list(columns)})
    return xr.Dataset({response: variable}, coords=coords)


def constant_group(built: BuiltModel, used: tuple[str, ...]) -> xr.Dataset:
    """Covariates and extra fields that the model uses, and the frame's index as text."""
    frame = built.observations.frame
    columns = {name: (names.OBS_DIM, _storable(frame[name])) for name in dict.fromkeys(used) if name in frame}
    columns["row_label"] = (names.OBS_DIM, np.asarray([str(label) for label in frame.index], dtype=str))
    return xr.Dataset(columns, coords={names.OBS_DIM: built.observations.positions})


def _storable(column: Any) -> np.ndarray:
    """Numbers as they are, everything else as text, so that the result can be written to netCDF."""
    values = column.to_numpy()
    return values if values.dtype.kind in "fiub" else np.asarray([str(value) for value in values], dtype=str)


def root_attributes(built: BuiltModel, **more: Any) -> dict[str, Any]:
    """Attributes of the whole tree; everything is text or a number, so that it survives netCDF."""
    links = {n: p.param.link.name for n, p in built.predictors.items() if p.param.is_regression}
    attributes = {
        "links": str(links),
        "choices": str(dict(built.observations.labels) or list(built.observations.choices)),
        "parameterization": str(dict(built.parameterization)),
        ASKED_FORMS: str(dict(built.asked_forms)),
        "created_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    return attributes | {
        key: value if isinstance(value, int | float | str) else str(value) for key, value in more.items()
    }
