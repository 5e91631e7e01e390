"""What the user says about the model -> one ModelSpec and the likelihood chosen from it.

The door of the package: ``ModelConfig``, dicts, ``loglik`` and ``loglik_kind`` are read and validated here and
travel no further. Nothing that is given is changed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from hssm.models.common import role_of
from hssm.models.custom import (
    check_backend,
    check_bounds,
    check_choices,
    check_extra_fields,
    check_parameter_names,
    check_priors,
    check_response,
    default_backend,
)
from hssm.models.faults import Faults, is_names, quoted
from hssm.models.registry import find_model, unknown_model_message
from hssm.models.shipped import training_box
from hssm.models.simulator import as_simulator
from hssm.models.sources import as_source, check_source, is_own
from hssm.spec import KINDS, Bounds, LikelihoodSpec, ModelSpec, ParameterSpec
from hssm.suggest import close_matches

UNBOUNDED = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class ModelConfig:
    """A user's description of a model, or of changes to a built-in one.

    Parameters
    ----------
    response
        Response columns; ``("rt", "response")`` unless given.
    list_params
        Parameter names in the order in which the likelihood takes them.
    choices
        Integer codes of the responses.
    default_priors
        Parameter name to the prior that replaces the default one.
    bounds
        Parameter name to ``(lower, upper)``.
    backend
        ``"pytensor"`` or ``"jax"``: what an analytical ``loglik`` is written in.
    rv
        Where predictions come from: a simulator model's name, a function
        ``f(theta, n_samples, random_state)``, or a random-variable class.
    extra_fields
        Columns that the likelihood takes after the parameters.
    """

    response: Sequence[str] | None = None
    list_params: Sequence[str] | None = None
    choices: Sequence[int] | None = None
    default_priors: Mapping[str, Any] = field(default_factory=dict)
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    backend: str | None = None
    rv: str | Callable[..., Any] | type | None = None
    extra_fields: Sequence[str] | None = None


CONFIG_KEYS = tuple(entry.name for entry in fields(ModelConfig))


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolvedModel:
    """The model to build: its spec, the likelihood chosen, and the parameters that still need a description.

    ``unspecified`` are parameters of a user's model for which the configuration gives neither bounds nor prior;
    they must get one or the other with the parameter itself.
    """

    spec: ModelSpec
    likelihood: LikelihoodSpec
    unspecified: tuple[str, ...] = ()

    @property
    def bounds(self) -> dict[str, Bounds]:
        """Bounds of every parameter under the chosen likelihood."""
        return self.spec.bounds(self.likelihood.kind)


def resolve_model(
    model: str | ModelSpec,
    *,
    model_config: ModelConfig | Mapping[str, Any] | None = None,
    loglik: Any = None,
    loglik_kind: str | None = None,
    choices: Sequence[int] | None = None,
) -> ResolvedModel:
    """The model a user asked for, with every override applied.

    Parameters
    ----------
    model
        A known name, or a new one together with ``loglik``, ``loglik_kind`` and a configuration; or a model itself.
    model_config
        Changes to a known model, or the description of a new one.
    loglik
        A likelihood that replaces the model's of that kind.
    loglik_kind
        One of the kinds; None for the first that the model has.
    choices
        Codes of a new model, if the configuration has none. For a known model the argument of that name maps
        labels and is the business of the data, not of the model.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError
        Naming what is wrong, what was given and what is allowed.
    """
    if not isinstance(model, str | ModelSpec):
        raise TypeError(
            f"`model` must be a model's name or a model of `diffusion_model`, got {model!r} of type "
            f"{type(model).__name__}."
        )
    config = as_model_config(model_config)
    if loglik_kind is not None and loglik_kind not in KINDS:
        raise ValueError(f"`loglik_kind` must be one of {quoted(KINDS)} or None, got {loglik_kind!r}.")
    known = find_model(model)
    if known is None:
        return _new_model(str(model), config, loglik, loglik_kind, choices)
    return _changed_model(known, config, loglik, loglik_kind)


def as_model_config(given: ModelConfig | Mapping[str, Any] | None) -> ModelConfig:
    """The user's configuration as a ModelConfig; TypeError naming keys that it does not have."""
    if given is None:
        return ModelConfig()
    if isinstance(given, ModelConfig):
        return given
    if not isinstance(given, Mapping):
        raise TypeError(f"`model_config` must be a ModelConfig or a dict, got {type(given).__name__}.")
    unknown = [key for key in given if key not in CONFIG_KEYS]
    if unknown:
        hints = "".join(close_matches(key, CONFIG_KEYS) for key in unknown)
        allowed = quoted(sorted(CONFIG_KEYS))
        raise TypeError(f"`model_config` has unknown keys {quoted(unknown)}.{hints} Allowed are {allowed}.")
    return ModelConfig(**{key: value for key, value in given.items() if value is not None})


