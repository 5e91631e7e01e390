"""A number that counts as constant when derivatives are taken: nodes of a quadrature, the largest term of a sum.

PyTensor's ``disconnected_grad`` is removed by the rewrites that PyMC runs before it takes gradients, so that
derivatives would flow through the place of the nodes after all. This one stays in the graph, an elementwise identity.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numba
import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key
from pytensor.scalar.basic import UnaryScalarOp, same_out
from pytensor.tensor import TensorLike, TensorVariable
from pytensor.tensor.elemwise import Elemwise

from hssm.densities.special.jax_backend import when_jax_is_loaded


class Held(UnaryScalarOp):
    """The identity, with no derivative."""

    def impl(self, x: Any) -> Any:
        return x

    def connection_pattern(self, node: Any) -> list[list[bool]]:
        """The output does not depend on the input."""
        return [[False]]

    def pullback(self, inputs: Any, outputs: Any, output_gradients: Any) -> tuple[Any]:
        """Nothing flows back."""
        return (disconnected_type(),)

    def c_code(self, node: Any, name: Any, inputs: Any, outputs: Any, sub: Any) -> str:
        return f"{outputs[0]} = {inputs[0]};"


_HELD = Elemwise(Held(same_out, name="held"))


def held(x: TensorLike) -> TensorVariable:
    """``x``, as a constant for derivatives."""
    return _HELD(pt.as_tensor_variable(x))


@numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)
def _identity(x):
    return x


@register_funcify_and_cache_key(Held)
def _funcify(op: Held, **kwargs: Any) -> tuple[Callable, str]:
    return _identity, sha256(b"hssm held").hexdigest()


def _register_for_jax() -> None:
    from pytensor.link.jax.dispatch.basic import jax_funcify

    @jax_funcify.register(Held)
    def _(op: Held, **kwargs: Any) -> Callable:
        return lambda x: x


when_jax_is_loaded(_register_for_jax)
