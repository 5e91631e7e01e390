"""PyMC distributions of responses, from a model of the registry or from any log density.

They are ordinary PyMC distributions: ``DDM("y", v=v, a=1.5, z=0.5, t=0.3, observed=data)`` inside a ``pm.Model``, with
log densities and random draws. Densities are exact, without the floor that the models of ``hssm.HSSM`` have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytensor.tensor as pt

from hssm.distribution_utils.callables import (
    make_blackbox_op,
    make_likelihood_callable,
    make_missing_data_callable,
)
from hssm.distributions.make import make_distribution_class
from hssm.distributions.random_variable import SSMRandomVariable
from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.lapse import P_OUTLIER, resolve_lapse
from hssm.models.registry import find_model, get_model
from hssm.models.simulator import as_simulator
from hssm.spec import Bounds, Likelihood, LikelihoodSpec, ModelSpec, Named, ParameterSpec, Simulator
from hssm.suggest import close_matches

__all__ = [
    "make_blackbox_op",
    "make_distribution",
    "make_distribution_for_supported_model",
    "make_hssm_rv",
    "make_likelihood_callable",
    "make_missing_data_callable",
]

CHOICES = (-1, 1)


def make_distribution(  # noqa: PLR0913, PLR0917  (the contract's signature)
    rv: Any,
    loglik: Any,
    list_params: Sequence[str],
    bounds: Mapping[str, Bounds] | None = None,
    lapse: Any = None,
    extra_fields: Sequence[str] | None = None,
    fixed_vector_params: Mapping[str, Any] | None = None,
    params_is_trialwise: Sequence[bool] | None = None,
    is_choice_only: bool = False,
) -> Any:
    """A PyMC distribution from a log density and a simulator.

    Parameters
    ----------
    rv : str, callable, random-variable class or None
        Where draws come from: a model's name, a simulator ``f(theta, n_samples, random_state)`` or what
        :func:`make_hssm_rv` returns; None for a distribution that cannot draw.
    loglik : callable
        PyTensor function ``f(data, *params, *extra_fields)`` to (n_trials,) log densities, an Op or a PyMC distribution
        class. Other kinds: :func:`make_likelihood_callable`.
    list_params : list of str
        Names of the parameters, in the order in which ``loglik`` takes them.
    bounds : dict, optional
        Name to (lower, upper): outside, the log density is minus infinity.
    lapse : prior, optional
        Density of reaction times in a lapse; adds the parameter ``p_outlier``, the last one.
    extra_fields : list of str, optional
        Inputs after the parameters that are data, without gradient.
    fixed_vector_params : dict, optional
        Name to one value per trial: these are no inputs of the distribution any more.
    params_is_trialwise : list of bool, optional
        Not needed, as parameters broadcast; if given it must have one entry per parameter.
    is_choice_only : bool
        The response has no reaction time.

    Returns
    -------
    PyMC distribution class

    Raises
    ------
    ValueError, TypeError
        Repeated or unknown names, bounds not lower < upper, something that is no likelihood or simulator.
    """
    names = _names(list_params, lapse is not None)
    _check_mentioned("bounds", bounds, names)
    _check_mentioned("fixed_vector_params", fixed_vector_params, names)
    if params_is_trialwise is not None and len(params_is_trialwise) != len(list_params):
        raise ValueError(
            f"`params_is_trialwise` must have one entry per parameter ({len(list_params)}), "
            f"got {len(params_is_trialwise)}."
        )
    covariates = tuple(extra_fields or ())
    spec = _spec(rv, names, bounds or {}, covariates, is_choice_only)
    likelihood = LikelihoodSpec(kind="analytical", source=loglik, covariates=covariates)
    assembled = assemble(spec, likelihood, lapse=None if lapse is None else resolve_lapse(lapse), floor=False)
    if fixed_vector_params:
        assembled = _with_fixed(assembled, fixed_vector_params)
    return make_distribution_class(assembled, name=spec.name)


def make_distribution_for_supported_model(
    model: str,
    loglik_kind: str = "analytical",
    backend: str | None = "pytensor",
    reg_params: Sequence[str] | None = None,
    lapse: Any = None,
    is_choice_only: bool = False,
) -> Any:
    """The PyMC distribution of a model of the registry.

    Parameters
    ----------
    model : str
        A name of :func:`hssm.list_models`.
    loglik_kind : {"analytical", "approx_differentiable", "blackbox"}
    backend : str, optional
        Must be that of the model's likelihood of this kind, or None.
    reg_params : list of str, optional
        Not needed, as parameters broadcast; names are checked.
    lapse : prior, optional
        As in :func:`make_distribution`.
    is_choice_only : bool
        True is refused for a model with reaction times.

    Returns
    -------
    PyMC distribution class
        Parameters in the model's order, by position or by name.

    Examples
    --------
    >>> DDM = make_distribution_for_supported_model("ddm")
    >>> with pm.Model():
    ...     DDM("y", v=pm.Normal("v"), a=1.5, z=0.5, t=0.3, observed=data[["rt", "response"]].to_numpy())
    """
    spec = get_model(model)
    likelihood = spec.likelihood(loglik_kind)
    if backend is not None and likelihood.backend is not None and backend != likelihood.backend:
        raise ValueError(
            f"The {likelihood.kind} likelihood of {model!r} is written for {likelihood.backend!r}, not {backend!r}."
        )
    if is_choice_only and not spec.is_choice_only:
        raise ValueError(f"Model {model!r} has reaction times: leave out is_choice_only=True.")
    _check_mentioned("reg_params", reg_params, spec.parameter_names)
    resolved = None if lapse is None else resolve_lapse(lapse)
    return make_distribution_class(assemble(spec, likelihood, lapse=resolved, floor=False), name=spec.name.upper())


def make_hssm_rv(
    simulator_fun: Any, list_params: Sequence[str], lapse: Any = None, is_choice_only: bool = False
) -> type[SSMRandomVariable]:
    """A random-variable class that draws responses with a simulator.

    Parameters
    ----------
    simulator_fun : str or callable
        A model's name, or ``f(theta, n_samples, random_state)`` with ``theta`` (n_trials, n_params).
    list_params : list of str
    lapse : prior, optional
        Adds ``p_outlier``, the last parameter: that share of the draws are lapses.
    is_choice_only : bool

    Returns
    -------
    type
        Its instances are PyTensor random variables; :func:`make_distribution` takes the class as ``rv``.
    """
    names = _names(list_params, lapse is not None)
    spec = _spec(simulator_fun, names, {}, (), is_choice_only)
    silent = LikelihoodSpec(kind="analytical", source=_no_density)
    likelihood = assemble(spec, silent, lapse=None if lapse is None else resolve_lapse(lapse), floor=False)

    class ResponseRV(SSMRandomVariable):
        """Responses drawn by a simulator."""

        simulator = spec.simulator
        choices = spec.choices

        def __init__(self, likelihood: Likelihood = likelihood, name: str = spec.name, **properties: Any) -> None:
            super().__init__(likelihood, name=name, **properties)

    return ResponseRV


def _no_density(data: Any, *params: Any) -> Any:
    raise NotImplementedError("This random variable only draws: give its log density to `make_distribution`.")


def _names(list_params: Sequence[str], has_lapse: bool) -> tuple[str, ...]:
    """The model's own parameters: ``p_outlier`` may be listed last, but belongs to the lapse."""
    if isinstance(list_params, str):
        raise TypeError(f"`list_params` must be a list of names, got the text {list_params!r}.")
    names = tuple(list_params)
    if P_OUTLIER in names:
        if not has_lapse or names[-1] != P_OUTLIER:
            raise ValueError(f"{P_OUTLIER!r} must be the last of `list_params`, and needs `lapse`.")
        names = names[:-1]
    if not names or len(set(names)) != len(names):
        raise ValueError(f"`list_params` must name each parameter once, got {list(list_params)}.")
    return names


