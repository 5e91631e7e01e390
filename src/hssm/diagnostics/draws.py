"""What a user hands to a diagnostic, a model or a tree of draws, as a tree with log-likelihoods; nothing is changed."""

from __future__ import annotations

from typing import Any

import xarray as xr

from hssm.bambi_bridge.names import OBS_DIM
from hssm.inference.storage import require_tree


def tree_of(given: Any, dt: Any = None) -> xr.DataTree:
    """The draws of a model (its ``traces``, or ``dt``), or the tree itself."""
    if dt is not None:
        return require_tree(dt)
    return require_tree(given.traces if hasattr(given, "traces") else given)


def built_of(given: Any, purpose: str) -> Any:
    """The built model, which a tree of draws does not hold."""
    if not hasattr(given, "built"):
        raise TypeError(f"{purpose} needs a model, not only its draws; got {type(given).__name__}.")
    return given.built


def log_likelihoods(given: Any, name: str = "the draws") -> xr.DataArray:
    """(chain, draw, __obs__) log-likelihoods; computed from a model whose traces have none.

    Raises
    ------
    ValueError
        A tree without log-likelihoods.
    """
    tree = tree_of(given)
    if "log_likelihood" not in tree.children:
        if not hasattr(given, "log_likelihood"):
            raise ValueError(
                f"{name[:1].upper()}{name[1:]} have no log-likelihoods: call `model.log_likelihood()` first, or give "
                "the model itself."
            )
        tree = given.log_likelihood(inplace=False)
    variables = tree["log_likelihood"].to_dataset().data_vars
    return next(iter(variables.values())).transpose("chain", "draw", OBS_DIM)


def column_of(given: Any, column: str) -> xr.DataArray:
    """A column of the data along ``__obs__``, from the model's frame or the tree's ``constant_data``."""
    tree = tree_of(given)
    positions = next(iter(tree["observed_data"].to_dataset().data_vars.values()))[OBS_DIM]
    if hasattr(given, "data"):
        frame = given.data
        known = list(map(str, frame.columns))
        if column in frame:
            return xr.DataArray(frame[column].to_numpy(), dims=OBS_DIM, coords={OBS_DIM: positions})
    else:
        dataset = tree["constant_data"].to_dataset() if "constant_data" in tree.children else xr.Dataset()
        known = list(map(str, dataset.data_vars))
        if column in dataset:
            return dataset[column]
    from hssm.suggest import close_matches

    raise ValueError(
        f"There is no column {column!r}.{close_matches(column, known)} Columns: {', '.join(sorted(known))}."
        + ("" if hasattr(given, "data") else " (Draws hold only the columns that the model uses; give the model.)")
    )