def _new_model(name: str, config: ModelConfig, loglik: Any, kind: Any, choices: Any) -> ResolvedModel:
    codes = config.choices if config.choices is not None else choices
    needed = {
        "`loglik`": loglik,
        "`loglik_kind`": kind,
        "`list_params` in `model_config`": config.list_params,
        "`choices` (argument or in `model_config`)": codes,
    }
    missing = [item for item, value in needed.items() if value is None]
    if missing:
        raise ValueError(f"{unknown_model_message(name)} To use it as a model of your own, also give {_and(missing)}.")
    faults = Faults(f"Model {name!r} cannot be built")
    check_parameter_names(config.list_params, faults)
    check_choices(codes, faults)
    response = config.response or ("rt", "response")
    check_response(response, faults)
    names = tuple(config.list_params or ()) if is_names(config.list_params) else ()
    likelihood = _replacement(config, names, loglik, kind, faults)
    faults.raise_if_any()
    spec = ModelSpec(
        name=name,
        parameters=tuple(_own_parameter(parameter, likelihood.bounds) for parameter in names),
        choices=tuple(int(code) for code in codes or ()),
        likelihoods=(likelihood,),
        response=tuple(response),
        simulator=as_simulator(config.rv, names, tuple(response), likelihood.covariates),
    )
    return ResolvedModel(spec=spec, likelihood=likelihood, unspecified=_unspecified(names, likelihood))


def _changed_model(spec: ModelSpec, config: ModelConfig, loglik: Any, kind: str | None) -> ResolvedModel:
    base = spec.likelihood(kind) if loglik is None else _base_for_replacement(spec, kind)
    faults = Faults(f"Model {spec.name!r} cannot be changed like this")
    own = loglik is None and is_own(base.source)
    _check_changes(spec, config, own, faults)
    names = tuple(config.list_params or ()) if is_names(config.list_params) and not own else spec.parameter_names
    likelihood = _merged(base, config, names, loglik, faults)
    faults.raise_if_any()
    parameters = tuple(_merged_parameter(spec, name, likelihood.bounds) for name in names)
    response = tuple(config.response or spec.response)
    simulator = as_simulator(config.rv, names, response, likelihood.covariates) if config.rv is not None else None
    others = tuple(other for other in spec.likelihoods if other.kind != likelihood.kind and names == _names(spec))
    changed = replace(
        spec,
        parameters=parameters,
        choices=tuple(int(code) for code in (config.choices if config.choices is not None else spec.choices)),
        response=response,
        likelihoods=tuple(sorted((likelihood, *others), key=lambda each: KINDS.index(each.kind))),
        simulator=simulator or (spec.simulator if set(names) == set(_names(spec)) else None),
    )
    new = tuple(name for name in names if name not in _names(spec))
    return ResolvedModel(spec=changed, likelihood=likelihood, unspecified=_unspecified(new, likelihood))


def _base_for_replacement(spec: ModelSpec, kind: str | None) -> LikelihoodSpec:
    wanted = kind or spec.likelihood().kind
    if any(likelihood.kind == wanted for likelihood in spec.likelihoods):
        return spec.likelihood(wanted)
    return LikelihoodSpec(kind=wanted, source=None, backend=None)  # type: ignore[arg-type]


