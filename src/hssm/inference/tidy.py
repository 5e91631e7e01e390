"""Draws as tidy tables: one row per chain, draw and coordinate, ready for grammar-of-graphics packages.

Reads any DataTree in the layout of this package (posterior, prior, predictions); nothing is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.bambi_bridge.names import OBS_DIM
from hssm.bambi_bridge.names import response_dim as response_dim_of
from hssm.suggest import close_matches

SAMPLE_DIMS = ("chain", "draw")
SPEC = re.compile(r"^(?P<name>.*?)(?:\[(?P<dims>[^\[\]]*)\])?$", re.DOTALL)


def tidy_draws(model_or_tree: Any, *specs: str, group: str = "posterior", to: str = "polars") -> Any:
    """Draws of some variables as one table, a row per chain, draw and coordinate.

    Parameters
    ----------
    model_or_tree : HSSM or DataTree
    *specs : str
        Variables: ``"v"``, or with the dimensions that become columns, ``"v_1|participant_id[participant_id]"``, and
        for levels of a category the term, ``"v_cond[cond]"``, so that those of several parameters are joined.
        Several are joined on the dimensions they share; scalars are repeated. Without any, all scalar variables
        (or the only variable of the group).
        In predictive groups the name of the response (``"rt,response"``) gives one column per component.
    group : str
        ``"posterior"``, ``"prior"``, ``"posterior_predictive"``, ``"prior_predictive"`` ...
    to : {"polars", "pandas"}

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        Columns ``chain``, ``draw``, the dimensions under their short names (``participant_id``), the variables.

    Raises
    ------
    ValueError
        Unknown group, variable or dimension, with close matches.
    ImportError
        ``to="polars"`` without the package.
    """
    if to not in ("polars", "pandas"):
        raise ValueError(f"`to` must be 'pandas' or 'polars', got {to!r}.{close_matches(to, ('pandas', 'polars'))}")
    polars = _polars() if to == "polars" else None
    dataset = _group(model_or_tree, group)
    wanted = specs or tuple(str(name) for name, values in dataset.items() if set(values.dims) == set(SAMPLE_DIMS))
    if not wanted and len(dataset.data_vars) == 1:
        wanted = tuple(map(str, dataset.data_vars))
    if not wanted:
        raise ValueError(f"The group {group!r} has no scalar variables: name some of {_listed(dataset.data_vars)}.")
    columns: dict[str, xr.DataArray] = {}
    for spec in wanted:
        columns |= _columns(dataset, spec, group)
    table = _joined(columns)
    return table if polars is None else polars.DataFrame({name: table[name].to_numpy() for name in table.columns})


def predictive_dt_to_dataframe(
    dt: xr.DataTree,
    predictive_group: str = "posterior_predictive",
    response_str: str = "rt,response",
    response_dim: str | None = None,
) -> pd.DataFrame:
    """Predicted responses as a long frame.

    Parameters
    ----------
    dt : DataTree
        With a predictive group.
    predictive_group : {"posterior_predictive", "prior_predictive"}
    response_str : str
        Name of the response variable; its parts are the columns.
    response_dim : str, optional
        Dimension of these parts, ``<response_str>_dim`` unless given.

    Returns
    -------
    pandas.DataFrame
        Columns ``chain``, ``draw``, ``__obs__`` and those of the response.
    """
    values = _variable(_group(dt, predictive_group), response_str, predictive_group)
    parts = response_str.split(",")
    if len(parts) == 1:
        return _joined({parts[0]: values})
    dim = response_dim_of(response_str) if response_dim is None else response_dim
    if dim not in values.dims:
        raise ValueError(
            f"{response_str!r} has no dimension {dim!r}.{close_matches(dim, map(str, values.dims))} "
            f"Dimensions: {_listed(values.dims)}."
        )
    return _joined({part: values.isel({dim: i}, drop=True) for i, part in enumerate(parts)})


def _polars() -> Any:
    try:
        import polars
    except ImportError as error:
        raise ImportError(
            "tidy_draws(to='polars') needs the package 'polars': pip install 'hssm[polars]', or use to='pandas'."
        ) from error
    return polars


def _group(given: Any, group: str) -> xr.Dataset:
    tree = given.traces if hasattr(given, "traces") else given
    if not isinstance(tree, xr.DataTree):
        raise TypeError(f"Give a model or a DataTree, got {type(given).__name__}.")
    if group not in tree.children:
        raise ValueError(
            f"There is no group {group!r}.{close_matches(group, tree.children)} Groups: {_listed(tree.children)}."
        )
    return tree[group].to_dataset()


def _listed(names: Any) -> str:
    return ", ".join(sorted(map(str, names))) or "none"


def _variable(dataset: xr.Dataset, name: str, group: str) -> xr.DataArray:
    if name not in dataset.data_vars:
        known = list(map(str, dataset.data_vars))
        raise ValueError(
            f"The group {group!r} has no variable {name!r}.{close_matches(name, known)} It has: {_listed(known)}."
        )
    return dataset[name]


def _columns(dataset: xr.Dataset, spec: str, group: str) -> dict[str, xr.DataArray]:
    """The variable of a spec with short dimension names; a response as one array per component."""
    name, wanted = _parsed(dataset, spec)
    values = _variable(dataset, name, group)
    dim = response_dim_of(name)
    if dim in values.dims and OBS_DIM in values.dims:
        parts = values.attrs.get("components") or name.split(",")
        found = {str(part): values.isel({dim: i}, drop=True) for i, part in enumerate(parts)}
    else:
        found = {name: values}
    return {column: _renamed(array, column, wanted) for column, array in found.items()}


def _parsed(dataset: xr.Dataset, spec: str) -> tuple[str, tuple[str, ...] | None]:
    """Name and dimensions of a spec; names may hold brackets themselves (``C(x)[a]``)."""
    if not isinstance(spec, str):
        raise TypeError(f"Variables are named by text, got {spec!r} ({type(spec).__name__}).")
    if spec in dataset.data_vars:
        return spec, None
    match = SPEC.match(spec)
    if match is None or match["dims"] is None:
        return spec, None
    return match["name"], tuple(part.strip() for part in match["dims"].split(",") if part.strip())


def _renamed(values: xr.DataArray, name: str, wanted: tuple[str, ...] | None) -> xr.DataArray:
    """Dimensions under their short names; those of a spec must be the variable's own."""
    dims = [str(dim) for dim in values.dims if dim not in SAMPLE_DIMS]
    short = {dim: _short(dim, {name, *dims}) for dim in dims}
    if wanted is not None:
        short |= {dim: term for term in wanted for dim in dims if _is_term(dim, term)}
        unknown = [dim for dim in wanted if dim not in dims and dim not in short.values()]
        if unknown or len(wanted) != len(dims):
            bad = ", ".join(map(repr, unknown)) or f"{len(wanted)} of {len(dims)} dimensions"
            hints = "".join(close_matches(dim, short.values()) for dim in unknown)
            raise ValueError(
                f"The specification of {name!r} names {bad}.{hints} Its dimensions: {_listed(short.values())}."
            )
    return values.rename(short)


