"""JAX versions of the special functions, registered when, and only if, PyTensor loads its JAX linker.

A PyTensor gradient reaches the derivative ops themselves; ``jax.grad`` of a translated graph (numpyro,
blackjax) uses the same derivatives through ``custom_jvp``, so an untaken branch can bring no NaN.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from importlib.abc import MetaPathFinder
from types import FunctionType
from typing import Any

from hssm.densities.special.function import NodeSum, SpecialFunction, SpecialOp, where

_JAX_DISPATCH = "pytensor.link.jax.dispatch.basic"


def _rebind(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A copy of a formula whose elementary functions are those of JAX."""
    import jax.numpy as jnp
    from jax.scipy.special import erfc

    def translated(name: str, value: Any) -> Any:
        if getattr(value, "__module__", None) == "math":
            return erfc if name == "erfc" else getattr(jnp, name)
        if value is where:
            return jnp.where
        if isinstance(value, NodeSum):
            return _along_an_axis(value)
        return _rebind(value) if isinstance(value, FunctionType) else value

    names = formula.__code__.co_names
    globals_ = {name: translated(name, value) for name, value in formula.__globals__.items() if name in names}
    return FunctionType(formula.__code__, globals_, formula.__name__, formula.__defaults__, formula.__closure__)


def _along_an_axis(nodes: NodeSum) -> Callable[..., tuple[Any, ...]]:
    """The sum over the nodes as one over a new first axis."""
    import jax.numpy as jnp

    term = _rebind(nodes.term)

    def total(*args: Any) -> tuple[Any, ...]:
        first, *_ = args
        index = jnp.arange(nodes.count, dtype=first.dtype).reshape(nodes.count, *(1,) * first.ndim)
        return tuple(jnp.sum(jnp.broadcast_to(x, (nodes.count, *first.shape)), axis=0) for x in term(index, *args))

    return total


@cache
def jax_group(function: SpecialFunction, order: int) -> Callable[..., tuple[Any, ...]]:
    """Jet or Hessian for JAX arrays: every piece is evaluated, at its anchor where it does not hold."""
    import jax.numpy as jnp

    pieces = [(_rebind(p.holds), _rebind(p.jet if order == 1 else p.hessian), p.anchor) for p in function.pieces]

    def group(*args: Any) -> tuple[Any, ...]:
        args = jnp.broadcast_arrays(*map(jnp.asarray, args))
        dtype = jnp.result_type(*args)
        values = [jnp.full(args[0].shape, number, dtype) for number in function.fallback(order)]
        free = jnp.ones(args[0].shape, bool)
        for holds, formula, anchor in pieces:
            here = free & holds(*args)
            free = free & ~here
            safe = [jnp.where(here, arg, jnp.asarray(point, dtype)) for arg, point in zip(args, anchor, strict=True)]
            values = [jnp.where(here, new, old) for new, old in zip(formula(*safe), values, strict=True)]
        return tuple(values)

    return group


@cache
def jax_function(function: SpecialFunction, wrt: tuple[int, ...] = ()) -> Callable[..., Any]:
    """The value or a partial derivative of a special function as a differentiable JAX function."""
    import jax

    op = SpecialOp(function.name, wrt)
    group, position = jax_group(function, op.order), op.position

    def plain(*args: Any) -> Any:
        return group(*args)[position]

    if op.order == 2:
        return plain

    differentiable = jax.custom_jvp(plain)

    @differentiable.defjvp
    def jvp(primals: Any, tangents: Any) -> tuple[Any, Any]:
        slopes = [jax_function(function, (*wrt, i))(*primals) for i in range(function.n_variables)]
        return differentiable(*primals), sum(s * t for s, t in zip(slopes, tangents, strict=False))

    return differentiable


def _register() -> None:
    from pytensor.link.jax.dispatch.basic import jax_funcify

    @jax_funcify.register(SpecialOp)
    def jax_funcify_special(op: SpecialOp, **kwargs: Any) -> Callable[..., Any]:
        return jax_function(op.function, op.wrt)


class _AfterImport(MetaPathFinder):
    """Runs ``register`` right after PyTensor's JAX dispatcher is imported, so that we never import JAX first."""

    def __init__(self, register: Callable[[], None]) -> None:
        self._register = register

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != _JAX_DISPATCH:
            return None
        sys.meta_path.remove(self)
        spec: Any = importlib.util.find_spec(fullname)
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            self._register()

        spec.loader.exec_module = exec_module
        return spec


def when_jax_is_loaded(register: Callable[[], None]) -> None:
    """Call ``register``, which may import JAX: now if PyTensor's JAX linker is loaded, else when it will be."""
    if _JAX_DISPATCH in sys.modules:
        register()
    else:
        sys.meta_path.insert(0, _AfterImport(register))


def register_lazily() -> None:
    """Make JAX know the special functions, now if PyTensor's JAX linker is loaded, else when it will be."""
    when_jax_is_loaded(_register)
