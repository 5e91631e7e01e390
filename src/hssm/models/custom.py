"""A user's description of a whole model -> ModelSpec, with every fault reported together.

Called by ``register_model`` and, for a model that the registry does not know, by ``config.resolve_model``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hssm.models.common import role_of
from hssm.models.faults import Faults, is_names, quoted
from hssm.models.sources import check_source
from hssm.spec import BACKENDS, KINDS, Bounds, LikelihoodSpec, ModelSpec, ParameterSpec
from hssm.suggest import close_matches

LIKELIHOOD_KEYS = ("loglik", "backend", "bounds", "default_priors", "extra_fields")


def make_custom_model(
    *,
    name: Any,
    response: Any,
    list_params: Any,
    choices: Any,
    likelihoods: Any,
    description: str | None = None,
    faults: Faults | None = None,
) -> ModelSpec:
    """The ModelSpec of a user's model; ``faults`` carries what the caller already found wrong."""
    faults = faults or Faults(f"Model {name!r} cannot be used")
    faults.type(not isinstance(name, str), f"the name must be a string, got {type(name).__name__}")
    check_response(response, faults)
    check_parameter_names(list_params, faults)
    check_choices(choices, faults)
    names = tuple(list_params) if is_names(list_params) else ()
    specs = _likelihoods(likelihoods, names, faults)
    faults.raise_if_any()
    preferred = specs[0]
    return ModelSpec(
        name=name,
        parameters=tuple(_parameter(parameter, preferred.bounds[parameter]) for parameter in names),
        choices=tuple(int(choice) for choice in choices),
        likelihoods=specs,
        response=tuple(response),
        description=description or "",
    )


def check_response(response: Any, faults: Faults) -> None:
    """Response columns: unique strings, at least one."""
    if not faults.type(not is_names(response), f"`response` must be a list of column names, got {response!r}"):
        wrong = not response or len(set(response)) != len(response)
        faults.value(wrong, f"`response` needs one or more different columns, got {list(response)!r}")


def check_parameter_names(list_params: Any, faults: Faults) -> None:
    """Parameter names: unique identifiers, at least one, without the lapse probability."""
    if faults.type(not is_names(list_params), f"`list_params` must be a list of names, got {list_params!r}"):
        return
    faults.value(not list_params, "`list_params` is empty: name at least one parameter")
    bad = sorted({name for name in list_params if not name.isidentifier()})
    faults.value(bool(bad), f"`list_params` has names that are no identifiers: {quoted(bad)}")
    twice = sorted({name for name in list_params if list(list_params).count(name) > 1})
    faults.value(bool(twice), f"`list_params` repeats {quoted(twice)}")
    reserved = "p_outlier" in list_params
    faults.value(reserved, "`list_params` must not contain 'p_outlier': the lapse probability has its own argument")


def check_choices(choices: Any, faults: Faults) -> None:
    """Choice codes: different integers, at least one."""
    is_list = isinstance(choices, (Sequence, np.ndarray)) and not isinstance(choices, str)
    if faults.type(not is_list, f"`choices` must be a list of integer codes, got {choices!r}"):
        return
    codes = list(choices)
    whole = all(isinstance(code, (int, np.integer)) and not isinstance(code, bool) for code in codes)
    if not faults.type(not whole, f"`choices` must be integers, got {codes!r}"):
        faults.value(not codes or len(set(codes)) != len(codes), f"`choices` must be different codes, got {codes!r}")


def check_bounds(bounds: Any, names: Sequence[str], faults: Faults, where: str = "`bounds`") -> dict[str, Bounds]:
    """Bounds by parameter name, as float pairs; faults for other shapes, order and unknown names."""
    if faults.type(not isinstance(bounds, Mapping), f"{where} must be a dict of pairs, got {bounds!r}"):
        return {}
    _check_known(bounds, names, faults, where)
    checked: dict[str, Bounds] = {}
    for name, pair in bounds.items():
        try:
            lower, upper = (float(end) for end in pair)
        except (TypeError, ValueError):
            faults.type(True, f"{where} of {name!r} must be a pair (lower, upper) of numbers, got {pair!r}")
            continue
        if not faults.value(not lower < upper, f"{where} of {name!r} must be lower < upper, got {pair!r}"):
            checked[name] = (lower, upper)
    return checked


