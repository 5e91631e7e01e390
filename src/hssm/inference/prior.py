"""Draws of the prior, in the layout of a posterior; and of the prior under an intervention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from hssm.inference.predictive import predict_responses
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
    raw = _forward_draws(built.pymc_model, draws, rng, names)
    return finish_draws(built, raw["prior"].to_dataset())


def _forward_draws(
    model: pm.Model, draws: int, rng: np.random.Generator, names: list[str] | None = None
) -> xr.DataTree:
    """PyMC's draws of a model from its top down, with PyTensor's Python linker: a compilation costs far more."""
    from pytensor.compile.mode import Mode

    interpreted = Mode(linker="py", optimizer="fast_compile")
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
    # Effects that are sampled around a common coefficient: users intervene on the deviation.
    means = {name: mean for name, mean in _means_of_effects(built).items() if name in values}
    interventions = {
        name: value + pt.expand_dims(model[means[name]], 0) if name in means else value
        for name, value in values.items()
    }
    intervened = pm.do(model, interventions)
    response = built.observations.response_str
    raw = _forward_draws(intervened, draws, rng)
    lead = {"chain": [0], "draw": np.arange(int(draws))}
    simulated = raw["prior_predictive"][response].to_numpy()
    columns = len(built.observations.response)
    shaped = simulated.reshape(*simulated.shape[:2], built.observations.n_trials, columns)
    groups = {
        "prior_predictive": response_dataset(built, shaped, built.observations.positions, lead),
        "observed_data": observed_group(built),
    }
    if "prior" in raw.children:
        groups["prior"] = _reported_prior(built, raw["prior"].to_dataset(), values, means)
    return xr.DataTree.from_dict(groups), intervened


def _reported_prior(
    built: BuiltModel, prior: xr.Dataset, values: Mapping[str, np.ndarray], means: Mapping[str, str]
) -> xr.Dataset:
    """Draws of everything that was not fixed, as results report them (deviations need the fixed values too)."""
    fixed = {}
    for name, value in values.items():
        if name not in stored_names(built):
            continue
        dims = built.pymc_model.named_vars_to_dims.get(name) or ()
        array = xr.DataArray(value, dims=dims)
        fixed[name] = array + prior[means[name]] if name in means and means[name] in prior else array
        fixed[name] = fixed[name] + xr.zeros_like(prior["chain"] * prior["draw"], dtype=float)
    known = [name for name in stored_names(built) if name in prior and name not in fixed]
    return finish_draws(built, prior[known].assign(fixed)).drop_vars(list(fixed))


def _means_of_effects(built: BuiltModel) -> dict[str, str]:
    """Group effects that are sampled around a common coefficient, and that coefficient's variable."""
    return {
        predictor.term(term).variable: predictor.term(mean).variable
        for predictor in built.predictors.values()
        for term, mean in predictor.means.items()
    }
