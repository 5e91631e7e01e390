"""Posterior draws as points of the unconstrained space in which the model's density was sampled.

Results report intercepts at predictors 0 and group effects as deviations; here they are turned back into what was
sampled, so that the density (with its Jacobian) can be evaluated at them: for marginal likelihoods and for ``lp``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from hssm.bambi_bridge import names
from hssm.bambi_bridge.transforms import unconstrain_draws
from hssm.inference.draws import flatten
from hssm.spec import BuiltModel


def sampled_values(built: BuiltModel, posterior: xr.Dataset, *, reported: bool = True) -> dict[str, np.ndarray]:
    """(n_draws, ...) values of every free variable as they were sampled, from a posterior as it is reported.

    ``reported=False`` if it still is as the sampler left it.

    Raises
    ------
    ValueError
        The posterior lacks a free variable, and it does not follow from the others.
    """
    draws = dict(flatten(posterior).values)
    for predictor in built.predictors.values() if reported else ():
        intercept = names.variable(predictor.name, "Intercept")
        if predictor.center and intercept in draws:
            draws[intercept] = draws[intercept] + predictor.shift(draws)
        for term in predictor.groups():
            if term.name in predictor.means:
                mean = draws[predictor.term(predictor.means[term.name]).variable]
                draws[term.variable] = draws[term.variable] + np.expand_dims(mean, 1)
            elif built.parameterization.get(term.variable) == "noncentered" and term.variable in draws:
                draws.setdefault(f"{term.variable}_offset", _offset(term, draws))
    free = [rv.name for rv in built.pymc_model.free_RVs]
    missing = [name for name in free if name not in draws]
    if missing:
        raise ValueError(f"The posterior lacks {', '.join(missing)}, which the model's density needs.")
    return {name: draws[name] for name in free}


def _offset(term: Any, draws: Mapping[str, np.ndarray]) -> np.ndarray:
    """Standardised effects of a non-centred term, from the effects, their mean and their scale."""

    def argument(key: str, default: float) -> Any:
        name = f"{term.variable}_{key}"
        return np.expand_dims(draws[name], 1) if name in draws else term.prior.args.get(key, default)

    return (draws[term.variable] - argument("mu", 0.0)) / argument("sigma", 1.0)


def unconstrained_matrix(built: BuiltModel, sampled: Mapping[str, np.ndarray]) -> np.ndarray:
    """(n_draws, n_dimensions) unconstrained values, variables in the order of the model's value variables."""
    free = unconstrain_draws(built.pymc_model, sampled)
    n_draws = len(next(iter(free.values())))
    return np.concatenate([np.reshape(values, (n_draws, -1)) for values in free.values()], axis=1)


def log_density_of_rows(
    built: BuiltModel, sampled: Mapping[str, np.ndarray], *, prior_only: bool = False
) -> Callable[[np.ndarray], np.ndarray]:
    """A function from (n, n_dimensions) unconstrained points to their (n,) log densities, Jacobian included.

    ``sampled`` gives the variables' shapes; ``prior_only`` leaves the likelihood out.
    """
    model = built.pymc_model
    shapes = {name: np.shape(values)[1:] for name, values in sampled.items()}
    one = {name: values[:1] for name, values in sampled.items()}
    inner = {name: np.shape(values)[1:] for name, values in unconstrain_draws(model, one).items()}
    keys = [model.rvs_to_values[model[name]].name for name in shapes]
    terms = [model[name] for name in shapes] if prior_only else None
    function = model.compile_logp(vars=terms, jacobian=True)
    ends = np.cumsum([int(np.prod(shape)) for shape in inner.values()])

    def evaluate(rows: np.ndarray) -> np.ndarray:
        result = np.empty(len(rows))
        for i, row in enumerate(rows):
            parts = np.split(row, ends[:-1])
            point = {key: part.reshape(shape) for key, part, shape in zip(keys, parts, inner.values(), strict=True)}
            result[i] = function(point)
        return result

    return evaluate
