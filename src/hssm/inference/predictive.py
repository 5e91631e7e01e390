"""Predictions: responses or trial-wise parameters for posterior or prior draws, in chunks of draws."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import bambi as bmb
import numpy as np
import pymc as pm
import xarray as xr

from hssm.bambi_bridge.names import OBS_DIM
from hssm.distributions.random_variable import draw_responses
from hssm.inference.draws import FlatDraws, chunks, designs_for, flatten, own_name, trial_theta
from hssm.inference.results import response_dataset
from hssm.parameters.quantiles import Q50, frozen_distribution, quantile
from hssm.spec import BuiltModel, SimulationOptions

N_EFFECTS = 200
"""New members per draw where the group distribution is not normal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictionRequest:
    """What to predict.

    ``frame`` holds new covariates (any number of rows, no responses needed), or is None for the data of the fit;
    ``include_groups=False`` predicts for a member in the middle of every group distribution; ``sample_new_groups``
    draws effects of unseen groups from theirs; ``fixed`` sets parameters of the model from outside, (n_trials,)
    values or numbers by name.
    """

    kind: str = "response"
    draws: Any = None
    frame: Any = None
    include_groups: bool = True
    sample_new_groups: bool = False
    fixed: Mapping[str, np.ndarray] = field(default_factory=dict)


def add_prediction(
    built: BuiltModel, tree: xr.DataTree, request: PredictionRequest, rng: np.random.Generator, inplace: bool
) -> xr.DataTree:
    """Predict from a tree's posterior and put the result into it, or into a copy.

    A copy with trial-wise parameters of new data, or of chosen draws, has nothing else in its posterior but the
    parameters that are the same in all trials; a tree keeps all its variables.

    Raises
    ------
    ValueError
        Unknown kind, or trial-wise parameters of some of the draws beside variables that have all of them.
    """
    if request.kind not in ("response", "response_params"):
        raise ValueError(f"`kind` must be 'response' or 'response_params', got {request.kind!r}.")
    posterior = tree["posterior"].to_dataset()
    chosen = select_draws(posterior, request.draws, rng)
    has_all = chosen.sizes["draw"] == posterior.sizes["draw"]
    if inplace and request.kind == "response_params" and not has_all:
        raise ValueError(
            f"Trial-wise parameters of {chosen.sizes['draw']} of {posterior.sizes['draw']} draws cannot stand beside "
            "the draws in the posterior. Set inplace=False, which returns them in a tree of their own, or leave out "
            "`draws`."
        )
    predict = predict_responses if request.kind == "response" else predict_parameters
    prediction = predict(built, chosen, rng, request)
    target = tree if inplace else tree.copy()
    if request.kind == "response":
        target["posterior_predictive"] = xr.DataTree(prediction)
    elif has_all and (inplace or request.frame is None):
        target["posterior"] = xr.DataTree(_replacing(posterior, prediction))
    else:
        simple = [name for name, values in chosen.items() if own_name(name, values) in built.predictors]
        simple = [name for name in simple if name not in prediction]
        target["posterior"] = xr.DataTree(chosen[simple].merge(prediction))
    return target


@dataclass(frozen=True, kw_only=True, slots=True)
class _Task:
    """A prediction with everything that its chunks share."""

    built: BuiltModel
    draws: FlatDraws
    designs: Mapping[str, Any] | None
    effects: Mapping[str, Mapping[str, np.ndarray]] | None
    request: PredictionRequest
    positions: np.ndarray
    coords: Mapping[str, Any]

    @property
    def n_trials(self) -> int:
        return len(self.positions)

    def theta(self, part: slice) -> dict[str, np.ndarray]:
        """Natural-scale parameters of a chunk of draws."""
        options = {"include_groups": self.request.include_groups, "new_effects": slice_effects(self.effects, part)}
        theta = trial_theta(self.built, self.draws.take(part), self.designs, **options)
        theta |= {name: np.atleast_1d(value)[None, :] for name, value in self.request.fixed.items()}
        return {name: _fit_trials(values, self.built, self.request.frame) for name, values in theta.items()}

    def by_chain(self, values: np.ndarray) -> np.ndarray:
        return values.reshape((self.draws.n_chains, self.draws.n_draws, *values.shape[1:]))


