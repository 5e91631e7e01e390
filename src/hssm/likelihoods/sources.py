"""Whatever a likelihood is written in -> a Density, that is PyTensor expressions by name.

First step of assembly. Our own mathematics passes through; a user's PyTensor, JAX or NumPy function is called
with the data matrix, the parameters in order and the extra fields, as its author expects.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph import Op
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import masked
from hssm.likelihoods.blackbox_op import BlackBoxOp
from hssm.likelihoods.columns import RESPONSE, RT, choice_column, rt_column
from hssm.models.sources import is_network
from hssm.spec import (
    Density,
    DensityFunction,
    Likelihood,
    LikelihoodSpec,
    ModelSpec,
    Named,
    Reference,
    SimulateFunction,
)

VectorFunction = Callable[[TensorVariable, list[TensorVariable]], TensorVariable]


def model_likelihood(spec: ModelSpec, likelihood: LikelihoodSpec) -> Likelihood:
    """The model's own density and simulator, nothing wrapped around them yet."""
    density = as_density(spec, likelihood)
    simulate: SimulateFunction | None = spec.simulator.draw if spec.simulator is not None else None
    return Likelihood(
        params=spec.parameter_names,
        columns=spec.response,
        choices=spec.choices,
        covariates=likelihood.covariates,
        log_density=density.log_density,
        log_cdf=density.log_cdf,
        log_survival=density.log_survival,
        simulate=simulate,
        differentiable=likelihood.kind != "blackbox",
        uses_jax=uses_jax(likelihood),
    )


def as_density(spec: ModelSpec, likelihood: LikelihoodSpec) -> Density:
    """The density that a likelihood's source stands for.

    Raises
    ------
    FileNotFoundError, ValueError, TypeError
        The source is no file that exists, or not something its kind can be; a network or a JAX function that does not
        take the model's parameters, or does not return numbers.
    """
    source = likelihood.source.load() if isinstance(likelihood.source, Reference) else likelihood.source
    if isinstance(source, Density):
        return _renamed(source, spec.response)
    if is_network(source):
        return Density(log_density=_network(source, spec, likelihood))
    if not callable(source):
        raise TypeError(f"The {likelihood.kind} likelihood of {spec.name!r} is not callable: {source!r}.")
    if likelihood.kind == "blackbox":
        return Density(log_density=_blackbox(source, spec, likelihood))
    is_jax = uses_jax(likelihood) and not isinstance(source, Op)
    evaluate = _jax(source, spec, likelihood) if is_jax else _pytensor(source)
    return Density(log_density=by_name(evaluate, spec, likelihood))


def positional(one_trial: Callable[..., Any], spec: ModelSpec, likelihood: LikelihoodSpec) -> DensityFunction:
    """A JAX function of one trial's response row, the parameters and the extra fields, as a density by name."""
    return by_name(_jax_vector(_over_trials(one_trial), "outcome probability"), spec, likelihood)


def uses_jax(likelihood: LikelihoodSpec) -> bool:
    """Whether the likelihood is JAX code."""
    if isinstance(likelihood.source, (Density, Reference)):
        return False
    return likelihood.kind == "approx_differentiable" or (
        likelihood.kind == "analytical" and likelihood.backend == "jax"
    )


def check_result_shape(likelihood: Likelihood, observed: Mapping[str, np.ndarray], theta: Named) -> None:
    """Evaluate a user's likelihood once on the data; ValueError if it is not one number per trial.

    Parameters
    ----------
    likelihood
        As assembled.
    observed
        Response columns and extra fields, each (n_trials,).
    theta
        A value per parameter inside the domain, numbers or (n_trials,).
    """
    n_trials = len(next(iter(observed.values())))
    arrays = {name: np.asarray(values, dtype=float) for name, values in {**observed, **theta}.items()}
    inputs = {name: pt.tensor(name, dtype="float64", shape=(None,) * array.ndim) for name, array in arrays.items()}
    columns = {name: inputs[name] for name in observed}
    expression = likelihood.log_density(columns, {name: inputs[name] for name in theta})
    evaluate = pytensor.function(list(inputs.values()), expression, mode="FAST_COMPILE", on_unused_input="ignore")
    shape = np.shape(evaluate(*arrays.values()))
    if shape != (n_trials,):
        raise ValueError(_wrong_shape(shape, n_trials))


def _wrong_shape(shape: tuple[int, ...], n_trials: int | str) -> str:
    return (
        f"`loglik` returned an array of shape {shape} on the data; expected ({n_trials},), one log density per trial."
    )


def _renamed(density: Density, response: tuple[str, ...]) -> Density:
    """Our densities know the columns as rt and response; users may have named them otherwise."""
    names = {RESPONSE: choice_column(response)}
    rt = rt_column(response)
    if rt is not None:
        names[RT] = rt
    if all(ours == theirs for ours, theirs in names.items()):
        return density

    def renamed(function: Any) -> Any:
        if function is None:
            return None
        return lambda observed, theta: function({**observed, **{k: observed[v] for k, v in names.items()}}, theta)

    return Density(
        log_density=renamed(density.log_density),
        log_cdf=renamed(density.log_cdf),
        log_survival=renamed(density.log_survival),
    )


