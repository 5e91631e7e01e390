"""Observations + resolved parameters + likelihood -> BuiltModel: the last stage before inference.

Bambi describes the model (formulas, terms, automatic priors); the PyMC model is built here, so that every
parameter follows the same naming, data are ``pm.Data``, and each group-specific term has its own centring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pymc as pm

from hssm.bambi_bridge import names
from hssm.bambi_bridge.alike import with_rows_alike
from hssm.bambi_bridge.centering import Form, can_be_noncentered, nearest_form, resolve_centering
from hssm.bambi_bridge.compat import read_terms
from hssm.bambi_bridge.family import describe
from hssm.bambi_bridge.model import FitModel
from hssm.bambi_bridge.predictor import Predictor
from hssm.bambi_bridge.quick_fit import QuickFit, quick_fit
from hssm.bambi_bridge.regression import build_regression, make_predictor, with_means
from hssm.bambi_bridge.simple import Times, simple_variable
from hssm.distributions.make import make_distribution_class
from hssm.parameters.coordinate_choice import in_order
from hssm.parameters.initial_values import response_times
from hssm.spec import BuiltModel, Likelihood, Observations, ResolvedParam


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildOptions:
    """What the user may say about the way the model is built.

    ``noncentered`` as in the constructor; ``start`` are natural-scale starting values by parameter, at which the
    information for ``"auto"`` centring is evaluated; ``bambi`` are Bambi's own keyword arguments.
    """

    noncentered: Any = "auto"
    start: Mapping[str, Any] = field(default_factory=dict)
    extra_namespace: Mapping[str, Any] | None = None
    bambi: Mapping[str, Any] = field(default_factory=dict)


def build(
    observations: Observations,
    params: Mapping[str, ResolvedParam],
    likelihood: Likelihood,
    options: BuildOptions,
    model_name: str = "SSM",
) -> BuiltModel:
    """Build the PyMC model; nothing it is given is changed."""
    distribution = make_distribution_class(likelihood, name=model_name)
    bambi_model = describe(
        observations,
        params,
        distribution=distribution,
        extra_namespace=options.extra_namespace,
        options={key: value for key, value in options.bambi.items() if key != "potentials"},
    )
    center = bool(options.bambi.get("center_predictors", True))
    terms = {name: read_terms(bambi_model, name) if param.is_regression else () for name, param in params.items()}
    observations = with_rows_alike(observations, params, terms, likelihood)
    plain = {name: make_predictor(param, terms[name], center) for name, param in params.items()}
    fit = quick_fit(likelihood, observations, params, plain, options.start)
    forms = resolve_centering({n: p.groups() for n, p in plain.items()}, options.noncentered, fit.effects)
    predictors = {name: with_means(predictor, forms) for name, predictor in plain.items()}
    pymc_model = FitModel(coords=_coords(observations))
    with pymc_model:
        values: dict[str, Any] = {}
        times = times_of(observations, fit)
        for name in in_order(params):
            predictor = predictors[name]
            if predictor.param.is_regression or predictor.param.is_fixed:
                values[name] = _parameter(predictor, bambi_model, forms, fit)
            else:
                values[name] = simple_variable(predictor.param, values, times)
        _response(observations, likelihood, distribution, values)
        _potentials(pymc_model, options.bambi.get("potentials"))
    return BuiltModel(
        bambi_model=bambi_model,
        pymc_model=pymc_model,
        distribution=distribution,
        likelihood=likelihood,
        predictors=predictors,
        observations=observations,
        parameterization={
            term.variable: nearest_form(term, forms[term.variable], fit.effects[term.variable])
            for predictor in predictors.values()
            for term in predictor.groups()
        },
        asked_forms={
            term.variable: forms[term.variable]
            for predictor in predictors.values()
            for term in predictor.groups()
            if can_be_noncentered(term) and forms[term.variable] != "partial"
        },
        quick_fit=fit,
        units={name: param.unit for name, param in params.items() if param.unit},
    )


def _coords(observations: Observations) -> dict[str, Any]:
    coords: dict[str, Any] = {names.OBS_DIM: observations.positions}
    if len(observations.response) > 1:
        coords[names.response_dim(observations.response_str)] = np.arange(len(observations.response))
    return coords


def _parameter(predictor: Predictor, bambi_model: Any, forms: Mapping[str, Form], fit: QuickFit) -> Any:
    """The symbolic value of a fixed parameter, a number or a data vector, or of a regression."""
    param = predictor.param
    if param.is_regression:
        return build_regression(predictor, bambi_model, forms, fit)
    if np.ndim(param.fixed_value) == 0:
        return float(param.fixed_value)
    return pm.Data(f"{param.name}_fixed", np.asarray(param.fixed_value, dtype=float), dims=names.OBS_DIM)


def times_of(observations: Observations, fit: QuickFit) -> Times:
    """What coordinates need to know of the response times."""
    if "rt" not in observations.response:
        return Times(None, None, fit.before)
    times = response_times(observations.frame)
    return Times(times.fastest, times.mean, fit.before)


def _response(observations: Observations, likelihood: Likelihood, distribution: Any, values: Mapping[str, Any]) -> None:
    response = observations.response_str
    matrix = observations.response_matrix()
    dims: tuple[str, ...] = (names.OBS_DIM,)
    if len(observations.response) > 1:
        dims += (names.response_dim(response),)
    observed = pm.Data(f"{response}_data", matrix if len(dims) > 1 else matrix[:, 0], dims=dims)
    covariates = {
        name: pm.Data(name, observations.frame[name].to_numpy(dtype=float), dims=names.OBS_DIM)
        for name in likelihood.covariates
    }
    # By position: PyMC would take a parameter named "shape" for that of the variable.
    inputs = [*(values[name] for name in likelihood.params), *covariates.values()]
    distribution(response, *inputs, observed=observed, dims=dims)


def _potentials(model: pm.Model, potentials: Any) -> None:
    """Bambi's ``potentials``: (name or names, function of these variables) pairs added to the log density."""
    for i, (variable, constraint) in enumerate(potentials or ()):
        chosen = variable if isinstance(variable, list | tuple) else (variable,)
        pm.Potential(f"pot_{i}", constraint(*(model[name] for name in chosen)))
