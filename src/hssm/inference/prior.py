"""Draws of the prior, in the layout of a posterior; and of the prior under an intervention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from hssm.inference.results import finish_draws, observed_group, response_dataset, stored_names
from hssm.spec import BuiltModel
from hssm.suggest import close_matches


def sample_prior(built: BuiltModel, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """(chain, draw, ...) draws of every stored variable from the prior, one chain."""
    if not isinstance(draws, int | np.integer) or isinstance(draws, bool) or draws <= 0:
        raise ValueError(f"`draws` must be a positive integer, got {draws!r}.")
    names = stored_names(built)
    if not names:
        return xr.Dataset(coords={"chain": [0], "draw": np.arange(draws)})
    raw = pm.sample_prior_predictive(
        int(draws), model=built.pymc_model, var_names=names, random_seed=int(rng.integers(2**30))
    )
    return finish_draws(built, raw["prior"].to_dataset())


def sample_intervention(
    built: BuiltModel, params: Mapping[str, Any], draws: int, rng: np.random.Generator
) -> tuple[xr.DataTree, pm.Model]:
    """Prior and prior predictive of the model in which ``params`` are fixed by intervention (Pearl's do).

    Raises
    ------
    ValueError
        A name that is no variable of the model, or a value of another shape.
    """
    model = built.pymc_model
    allowed = [rv.name for rv in model.free_RVs] + [d.name for d in model.deterministics]
    values = {}
    for name, value in params.items():
        if name not in allowed:
            raise ValueError(
                f"{name!r} is no variable of this model. Variables: {', '.join(sorted(allowed))}."
                f"{close_matches(name, allowed)}"
            )
        shape = tuple(int(size) for size in model[name].shape.eval())
        try:
            values[name] = np.broadcast_to(np.asarray(value, dtype=float), shape).copy()
        except (TypeError, ValueError):
            raise ValueError(f"The value of {name!r} must have shape {shape}, got {np.shape(value)}.") from None
    intervened = pm.do(model, values)
    response = built.observations.response_str
    raw = pm.sample_prior_predictive(int(draws), model=intervened, random_seed=int(rng.integers(2**30)))
    lead = {"chain": [0], "draw": np.arange(int(draws))}
    simulated = raw["prior_predictive"][response].to_numpy()
    columns = len(built.observations.response)
    shaped = simulated.reshape(*simulated.shape[:2], built.observations.n_trials, columns)
    groups = {
        "prior_predictive": response_dataset(built, shaped, built.observations.positions, lead),
        "observed_data": observed_group(built),
    }
    if "prior" in raw.children:
        groups["prior"] = raw["prior"].to_dataset()
    return xr.DataTree.from_dict(groups), intervened
