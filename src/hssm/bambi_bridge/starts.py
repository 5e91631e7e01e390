"""Natural-scale starting values -> a starting value for every free variable of the PyMC model.

Precedence: ``initval`` of a prior, the data-driven value of the parameter (linked, for an intercept), the
prior's median. Slopes and group deviations start at zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bambi as bmb
import numpy as np

from hssm.bambi_bridge.compat import Term
from hssm.bambi_bridge.predictor import Predictor
from hssm.parameters.quantiles import prior_median
from hssm.spec import BuiltModel


def starting_values(built: BuiltModel, natural: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """A value per free variable, by name, in the variable's own (constrained) space.

    Parameters
    ----------
    built : the built model
    natural : natural-scale starting values by parameter name; empty for prior medians only
    """
    values: dict[str, np.ndarray] = {}
    for name, predictor in built.predictors.items():
        if predictor.param.is_regression:
            values |= _regression_start(predictor, natural.get(name))
        elif not predictor.param.is_fixed:
            values[name] = _simple_start(predictor.param.prior, natural.get(name))
    free = {rv.name: rv for rv in built.pymc_model.free_RVs}
    shapes = {
        name: tuple(size.eval() if hasattr(size, "eval") else size for size in rv.shape) for name, rv in free.items()
    }
    return {
        name: np.broadcast_to(np.asarray(value, dtype=float), shapes[name]).copy()
        for name, value in values.items()
        if name in free
    }


def _simple_start(prior: Any, natural: Any) -> Any:
    initval = getattr(prior, "initval", None)
    if initval is not None:
        return initval
    return prior_median(prior) if natural is None else natural


def _regression_start(predictor: Predictor, natural: Any) -> dict[str, Any]:
    centre = None if natural is None else float(predictor.param.link.link(np.mean(natural)))
    values: dict[str, Any] = {}
    has_intercept = any(term.kind == "intercept" for term in predictor.terms)
    for term in sorted(predictor.terms, key=lambda term: term.kind == "group"):
        if term.kind == "group":
            values |= _group_start(term, None if has_intercept else centre)
            if term.name in predictor.means:
                values[term.variable] = values[predictor.term(predictor.means[term.name]).variable]
        elif term.kind == "hsgp":
            values |= _hsgp_start(term)
        elif term.kind in ("intercept", "common") and isinstance(term.prior, bmb.Prior):
            values[term.variable] = _coefficient_start(term, centre, has_intercept)
    return values


def _coefficient_start(term: Term, centre: float | None, has_intercept: bool) -> Any:
    initval = getattr(term.prior, "initval", None)
    if initval is not None:
        return initval
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
            values[f"{term.variable}_{key}"] = prior_median(prior)
    return values


def _group_start(term: Term, centre: float | None) -> dict[str, Any]:
    """Hyperparameters at their medians (a free mean at the parameter's start), effects at the mean."""
    values: dict[str, Any] = {f"{term.variable}_offset": 0.0}
    mean: Any = 0.0
    for key, value in term.prior.args.items():
        if not isinstance(value, bmb.Prior):
            mean = value if key == "mu" else mean
            continue
        is_level_mean = key == "mu" and centre is not None and term.name.startswith("1|")
        initval = getattr(value, "initval", None)
        start = initval if initval is not None else (centre if is_level_mean else prior_median(value))
        values[f"{term.variable}_{key}"] = start
        mean = start if key == "mu" else mean
    own = getattr(term.prior, "initval", None)
    values[term.variable] = mean if own is None else own
    return values