def _blackbox(function: Callable[..., Any], spec: ModelSpec, likelihood: LikelihoodSpec) -> Any:
    n_columns = len(spec.response)
    names = (*spec.response, *spec.parameter_names, *likelihood.covariates)

    def by_matrix(*arrays: Any) -> Any:
        data = np.stack(np.broadcast_arrays(*arrays[:n_columns]), axis=-1)
        return function(data if data.ndim > 1 else data[None, :], *arrays[n_columns:])

    op = BlackBoxOp(by_matrix, name=f"blackbox likelihood of {spec.name!r}")
    return lambda observed, theta: op(*({**observed, **theta}[name] for name in names))


def by_name(evaluate: VectorFunction, spec: ModelSpec, likelihood: LikelihoodSpec) -> DensityFunction:
    """A function of (n, n_columns) data and a list of numbers or (n,) vectors, as a density by name.

    Users write functions of trials. More dimensions (chains, draws), or none, are flattened into trials
    and restored afterwards.
    """
    names = (*spec.response, *spec.parameter_names, *likelihood.covariates)
    n_columns = len(spec.response)

    def log_density(observed: Named, theta: Named) -> TensorVariable:
        inputs = [pt.as_tensor_variable({**observed, **theta}[name]) for name in names]
        is_plain = max(each.type.ndim for each in inputs[:n_columns]) == 1 and all(
            each.type.ndim < 2 for each in inputs
        )
        if is_plain:
            data = pt.stack(pt.broadcast_arrays(*inputs[:n_columns]), axis=-1)
            return _checked(evaluate(data, [_number_or_vector(each) for each in inputs[n_columns:]]))
        full = pt.broadcast_arrays(*inputs)
        flat = [each.ravel() for each in full]
        result = _checked(evaluate(pt.stack(flat[:n_columns], axis=-1), flat[n_columns:]))
        return result.reshape(full[0].shape, ndim=full[0].type.ndim)

    return log_density


def _number_or_vector(value: TensorVariable) -> TensorVariable:
    return value[0] if value.type.ndim and value.type.broadcastable[0] else value


def _checked(result: Any) -> TensorVariable:
    result = pt.as_tensor_variable(result)
    if result.type.ndim != 1:
        raise ValueError(_wrong_shape(result.type.shape, "n_trials"))
    return result


def _pytensor(function: Callable[..., Any]) -> VectorFunction:
    if inspect.isclass(function) and hasattr(function, "dist"):
        return _pymc_distribution(function)
    return lambda data, others: function(data, *others)


def _pymc_distribution(distribution: Any) -> VectorFunction:
    def evaluate(data: TensorVariable, others: list[TensorVariable]) -> TensorVariable:
        import pymc as pm

        return pm.logp(distribution.dist(*others), data)

    return evaluate


def _network(source: Any, spec: ModelSpec, likelihood: LikelihoodSpec) -> Any:
    """The density of a network; log zero before the non-decision time is over, whatever the network says there."""
    from hssm.likelihoods.network import Purpose, first_output, network_for, probes
    from hssm.likelihoods.network_op import per_row

    names = (*spec.parameter_names, *spec.response, *likelihood.covariates)
    points = probes(spec, spec.bounds(likelihood.kind), likelihood.covariates)
    network = network_for(source, Purpose(inputs=names), points)
    n_parameters, n_columns = len(spec.parameters), len(spec.response)

    def evaluate(data: TensorVariable, others: list[TensorVariable]) -> TensorVariable:
        columns = [data[:, i] for i in range(n_columns)]
        inputs = [*others[:n_parameters], *columns, *others[n_parameters:]]
        return per_row(first_output(network), inputs, f"network of {spec.name!r}")

    return _after_non_decision_time(by_name(evaluate, spec, likelihood), spec)


def _after_non_decision_time(log_density: DensityFunction, spec: ModelSpec) -> DensityFunction:
    rt, named = rt_column(spec.response), {each.role: each.name for each in spec.parameters}
    if rt is None or "t" not in named:
        return log_density

    def after(observed: Named, theta: Named) -> Any:
        width = theta[named["st"]] if "st" in named else 0.0
        soonest = theta[named["t"]] - 0.5 * width
        possible = pt.gt(observed[rt], soonest)
        safe = pt.switch(possible, observed[rt], soonest + 1.0)
        return masked(possible, log_density({**observed, rt: safe}, theta))

    return after


def _jax(function: Callable[..., Any], spec: ModelSpec, likelihood: LikelihoodSpec) -> VectorFunction:
    vectorised = likelihood.kind == "analytical"
    if likelihood.kind == "approx_differentiable":
        from hssm.likelihoods.callables import is_vectorised

        vectorised = is_vectorised(function, spec, likelihood)
    return _jax_vector(function if vectorised else _over_trials(function), f"{likelihood.kind} likelihood")


def _jax_vector(function: Callable[..., Any], name: str) -> VectorFunction:
    from hssm.likelihoods.jax_op import jax_vector

    return lambda data, others: jax_vector(function, [data, *others], name)


def _over_trials(one_trial: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one trial's row and numbers, mapped over trials; numbers shared by all stay as they are."""

    def vectorised(data: Any, *others: Any) -> Any:
        import jax

        axes: Sequence[int | None] = [0 if each.ndim else None for each in others]
        return jax.vmap(one_trial, in_axes=(0, *axes))(data, *others)

    return vectorised
