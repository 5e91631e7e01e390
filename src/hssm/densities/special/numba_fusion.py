"""Lets numba compile a fused loop around special functions as one flat body, which LLVM then vectorises.

PyTensor fuses elementwise operations into a ``Composite`` whose parts LLVM may or may not inline; ours are
large, so by default it does not, and the loop stays scalar, with the series summed anew for every derivative. This
rewrite, for the numba linker only, marks such composites; their code is always inlined. Without it results are the
same and several times slower.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numba
from numba.core import types
from numba.extending import intrinsic
from pytensor.compile import optdb
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter
from pytensor.link.numba.dispatch.basic import (
    numba_funcify,
    numba_funcify_and_cache_key,
    numba_typify,
    register_funcify_and_cache_key,
)
from pytensor.link.utils import fgraph_to_python
from pytensor.scalar.basic import Composite
from pytensor.tensor.elemwise import Elemwise

from hssm.densities.special.function import SpecialOp

_FASTMATH = {"contract", "nsz"}


class FlatComposite(Composite):
    """A fused scalar graph with special functions inside, compiled as one body."""


@node_rewriter([Elemwise])
def flatten_composite(fgraph: Any, node: Any) -> list[Any] | None:
    """Replace a composite that holds special functions by its flat twin."""
    scalar_op = node.op.scalar_op
    if type(scalar_op) is not Composite:
        return None
    if not any(isinstance(inner.op, SpecialOp) for inner in scalar_op.fgraph.apply_nodes):
        return None
    flat = FlatComposite(scalar_op.inputs, scalar_op.outputs)
    return Elemwise(flat, node.op.inplace_pattern)(*node.inputs, return_list=True)


def inlined(function: Callable[..., Any], n_arguments: int) -> Callable[..., Any]:
    """``function`` as an intrinsic that is inlined where it is called, as is the function that calls it."""

    def flat(typing_context: Any, arguments: tuple[Any, ...]) -> tuple[Any, Callable[..., Any]]:
        dispatcher: Any = types.Dispatcher(function)  # type: ignore[type-var]
        signature = typing_context.resolve_function_type(dispatcher, arguments, {})

        def codegen(context: Any, builder: Any, _: Any, values: Any) -> Any:
            builder.function.attributes.add("alwaysinline")
            return context.get_function(dispatcher, signature)(builder, values)

        return signature.return_type(*arguments), codegen

    names = ", ".join(f"i{i}" for i in range(n_arguments))
    scope: dict[str, Any] = {"flat": flat}
    exec(f"def flat_composite(typing_context, {names}):\n    return flat(typing_context, ({names},))", scope)  # noqa: S102
    return intrinsic(scope["flat_composite"])


@register_funcify_and_cache_key(FlatComposite)
def _funcify(op: FlatComposite, node: Any = None, storage_map: Any = None, **kwargs: Any) -> tuple[Callable, Any]:
    _, key = numba_funcify_and_cache_key(op.fgraph, squeeze_output=True, fgraph_name="flat_composite", **kwargs)
    body = fgraph_to_python(
        op.fgraph,
        op_conversion_fn=numba_funcify,
        type_conversion_fn=numba_typify,
        squeeze_output=True,
        fgraph_name="flat_composite",
        **kwargs,
    )
    compiled: Any = numba.njit(body, forceinline=True, fastmath=_FASTMATH, error_model="numpy")
    return inlined(compiled, op.nin), None if key is None else sha256(f"flat{key}".encode()).hexdigest()


optdb.register("hssm_flatten_composite", dfs_rewriter(flatten_composite), "numba", position=99)
