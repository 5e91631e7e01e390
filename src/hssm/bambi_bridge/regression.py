"""The symbolic side of a regression: a parameter's terms become PyMC variables and one linear predictor.

Covariates enter as ``pm.Data``, so compiled functions are cached across models of the same structure, and
group-specific effects enter by indexing, never as dense dummy matrices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import bambi as bmb
import numpy as np
import pymc as pm
import pytensor.tensor as pt

from hssm.bambi_bridge import names
from hssm.bambi_bridge.centering import Form
from hssm.bambi_bridge.compat import Term, build_hsgp
from hssm.bambi_bridge.distinct import distinct_rows
from hssm.bambi_bridge.partial import PartialCentering, with_witnesses
from hssm.bambi_bridge.predictor import Predictor
from hssm.bambi_bridge.quick_fit import QuickFit
from hssm.parameters.prior import make_variable
from hssm.spec import ResolvedParam


def make_predictor(param: ResolvedParam, terms: tuple[Term, ...], center_predictors: bool) -> Predictor:
    """A predictor that knows what its intercept prior refers to."""
    # A fixed intercept is the value at predictors 0: there is no prior that could refer to their means.
    has_prior = any(term.kind == "intercept" and isinstance(term.prior, bmb.Prior) for term in terms)
    center = None
    if has_prior and center_predictors:
        center = {term.name: np.atleast_1d(term.columns.mean(axis=0)) for term in terms if term.kind == "common"}
    return Predictor(param=param, terms=terms, center=center)


def with_means(predictor: Predictor, forms: Mapping[str, Form]) -> Predictor:
    """The predictor that knows which effects are sampled around a mean."""
    return replace(predictor, means=_means(predictor.terms, forms))


def _means(terms: tuple[Term, ...], forms: Mapping[str, Form]) -> dict[str, str]:
    """Centred group-specific terms and the free common coefficient each of them is sampled around.

    Of several grouping factors on one expression only one can carry the mean: the first that is centred.
    """
    common = {("1" if term.kind == "intercept" else term.name): term for term in terms if term.kind != "group"}
    means: dict[str, str] = {}
    for term in terms:
        if term.kind != "group" or forms[term.variable] == "noncentered":
            continue
        mean = common.get(term.name.rsplit("|", 1)[0])
        if mean is None or mean.kind not in ("intercept", "common") or not isinstance(mean.prior, bmb.Prior):
            continue
        same_columns = mean.columns.shape == term.columns.shape and np.array_equal(mean.columns, term.columns)
        zero_mean = term.prior.name == "Normal" and not isinstance(term.prior.args.get("mu", 0.0), bmb.Prior)
        if (
            same_columns
            and zero_mean
            and mean.name not in means.values()
            and np.all(term.prior.args.get("mu", 0.0) == 0)
        ):
            means[term.name] = mean.name
    return means


def build_regression(predictor: Predictor, bambi_model: bmb.Model, forms: Mapping[str, Form], fit: QuickFit) -> Any:
    """(n,) natural-scale values of a regression parameter, inside the current PyMC model.

    ``fit`` is what the data say about the effects of partially centred terms.
    """
    shared = distinct_rows(predictor.terms)
    if shared is None:
        eta = _linear(predictor, bambi_model, forms, fit, names.OBS_DIM)
        values = predictor.param.link.linkinv_backend(eta)
        if values.ndim == 0 or values.type.broadcastable == (True,):
            values = pt.broadcast_to(values, (pm.modelcontext(None).dim_lengths[names.OBS_DIM],))
    else:
        terms, row = shared
        eta = _linear(replace(predictor, terms=terms), bambi_model, forms, fit, None)
        values = predictor.param.link.linkinv_backend(pt.atleast_1d(eta))
        values = values[pm.Data(f"{predictor.name}_row", row, dims=names.OBS_DIM)]
    return pm.Deterministic(predictor.name, values, dims=names.OBS_DIM)


def _linear(
    predictor: Predictor, bambi_model: bmb.Model, forms: Mapping[str, Form], fit: QuickFit, dims: str | None
) -> Any:
    """Link-scale values of the rows of the terms' designs, which are data with ``dims``; a scalar if all are equal."""
    model = pm.modelcontext(None)
    coefficients = {
        term.name: _coefficient(term, model) for term in predictor.terms if term.kind in ("intercept", "common")
    }
    level, eta = _common_part(predictor, coefficients, dims)
    for term in predictor.terms:
        if term.kind == "offset":
            eta = eta + pm.Data(f"{term.variable}_data", term.columns, dims=dims)
        elif term.kind == "hsgp":
            eta = eta + build_hsgp(term, bambi_model, model)
        elif term.kind == "group":
            effect = _group_effect(predictor, term, forms[term.variable], coefficients, fit)
            if _is_intercept(term):
                # Added once per group instead of once per trial.
                effect, level = effect + level, 0.0
            eta = eta + _per_trial(term, effect, dims)
    return eta + level


