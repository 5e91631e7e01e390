"""Natural-scale starting values and the quick fit -> a starting value for every free variable of the PyMC model.

Precedence: ``initval`` of a prior, what the quick fit found, the data-driven value of the parameter (linked, for an
intercept), the prior's median. Variables that no rule here names (of a prior made by a function, or of a hyperprior's
own arguments) start where PyMC does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bambi as bmb
import numpy as np
import pymc as pm
import pytensor
from pymc.initial_point import make_initial_point_expression
from pytensor.compile.mode import Mode

from hssm.bambi_bridge.compat import Term
from hssm.bambi_bridge.predictor import Predictor
from hssm.bambi_bridge.quick_fit import Effects, QuickFit
from hssm.parameters.initial_values import MARGIN
from hssm.parameters.quantiles import bounds_of, prior_median, support
from hssm.spec import BuiltModel


def starting_values(
    built: BuiltModel, natural: Mapping[str, Any], own: Mapping[str, np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """A value per free variable, by name, in the variable's own (constrained) space.

    Parameters
    ----------
    built : the built model
    natural : natural-scale starting values by parameter name; empty for prior medians only
    own : :func:`own_starts` of the PyMC model, if they are known already
    """
    fit = built.quick_fit if natural and built.quick_fit is not None else QuickFit()
    found = {**natural, **fit.simple}
    values: dict[str, np.ndarray] = {}
    for name, predictor in built.predictors.items():
        if predictor.param.is_regression:
            values |= _regression_start(predictor, found.get(name), fit)
        elif not predictor.param.is_fixed:
            values[name] = _simple_start(predictor.param.prior, found.get(name))
    own = own_starts(built.pymc_model) if own is None else own
    return {
        name: np.broadcast_to(np.asarray(values.get(name, start), dtype=float), np.shape(start)).copy()
        for name, start in own.items()
    }


def own_starts(model: pm.Model) -> dict[str, np.ndarray]:
    """PyMC's own starting values of the free variables."""
    expressions = make_initial_point_expression(
        free_rvs=model.free_RVs,
        rvs_to_transforms=model.rvs_to_transforms,
        initval_strategies=model.rvs_to_initial_values,
        return_transformed=False,
    )
    # A few small expressions, evaluated once: compiling them would take longer.
    starts = pytensor.function([], expressions, mode=Mode("py", None), on_unused_input="ignore")()
    return {rv.name: np.asarray(start) for rv, start in zip(model.free_RVs, starts, strict=True)}


def _simple_start(prior: Any, natural: Any) -> Any:
    initval = getattr(prior, "initval", None)
    if initval is not None:
        return initval
    return prior_median(prior) if natural is None else natural


def _regression_start(predictor: Predictor, natural: Any, fit: QuickFit) -> dict[str, Any]:
    centre = None if natural is None else float(predictor.param.link.link(np.mean(natural)))
    values: dict[str, Any] = {}
    has_intercept = any(term.kind == "intercept" for term in predictor.terms)
    for term in sorted(predictor.terms, key=lambda term: term.kind == "group"):
        if term.kind == "group":
            values |= _group_start(term, None if has_intercept else centre, fit.effects.get(term.variable))
            if term.name in predictor.means:
                mean = values[predictor.term(predictor.means[term.name]).variable]
                values[term.variable] = mean + np.asarray(values[term.variable])
        elif term.kind == "hsgp":
            values |= _hsgp_start(term)
        elif term.kind in ("intercept", "common") and isinstance(term.prior, bmb.Prior):
            values[term.variable] = _coefficient_start(term, centre, has_intercept, fit.coefficients.get(term.variable))
    return values


def _coefficient_start(term: Term, centre: float | None, has_intercept: bool, fitted: Any) -> Any:
    initval = getattr(term.prior, "initval", None)
    if initval is not None:
        return initval
    if term.prior.name == "Horseshoe":
        return 0.0
    if fitted is not None:
        return _within(term.prior, fitted)
    # Under `0 + group` the columns of a categorical term are the levels' own intercepts.
    is_level = term.is_categorical and not has_intercept
    if (term.kind == "intercept" or is_level) and centre is not None:
        return centre
    return prior_median(term.prior)


def _hsgp_start(term: Term) -> dict[str, Any]:
    """A flat function: weights at zero, covariance parameters at their medians."""
    values: dict[str, Any] = {f"{term.variable}_weights": 0.0, f"{term.variable}_weights_raw": 0.0}
    for key, prior in term.prior.items():
        if isinstance(prior, bmb.Prior):
            initval = getattr(prior, "initval", None)
            values[f"{term.variable}_{key}"] = prior_median(prior) if initval is None else initval
    return values


def _within(prior: bmb.Prior, values: Any) -> np.ndarray:
    """Values moved into the interior of what a prior allows."""
    (low, high), (least, most) = support(prior), bounds_of(prior)
    lower, upper = np.maximum(low, least), np.minimum(high, most)
    margin = MARGIN * np.minimum(upper - lower, 1.0)
    return np.clip(values, lower + margin, upper - margin)


def _group_start(term: Term, centre: float | None, fitted: Effects | None) -> dict[str, Any]:
    """Hyperparameters and effects where the quick fit found them, else at medians and at the mean.

    Families without a mean among their arguments (Beta), or on another scale, start where the data or their own
    median say.
    """
    is_normal = term.prior.name == "Normal"
    is_level = centre is not None and term.name.startswith("1|")
    guesses: dict[str, Any] = {"mu": centre} if is_level else {}
    if fitted is not None and is_normal:
        guesses |= {"mu": np.mean(fitted.value, axis=0), "sigma": fitted.scale}
    mean: Any = centre if is_level and not is_normal else prior_median(term.prior)
    values: dict[str, Any] = {}
    for key, value in term.prior.args.items():
        start = _hyper_start(value, guesses.get(key))
        if isinstance(value, bmb.Prior):
            values[f"{term.variable}_{key}"] = start
        mean = start if key == "mu" else mean
    own = getattr(term.prior, "initval", None)
    if own is None:
        own = fitted.value if fitted is not None and is_normal else mean
    values[term.variable] = own
    sigma = values.get(f"{term.variable}_sigma")
    values[f"{term.variable}_offset"] = 0.0 if sigma is None else (np.asarray(own) - mean) / sigma
    return values


def _hyper_start(value: Any, guess: Any) -> Any:
    """The starting value of a hyperparameter: its prior's ``initval``, the guess, or its prior's median."""
    if not isinstance(value, bmb.Prior):
        return value
    initval = getattr(value, "initval", None)
    if initval is not None:
        return initval
    return prior_median(value) if guess is None else _within(value, guess)
