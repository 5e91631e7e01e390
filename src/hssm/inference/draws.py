"""Posterior draws as plain arrays, and the parameter values of every trial that follow from them.

Trial-wise values are never stored: they are produced in chunks of draws, used, and dropped, so memory stays
bounded whatever the number of trials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hssm.likelihoods.pointwise import needed_columns
from hssm.spec import BuiltModel, Likelihood

ALIAS_OF = "alias_of"
"""Attribute of a variable under an alias: its own name."""

CHUNK_VALUES = 2_000_000
"""Trial-wise values (draws x trials) held at a time."""


@dataclass(frozen=True, slots=True)
class FlatDraws:
    """Variables by name with chains and draws flattened into one leading axis."""

    values: Mapping[str, np.ndarray]
    n_chains: int
    n_draws: int

    def __len__(self) -> int:
        return self.n_chains * self.n_draws

    def take(self, selection: Any) -> dict[str, np.ndarray]:
        return {name: value[selection] for name, value in self.values.items()}


def flatten(dataset: xr.Dataset) -> FlatDraws:
    """All variables of a posterior or prior group, (chain, draw, ...) -> (chain * draw, ...)."""
    n_chains, n_draws = dataset.sizes["chain"], dataset.sizes["draw"]
    values = {}
    for name, variable in dataset.data_vars.items():
        array = variable.transpose("chain", "draw", ...).to_numpy()
        values[own_name(name, variable)] = array.reshape((n_chains * n_draws, *array.shape[2:]))
    return FlatDraws(values, n_chains, n_draws)


def own_name(name: Any, variable: xr.DataArray) -> str:
    """The model's name of a variable, which may have been given an alias."""
    return str(variable.attrs.get(ALIAS_OF, name))


def chunks(n_draws: int, n_trials: int) -> Iterator[slice]:
    """Slices of draws that keep draws x trials below ``CHUNK_VALUES``."""
    step = max(1, CHUNK_VALUES // max(1, n_trials))
    for start in range(0, n_draws, step):
        yield slice(start, min(start + step, n_draws))


def trial_theta(
    built: BuiltModel,
    draws: Mapping[str, np.ndarray],
    designs: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, np.ndarray]:
    """Natural-scale parameters (n_draws or 1, n_trials or 1) by name for a chunk of draws.

    ``designs`` maps parameters to their design on new data (see :func:`designs_for`); None means the data of the
    fit. ``options`` go to the predictors (``include_groups``, ``new_effects``).
    """
    return {
        name: predictor.value(
            draws, None if designs is None else designs.get(name), **_only_regression(predictor, options)
        )
        for name, predictor in built.predictors.items()
    }


def _only_regression(predictor: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    if not predictor.param.is_regression:
        return {}
    chosen = dict(options)
    if chosen.get("new_effects") is not None:
        chosen["new_effects"] = chosen["new_effects"].get(predictor.name)
    return chosen


def designs_for(built: BuiltModel, data: Any) -> dict[str, Any]:
    """Every regression's design evaluated on a frame of new data."""
    return {name: p.evaluate(data) for name, p in built.predictors.items() if p.param.is_regression}


def observed_arrays(
    built: BuiltModel, frame: Any = None, likelihood: Likelihood | None = None
) -> dict[str, np.ndarray]:
    """Response columns and covariates as (n_trials,) float arrays, from the fit's data or another frame.

    ``likelihood`` is that of the frame where it is not the model's.
    """
    source = built.observations.frame if frame is None else frame
    return {name: source[name].to_numpy(dtype=float) for name in needed_columns(likelihood or built.likelihood)}