def _check_mentioned(argument: str, given: Any, names: Sequence[str]) -> None:
    for name in given or ():
        if name not in names:
            raise ValueError(
                f"`{argument}` names {name!r}.{close_matches(name, names)} Parameters: {', '.join(names)}."
            )


def _spec(
    rv: Any, names: tuple[str, ...], bounds: Mapping[str, Bounds], covariates: tuple[str, ...], is_choice_only: bool
) -> ModelSpec:
    known = find_model(rv) if isinstance(rv, str) else None
    choices = known.choices if known is not None else getattr(rv, "choices", CHOICES)
    response = ("response",) if is_choice_only else ("rt", "response")
    return ModelSpec(
        name=known.name.upper() if known is not None else str(getattr(rv, "model_name", "custom")),
        parameters=tuple(ParameterSpec(name=name, bounds=bounds.get(name, (-np.inf, np.inf))) for name in names),
        choices=tuple(int(choice) for choice in choices),
        response=response,
        simulator=_simulator(rv, names, response, covariates),
    )


def _simulator(rv: Any, names: tuple[str, ...], response: tuple[str, ...], covariates: Any) -> Simulator | None:
    if isinstance(rv, type) and issubclass(rv, SSMRandomVariable):
        return getattr(rv, "simulator", None)
    return as_simulator(rv, names, response, covariates)


def _with_fixed(likelihood: Likelihood, fixed: Mapping[str, Any]) -> Likelihood:
    """The likelihood in which some parameters have one value per trial and are no inputs."""
    vectors = {name: np.asarray(values, dtype=float) for name, values in fixed.items()}
    symbols = {name: pt.as_tensor_variable(values) for name, values in vectors.items()}
    draw = likelihood.simulate

    def log_density(observed: Named, theta: Named) -> Any:
        return likelihood.log_density(observed, {**theta, **symbols})

    def simulate(rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: Any) -> np.ndarray:
        assert draw is not None
        n = len(next(iter(theta.values()))) if theta else max(values.size for values in vectors.values())
        repeated = {name: np.resize(values, n) for name, values in vectors.items()}
        return draw(rng, {**theta, **repeated}, options)

    return replace(
        likelihood,
        params=tuple(name for name in likelihood.params if name not in vectors),
        log_density=log_density,
        log_cdf=None,
        log_survival=None,
        simulate=None if draw is None else simulate,
    )