def _check_changes(spec: ModelSpec, config: ModelConfig, own: bool, faults: Faults) -> None:
    """Our own mathematics knows its parameters and codes; only a user's likelihood may bring others."""
    if config.list_params is not None:
        check_parameter_names(config.list_params, faults)
        other = own and is_names(config.list_params) and tuple(config.list_params) != _names(spec)
        faults.value(other, _needs_loglik("list_params", list(config.list_params), list(_names(spec))))
    if config.choices is not None:
        check_choices(config.choices, faults)
        other = own and set(config.choices) != set(spec.choices)
        hint = ", or map labels by the argument `choices`"
        faults.value(other, _needs_loglik("choices", list(config.choices), list(spec.choices)) + hint)
    if config.response is not None:
        check_response(config.response, faults)
        other = own and len(config.response) != len(spec.response)
        faults.value(other, _needs_loglik("response", list(config.response), list(spec.response)))


def _needs_loglik(what: str, given: list[Any], has: list[Any]) -> str:
    return f"`{what}` {given} does not fit its likelihood, which has {has}: give a `loglik` that does"


def _replacement(config: ModelConfig, names: tuple[str, ...], loglik: Any, kind: Any, faults: Faults) -> LikelihoodSpec:
    return _merged(LikelihoodSpec(kind=kind, source=None, backend=None), config, names, loglik, faults)


def _merged(
    base: LikelihoodSpec, config: ModelConfig, names: tuple[str, ...], loglik: Any, faults: Faults
) -> LikelihoodSpec:
    check_backend(config.backend, faults)
    loglik = as_source(loglik)
    if loglik is not None:
        check_source(loglik, base.kind, faults)
    box = {**base.bounds, **(training_box(loglik) if base.kind == "approx_differentiable" else {})}
    kept = {name: pair for name, pair in box.items() if name in names}
    priors = {name: prior for name, prior in base.default_priors.items() if name in names}
    bounds = check_bounds(config.bounds, names, faults)
    own_priors = check_priors(config.default_priors, names, faults)
    covariates = base.covariates if config.extra_fields is None else check_extra_fields(config.extra_fields, faults)
    return replace(
        base,
        source=base.source if loglik is None else loglik,
        backend=_backend(base, config.backend, loglik),
        bounds=kept | bounds,
        default_priors=priors | own_priors,
        covariates=covariates,
    )


def _backend(base: LikelihoodSpec, asked: str | None, loglik: Any) -> str | None:
    default = base.backend if loglik is None else default_backend(base.kind)
    if asked is None:
        return default
    chosen_by_user = loglik is not None and base.kind == "analytical" and not is_own(loglik)
    if not chosen_by_user and asked != default:
        warnings.warn(
            f"`backend` {asked!r} does not apply to this {base.kind} likelihood, which is evaluated by {default!r}; "
            "it chooses between PyTensor and JAX for an analytical `loglik` of your own.",
            UserWarning,
            stacklevel=5,
        )
        return default
    return asked


def _own_parameter(name: str, bounds: Mapping[str, Bounds]) -> ParameterSpec:
    own = bounds.get(name, UNBOUNDED)
    # A user's bounds say where the likelihood works, so their ends belong to it.
    return ParameterSpec(name=name, role=role_of(name, own), bounds=own, closed=(True, True))


def _merged_parameter(spec: ModelSpec, name: str, bounds: Mapping[str, Bounds]) -> ParameterSpec:
    return spec.parameter(name) if name in _names(spec) else _own_parameter(name, bounds)


def _unspecified(names: tuple[str, ...], likelihood: LikelihoodSpec) -> tuple[str, ...]:
    return tuple(name for name in names if name not in likelihood.bounds and name not in likelihood.default_priors)


def _names(spec: ModelSpec) -> tuple[str, ...]:
    return spec.parameter_names


def _and(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


__all__ = ["CONFIG_KEYS", "ModelConfig", "ResolvedModel", "as_model_config", "resolve_model"]
