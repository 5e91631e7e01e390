"""Python code inside a numba-compiled graph.

Used for the two Ops that run what users bring: NumPy black boxes and JAX functions. PyTensor would do the same
by itself, but warn about it on every compilation, which tells the user nothing they did not decide.
"""

from __future__ import annotations

import warnings
from typing import Any

from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import generate_fallback_impl, numba_funcify


def run_in_object_mode(op_type: type[Op]) -> type[Op]:
    """Class decorator: numba calls ``perform`` of this Op through the interpreter."""

    @numba_funcify.register(op_type)
    def _(op: Op, node: Any = None, **kwargs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return generate_fallback_impl(op, node, **kwargs)

    return op_type
