"""A model in words: printable defaults, and the dict that users of HSSM 0.5 know.

Reads the registry only, so it works for every model before any was built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hssm.models.registry import families, get_model, list_models
from hssm.spec import Bounds, LikelihoodSpec, ModelSpec, ParameterSpec

PriorLookup = Callable[[ParameterSpec, LikelihoodSpec, Bounds], Any]


def show_defaults(
    model: str | ModelSpec, loglik_kind: str | None = None, *, prior_of: PriorLookup | None = None
) -> str:
    """Everything a model assumes unless told otherwise, as text.

    Parameters
    ----------
    model
        A name of ``list_models()``.
    loglik_kind
        One likelihood kind, or None for all that the model has.
    prior_of
        The default prior of a parameter under a likelihood and its bounds; None shows only the priors that the
        model itself states.

    Raises
    ------
    ValueError
        Unknown model (with close matches), or a kind that the model lacks.
    """
    spec = get_model(model)
    chosen = spec.likelihoods if loglik_kind is None else (spec.likelihood(loglik_kind),)
    lines = [
        f"Model: {spec.name}" + (f" ({spec.description})" if spec.description else ""),
        *([f"Process: {spec.equation}"] if spec.equation else []),
        f"Response variable: {', '.join(spec.response)}",
        f"Choices: {', '.join(map(str, spec.choices))}",
        "Parameters:",
        *_parameter_lines(spec),
    ]
    for likelihood in chosen:
        lines += ["", *_likelihood_lines(spec, likelihood, prior_of or _stated_prior)]
    if spec.references:
        lines += ["", "References:", *(f"    {reference}" for reference in spec.references)]
    return "\n".join(lines)


def get_default_model_config(name: str) -> dict[str, Any]:
    """The defaults of a model as a new dict.

    Returns
    -------
    dict
        ``response``, ``list_params``, ``choices``, ``description`` and ``likelihoods``, by kind a dict of
        ``loglik``, ``backend``, ``bounds``, ``default_priors`` and ``extra_fields``.
    """
    spec = get_model(name)
    return {
        "response": list(spec.response),
        "list_params": list(spec.parameter_names),
        "choices": list(spec.choices),
        "description": spec.description or None,
        "likelihoods": {likelihood.kind: _likelihood_dict(spec, likelihood) for likelihood in spec.likelihoods},
    }


class DefaultConfigs(Mapping[str, dict[str, Any]]):
    """Read-only mapping from every model's name, members of families included, to a new dict of its defaults."""

    def __getitem__(self, name: str) -> dict[str, Any]:
        if name not in self._names():
            raise KeyError(name)
        return get_default_model_config(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self)})"

    @staticmethod
    def _names() -> dict[str, None]:
        """Names in order: those of ``list_models()``, then the other members of every family."""
        return dict.fromkeys([*list_models(), *(name for family in families() for name in family.names())])


def _parameter_lines(spec: ModelSpec) -> Iterator[str]:
    width = max(len(name) for name in spec.parameter_names)
    for parameter in spec.parameters:
        unit = f" [{parameter.unit}]" if parameter.unit else ""
        yield f"    {parameter.name:<{width}}  {parameter.description}{unit}".rstrip()


def _likelihood_lines(spec: ModelSpec, likelihood: LikelihoodSpec, prior_of: PriorLookup) -> Iterator[str]:
    default = " (default)" if likelihood is spec.likelihoods[0] else ""
    yield f"Likelihood: {likelihood.kind}{default}"
    if likelihood.backend:
        yield f"    Backend: {likelihood.backend}"
    if likelihood.covariates:
        yield f"    Extra fields: {', '.join(likelihood.covariates)}"
    bounds = spec.bounds(likelihood.kind)
    width = max(len(name) for name in spec.parameter_names)
    for parameter in spec.parameters:
        lower, upper = bounds[parameter.name]
        prior = prior_of(parameter, likelihood, (lower, upper))
        text = f"bounds ({lower:g}, {upper:g})" + (f", prior {prior}" if prior is not None else "")
        yield f"    {parameter.name:<{width}}  {text}"


def _stated_prior(parameter: ParameterSpec, likelihood: LikelihoodSpec, bounds: Bounds) -> Any:
    return likelihood.default_priors.get(parameter.name, parameter.default_prior)


def _likelihood_dict(spec: ModelSpec, likelihood: LikelihoodSpec) -> dict[str, Any]:
    return {
        "loglik": likelihood.source,
        "backend": likelihood.backend,
        "bounds": dict(spec.bounds(likelihood.kind)),
        "default_priors": dict(likelihood.default_priors),
        "extra_fields": list(likelihood.covariates),
    }
