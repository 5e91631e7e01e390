"""The truth behind simulated data: draws of the model's own prior, some variables set, and the responses they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from hssm.bambi_bridge import names
from hssm.inference.predictive import predict_responses
from hssm.inference.prior import forward_draws
from hssm.inference.results import add_natural_values, finish_draws, stored_names
from hssm.spec import MISSING_CODE, BuiltModel, Recording
from hssm.suggest import close_matches


def read_theta(built: BuiltModel, theta: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The given values by the variables' names as results report them, in their shapes.

    A parameter with a formula stands for its intercept and is given on its natural scale.

    Raises
    ------
    ValueError
        A name that is neither a free parameter nor a variable, or a value of another shape.
    """
    allowed = stored_names(built)
    values = {}
    for name, value in theta.items():
        predictor = built.predictors.get(name)
        variable, given = name, value
        if predictor is not None and predictor.param.is_regression:
            variable = names.variable(name, "Intercept")
            given = predictor.param.link.link(np.asarray(value, dtype=float))
        if variable not in allowed:
            raise ValueError(
                f"`theta` names {name!r}, which is no free parameter or variable of this model. "
                f"Allowed: {', '.join(sorted({*allowed, *_free_parameters(built)}))}.{close_matches(name, allowed)}"
            )
        shape = tuple(int(size) for size in built.pymc_model[variable].shape.eval())
        try:
            values[variable] = np.broadcast_to(np.asarray(given, dtype=float), shape).copy()
        except (TypeError, ValueError):
            raise ValueError(f"`theta` gives {name!r} shape {np.shape(value)}; it must have shape {shape}.") from None
    return values


def _free_parameters(built: BuiltModel) -> list[str]:
    return [name for name, predictor in built.predictors.items() if not predictor.param.is_fixed]


def draw_truths(built: BuiltModel, values: Mapping[str, np.ndarray], n: int, rng: np.random.Generator) -> xr.Dataset:
    """(chain, draw, ...) reported variables, one draw per data set: ``values`` where given, else from the prior.

    Priors of what depends on a given value (effects of a group, a threshold above a start) are those at this value.
    """
    coefficients = {term.variable for predictor in built.predictors.values() for term in predictor.terms}
    upstream = {name: value for name, value in values.items() if name not in coefficients}
    model = pm.do(built.pymc_model, upstream) if upstream else built.pymc_model
    stored = stored_names(built)
    drawn = [name for name in stored if name not in upstream]
    raw = forward_draws(model, n, rng, drawn)["prior"].to_dataset() if drawn else None
    shape = {"chain": [0], "draw": np.arange(n)}
    prior = xr.Dataset(coords=shape) if raw is None else raw
    prior = prior.assign({name: _constant(built, name, value, n) for name, value in upstream.items()})
    reported = finish_draws(built, prior)
    if not values:
        return reported
    reported = reported.assign({name: _constant(built, name, value, n) for name, value in values.items()})
    return add_natural_values(built, reported)


def _constant(built: BuiltModel, name: str, value: np.ndarray, n: int) -> tuple[tuple[str, ...], np.ndarray]:
    dims = ("chain", "draw", *built.pymc_model.named_vars_to_dims.get(name, ()))
    return dims, np.broadcast_to(value, (1, n, *value.shape)).copy()


def simulate_responses(built: BuiltModel, truth: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """(n_trials, n_columns) responses to the model's trials, in model codes, from a truth of one draw.

    Raises
    ------
    ValueError
        Paths that did not end, in a design in which every trial has a response.
    """
    response = built.observations.response_str
    matrix = predict_responses(built, truth, rng)[response].to_numpy()[0, 0]
    matrix = matrix.reshape(built.observations.n_trials, -1)
    columns = list(built.observations.response)
    if "rt" in columns and built.observations.recording == Recording():
        unfinished = int(np.sum(matrix[:, columns.index("rt")] == MISSING_CODE))
        if unfinished:
            raise ValueError(f"{unfinished} of {len(matrix)} simulated trials never ended: they have no response.")
    return matrix
