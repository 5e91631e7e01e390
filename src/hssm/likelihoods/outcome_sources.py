"""Where the probability of an outcome without an rt comes from: the model, the user, or quadrature of a density.

Next to the model's density, before anything is wrapped around it: bounds and lapse then treat these functions as they
treat the density, and ``missing.py`` chooses among them row by row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytensor.tensor as pt

from hssm.densities.logspace import log_add_exp
from hssm.likelihoods.columns import RESPONSE, choice_column, rt_column
from hssm.likelihoods.integrals import with_integrals
from hssm.likelihoods.outcome_networks import given_network, with_outcome_networks
from hssm.likelihoods.sources import positional
from hssm.models.sources import as_source, is_network
from hssm.spec import Density, DensityFunction, Likelihood, LikelihoodSpec, ModelSpec, Named, Recording, Reference

PLAIN = Recording()
DEADLINE = "deadline"


def with_outcome_functions(
    likelihood: Likelihood, spec: ModelSpec, chosen: LikelihoodSpec, recording: Recording, given: Any = None
) -> Likelihood:
    """The likelihood with a function for every outcome of a recording that it can have one for.

    Parameters
    ----------
    likelihood
        The model's own density and simulator.
    spec, chosen
        The model, and the one of its likelihoods in use.
    recording
        How trials were recorded.
    given
        The user's ``loglik_missing_data``, a JAX function of one trial that returns the log probability of an omission
        (of a withheld response, if a choice is expressed by withholding), ``f(deadline, *params, *extra_fields)``; or,
        without deadlines, of choices, ``f(*params, *extra_fields)``: of the first one, or of every choice in order.
        Or a network that takes the parameters, then the deadline if there is one.

    Raises
    ------
    TypeError, FileNotFoundError, ValueError
        ``given`` is something else, or a network that does not fit.
    """
    if recording == PLAIN or rt_column(likelihood.columns) is None:
        return likelihood
    if is_network(chosen.source):
        likelihood = with_outcome_networks(likelihood, spec, chosen, recording)
    else:
        if _integrable(chosen):
            likelihood = with_integrals(likelihood)
        likelihood = replace(likelihood, log_withheld=_withheld(likelihood, recording))
    if given is None:
        return likelihood
    function = _from_user(as_source(given), spec, chosen, recording)
    if recording.nogo is not None:
        return replace(likelihood, log_withheld=function, uses_jax=True)
    if recording.deadline is not None:
        return replace(likelihood, log_survival=function, uses_jax=True)
    return replace(likelihood, log_cdf=function, uses_jax=True)


def _integrable(chosen: LikelihoodSpec) -> bool:
    """JAX functions of one trial are mostly networks: integrals of an approximation would carry its errors over."""
    return isinstance(chosen.source, Density | Reference) or chosen.kind != "approx_differentiable"


def _withheld(likelihood: Likelihood, recording: Recording) -> DensityFunction | None:
    """Log P(no response by rt, or the choice expressed by none): a sum of two probabilities, without cancellation."""
    survival, cdf = likelihood.log_survival, likelihood.log_cdf
    if recording.nogo is None or survival is None or cdf is None:
        return None
    choice, code = choice_column(likelihood.columns), pt.constant(float(recording.nogo))
    return lambda observed, theta: log_add_exp(survival(observed, theta), cdf({**observed, choice: code}, theta))


def _from_user(given: Any, spec: ModelSpec, chosen: LikelihoodSpec, recording: Recording) -> DensityFunction:
    if is_network(given):
        return given_network(given, spec, chosen, recording)
    if not callable(given):
        raise TypeError(
            f"`loglik_missing_data` must be a JAX function, or an ONNX model, path or name, got {type(given).__name__}."
        )
    has_time = recording.deadline is not None
    columns = (DEADLINE,) if has_time else (RESPONSE,)
    rt, choice = str(rt_column(spec.response)), choice_column(spec.response)
    by_trial = _timed(given) if has_time or recording.nogo is not None else _by_choice(given, spec.choices)
    if not has_time and recording.nogo is not None:
        by_trial = _untimed(given)
    evaluate = positional(by_trial, replace(spec, response=columns), chosen)

    def log_probability(observed: Named, theta: Named) -> Any:
        # The functions of a likelihood find the time in the place of rt.
        value = {**observed, DEADLINE: observed[rt], RESPONSE: observed[choice]}
        return evaluate(value, theta)

    return log_probability


def _timed(function: Any) -> Any:
    return lambda row, *others: function(row[0], *others)


def _untimed(function: Any) -> Any:
    return lambda row, *others: function(*others)


def _by_choice(function: Any, choices: tuple[int, ...]) -> Any:
    """Log probability of the row's choice from a function that gives that of the first choice, or of all."""

    def one_trial(row: Any, *others: Any) -> Any:
        import jax.numpy as jnp

        value = jnp.squeeze(jnp.asarray(function(*others)))
        if value.ndim == 0 and len(choices) == 2:  # noqa: PLR2004  (the other choice has the rest)
            value = jnp.stack([value, jnp.log(-jnp.expm1(value))])
        if value.shape != (len(choices),):
            raise ValueError(
                f"`loglik_missing_data` returned an array of shape {value.shape} for one trial; expected "
                f"{(len(choices),)}, the log probability of every choice in the order {list(choices)}"
                + (", or a number, that of the first." if len(choices) == 2 else ".")  # noqa: PLR2004
            )
        return jnp.sum(jnp.where(row[0] == jnp.asarray(choices), value, 0.0))

    return one_trial
