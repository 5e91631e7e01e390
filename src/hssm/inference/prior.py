"""Draws of the prior, in the layout of a posterior."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from hssm.inference.predictive import predict_responses
from hssm.inference.quiet import quiet_pymc
from hssm.inference.results import finish_draws, observed_group, stored_names
from hssm.spec import BuiltModel


def sample_prior(built: BuiltModel, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """(chain, draw, ...) draws of every stored variable from the prior, one chain."""
    if not isinstance(draws, int | np.integer) or isinstance(draws, bool) or draws <= 0:
        raise ValueError(f"`draws` must be a positive integer, got {draws!r}.")
    names = stored_names(built)
    if not names:
        return xr.Dataset(coords={"chain": [0], "draw": np.arange(draws)})
    raw = forward_draws(built.pymc_model, draws, rng, names)
    return finish_draws(built, raw["prior"].to_dataset())


def forward_draws(model: pm.Model, draws: int, rng: np.random.Generator, names: list[str] | None = None) -> xr.DataTree:
    """PyMC's draws of a model from its top down, with PyTensor's Python linker: a compilation costs far more."""
    from pytensor.compile.mode import Mode

    interpreted = Mode(linker="py", optimizer="fast_compile")
    with quiet_pymc():
        return pm.sample_prior_predictive(
            int(draws),
            model=model,
            var_names=names,
            random_seed=int(rng.integers(2**30)),
            compile_kwargs={"mode": interpreted},
        )


def prior_predictive_tree(
    built: BuiltModel, draws: int, rng: np.random.Generator, var_names: Any = None, omit_offsets: bool = True
) -> xr.DataTree:
    """Groups ``prior``, ``prior_predictive`` and ``observed_data``.

    Raises
    ------
    ValueError
        ``var_names`` has a name that the model does not have.
    """
    prior = sample_prior(built, draws, rng)
    prediction = predict_responses(built, prior, rng)
    kept = prior.drop_vars([name for name in prior.data_vars if omit_offsets and str(name).endswith("_offset")])
    if var_names is not None:
        wanted = [var_names] if isinstance(var_names, str) else list(var_names)
        unknown = [name for name in wanted if name not in prior]
        if unknown:
            raise ValueError(
                f"`var_names` has {', '.join(map(repr, unknown))}, which are no variables of this model. "
                f"Variables: {', '.join(sorted(map(str, prior.data_vars)))}."
            )
        kept = prior[wanted]
    return xr.DataTree.from_dict(
        {"prior": kept, "prior_predictive": prediction, "observed_data": observed_group(built)}
    )
