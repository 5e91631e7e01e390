"""A :class:`~hssm.likelihoods.onnx.read.Network` as a function of arrays, traced by JAX like any other.

Whatever follows from constants alone is computed once, with NumPy, so shapes and positions inside a graph may be
results of other nodes. Numbers have the precision of what goes in, not that of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hssm.likelihoods.onnx.operators import OPERATORS
from hssm.likelihoods.onnx.read import Network, Node


def trial_function(network: Network) -> Callable[[Any], Any]:
    """The network as a function of one trial: (n,) numbers in, (m,) out."""
    leading = (1,) * (len(network.input_shape) - 1)

    def one_trial(row: Any) -> Any:
        return evaluate(network, row.reshape((*leading, row.shape[0]))).reshape(-1)

    return one_trial


def batch_function(network: Network) -> Callable[[Any], Any]:
    """The network as a function of trials: (trials, n) numbers in, (trials, m) out."""
    import jax

    return jax.vmap(trial_function(network))


def evaluate(network: Network, x: Any) -> Any:
    """The output of a network for an input that has the shape the network wants.

    Raises
    ------
    ValueError
        A node that cannot be computed, with the reason and the shapes of what goes into it.
    """
    values: dict[str, Any] = {"": None, network.input: x}
    values |= {name: _in_precision(array, x.dtype) for name, array in network.constants.items()}
    for node in network.nodes:
        results = _apply(network, node, values, x.dtype)
        values.update(zip(node.outputs, results, strict=False))
    return values[network.output]


def _apply(network: Network, node: Node, values: Mapping[str, Any], dtype: Any) -> tuple[Any, ...]:
    inputs = [values[name] for name in node.inputs]
    xp = _array_module(inputs)
    attributes = {name: _in_precision(value, dtype) for name, value in node.attributes.items()}
    try:
        result = OPERATORS[node.operator](xp, *inputs, **attributes)
    except (TypeError, ValueError, IndexError) as fault:
        shapes = ", ".join(str(np.shape(each)) for each in inputs if each is not None)
        raise ValueError(
            f"The network {network.label} cannot be evaluated at node {node}, whose inputs have the shapes {shapes}: "
            f"{fault}"
        ) from fault
    results = result if isinstance(result, tuple) else (result,)
    return tuple(_in_precision(np.asarray(each) if xp is np else each, dtype) for each in results)


def _array_module(inputs: list[Any]) -> Any:
    """NumPy where every input is constant, else JAX's."""
    if all(each is None or isinstance(each, np.ndarray) for each in inputs):
        return np
    import jax.numpy as jnp

    return jnp


def _in_precision(value: Any, dtype: Any) -> Any:
    """Floating-point arrays, and types that are asked for, in the precision of the input."""
    if isinstance(value, np.dtype):
        return dtype if np.issubdtype(value, np.floating) else np.dtype("int32") if value.kind == "i" else value
    if hasattr(value, "dtype") and np.issubdtype(value.dtype, np.floating) and value.dtype != dtype:
        return value.astype(dtype)
    return value
