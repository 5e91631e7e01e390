"""Networks in ONNX form for PyMC users: as JAX functions with gradients, and as PyTensor expressions.

A network takes the parameters in order and then the response columns, and returns the log density of one trial.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hssm.distribution_utils.jax import (
    LogpFuncs,
    make_jax_logp_funcs_from_callable,
    make_jax_single_trial_logp_from_network_forward,
)
from hssm.distributions.make import as_input
from hssm.likelihoods.network import first_output
from hssm.likelihoods.onnx.evaluate import trial_function
from hssm.likelihoods.onnx.read import read_network
from hssm.models.sources import find_network, is_onnx_model


def load_onnx_model(model: Any) -> Any:
    """An ONNX model from a path, the name of a shipped network, or bytes.

    Parameters
    ----------
    model : str, Path, bytes or onnx.ModelProto
        A name such as ``"ddm.onnx"`` finds a network that ships with the package; a model is returned as it is.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    FileNotFoundError
        Neither a file nor a shipped network.
    ValueError
        Not an ONNX model, or one with operators that cannot be evaluated.
    TypeError
        Something else was given.
    """
    import onnx

    read_network(model)
    if is_onnx_model(model):
        return model
    if isinstance(model, bytes | bytearray):
        return onnx.load_model_from_string(bytes(model))
    return onnx.load(str(find_network(Path(model))))


def make_jax_logp_funcs_from_onnx(
    model: Any,
    params_is_reg: Sequence[bool] | None = None,
    params_only: bool = False,
    return_jit: bool = True,
) -> LogpFuncs:
    """Log density of all trials and its gradients from a network.

    Parameters
    ----------
    model : str, Path, bytes or onnx.ModelProto
    params_is_reg, params_only, return_jit
        As in :func:`~hssm.distribution_utils.jax.make_jax_logp_funcs_from_callable`.

    Returns
    -------
    LogpFuncs
        ``(logp, logp_vjp, logp_nojit)`` of ``(data, *params)``, or of ``(*params)`` if ``params_only``.
    """
    one_trial = make_jax_single_trial_logp_from_network_forward(trial_function(read_network(model)), params_only)
    return make_jax_logp_funcs_from_callable(
        one_trial, vmap=True, params_is_reg=params_is_reg, params_only=params_only, return_jit=return_jit
    )


def make_jax_matrix_logp_funcs_from_onnx(model: Any) -> LogpFuncs:
    """The same for a matrix whose rows hold all inputs of a trial.

    Returns
    -------
    LogpFuncs
        ``logp(matrix)``, (n_trials, n_inputs) to (n_trials,); ``logp_vjp(matrix, gz=g)`` to the matrix's gradient.
    """
    return make_jax_logp_funcs_from_callable(first_output(read_network(model)), vmap=False, params_only=True)


def make_pytensor_logp_from_onnx(model: Any) -> Callable[..., Any]:
    """A network as a PyTensor function.

    Returns
    -------
    callable
        ``f(data, *params)``: ``data`` (n_trials, n_columns), parameters numbers or (n_trials,); returns (n_trials,)
        log densities with gradients, evaluated through JAX.
    """
    network = read_network(model)

    def logp(data: Any, *params: Any) -> Any:
        from hssm.likelihoods.network_op import per_row

        matrix = as_input(data)
        n_columns = matrix.type.shape[1] if network.n_inputs is None else network.n_inputs - len(params)
        if n_columns is None or n_columns < 1 or matrix.type.shape[1] not in (None, n_columns):
            raise ValueError(
                f"The network {network.label} takes {network.n_inputs} numbers per trial; got {len(params)} parameters "
                f"and data of {matrix.type.shape[1]} columns."
            )
        columns = [matrix[:, i] for i in range(n_columns)]
        return per_row(first_output(network), [*map(as_input, params), *columns], network.label)

    return logp
