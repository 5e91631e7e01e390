"""Keeps reads and writes by index out of the loops that hold special functions, so that LLVM vectorises them.

For the numba linker PyTensor fuses ``effect[index]``, and the scattered sum of its gradient, into the elementwise loop
that uses them. Such a loop stays scalar: for a hierarchical model that costs far more than the array that fusion
saves. This rewrite, for numba only, hides indexing around a :class:`FlatComposite` from that fusion; numbers are the
same with and without it.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from pytensor.compile import optdb
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter
from pytensor.link.numba.dispatch.basic import numba_funcify_and_cache_key, register_funcify_and_cache_key
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.subtensor import AdvancedIncSubtensor, AdvancedSubtensor

from hssm.densities.special.numba_fusion import FlatComposite


class Apart(Op):
    """Another operation, under a name that fusion does not look for."""

    __props__ = ("op",)

    def __init__(self, op: Op) -> None:
        self.op = op
        for attribute in ("destroy_map", "view_map"):
            if hasattr(op, attribute):
                setattr(self, attribute, getattr(op, attribute))

    def make_node(self, *inputs: Any) -> Apply:
        inner = self.op.make_node(*inputs)
        return Apply(self, list(inputs), [output.type() for output in inner.outputs])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        self.op.perform(node, inputs, outputs)


@node_rewriter([AdvancedSubtensor, AdvancedIncSubtensor])
def keep_apart(fgraph: Any, node: Any) -> list[Any] | None:
    """Wrap indexing that feeds, or is fed by, a loop with special functions."""
    if isinstance(node.op, AdvancedSubtensor):
        beside = any(_is_flat(client) for client, _ in fgraph.clients[node.outputs[0]])
    else:
        beside = _is_flat(_owner(node.inputs[1]))
    return Apart(node.op)(*node.inputs, return_list=True) if beside else None


def _owner(variable: Any) -> Any:
    while variable.owner is not None and isinstance(variable.owner.op, DimShuffle):
        variable = variable.owner.inputs[0]
    return variable.owner


def _is_flat(node: Any) -> bool:
    op = getattr(node, "op", None)
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, FlatComposite)


@register_funcify_and_cache_key(Apart)
def _funcify(op: Apart, node: Any = None, **kwargs: Any) -> tuple[Callable, Any]:
    inner = op.op.make_node(*node.inputs)
    function, key = numba_funcify_and_cache_key(op.op, node=inner, **kwargs)
    return function, None if key is None else sha256(f"apart{key}".encode()).hexdigest()


optdb.register("hssm_keep_indexing_apart", dfs_rewriter(keep_apart), "numba", position=99.5)
