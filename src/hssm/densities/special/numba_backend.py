"""Numba kernels of the special functions, shared by the PyTensor route and the NumPy (black box) route."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from types import FunctionType
from typing import Any

import numba
from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key

from hssm.densities.special.function import SpecialFunction, SpecialOp

_VERSION = 1


@cache
def kernel(function: SpecialFunction, order: int) -> Callable[..., tuple[float, ...]]:
    """Compiled jet (order 1) or Hessian (order 2) of a special function: numbers in, tuple of numbers out."""
    branch = _constant(function.fallback(order))
    for piece in reversed(function.pieces):
        formula = piece.jet if order == 1 else piece.hessian
        branch = _either(compiled(piece.holds), compiled(formula), branch)
    return branch


@cache
def compiled(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A numba function of a formula; helpers it calls by global name are compiled along with it."""
    if not isinstance(formula, FunctionType):
        return formula
    home = formula.__module__
    globals_ = {
        name: compiled(value) if isinstance(value, FunctionType) and value.__module__ == home else value
        for name, value in formula.__globals__.items()
        if name in formula.__code__.co_names
    }
    rebound = FunctionType(formula.__code__, globals_, formula.__name__, formula.__defaults__, formula.__closure__)
    rebound.__module__ = home
    return numba.njit(rebound, error_model="numpy", forceinline=True)


def _constant(values: tuple[float, ...]) -> Callable[..., tuple[float, ...]]:
    @numba.njit
    def constant(*args):
        return values

    return constant


def _either(holds: Callable, formula: Callable, otherwise: Callable) -> Callable[..., tuple[float, ...]]:
    @numba.njit(error_model="numpy")
    def either(*args):
        if holds(*args):
            return formula(*args)
        return otherwise(*args)

    return either


@register_funcify_and_cache_key(SpecialOp)
def _funcify(op: SpecialOp, node: Any = None, **kwargs: Any) -> tuple[Callable, str]:
    jet, position = kernel(op.function, op.order), op.position

    @numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
    def special(*args):
        return jet(*args)[position]

    key = str((_VERSION, op.function_name, op.wrt, op.function.fingerprint))
    return special, sha256(key.encode()).hexdigest()
