"""Predictions of several models at once, each as often as its weight says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.diagnostics.comparison import compare
from hssm.seeds import as_generator, one_seed


def average_predictions(
    models: Mapping[str, Any],
    weights: Any = None,
    draws: int = 500,
    data: pd.DataFrame | None = None,
    *,
    random_seed: Any = None,
    random_state: Any = None,
) -> xr.DataTree:
    """Posterior predictive draws of a weighted mixture of models.

    Every draw comes from one model, chosen with the models' weights, and from one draw of its posterior.

    Parameters
    ----------
    models : dict
        Name to a sampled model.
    weights : dict, Series or DataFrame, optional
        Name to weight, or the table of :func:`hssm.compare`; stacking weights by LOO unless given.
    draws : int
        Number of predictive draws.
    data : DataFrame, optional
        New covariates; the data of the fit unless given.
    random_seed : int or Generator, optional

    Returns
    -------
    DataTree
        Group ``posterior_predictive`` (chain 0, draw, ``__obs__``, ...) with the coordinate ``model`` along draws.

    Raises
    ------
    ValueError
        Weights that are negative, all zero, or of models that are not there.
    """
    rng = as_generator(one_seed(random_state, random_seed))
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise ValueError(f"`draws` must be a positive integer, got {draws!r}.")
    table = read_weights(models, compare(models)["weight"] if weights is None else weights)
    counts = rng.multinomial(draws, table.to_numpy())
    parts = []
    for name, count in zip(table.index, counts, strict=True):
        if count:
            parts.append(
                _some_predictions(models[name], int(count), data, rng).assign_coords(model=("draw", [name] * count))
            )
    joined = xr.concat(parts, dim="draw", join="outer", combine_attrs="override", data_vars="all")
    joined = joined.isel(draw=rng.permutation(draws)).assign_coords(draw=np.arange(draws))
    tree = xr.DataTree.from_dict(
        {"posterior_predictive": joined.expand_dims(chain=[0]).transpose("chain", "draw", ...)}
    )
    tree.attrs["weights"] = str(table.round(6).to_dict())
    return tree


def read_weights(models: Mapping[str, Any], weights: Any) -> pd.Series:
    """Weights by name that sum to 1."""
    given = weights["weight"] if isinstance(weights, pd.DataFrame) else weights
    table = pd.Series(dict(given), dtype=float)
    unknown = [name for name in table.index if name not in models]
    if unknown:
        raise ValueError(f"`weights` names {', '.join(map(repr, unknown))}; models: {', '.join(map(repr, models))}.")
    if not np.all(np.isfinite(table)) or (table < 0).any() or table.sum() <= 0:
        raise ValueError(f"`weights` must not be negative, and not all zero, got {table.to_dict()}.")
    return table / table.sum()


def _some_predictions(model: Any, count: int, data: Any, rng: np.random.Generator) -> xr.Dataset:
    """(draw, __obs__, ...) responses for ``count`` random posterior draws, repeated if there are not as many."""
    posterior = model.traces["posterior"].to_dataset()
    available = posterior.sizes["chain"] * posterior.sizes["draw"]
    chosen = rng.choice(available, size=count, replace=count > available)
    flat = posterior.stack(sample=("chain", "draw")).isel(sample=chosen)  # noqa: PD013  (xarray's stack)
    flat = flat.drop_vars(["sample", "chain", "draw"]).rename(sample="draw").expand_dims(chain=[0])
    flat = flat.assign_coords(draw=np.arange(count)).transpose("chain", "draw", ...)
    tree = xr.DataTree.from_dict({"posterior": flat})
    predicted = model.sample_posterior_predictive(tree, data, inplace=False, random_seed=rng)
    return predicted["posterior_predictive"].to_dataset().isel(chain=0, drop=True)
