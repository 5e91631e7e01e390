"""The symbolic side of a regression: a parameter's terms become PyMC variables and one linear predictor.

Covariates enter as ``pm.Data``, so compiled functions are cached across models of the same structure, and
group-specific effects enter by indexing, never as dense dummy matrices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bambi as bmb
import numpy as np
import pymc as pm
import pytensor.tensor as pt

from hssm.bambi_bridge import names
from hssm.bambi_bridge.compat import Term, build_hsgp
from hssm.bambi_bridge.predictor import Predictor
from hssm.parameters.prior import make_variable
from hssm.spec import ResolvedParam


def make_predictor(param: ResolvedParam, terms: tuple[Term, ...], center_predictors: bool) -> Predictor:
    """A predictor that knows the column means its intercept prior refers to."""
    has_intercept = any(term.kind == "intercept" for term in terms)
    center = None
    if has_intercept and center_predictors:
        center = {term.name: np.atleast_1d(term.columns.mean(axis=0)) for term in terms if term.kind == "common"}
    return Predictor(param=param, terms=terms, center=center)


def build_regression(predictor: Predictor, bambi_model: bmb.Model, noncentered: Mapping[str, bool]) -> Any:
    """(n,) natural-scale values of a regression parameter, inside the current PyMC model."""
    model = pm.modelcontext(None)
    eta: Any = _common_part(predictor, model)
    for term in predictor.terms:
        if term.kind == "offset":
            eta = eta + pm.Data(f"{term.variable}_data", term.columns, dims=names.OBS_DIM)
        elif term.kind == "hsgp":
            eta = eta + build_hsgp(term, bambi_model, model)
        elif term.kind == "group":
            eta = eta + _group_part(term, model, noncentered[term.variable])
    if eta.ndim == 0 or eta.type.broadcastable == (True,):
        eta = pt.broadcast_to(eta, (model.dim_lengths[names.OBS_DIM],))
    return pm.Deterministic(predictor.name, predictor.param.link.linkinv_backend(eta), dims=names.OBS_DIM)


def _common_part(predictor: Predictor, model: pm.Model) -> Any:
    """Intercept and X @ b, with X centred if the intercept prior refers to the predictors' means."""
    total: Any = pt.as_tensor_variable(0.0)
    coefficients, columns = [], []
    for term in predictor.terms:
        if term.kind == "intercept":
            total = total + _coefficient(term, model)
        elif term.kind == "common":
            coefficients.append(pt.atleast_1d(_coefficient(term, model)))
            block = term.columns.reshape(len(term.columns), -1)
            columns.append(block - predictor.center[term.name] if predictor.center else block)
    if not coefficients:
        return total
    if len(coefficients) == 1 and columns[0].shape[1] == 1:
        design = pm.Data(f"{predictor.name}_design", columns[0][:, 0], dims=names.OBS_DIM)
        return total + design * coefficients[0][0]
    design = pm.Data(f"{predictor.name}_design", np.column_stack(columns), dims=(names.OBS_DIM, None))
    return total + pt.dot(design, pt.concatenate(coefficients))


def _coefficient(term: Term, model: pm.Model) -> Any:
    if not isinstance(term.prior, bmb.Prior):
        return pt.as_tensor_variable(np.asarray(term.prior, dtype=float))
    _add_coords(term, model)
    return make_variable(term.prior, term.variable, dims=tuple(term.coords) or None)


def _group_part(term: Term, model: pm.Model, noncentered: bool) -> Any:
    """(n,) contribution of a group-specific term: effects by index times the expression's columns."""
    _add_coords(term, model)
    effect = _group_effect(term, noncentered)
    index = pm.Data(f"{term.variable}_index", term.index, dims=names.OBS_DIM)
    if term.columns.ndim == 1:
        if np.all(term.columns == 1.0):
            return effect[index]
        return effect[index] * pm.Data(f"{term.variable}_data", term.columns, dims=names.OBS_DIM)
    columns = pm.Data(f"{term.variable}_data", term.columns, dims=(names.OBS_DIM, None))
    return (effect[index] * columns).sum(axis=-1)


def _group_effect(term: Term, noncentered: bool) -> Any:
    """Effects per group, with a free mean or scale as variables ``<term>_mu``, ``<term>_sigma``."""
    dims = tuple(term.coords)
    arguments = _hyper_variables(term, dims[1:] or None)
    if not noncentered:
        return make_variable(term.prior, term.variable, dims=dims, arguments=arguments)
    offset = pm.Normal(f"{term.variable}_offset", 0.0, 1.0, dims=dims)
    return pm.Deterministic(term.variable, arguments.get("mu", 0.0) + arguments["sigma"] * offset, dims=dims)


def _hyper_variables(term: Term, dims: Any) -> dict[str, Any]:
    """Arguments of a group-specific prior, its hyperpriors turned into variables."""
    return {
        key: make_variable(value, f"{term.variable}_{key}", dims=dims) if isinstance(value, bmb.Prior) else value
        for key, value in term.prior.args.items()
    }


def _add_coords(term: Term, model: pm.Model) -> None:
    for name, values in term.coords.items():
        if name not in model.coords:
            model.add_coords({name: values})