def _is_term(dim: str, term: str) -> bool:
    """Whether a dimension holds the levels of that term, whatever the parameter: ``v_cond_dim`` and ``cond``."""
    return dim.endswith(f"_{term}_dim") and not dim.endswith(("__factor_dim", "__expr_dim"))


def _short(dim: str, taken: set[str]) -> str:
    """``participant_id`` for ``participant_id__factor_dim``; the long name where the short one is taken."""
    for ending in ("__factor_dim", "__expr_dim", "_dim"):
        shorter = dim.removesuffix(ending)
        if shorter not in taken:
            return shorter
    return dim


def _joined(columns: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    """One table: arrays broadcast against each other, dimensions in the order in which they appear."""
    dims = [*SAMPLE_DIMS, *dict.fromkeys(str(d) for a in columns.values() for d in a.dims if d not in SAMPLE_DIMS)]
    arrays = [array.transpose(*dims) for array in xr.broadcast(*columns.values())]
    first = arrays[0]
    places = np.indices(first.shape).reshape(len(dims), -1)
    table: dict[str, Any] = {}
    for dim, place in zip(dims, places, strict=True):
        labels = first[dim].to_numpy() if dim in first.coords else np.arange(first.sizes[dim])
        table[dim] = labels[place]
    table |= {name: array.to_numpy().ravel() for name, array in zip(columns, arrays, strict=True)}
    return pd.DataFrame(table)
