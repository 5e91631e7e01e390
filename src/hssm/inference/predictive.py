"""Predictions: responses or trial-wise parameters for posterior or prior draws, in chunks of draws."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from hssm.bambi_bridge.names import OBS_DIM
from hssm.distributions.random_variable import draw_responses
from hssm.inference.draws import chunks, designs_for, flatten, trial_theta
from hssm.inference.results import response_dataset
from hssm.spec import BuiltModel, SimulationOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictionRequest:
    """What to predict: from which draws, for which rows, with or without group effects."""

    kind: str = "response"
    draws: Any = None
    frame: Any = None
    include_groups: bool = True
    sample_new_groups: bool = False


def add_prediction(
    built: BuiltModel, tree: xr.DataTree, request: PredictionRequest, rng: np.random.Generator, inplace: bool
) -> xr.DataTree:
    """Predict from a tree's posterior and put the result into it, or into a copy."""
    if request.kind not in ("response", "response_params"):
        raise ValueError(f"`kind` must be 'response' or 'response_params', got {request.kind!r}.")
    posterior = tree["posterior"].to_dataset()
    chosen = select_draws(posterior, request.draws, rng)
    predict = predict_responses if request.kind == "response" else predict_parameters
    prediction = predict(
        built,
        chosen,
        rng,
        frame=request.frame,
        include_groups=request.include_groups,
        sample_new_groups=request.sample_new_groups,
    )
    target = tree if inplace else tree.copy()
    if request.kind == "response":
        target["posterior_predictive"] = xr.DataTree(prediction)
    elif request.frame is None and chosen.sizes["draw"] == posterior.sizes["draw"]:
        target["posterior"] = xr.DataTree(_replacing(posterior, prediction))
    else:
        target["posterior"] = xr.DataTree(prediction)
    return target


def predict_responses(
    built: BuiltModel,
    dataset: xr.Dataset,
    rng: np.random.Generator,
    *,
    frame: Any = None,
    include_groups: bool = True,
    sample_new_groups: bool = False,
) -> xr.Dataset:
    """Responses for every draw of ``dataset``: (chain, draw, __obs__, column).

    Parameters
    ----------
    built : the model
    dataset : posterior or prior draws
    rng : generator of the responses
    frame : new covariates (any number of rows, no responses needed), or None for the data of the fit
    include_groups : False sets group-specific deviations to zero
    sample_new_groups : draw effects of unseen groups from their group distribution
    """
    draws = flatten(dataset)
    designs = None if frame is None else designs_for(built, frame)
    effects = (
        new_group_effects(built, draws.values, designs, rng, allowed=sample_new_groups) if include_groups else None
    )
    n_trials = built.observations.n_trials if frame is None else len(frame)
    covariates = _covariates(built, frame)
    result = np.empty((len(draws), n_trials, len(built.likelihood.columns)))
    for part in chunks(len(draws), n_trials):
        shape = (part.stop - part.start, n_trials)
        theta = trial_theta(
            built, draws.take(part), designs, include_groups=include_groups, new_effects=_slice(effects, part)
        )
        flat = {name: np.broadcast_to(_fit_trials(v, built, frame), shape).ravel() for name, v in theta.items()}
        options = SimulationOptions(
            covariates={name: np.broadcast_to(value, shape).ravel() for name, value in covariates.items()}
        )
        result[part] = draw_responses(built.likelihood, rng, flat, options).reshape((*shape, -1))
    positions = built.observations.positions if frame is None else np.arange(n_trials)
    lead = {"chain": dataset["chain"].values, "draw": dataset["draw"].values}
    values = result.reshape((draws.n_chains, draws.n_draws, n_trials, -1))
    return response_dataset(built, values, positions, lead)


def predict_parameters(
    built: BuiltModel,
    dataset: xr.Dataset,
    rng: np.random.Generator,
    *,
    frame: Any = None,
    include_groups: bool = True,
    sample_new_groups: bool = False,
) -> xr.Dataset:
    """Trial-wise natural-scale values (chain, draw, __obs__) of every parameter that differs between trials."""
    draws = flatten(dataset)
    designs = None if frame is None else designs_for(built, frame)
    effects = (
        new_group_effects(built, draws.values, designs, rng, allowed=sample_new_groups) if include_groups else None
    )
    theta = trial_theta(built, draws.values, designs, include_groups=include_groups, new_effects=effects)
    n_trials = built.observations.n_trials if frame is None else len(frame)
    positions = built.observations.positions if frame is None else np.arange(n_trials)
    variables = {}
    for name, values in theta.items():
        if not built.predictors[name].is_trialwise:
            continue
        full = np.broadcast_to(_fit_trials(values, built, frame), (len(draws), n_trials))
        variables[name] = (("chain", "draw", OBS_DIM), full.reshape(draws.n_chains, draws.n_draws, n_trials))
    coords = {"chain": dataset["chain"].values, "draw": dataset["draw"].values, OBS_DIM: positions}
    return xr.Dataset(variables, coords=coords)


