"""First-passage densities as a PyTensor operation: values with all first derivatives, on every backend.

The operation calls the compiled ``kernel.py`` through the interpreter; one call does all trials. There are no second
derivatives.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import generate_fallback_impl, numba_funcify

from hssm.densities.passage.compiled import evaluate_trials
from hssm.densities.passage.kernel import CDF, DENSITY, SURVIVAL
from hssm.densities.passage.trace import Process
from hssm.densities.special.jax_backend import when_jax_is_loaded

WHAT = {"density": DENSITY, "cdf": CDF, "survival": SURVIVAL}


class SolverOp(Op):
    """Trials in, one row per input; a vector of log densities and a matrix of their slopes by every input out.

    What it computes is :meth:`evaluate` of a subclass, and ``name`` says whose likelihood it is.
    """

    name: str

    def evaluate(self, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logarithms (n,), and slopes by the rows of ``trials``, which is (rows, n)."""
        raise NotImplementedError

    def make_node(self, trials: Any) -> Apply:
        trials = pt.as_tensor_variable(trials)
        return Apply(self, [trials], [pt.vector(dtype=trials.dtype), pt.matrix(dtype=trials.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0], outputs[1][0] = self.evaluate(inputs[0])

    def infer_shape(self, node: Any, shapes: Any) -> list[Any]:
        rows, n = shapes[0]
        return [(n,), (rows, n)]

    def pullback(self, inputs: Any, outputs: Any, output_gradients: Any) -> list[Any]:
        by_value, by_slopes = output_gradients
        if not isinstance(by_slopes.type, pytensor.gradient.DisconnectedType):
            raise NotImplementedError(
                f"The numerical likelihood of {self.name!r} has first derivatives only, no second ones: use a "
                "sampler that needs gradients alone, such as sampler='pymc'."
            )
        return [by_value[None, :] * outputs[1]]


class PassageOp(SolverOp):
    """A process between two bounds; rows are decision time, response and the parameters of the process."""

    __props__ = ("process", "what", "tolerance")

    def __init__(self, process: Process, what: str, tolerance: float) -> None:
        self.process, self.what, self.tolerance, self.name = process, what, tolerance, process.name

    def evaluate(self, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As of :class:`SolverOp`; the slope by the response is 0."""
        out = evaluate_trials(self.process, WHAT[self.what], np.asarray(trials), self.tolerance)
        return out[0].astype(trials.dtype), np.insert(out[1:], 1, 0.0, axis=0).astype(trials.dtype)


@numba_funcify.register(SolverOp)
def _funcify_numba(op: SolverOp, node: Any = None, **kwargs: Any) -> Any:
    with warnings.catch_warnings():  # PyTensor remarks that the operation is called through the interpreter
        warnings.simplefilter("ignore", UserWarning)
        return generate_fallback_impl(op, node, **kwargs)


def _register_jax() -> None:
    import jax
    import jax.numpy as jnp
    from pytensor.link.jax.dispatch.basic import jax_funcify

    @jax_funcify.register(SolverOp)
    def _funcify_jax(op: SolverOp, **kwargs: Any) -> Callable[..., Any]:
        def numbers(trials: Any) -> Any:
            n, dtype = trials.shape[1], trials.dtype
            shapes = (jax.ShapeDtypeStruct((n,), dtype), jax.ShapeDtypeStruct(trials.shape, dtype))
            return jax.pure_callback(lambda x: op.evaluate(np.asarray(x)), shapes, trials, vmap_method="sequential")

        value = jax.custom_jvp(numbers)

        @value.defjvp
        def jvp(primals: Any, tangents: Any) -> tuple[Any, Any]:
            density, slopes = numbers(primals[0])
            return (density, slopes), ((slopes * tangents[0]).sum(axis=0), jnp.zeros_like(slopes))

        return value


when_jax_is_loaded(_register_jax)
