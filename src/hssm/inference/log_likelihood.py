"""Pointwise log-likelihoods of draws, streamed in chunks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hssm.bambi_bridge.names import OBS_DIM
from hssm.inference.draws import chunks, designs_for, flatten, observed_arrays, trial_theta
from hssm.inference.predictive import new_group_effects, slice_effects
from hssm.likelihoods.pointwise import evaluate_pointwise
from hssm.spec import BuiltModel, Likelihood

AUTOMATIC_LIMIT = 50_000_000
"""Draws x rows above which log-likelihoods are not stored unless asked for."""


def pointwise_log_likelihood(
    built: BuiltModel,
    posterior: xr.Dataset,
    frame: Any = None,
    rng: np.random.Generator | None = None,
    likelihood: Likelihood | None = None,
) -> xr.Dataset:
    """The ``log_likelihood`` group of a posterior: (chain, draw, __obs__), rows in the order of the data.

    Parameters
    ----------
    built : the model
    posterior : dataset with the model's variables; any number of chains and any draw labels
    frame : new data with the response columns, or None for the data of the fit
    rng : draws the effects of groups that were not in the fit from their group distribution; without it such groups
        are an error
    likelihood : that of the new data where it is not the model's: they may have outcomes that the fit's have not

    Raises
    ------
    ValueError
        The new data have groups that were not in the fit, and ``rng`` is not given.
    """
    draws = flatten(posterior)
    observed = observed_arrays(built, frame, likelihood)
    designs = None if frame is None else designs_for(built, frame)
    effects = None
    if rng is None:
        _refuse_unseen_groups(built, designs or {})
    else:
        effects = new_group_effects(built, draws.values, designs, rng, allowed=True)
    n_trials = len(next(iter(observed.values())))
    result = np.empty((len(draws), n_trials))
    for part in chunks(len(draws), n_trials):
        theta = trial_theta(built, draws.take(part), designs, new_effects=slice_effects(effects, part))
        result[part] = evaluate_pointwise(likelihood or built.likelihood, observed, theta)
    positions = built.observations.positions if frame is None else np.arange(n_trials)
    return xr.Dataset(
        {
            built.observations.response_str: (
                ("chain", "draw", OBS_DIM),
                result.reshape(draws.n_chains, draws.n_draws, n_trials),
            )
        },
        coords={"chain": posterior["chain"].values, "draw": posterior["draw"].values, OBS_DIM: positions},
    )


def _refuse_unseen_groups(built: BuiltModel, designs: Mapping[str, Any]) -> None:
    for parameter, design in designs.items():
        for term in built.predictors[parameter].groups():
            unseen = design[term.name].new_groups
            if unseen:
                raise ValueError(
                    f"The new data have levels of {term.factor!r} that were not in the fit: {', '.join(unseen[:5])}. "
                    f"Their likelihood is unknown; levels of the fit: {', '.join(term.groups)}. Leave these rows out."
                )
