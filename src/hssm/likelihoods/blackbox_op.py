"""The Op through which a NumPy function of trials becomes part of a PyTensor graph.

It carries no gradient; every linker runs it through ``perform``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor import config
from pytensor.graph import Apply, Op, Variable

from hssm.likelihoods.object_mode import run_in_object_mode


@run_in_object_mode
class BlackBoxOp(Op):
    """Evaluates ``function(*inputs)``, one number per trial.

    The inputs broadcast against each other. The function sees at most one dimension, trials: numbers stay
    numbers, and further dimensions (chains, draws) are flattened into trials and restored afterwards.
    """

    __props__ = ("function", "name")

    def __init__(self, function: Callable[..., Any], name: str = "blackbox likelihood"):
        self.function = function
        self.name = name

    def make_node(self, *inputs: Any) -> Apply:
        """One floating-point output, as large as the inputs broadcast together."""
        tensors = [pt.as_tensor_variable(each) for each in inputs]
        n_dims = max(each.type.ndim for each in tensors)
        return Apply(self, tensors, [pt.tensor(dtype=config.floatX, shape=(None,) * n_dims)])

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: list[list[Any]]) -> None:
        """Call the function on NumPy arrays and check what it returns."""
        arrays = [np.asarray(each) for each in inputs]
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        n_trials = int(np.prod(shape))
        result = np.asarray(self.function(*(_as_trials(array, shape) for array in arrays)))
        if result.size != n_trials or result.ndim > max(1, len(shape)):
            raise ValueError(
                f"The {self.name} returned an array of shape {result.shape}; expected {(n_trials,)}, one log density "
                "per trial."
            )
        output_storage[0][0] = np.asarray(result, dtype=node.outputs[0].dtype).reshape(shape)

    def infer_shape(self, node: Apply, shapes: list[Any]) -> list[Any]:
        """As large as the inputs broadcast together; spares evaluating the function for its shape."""
        return [pt.broadcast_shape(*shapes, arrays_are_shapes=True)]

    def pullback(self, inputs: Sequence[Variable], outputs: Any, cotangents: Any) -> list[Variable]:
        """Refuse: NumPy code has no derivative. PyMC then chooses a sampler that needs none."""
        raise NotImplementedError(
            f"The {self.name} is NumPy code and has no gradient. Sample it with `sampler='pymc'` (slice sampling), "
            "or give an analytical likelihood."
        )


def _as_trials(array: np.ndarray, shape: tuple[int, ...]) -> Any:
    if len(shape) == 1:
        return array if array.shape == shape else float(array.reshape(()))
    return np.broadcast_to(array, shape).ravel()
