"""The Op through which a user's JAX function becomes part of a PyTensor graph, with its gradient.

PyTensor's own JAX Op, run in the precision of ``floatX`` whatever ``jax_enable_x64`` happens to be.
JAX is loaded when the first such Op is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor import config
from pytensor.graph import Apply, Variable
from pytensor.link.jax.ops import JAXOp

from hssm.likelihoods.object_mode import run_in_object_mode


@run_in_object_mode
class PreciseJAXOp(JAXOp):
    """A JAX function in the precision of ``floatX``."""

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Any) -> None:
        """Evaluate with 64-bit numbers on or off for this call only."""
        import jax

        with jax.enable_x64(config.floatX == "float64"):
            super().perform(node, inputs, outputs)

    def pullback(self, inputs: Sequence[Variable], outputs: Any, output_gradients: Any) -> list[Variable]:
        """The gradients of the parent, evaluated in the same precision as the value."""
        gradients = super().pullback(inputs, outputs, output_gradients)
        vjp = next((each.owner for each in gradients if each.owner is not None), None)
        if vjp is None:
            return gradients
        precise = PreciseJAXOp(vjp.op.input_types, vjp.op.output_types, vjp.op.jax_func, name=vjp.op.name)
        replaced = dict(zip(vjp.outputs, precise(*vjp.inputs, return_list=True), strict=True))
        return [replaced.get(each, each) for each in gradients]


def jax_vector(function: Callable[..., Any], inputs: Sequence[Variable], name: str) -> Variable:
    """``function(*inputs)`` as a PyTensor vector, one number per row of the first input.

    A result of another shape is a ValueError, raised when the function is first traced.
    """

    def as_tuple(*arrays: Any) -> tuple[Any]:
        result, expected = function(*arrays), arrays[0].shape[:1]
        if result.shape != expected:
            raise ValueError(f"The {name} returned an array of shape {result.shape}; expected {expected}.")
        return (result,)

    output = pt.TensorType(dtype=config.floatX, shape=(None,))
    op = PreciseJAXOp([each.type for each in inputs], [output], as_tuple, name=name)
    return op(*inputs)