def _task(built: BuiltModel, dataset: xr.Dataset, rng: np.random.Generator, request: PredictionRequest) -> _Task:
    draws = flatten(dataset)
    frame = request.frame
    designs = None if frame is None else designs_for(built, frame)
    effects = None
    if request.include_groups:
        effects = new_group_effects(built, draws.values, designs, rng, allowed=request.sample_new_groups)
    else:
        effects = typical_effects(built, draws.values, rng)
    return _Task(
        built=built,
        draws=draws,
        designs=designs,
        effects=effects,
        request=request,
        positions=built.observations.positions if frame is None else np.arange(len(frame)),
        coords={"chain": dataset["chain"].values, "draw": dataset["draw"].values},
    )


def predict_responses(
    built: BuiltModel, dataset: xr.Dataset, rng: np.random.Generator, request: PredictionRequest | None = None
) -> xr.Dataset:
    """Responses for every draw of ``dataset``: (chain, draw, __obs__, column)."""
    task = _task(built, dataset, rng, request or PredictionRequest())
    covariates = _covariates(built, task.request.frame)
    result = np.empty((len(task.draws), task.n_trials, len(built.likelihood.columns)))
    for part in chunks(len(task.draws), task.n_trials):
        shape = (part.stop - part.start, task.n_trials)
        theta = _flattened(task.theta(part), shape)
        options = SimulationOptions(covariates=_flattened(covariates, shape))
        result[part] = draw_responses(built.likelihood, rng, theta, options).reshape((*shape, -1))
    return response_dataset(built, task.by_chain(result), task.positions, task.coords)


def predict_parameters(
    built: BuiltModel, dataset: xr.Dataset, rng: np.random.Generator, request: PredictionRequest | None = None
) -> xr.Dataset:
    """Trial-wise natural-scale values (chain, draw, __obs__) of every parameter that differs between trials."""
    task = _task(built, dataset, rng, request or PredictionRequest())
    shape = (len(task.draws), task.n_trials)
    variables = {
        name: (("chain", "draw", OBS_DIM), task.by_chain(np.broadcast_to(values, shape)))
        for name, values in task.theta(slice(0, shape[0])).items()
        if built.predictors[name].is_trialwise
    }
    return xr.Dataset(variables, coords={**task.coords, OBS_DIM: task.positions})


def _flattened(values: Mapping[str, np.ndarray], shape: tuple[int, int]) -> dict[str, np.ndarray]:
    return {name: np.broadcast_to(value, shape).ravel() for name, value in values.items()}


def add_parameters(built: BuiltModel, tree: xr.DataTree) -> None:
    """Add trial-wise natural-scale parameters of the fit's data to the posterior of ``tree``."""
    posterior = tree["posterior"].to_dataset()
    values = predict_parameters(built, posterior, np.random.default_rng(0))
    tree["posterior"] = xr.DataTree(_replacing(posterior, values))


def _replacing(dataset: xr.Dataset, values: xr.Dataset) -> xr.Dataset:
    """The dataset with trial-wise values in place of those it has, which may belong to other trials."""
    return dataset.drop_dims(OBS_DIM, errors="ignore").drop_vars(list(values.data_vars), errors="ignore").merge(values)


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


def slice_effects(effects: Mapping[str, Mapping[str, np.ndarray]] | None, part: slice) -> Any:
    """Effects of unseen groups for a chunk of draws."""
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
            effects.setdefault(parameter, {})[term.variable] = draw_effects(term, draws, len(unseen), rng)
    return effects


def draw_effects(term: Any, draws: Mapping[str, np.ndarray], n_new: int, rng: np.random.Generator) -> np.ndarray:
    """Effects of members that were not in the fit, (n_draws, n_new, ...), from the distribution of their group."""
    arguments = group_arguments(term, draws)
    width = () if term.columns.ndim == 1 else (term.columns.shape[1],)
    shape = (len(next(iter(draws.values()))), n_new, *width)
    if term.prior.name == "Normal":
        return rng.normal(arguments.get("mu", 0.0), arguments["sigma"], size=shape)
    family = getattr(pm, term.prior.name)
    full = {key: np.broadcast_to(value, shape) for key, value in arguments.items()}
    return np.asarray(pm.draw(family.dist(**full), random_seed=int(rng.integers(2**30))))