def _common_part(predictor: Predictor, coefficients: Mapping[str, Any], dims: str | None) -> tuple[Any, Any]:
    """What all trials share (the intercept), and X @ b, with X centred if the intercept prior refers to its means.

    A coefficient whose group effects are sampled around it enters through them; of a centred predictor only the
    product of mean and coefficient is left here.
    """
    total: Any = pt.as_tensor_variable(0.0)
    carried = set(predictor.means.values())
    vectors, columns = [], []
    for term in predictor.terms:
        if term.kind not in ("intercept", "common"):
            continue
        coefficient = pt.atleast_1d(coefficients[term.name])
        shift = predictor.center.get(term.name) if predictor.center else None
        if term.name in carried:
            total = total if shift is None else total - (coefficient * shift).sum()
        elif term.kind == "intercept":
            total = total + coefficients[term.name]
        else:
            block = term.columns.reshape(len(term.columns), -1)
            vectors.append(coefficient)
            columns.append(block if shift is None else block - shift)
    if not vectors:
        return total, pt.as_tensor_variable(0.0)
    if sum(block.shape[1] for block in columns) == 1:
        return total, pm.Data(f"{predictor.name}_design", columns[0][:, 0], dims=dims) * vectors[0][0]
    return total, pt.dot(pm.Data(f"{predictor.name}_design", np.column_stack(columns)), pt.concatenate(vectors))


def _coefficient(term: Term, model: pm.Model) -> Any:
    if not isinstance(term.prior, bmb.Prior):
        return pt.as_tensor_variable(np.broadcast_to(np.asarray(term.prior, dtype=float), term.columns.shape[1:]))
    _add_coords(term, model)
    return make_variable(term.prior, term.variable, dims=tuple(term.coords) or None)


def _is_intercept(term: Term) -> bool:
    """Whether a group's effect is added to its trials as it is."""
    return term.columns.ndim == 1 and bool(np.all(term.columns == 1.0))


def _per_trial(term: Term, effect: Any, dims: str | None) -> Any:
    """(n,) contribution of a group-specific term: effects by index times the expression's columns."""
    index = pm.Data(f"{term.variable}_index", term.index, dims=dims)
    if _is_intercept(term):
        return effect[index]
    if term.columns.ndim == 1:
        return effect[index] * pm.Data(f"{term.variable}_data", term.columns, dims=dims)
    return (effect[index] * pm.Data(f"{term.variable}_data", term.columns)).sum(axis=-1)


def _group_effect(predictor: Predictor, term: Term, form: Form, coefficients: Mapping[str, Any], fit: QuickFit) -> Any:
    """Effects per group: offsets times their scale, or drawn around their mean (a common coefficient, if there is)."""
    _add_coords(term, pm.modelcontext(None))
    dims = tuple(term.coords)
    arguments = _hyper_variables(term, dims[1:] or None)
    if form == "noncentered":
        offset = pm.Normal(f"{term.variable}_offset", 0.0, 1.0, dims=dims)
        return pm.Deterministic(term.variable, arguments.get("mu", 0.0) + arguments["sigma"] * offset, dims=dims)
    mean = predictor.means.get(term.name)
    if mean is not None:
        arguments["mu"] = coefficients[mean]
    if form == "partial":
        data = {name: pm.Data(name, value, dims=dims) for name, value in partial_data(predictor, term, fit).items()}
        pull, information = data.values()
        arguments["mu"] = with_witnesses(arguments.get("mu", 0.0), information, pull)
        arguments["transform"] = PartialCentering(information, pull)
    return make_variable(term.prior, term.variable, dims=dims, arguments=arguments)


def partial_data(predictor: Predictor, term: Term, fit: QuickFit) -> dict[str, np.ndarray]:
    """Pull and information of a partially centred term, as the model's data, by name.

    What the trials favour is the whole effect, with the mean that it is drawn around.
    """
    effects, mean = fit.effects[term.variable], predictor.means.get(term.name)
    centre = 0.0 if mean is None else fit.coefficients[predictor.term(mean).variable]
    pull = effects.pull + effects.information * centre
    return {f"{term.variable}_pull": pull, f"{term.variable}_information": effects.information}


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
