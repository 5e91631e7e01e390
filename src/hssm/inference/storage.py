"""Traces from memory or disk, checked against the model that wants them."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import xarray as xr

from hssm.inference.draws import own_name
from hssm.saving.saved import read_tree
from hssm.spec import BuiltModel


def read_traces(traces: Any, built: BuiltModel) -> xr.DataTree:
    """A DataTree of this model from a tree or a netCDF path.

    Raises
    ------
    FileNotFoundError
        The path does not exist.
    TypeError
        It is neither a tree nor a path.
    ValueError
        The posterior lacks variables of the model.
    """
    tree = require_tree(_load(Path(traces)) if isinstance(traces, str | PathLike) else traces)
    wanted = {rv.name for rv in built.pymc_model.free_RVs}
    found = {own_name(name, variable) for name, variable in tree["posterior"].data_vars.items()}
    missing = sorted(name for name in wanted - found if not name.endswith("_offset"))
    if missing:
        raise ValueError(
            f"These traces belong to another model: their posterior lacks {', '.join(missing)}. "
            f"It has {', '.join(sorted(found))}. Build the model with the arguments of the fit."
        )
    return tree


def require_tree(given: Any) -> xr.DataTree:
    """A DataTree with draws, or an error that says what it is instead."""
    if not isinstance(given, xr.DataTree):
        raise TypeError(f"Draws must be a DataTree (as `sample()` returns it), got {given!r} ({type(given).__name__}).")
    if "posterior" not in given.children:
        groups = ", ".join(sorted(given.children)) or "none"
        raise ValueError(f"The draws have no group 'posterior'; groups: {groups}.")
    return given


def _load(path: Path) -> xr.DataTree:
    if not path.is_file():
        raise FileNotFoundError(f"No traces at {path}: give a DataTree or the path of a netCDF file.")
    return read_tree(path)