def group_arguments(term: Any, draws: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arguments of a group-specific prior for every draw, (n_draws, 1, ...): they broadcast over members."""
    n_draws = len(next(iter(draws.values())))
    n_axes = 1 + term.columns.ndim
    arguments = {}
    for key, value in term.prior.args.items():
        name = f"{term.variable}_{key}"
        own = draws[name] if name in draws else np.broadcast_to(np.asarray(value, dtype=float), (n_draws,))
        own = np.expand_dims(own, 1)
        arguments[key] = own.reshape(*own.shape, *([1] * (n_axes - own.ndim)))
    return arguments


def typical_effects(
    built: BuiltModel, draws: Mapping[str, np.ndarray], rng: np.random.Generator
) -> dict[str, dict[str, np.ndarray]]:
    """Effects of a typical member, per parameter and term: (n_draws, 1, ...)."""
    return {
        name: {term.variable: typical_effect(term, draws, rng) for term in predictor.groups()}
        for name, predictor in built.predictors.items()
    }


def typical_effect(term: Any, draws: Mapping[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Medians of a group distribution, (n_draws, 1, ...); zero unless it has a mean of its own."""
    arguments = group_arguments(term, draws)
    if term.prior.name == "Normal":
        return arguments.get("mu", 0.0) + np.zeros_like(arguments["sigma"]) + zeros(term)
    full = {key: value + zeros(term) for key, value in arguments.items()}
    distribution = bmb.Prior(term.prior.name, **full)  # which takes axes of length one away
    if frozen_distribution(distribution) is None:
        return np.median(draw_effects(term, draws, N_EFFECTS + 1, rng), axis=1, keepdims=True)
    return np.asarray(quantile(distribution, Q50)).reshape(next(iter(full.values())).shape)


def zeros(term: Any) -> np.ndarray:
    """(1, 1, ...) in the shape of one member's effect."""
    return np.zeros((1, 1, *term.columns.shape[1:]))


# ---------------------------------------------------------------------- which draws


def _number_of_draws(draws: float, is_float: bool, available: int) -> int:
    """A count, or a proportion in (0, 1] if a float was given."""
    if draws <= 0 or (is_float and draws > 1 and not draws.is_integer()):
        raise ValueError(f"`draws` must be a positive integer or a proportion in (0, 1], got {draws:g}.")
    return max(round(draws * available), 1) if is_float and draws <= 1 else int(draws)


def select_draws(dataset: xr.Dataset, draws: Any, rng: np.random.Generator) -> xr.Dataset:
    """A subset of draws per chain: int (that many, at random), float (proportion), sequence (positions), None (all)."""
    available = dataset.sizes["draw"]
    if draws is None:
        return dataset
    if isinstance(draws, slice):
        return dataset.isel(draw=draws)
    if isinstance(draws, Sequence | np.ndarray) and not isinstance(draws, str):
        return dataset.isel(draw=_positions(draws, available))
    if isinstance(draws, bool) or not isinstance(draws, Real):
        raise TypeError(f"`draws` must be a number or a sequence of draw positions, got {draws!r}.")
    wanted = _number_of_draws(float(draws), isinstance(draws, float), available)
    if wanted > available:
        warnings.warn(
            f"{wanted} draws per chain were asked for, {available} exist: all are used.", UserWarning, stacklevel=4
        )
        wanted = available
    return dataset.isel(draw=np.sort(rng.choice(available, size=wanted, replace=False)))


def _positions(draws: Sequence[int] | np.ndarray, available: int) -> list[int]:
    """Draw positions, or an error that names those that do not exist."""
    if not len(draws) or not all(isinstance(position, Integral) for position in draws):
        raise ValueError(f"`draws` must hold draw positions, which are integers, got {draws!r}.")
    beyond = [int(position) for position in draws if not -available <= position < available]
    if beyond:
        raise ValueError(f"`draws` has positions {beyond[:5]}, but there are {available} draws: 0 to {available - 1}.")
    return [int(position) for position in draws]
