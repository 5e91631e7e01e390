"""A built model with other responses: the same PyMC model, its data replaced.

Everything that :mod:`build` reads from the responses is worked out again (trials alike, quick fit, the coordinates that
follow from it); designs, priors and the graph stay. Compiled functions of the model then serve any number of data sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hssm.bambi_bridge import names
from hssm.bambi_bridge.alike import with_rows_alike
from hssm.bambi_bridge.build import times_of
from hssm.bambi_bridge.centering import nearest_form
from hssm.bambi_bridge.quick_fit import UNLIMITED, quick_fit
from hssm.bambi_bridge.regression import partial_data
from hssm.spec import BuiltModel, Observations


def renew(built: BuiltModel, observations: Observations, start: Mapping[str, Any]) -> BuiltModel:
    """The model of other responses to the same design.

    ``built.pymc_model`` holds the new data afterwards, so that the model it was can no longer be sampled.

    Parameters
    ----------
    built : the model
    observations : those of the model with other values in the response columns, and outcomes that its likelihood knows
    start : natural-scale starting values by parameter, arrays for parameters fixed trial by trial
    """
    params = {name: predictor.param for name, predictor in built.predictors.items()}
    terms = {name: predictor.terms for name, predictor in built.predictors.items()}
    observations = with_rows_alike(observations, params, terms, built.likelihood)
    fit = quick_fit(built.likelihood, observations, params, built.predictors, start)
    renewed = replace(built, observations=observations, quick_fit=fit)
    known = {variable.name for variable in built.pymc_model.data_vars}
    forms = dict(built.parameterization)
    for predictor in built.predictors.values():
        for term in predictor.groups():
            if f"{term.variable}_pull" in known:
                forms[term.variable] = nearest_form(term, "partial", fit.effects[term.variable])
    for name, value in data_of(renewed).items():
        if name in known:
            built.pymc_model.set_data(name, value)
    return replace(renewed, parameterization=forms)


def data_of(built: BuiltModel) -> dict[str, np.ndarray]:
    """What the model reads from the responses, by the names of its data."""
    observations = built.observations
    matrix = observations.response_matrix()
    data = {f"{observations.response_str}_data": matrix if matrix.shape[1] > 1 else matrix[:, 0]}
    data |= {name: observations.frame[name].to_numpy(dtype=float) for name in built.likelihood.covariates}
    times = times_of(observations, built.quick_fit)
    for name, predictor in built.predictors.items():
        if times.fastest is not None:
            data[names.fastest(name)] = np.asarray(times.fastest)
            data[names.mean_time(name)] = np.asarray(times.mean)
            data[names.latest(name)] = np.asarray(UNLIMITED if times.before is None else times.before)
        for term in predictor.groups():
            if term.variable in built.quick_fit.effects:
                data |= partial_data(predictor, term, built.quick_fit)
    return data
