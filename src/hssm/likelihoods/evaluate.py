"""A model's likelihood on data, without building a PyMC model: log density, distribution function, survivor.

The public face of :mod:`hssm.likelihoods.pointwise`; with gradients, and without the floor of fitted models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.lapse_density import resolve_lapse
from hssm.models.config import ResolvedModel, resolve_model
from hssm.models.registry import get_model, list_models
from hssm.spec import Likelihood, ModelSpec
from hssm.suggest import close_matches

Result = np.ndarray | tuple[np.ndarray, dict[str, np.ndarray]]


def log_density(
    model: str | ModelSpec,
    data: Any,
    theta: Mapping[str, Any],
    *,
    loglik_kind: str | None = None,
    p_outlier: float | np.ndarray = 0.0,
    lapse: Any = None,
    gradient: bool = False,
) -> Result:
    """Log density of every row of ``data``.

    Parameters
    ----------
    model : str or ModelSpec
        A name of the registry, or a model of ``diffusion_model``.
    data : DataFrame or mapping of arrays
        Response columns (rt in seconds, response in model codes) and extra fields, each (n,).
    theta : dict
        Parameter name to a number or an (n,) array, natural scale.
    loglik_kind : str, optional
        The model's first kind unless given.
    p_outlier : float or (n,) array
        Lapse probability; 0 for none.
    lapse : prior, optional
        Lapse density of rt; Uniform(0, 20) unless given.
    gradient : bool
        Also return partial derivatives.

    Returns
    -------
    (n,) float64 array; with ``gradient=True`` a pair with a dict of (n,) partial derivatives by parameter
    (``p_outlier`` among them if there is a lapse). Impossible rows are -inf: nothing is floored.

    Raises
    ------
    ValueError
        Missing or unknown parameter or column, or unequal lengths.
    """
    return _evaluate("log_density", model, data, theta, (loglik_kind, p_outlier, lapse, gradient))


def log_cdf(
    model: str | ModelSpec,
    data: Any,
    theta: Mapping[str, Any],
    *,
    loglik_kind: str | None = None,
    p_outlier: float | np.ndarray = 0.0,
    lapse: Any = None,
    gradient: bool = False,
) -> Result:
    """Log P(response = c and RT <= rt) of every row; arguments and result as for :func:`log_density`.

    Raises
    ------
    ValueError
        Also for a model without a distribution function, naming those that have one.
    """
    return _evaluate("log_cdf", model, data, theta, (loglik_kind, p_outlier, lapse, gradient))


def log_survival(
    model: str | ModelSpec,
    data: Any,
    theta: Mapping[str, Any],
    *,
    loglik_kind: str | None = None,
    p_outlier: float | np.ndarray = 0.0,
    lapse: Any = None,
    gradient: bool = False,
) -> Result:
    """Log P(RT > rt), any response, of every row; the response column is not needed.

    Arguments, result and errors as for :func:`log_cdf`.
    """
    return _evaluate("log_survival", model, data, theta, (loglik_kind, p_outlier, lapse, gradient))


def _evaluate(function: str, model: Any, data: Any, theta: Mapping[str, Any], options: tuple) -> Result:
    kind, p_outlier, lapse, gradient = options
    resolved = _resolve(model, kind)
    with_lapse = np.any(np.asarray(p_outlier) != 0)
    likelihood = _assembled(model, resolved.likelihood.kind, resolve_lapse(lapse) if with_lapse else None)
    if getattr(likelihood, function) is None:
        having = ", ".join(name for name in list_models() if _has(name, function))
        raise ValueError(f"Model {resolved.spec.name!r} has no {function}. Models that have one: {having}.")
    observed = _columns(likelihood, data, function)
    given = {**theta, "p_outlier": p_outlier} if with_lapse else dict(theta)
    n_trials = len(next(iter(observed.values())))
    vectors = _parameters(likelihood, given, n_trials)
    compiled = _compiled(likelihood, function, tuple(array.shape == (1,) for array in vectors.values()), gradient)
    outputs = compiled(*observed.values(), *vectors.values())
    value = np.broadcast_to(np.asarray(outputs[0], dtype=float), (n_trials,)).copy()
    if not gradient:
        return value
    return value, {name: np.asarray(part) for name, part in zip(likelihood.params, outputs[1:], strict=True)}


def _resolve(model: Any, kind: str | None) -> ResolvedModel:
    if isinstance(model, str | ModelSpec):
        return resolve_model(get_model(model), loglik_kind=kind)
    raise TypeError(
        f"`model` must be the name of a model or a model of `diffusion_model`, got {type(model).__name__}; "
        "register_model names your own."
    )


class _Same:
    """A model as a key: equal to itself only."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.spec is other.spec

    def __hash__(self) -> int:
        return id(self.spec)


