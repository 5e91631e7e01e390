"""What would happen if: predictions of a model in which something is set from outside (Pearl's do).

Variables of the model (coefficients, simple or trial-wise parameters) and columns of the data can be set. From the
prior, everything that depends on them follows; from the posterior, everything else keeps what was learned.

References
----------
Pearl (2009), Causality, 2nd edition, chapter 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from hssm.inference.predictive import PredictionRequest, predict_responses, select_draws
from hssm.inference.prior import forward_draws
from hssm.inference.results import finish_draws, observed_group, response_dataset, stored_names
from hssm.spec import BuiltModel
from hssm.suggest import close_matches


@dataclass(frozen=True, slots=True)
class Intervention:
    """What is set: variables of the PyMC model in their shape, and columns of the data as a changed frame (or None)."""

    variables: Mapping[str, np.ndarray]
    frame: pd.DataFrame | None = None


def read_intervention(built: BuiltModel, params: Any, columns: tuple[str, ...]) -> Intervention:
    """What a user wants to set, checked; ``columns`` are the covariates that the model uses.

    Raises
    ------
    TypeError
        ``params`` is no mapping.
    ValueError
        A name that is neither variable nor covariate, a value of another shape, or a level that is not in the data.
    """
    if not isinstance(params, Mapping):
        raise TypeError(f"`params` must be a dict from names to values, got {type(params).__name__}.")
    model = built.pymc_model
    allowed = [rv.name for rv in model.free_RVs] + [d.name for d in model.deterministics]
    variables, covariates = {}, {}
    for name, value in params.items():
        if name in allowed:
            variables[str(name)] = _shaped(name, value, tuple(int(size) for size in model[name].shape.eval()))
        elif name in columns:
            covariates[str(name)] = value
        elif name in built.predictors and built.predictors[name].param.is_fixed:
            raise ValueError(f"{name!r} is fixed in this model, so nothing can set it: build the model with the value.")
        else:
            raise ValueError(
                f"{name!r} is no variable of this model. Variables: {', '.join(sorted(allowed))}; "
                f"covariates: {', '.join(sorted(columns)) or 'none'}.{close_matches(name, [*allowed, *columns])}"
            )
    return Intervention(variables, _changed_frame(built, covariates) if covariates else None)


def _shaped(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"The value of {name!r} must be a number or an array of numbers, got {value!r}.") from None
    try:
        return np.broadcast_to(numbers, shape).copy()
    except ValueError:
        raise ValueError(f"The value of {name!r} must have shape {shape}, got {np.shape(value)}.") from None


def _changed_frame(built: BuiltModel, covariates: Mapping[str, Any]) -> pd.DataFrame:
    """The data of the fit with some columns set; words must be levels that occur in them."""
    frame = built.observations.frame.copy()
    for name, value in covariates.items():
        if np.ndim(value) > 0 and len(value) != len(frame):
            raise ValueError(f"The value of {name!r} must be one, or one per trial ({len(frame)}), got {len(value)}.")
        if not pd.api.types.is_numeric_dtype(frame[name].dtype):
            known = [str(level) for level in pd.unique(frame[name])]
            strange = [str(v) for v in pd.unique(np.atleast_1d(np.asarray(value))) if str(v) not in known]
            if strange:
                raise ValueError(
                    f"{strange[0]!r} is no level of {name!r}.{close_matches(strange[0], known)} "
                    f"Levels: {', '.join(sorted(known))}."
                )
        dtype = frame[name].dtype
        frame[name] = value
        if isinstance(dtype, pd.CategoricalDtype):
            frame[name] = frame[name].astype(dtype)
    return frame


def is_posterior(source: Any, return_model: bool) -> bool:
    """Whether the posterior was asked for, which has no PyMC model of its own."""
    if source not in ("prior", "posterior"):
        raise ValueError(f"`source` must be 'posterior' or 'prior', got {source!r}.")
    if source == "posterior" and return_model:
        raise ValueError("`return_model` goes with source='prior': there is no PyMC model of the posterior.")
    return source == "posterior"


def intervene_on_posterior(
    built: BuiltModel, posterior: xr.Dataset, intervention: Intervention, draws: Any, rng: np.random.Generator
) -> xr.DataTree:
    """Posterior predictive draws under an intervention; what is not set keeps its posterior.

    Raises
    ------
    ValueError
        A variable is set that the prediction does not use by itself (the scale of a group, an offset).
    """
    trialwise = {name: value for name, value in intervention.variables.items() if name in built.predictors}
    coefficients = {name: value for name, value in intervention.variables.items() if name not in trialwise}
    used = {term.variable for predictor in built.predictors.values() for term in predictor.terms}
    upstream = sorted(set(coefficients) - used)
    if upstream:
        raise ValueError(
            f"{', '.join(map(repr, upstream))}: the prediction for known groups does not depend on it. Set the effects "
            "themselves, or use source='prior', where they follow from it."
        )
    chosen = select_draws(posterior, draws, rng)
    fixed = {
        name: chosen[name].copy(data=np.broadcast_to(value, chosen[name].shape)) for name, value in coefficients.items()
    }
    chosen = chosen.assign(fixed)
    request = PredictionRequest(frame=intervention.frame, fixed=trialwise)
    return xr.DataTree.from_dict(
        {
            "posterior": chosen,
            "posterior_predictive": predict_responses(built, chosen, rng, request),
            "observed_data": observed_group(built),
        }
    )


def intervene_on_prior(
    built: BuiltModel, intervention: Intervention, draws: int, rng: np.random.Generator
) -> tuple[xr.DataTree, pm.Model]:
    """Prior and prior predictive of the model in which variables are fixed, and that model."""
    if not isinstance(draws, int | np.integer) or isinstance(draws, bool) or draws <= 0:
        raise ValueError(f"`draws` must be a positive integer, got {draws!r}.")
    model, values = built.pymc_model, intervention.variables
    # Effects that are sampled around a common coefficient: users intervene on the deviation.
    means = {name: mean for name, mean in _means_of_effects(built).items() if name in values}
    interventions = {name: _whole_effect(model, values, name, means.get(name)) for name in values}
    intervened = pm.do(model, interventions) if interventions else model
    raw = forward_draws(intervened, draws, rng)
    groups = {"observed_data": observed_group(built)}
    prior, everything = xr.Dataset(coords={"chain": [0], "draw": np.arange(draws)}), None
    if "prior" in raw.children:
        everything = _reported_prior(built, raw["prior"].to_dataset(), values, means)
        prior = everything.drop_vars([name for name in values if name in everything])
        groups["prior"] = prior
    if intervention.frame is None:
        groups["prior_predictive"] = _simulated(built, raw, draws)
    else:
        trialwise = {name: value for name, value in values.items() if name in built.predictors}
        request = PredictionRequest(frame=intervention.frame, fixed=trialwise)
        groups["prior_predictive"] = predict_responses(built, prior if everything is None else everything, rng, request)
    return xr.DataTree.from_dict(groups), intervened


def _whole_effect(model: pm.Model, values: Mapping[str, Any], name: str, mean: str | None) -> Any:
    """What a variable is set to: a deviation that is sampled around a mean gets the mean, set or free."""
    if mean is None:
        return values[name]
    if mean in values:
        return values[name] + np.expand_dims(values[mean], 0)
    return values[name] + pt.expand_dims(model[mean], 0)


def _simulated(built: BuiltModel, raw: xr.DataTree, draws: int) -> xr.Dataset:
    """Responses that PyMC drew, in the layout of predictions."""
    simulated = raw["prior_predictive"][built.observations.response_str].to_numpy()
    columns = len(built.observations.response)
    shaped = simulated.reshape(*simulated.shape[:2], built.observations.n_trials, columns)
    lead = {"chain": [0], "draw": np.arange(int(draws))}
    return response_dataset(built, shaped, built.observations.positions, lead)


def _reported_prior(
    built: BuiltModel, prior: xr.Dataset, values: Mapping[str, np.ndarray], means: Mapping[str, str]
) -> xr.Dataset:
    """Draws of everything, what was fixed included, as results report them."""
    fixed = {}
    for name, value in values.items():
        if name not in stored_names(built):
            continue
        dims = built.pymc_model.named_vars_to_dims.get(name) or ()
        array, mean = xr.DataArray(value, dims=dims), means.get(name)
        if mean is not None:
            array = array + (xr.DataArray(values[mean], dims=dims[1:]) if mean in values else prior[mean])
        fixed[name] = array
        fixed[name] = fixed[name] + xr.zeros_like(prior["chain"] * prior["draw"], dtype=float)
    known = [name for name in stored_names(built) if name in prior and name not in fixed]
    return finish_draws(built, prior[known].assign(fixed))


def _means_of_effects(built: BuiltModel) -> dict[str, str]:
    """Group effects that are sampled around a common coefficient, and that coefficient's variable."""
    return {
        predictor.term(term).variable: predictor.term(mean).variable
        for predictor in built.predictors.values()
        for term, mean in predictor.means.items()
    }