def check_priors(priors: Any, names: Sequence[str], faults: Faults) -> dict[str, Any]:
    """Default priors by parameter name; what a prior may be is checked where priors are read."""
    if faults.type(not isinstance(priors, Mapping), f"`default_priors` must be a dict, got {priors!r}"):
        return {}
    _check_known(priors, names, faults, "`default_priors`")
    return dict(priors)


def _check_known(given: Mapping[str, Any], names: Sequence[str], faults: Faults, where: str) -> None:
    for name in given:
        message = f"{where} names {name!r}, but the parameters are {quoted(names)}.{close_matches(name, names)}"
        faults.value(name not in names, message.rstrip("."))


def check_backend(backend: Any, faults: Faults) -> None:
    """One of the known backends, or None."""
    wrong = backend is not None and backend not in BACKENDS
    faults.value(wrong, f"`backend` must be one of {quoted(sorted(BACKENDS))}, got {backend!r}")


def check_extra_fields(fields: Any, faults: Faults) -> tuple[str, ...]:
    """Names of covariate columns."""
    if fields is None:
        return ()
    wrong = faults.type(not is_names(fields), f"`extra_fields` must be a list of column names, got {fields!r}")
    return () if wrong else tuple(fields)


def _likelihoods(likelihoods: Any, names: Sequence[str], faults: Faults) -> tuple[LikelihoodSpec, ...]:
    if faults.type(not isinstance(likelihoods, Mapping), f"`likelihoods` must be a dict by kind, got {likelihoods!r}"):
        return ()
    faults.value(not likelihoods, f"`likelihoods` is empty: give at least one of {quoted(KINDS)}")
    unknown = [kind for kind in likelihoods if kind not in KINDS]
    faults.value(bool(unknown), f"unknown likelihood kinds {quoted(unknown)}: allowed are {quoted(KINDS)}")
    made = [_likelihood(kind, likelihoods[kind], names, faults) for kind in KINDS if kind in likelihoods]
    return tuple(spec for spec in made if spec is not None)


def _likelihood(kind: Any, given: Any, names: Sequence[str], faults: Faults) -> LikelihoodSpec | None:
    if faults.type(not isinstance(given, Mapping), f"the {kind} likelihood must be a dict, got {type(given).__name__}"):
        return None
    unknown = sorted(set(given) - set(LIKELIHOOD_KEYS))
    faults.type(bool(unknown), f"the {kind} likelihood has unknown keys {quoted(unknown)}: allowed {LIKELIHOOD_KEYS}")
    if not faults.value("loglik" not in given, f"the {kind} likelihood lacks `loglik`"):
        check_source(given["loglik"], kind, faults)
    check_backend(given.get("backend"), faults)
    bounds = check_bounds(given.get("bounds", {}), names, faults, f"`bounds` ({kind})")
    missing = [name for name in names if name not in given.get("bounds", {})]
    faults.value(bool(missing), f"the {kind} likelihood lacks `bounds` for {quoted(missing)}")
    priors = check_priors(given.get("default_priors") or {}, names, faults)
    covariates = check_extra_fields(given.get("extra_fields"), faults)
    if faults.wrong_types or faults.wrong_values:
        return None
    return LikelihoodSpec(
        kind=kind,
        source=given["loglik"],
        backend=given.get("backend") or default_backend(kind),
        bounds=bounds,
        default_priors=priors,
        covariates=covariates,
    )


def default_backend(kind: str) -> str:
    """Who evaluates a likelihood of that kind unless the user says otherwise."""
    return {"analytical": "pytensor", "approx_differentiable": "jax", "blackbox": "numpy"}[kind]


def _parameter(name: str, bounds: Bounds) -> ParameterSpec:
    # A user's bounds say where the likelihood works, so their ends belong to it.
    return ParameterSpec(name=name, role=role_of(name, bounds), bounds=bounds, closed=(True, True))
