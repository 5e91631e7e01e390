"""Numba kernels of the special functions, shared by the PyTensor route and the NumPy (black box) route.

A kernel evaluates every piece and selects: without branches and without calls of the C library LLVM
vectorises the loop over trials, and recognises that the value and its derivatives share their terms.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from types import FunctionType
from typing import Any

import numba
import numpy as np
from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key

from hssm.densities.special import elementary
from hssm.densities.special.function import NodeSum, SpecialFunction, SpecialOp

_FLAGS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}, "forceinline": True}


@cache
def kernel(function: SpecialFunction, order: int) -> Callable[..., tuple[float, ...]]:
    """Compiled jet (order 1) or Hessian (order 2) of a special function: numbers in, tuple of numbers out."""
    chosen = _constant(function.fallback(order))
    for piece in reversed(function.pieces):
        formula = piece.jet if order == 1 else piece.hessian
        chosen = _either(compiled(piece.holds), compiled(formula), chosen, len(function.fallback(order)))
    return chosen


@cache
def compiled(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A numba function of a formula, its helpers compiled too and its elementary functions in SIMD form."""
    names = formula.__code__.co_names
    globals_ = {name: _translated(value) for name, value in formula.__globals__.items() if name in names}
    globals_["__name__"] = formula.__module__
    rebound = FunctionType(formula.__code__, globals_, formula.__name__, formula.__defaults__, formula.__closure__)
    return numba.njit(rebound, **_FLAGS)


def _translated(value: Any) -> Any:
    if isinstance(value, FunctionType):
        return compiled(value)
    if isinstance(value, NodeSum):
        return _spelt_out(value)
    return elementary.SIMD.get(value, value) if callable(value) else value


@cache
def _spelt_out(nodes: NodeSum) -> Callable[..., tuple[float, ...]]:
    """The sum over the nodes without a loop: LLVM vectorises no loop around another."""
    totals = [f"t{k}" for k in range(nodes.width)]
    news = [f"n{k}" for k in range(nodes.width)]
    lines = [f"{', '.join(totals)} = term(0.0, *args)"]
    for i in range(1, nodes.count):
        lines.append(f"{', '.join(news)} = term({float(i)}, *args)")
        lines += [f"{total} += {new}" for total, new in zip(totals, news, strict=True)]
    source = "\n    ".join(["def total(*args):", *lines, f"return ({', '.join(totals)},)"])
    scope: dict[str, Any] = {"term": compiled(nodes.term)}
    exec(source, scope)  # noqa: S102
    return numba.njit(scope["total"], **_FLAGS)


def _constant(values: tuple[float, ...]) -> Callable[..., tuple[float, ...]]:
    @numba.njit(**_FLAGS)
    def constant(*args):
        return values

    return constant


def _either(holds: Callable, formula: Callable, otherwise: Callable, n: int) -> Callable[..., tuple[float, ...]]:
    """The numbers of ``formula`` where ``holds``, else those of ``otherwise``, both computed, one by one selected."""
    picks = ", ".join(f"new[{i}] if here else old[{i}]" for i in range(n))
    call = "here, new, old = holds(*args), formula(*args), otherwise(*args)"
    source = f"def either(*args):\n    {call}\n    return ({picks},)"
    scope: dict[str, Any] = {"holds": holds, "formula": formula, "otherwise": otherwise}
    exec(source, scope)  # noqa: S102  (a tuple's length must be spelt out for numba)
    return numba.njit(scope["either"], **_FLAGS)


@cache
def fingerprint() -> str:
    """Hash of how formulas are compiled."""
    return sha256("".join(map(inspect.getsource, (elementary, sys.modules[__name__]))).encode()).hexdigest()


@register_funcify_and_cache_key(SpecialOp)
def _funcify(op: SpecialOp, node: Any = None, **kwargs: Any) -> tuple[Callable, str]:
    group, position = kernel(op.function, op.order), op.position
    dtype = np.dtype(node.outputs[0].type.dtype).type

    @numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_FLAGS)
    def special(*args):
        return dtype(group(*args)[position])

    key = str((op.function_name, op.wrt, dtype.__name__, op.function.fingerprint, fingerprint()))
    return special, sha256(key.encode()).hexdigest()