@lru_cache(maxsize=64)
def _assembled_by_key(model: str | _Same, kind: str, lapse: Any) -> Likelihood:
    resolved = resolve_model(model.spec if isinstance(model, _Same) else model, loglik_kind=kind)
    return assemble(resolved.spec, resolved.likelihood, lapse=lapse, floor=False)


def _assembled(model: str | ModelSpec, kind: str, lapse: Any) -> Likelihood:
    return _assembled_by_key(model if isinstance(model, str) else _Same(model), kind, lapse)


def _has(name: str, function: str) -> bool:
    return getattr(_assembled(name, resolve_model(name).likelihood.kind, None), function) is not None


def _columns(likelihood: Likelihood, data: Any, function: str) -> dict[str, np.ndarray]:
    if not isinstance(data, Mapping) and not hasattr(data, "columns"):
        needed = ", ".join(map(repr, (*likelihood.columns, *likelihood.covariates)))
        raise TypeError(
            f"`data` must be a data frame or a mapping of arrays with the columns {needed}, got {type(data).__name__}."
        )
    columns = {}
    for name in (*likelihood.columns, *likelihood.covariates):
        if function == "log_survival" and name == likelihood.columns[-1] and name not in data:
            continue
        if name not in data:
            found = list(data.keys() if hasattr(data, "keys") else data.columns)
            raise ValueError(f"`data` has no column {name!r}. It has: {', '.join(map(str, found))}.")
        columns[name] = np.atleast_1d(np.asarray(data[name], dtype=float))
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"Columns of `data` have unequal lengths: {lengths}.")
    for name in likelihood.columns:
        columns.setdefault(name, np.full(next(iter(lengths.values())), float(likelihood.choices[0])))
    return {name: columns[name] for name in (*likelihood.columns, *likelihood.covariates)}


def _parameters(likelihood: Likelihood, given: Mapping[str, Any], n_trials: int) -> dict[str, np.ndarray]:
    names = likelihood.params
    missing = [name for name in names if name not in given]
    unknown = [name for name in given if name not in names]
    if missing or unknown:
        hints = "".join(close_matches(name, names) for name in unknown)
        parts = [f"missing: {', '.join(missing)}"] * bool(missing) + [f"unknown: {', '.join(unknown)}"] * bool(unknown)
        raise ValueError(f"`theta` must have exactly the parameters {', '.join(names)}; {'; '.join(parts)}.{hints}")
    vectors = {}
    for name in names:
        array = np.atleast_1d(np.asarray(given[name], dtype=float))
        if array.ndim != 1 or len(array) not in (1, n_trials):
            raise ValueError(
                f"Parameter {name!r} must be a number or an array of length {n_trials}, got shape {array.shape}."
            )
        vectors[name] = array
    return vectors


@lru_cache(maxsize=64)
def _compiled(likelihood: Likelihood, function: str, is_scalar: tuple[bool, ...], gradient: bool) -> Callable[..., Any]:
    """A compiled function of columns and parameters; derivatives are per trial, so scalars enter as vectors too."""
    import pytensor
    import pytensor.tensor as pt

    columns = (*likelihood.columns, *likelihood.covariates)
    observed = {name: pt.TensorType("float64", shape=(None,))(name) for name in columns}
    inputs = {
        name: pt.TensorType("float64", shape=(1,) if scalar else (None,))(name)
        for name, scalar in zip(likelihood.params, is_scalar, strict=True)
    }
    length = observed[columns[0]].shape[0]
    theta = {name: pt.broadcast_to(value, (length,)) for name, value in inputs.items()} if gradient else inputs
    value = getattr(likelihood, function)(observed, theta)
    outputs = [value]
    if gradient:
        outputs += pytensor.grad(value.sum(), list(theta.values()), disconnected_inputs="ignore")
    return pytensor.function([*observed.values(), *inputs.values()], outputs, on_unused_input="ignore")
