"""JAX likelihoods for PyMC users: from one trial to all trials with gradients, and from there into a PyTensor graph.

Data are (n_trials, n_columns), parameters numbers or (n_trials,); extra fields follow the parameters.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytensor.tensor as pt
from pytensor import config

from hssm.distributions.make import as_input

LogDensity = Callable[..., Any]


class LogpFuncs(NamedTuple):
    """A log density in three forms: compiled, its gradients, and as it is."""

    logp: LogDensity
    logp_vjp: LogDensity
    logp_nojit: LogDensity


def make_jax_single_trial_logp_from_network_forward(
    forward: Callable[[Any], Any], params_only: bool = False
) -> LogDensity:
    """The log density of one trial from a network's forward function.

    Parameters
    ----------
    forward : callable
        JAX function of one vector, parameters first and then the response columns, to one number.
    params_only : bool
        It takes parameters only, as networks of choice probabilities do.

    Returns
    -------
    callable
        ``f(data_row, *params)``, or ``f(*params)`` if ``params_only``; returns a number.

    Raises
    ------
    ValueError
        When called: the network returns more than one number.
    """
    _require_callable("forward", forward)

    def logp(*arguments: Any) -> Any:
        import jax.numpy as jnp

        data, params = ([], arguments) if params_only else (arguments[:1], arguments[1:])
        value = jnp.asarray(forward(jnp.hstack([jnp.asarray(each) for each in (*params, *data)])))
        if value.size != 1:
            raise ValueError(f"The network returns an array of shape {value.shape} for one trial; expected one number.")
        return value.reshape(())

    return logp


def make_jax_logp_funcs_from_callable(
    logp: LogDensity,
    vmap: bool = True,
    params_is_reg: Sequence[bool] | None = None,
    params_only: bool = False,
    return_jit: bool = True,
) -> LogpFuncs:
    """Log density of all trials and its gradients from a JAX function.

    Parameters
    ----------
    logp : callable
        ``f(data_row, *params)`` to a number if ``vmap``, else ``f(data, *params)`` to (n_trials,); without the data
        if ``params_only``.
    vmap : bool
        Whether it takes one trial and is to be mapped over them.
    params_is_reg : sequence of bool, optional
        Which parameters (and extra fields) have one value per trial; seen from their shapes unless given.
    params_only : bool
        It takes no data.
    return_jit : bool
        Compile the first two functions.

    Returns
    -------
    LogpFuncs
        ``(logp, logp_vjp, logp_nojit)``: ``logp(data, *params)`` to (n_trials,); ``logp_vjp(data, *params, gz=g)``
        to one gradient per parameter, of its shape, for the cotangent ``g`` (n_trials,).

    Raises
    ------
    TypeError
        ``logp`` is no function, or (when called) another number of parameters than ``params_is_reg`` has.
    """
    import jax

    _require_callable("logp", logp)
    n_data = 0 if params_only else 1

    def over_trials(*inputs: Any) -> Any:
        if not vmap:
            return logp(*inputs)
        axes = _axes(inputs[n_data:], params_is_reg)
        if not n_data and not any(axis == 0 for axis in axes):
            return logp(*inputs)
        return jax.vmap(logp, in_axes=(*[0] * n_data, *axes))(*inputs)

    def logp_vjp(*inputs: Any, gz: Any) -> tuple[Any, ...]:
        data, params = inputs[:n_data], inputs[n_data:]
        _, pull = jax.vjp(lambda *given: over_trials(*data, *given), *params)
        return pull(gz)

    if not return_jit:
        return LogpFuncs(over_trials, logp_vjp, over_trials)
    return LogpFuncs(jax.jit(over_trials), jax.jit(logp_vjp), over_trials)


def make_jax_logp_ops(logp: LogDensity, logp_vjp: LogDensity, logp_nojit: LogDensity | None = None) -> LogDensity:
    """A log density in JAX as part of PyTensor graphs, with the gradients it came with.

    Parameters
    ----------
    logp, logp_vjp, logp_nojit : callable
        As :func:`make_jax_logp_funcs_from_callable` returns them. ``logp_vjp`` takes the cotangent as ``gz`` or as its
        last argument, and gives gradients of all inputs or of the last ones, the parameters.

    Returns
    -------
    callable
        ``f(data, *params)`` of PyTensor variables, arrays or numbers to the (n_trials,) log densities.

    Raises
    ------
    TypeError
        Something that is no function.
    """
    function = _with_given_gradients(logp if logp_nojit is None else logp_nojit, logp_vjp)

    def evaluate(*inputs: Any) -> Any:
        from hssm.likelihoods.jax_op import PreciseJAXOp

        tensors = [pt.cast(as_input(each), config.floatX) for each in inputs]
        n_axes = min(1, max(each.type.ndim for each in tensors))
        output = pt.TensorType(dtype=config.floatX, shape=(None,) * n_axes)
        return PreciseJAXOp([each.type for each in tensors], [output], function, name="log density in JAX")(*tensors)

    return evaluate


def _with_given_gradients(logp: LogDensity, logp_vjp: LogDensity) -> LogDensity:
    import jax
    import jax.numpy as jnp

    _require_callable("logp", logp)
    _require_callable("logp_vjp", logp_vjp)
    by_name = "gz" in inspect.signature(logp_vjp).parameters

    @jax.custom_vjp
    def value(*inputs: Any) -> tuple[Any]:
        return (logp(*inputs),)

    def forward(*inputs: Any) -> tuple[Any, Any]:
        return value(*inputs), inputs

    def backward(inputs: Any, cotangents: Any) -> tuple[Any, ...]:
        (gz,) = cotangents
        slopes = tuple(logp_vjp(*inputs, gz=gz) if by_name else logp_vjp(*inputs, gz))
        flat = [jnp.zeros_like(each) for each in inputs[: len(inputs) - len(slopes)]]
        return (*flat, *slopes)

    value.defvjp(forward, backward)
    return value


def _axes(params: Sequence[Any], params_is_reg: Sequence[bool] | None) -> tuple[int | None, ...]:
    import jax.numpy as jnp

    if params_is_reg is None:
        return tuple(0 if jnp.ndim(each) else None for each in params)
    if len(params_is_reg) != len(params):
        raise TypeError(f"`params_is_reg` has {len(params_is_reg)} values, but {len(params)} parameters were given.")
    return tuple(0 if each else None for each in params_is_reg)


def _require_callable(name: str, value: Any) -> None:
    if not callable(value):
        raise TypeError(f"`{name}` must be a JAX function, got {type(value).__name__}.")