def add_parameters(built: BuiltModel, tree: xr.DataTree) -> None:
    """Add trial-wise natural-scale parameters of the fit's data to the posterior of ``tree``."""
    posterior = tree["posterior"].to_dataset()
    values = predict_parameters(built, posterior, np.random.default_rng(0))
    tree["posterior"] = xr.DataTree(_replacing(posterior, values))


def _replacing(dataset: xr.Dataset, values: xr.Dataset) -> xr.Dataset:
    return dataset.drop_vars(list(values.data_vars), errors="ignore").merge(values)


def _fit_trials(values: np.ndarray, built: BuiltModel, frame: Any) -> np.ndarray:
    """A fixed vector belongs to the trials of the fit; it cannot predict others."""
    if frame is not None and values.shape[1] not in (1, len(frame)):
        fixed = [n for n, p in built.predictors.items() if p.is_trialwise and p.param.is_fixed]
        raise ValueError(
            f"Fixed vectors ({', '.join(fixed)}) have {built.observations.n_trials} values, one per trial of the fit, "
            f"but the new data have {len(frame)} rows. Predict with data of the same length, or without `data`."
        )
    return values


def _covariates(built: BuiltModel, frame: Any) -> dict[str, np.ndarray]:
    source = built.observations.frame if frame is None else frame
    return {name: source[name].to_numpy(dtype=float) for name in built.likelihood.covariates}


def _slice(effects: Mapping[str, Mapping[str, np.ndarray]] | None, part: slice) -> Any:
    if effects is None:
        return None
    return {p: {term: values[part] for term, values in terms.items()} for p, terms in effects.items()}


# ---------------------------------------------------------------------- unseen groups


def new_group_effects(
    built: BuiltModel,
    draws: Mapping[str, np.ndarray],
    designs: Mapping[str, Any] | None,
    rng: np.random.Generator,
    *,
    allowed: bool,
) -> dict[str, dict[str, np.ndarray]]:
    """Effects of groups that were not in the fit, per parameter and term: (n_draws, n_new_levels, ...)."""
    effects: dict[str, dict[str, np.ndarray]] = {}
    if designs is None:
        return effects
    for parameter, design in designs.items():
        for term in built.predictors[parameter].groups():
            unseen = design[term.name].new_groups
            if not unseen:
                continue
            if not allowed:
                raise ValueError(
                    f"The new data have levels of {term.factor!r} that were not in the fit: {', '.join(unseen[:5])}. "
                    "Set sample_new_groups=True to draw their effects from the group distribution, or "
                    "include_group_specific=False to predict for a typical member."
                )
            effects.setdefault(parameter, {})[term.variable] = _draw_effects(term, draws, len(unseen), rng)
    return effects


def _draw_effects(term: Any, draws: Mapping[str, np.ndarray], n_new: int, rng: np.random.Generator) -> np.ndarray:
    n_draws = len(next(iter(draws.values())))
    arguments = {}
    for key, value in term.prior.args.items():
        name = f"{term.variable}_{key}"
        own = draws[name] if name in draws else np.broadcast_to(np.asarray(value, dtype=float), (n_draws,))
        arguments[key] = np.expand_dims(own, 1)
    width = () if term.columns.ndim == 1 else (term.columns.shape[1],)
    shape = (n_draws, n_new, *width)
    if term.prior.name == "Normal":
        return rng.normal(arguments.get("mu", 0.0), arguments["sigma"], size=shape)
    family = getattr(pm, term.prior.name)
    full = {key: np.broadcast_to(value, shape) for key, value in arguments.items()}
    return np.asarray(pm.draw(family.dist(**full), random_seed=int(rng.integers(2**30))))


# ---------------------------------------------------------------------- which draws


def select_draws(dataset: xr.Dataset, draws: Any, rng: np.random.Generator) -> xr.Dataset:
    """A subset of draws per chain: int (that many, at random), float (proportion), sequence (positions), None (all)."""
    available = dataset.sizes["draw"]
    if draws is None:
        return dataset
    if isinstance(draws, bool):
        raise TypeError(f"`draws` must be a number or a sequence of draw positions, got {draws!r}.")
    if isinstance(draws, Sequence | np.ndarray | slice | range):
        return dataset.isel(draw=draws if isinstance(draws, slice) else list(draws))
    if draws <= 0:
        raise ValueError(f"`draws` must be positive, got {draws!r}.")
    wanted = round(draws * available) if isinstance(draws, float) and draws <= 1 else int(draws)
    wanted = max(wanted, 1)
    if wanted > available:
        warnings.warn(
            f"{wanted} draws per chain were asked for, {available} exist: all are used.", UserWarning, stacklevel=4
        )
        wanted = available
    return dataset.isel(draw=np.sort(rng.choice(available, size=wanted, replace=False)))
