"""The Op through which a network becomes part of a PyTensor graph: value and slopes of all trials in one pass.

A gradient needs the slopes, and these come with the value for free; a rewrite lets the two share one evaluation. In a
graph compiled for JAX both are ordinary JAX functions, and JAX takes derivatives of any order itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import pytensor.tensor as pt
from pytensor import config
from pytensor.compile.mode import optdb
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter

from hssm.likelihoods.jax_op import PreciseJAXOp

Rows = Callable[[Any], Any]
"""(n_trials, n_numbers) -> (n_trials,), a JAX function."""


class RowsOp(PreciseJAXOp):
    """One number per row of a matrix."""

    def __init__(self, function: Rows, n_columns: int | None, name: str, slopes: bool = False) -> None:
        self.function, self.n_columns, self.slopes = function, n_columns, slopes
        value = pt.TensorType(config.floatX, shape=(None,))
        rows = pt.TensorType(config.floatX, shape=(None, n_columns))
        outputs = [value, rows] if slopes else [value]
        super().__init__([rows], outputs, _with_slopes(function) if slopes else _alone(function), name=name)

    def infer_shape(self, node: Apply, shapes: list[Any]) -> list[Any]:
        """One number per row; spares evaluating the network for its shape."""
        ((n, k),) = shapes
        return [(n,), (n, k)][: len(node.outputs)]

    def pullback(self, inputs: Sequence[Variable], outputs: Any, output_gradients: Any) -> list[Variable]:
        """Slopes times the cotangent; second derivatives through JAX."""
        if self.slopes and not isinstance(output_gradients[1].type, DisconnectedType):
            return super().pullback(inputs, outputs, output_gradients)
        slopes = outputs[1] if self.slopes else self.with_slopes()(inputs[0])[1]
        return [output_gradients[0][:, None] * slopes]

    def with_slopes(self) -> RowsOp:
        """The operation that gives the slopes, too."""
        return RowsOp(self.function, self.n_columns, str(self.name), slopes=True)


@lru_cache(maxsize=64)
def _alone(function: Rows) -> Callable[..., Any]:
    return lambda rows: (function(rows),)


@lru_cache(maxsize=64)
def _with_slopes(function: Rows) -> Callable[..., Any]:
    def value_and_slopes(rows: Any) -> Any:
        import jax
        import jax.numpy as jnp

        value, pull = jax.vjp(function, rows)
        return value, pull(jnp.ones_like(value))[0]

    return value_and_slopes


@node_rewriter([RowsOp])
def share_evaluation(fgraph: Any, node: Apply) -> Any:
    """A value whose slopes are computed as well is taken from the same evaluation."""
    if node.op.slopes:
        return None
    for client, _ in fgraph.clients[node.inputs[0]]:
        op = client.op
        if isinstance(op, RowsOp) and op.slopes and op.function is node.op.function:
            return [client.outputs[0]]
    return None


optdb.register(
    "share_evaluation_of_networks",
    dfs_rewriter(share_evaluation, ignore_newtrees=True),
    "fast_run",
    position=2.2,
)


def per_row(function: Rows, columns: Sequence[Variable], name: str) -> Variable:
    """``function`` of the rows that columns make, numbers or (n_trials,), as a PyTensor vector."""
    rows = pt.stack(pt.broadcast_arrays(*(pt.cast(each, config.floatX) for each in columns)), axis=-1)
    return RowsOp(function, len(columns), name)(rows)
