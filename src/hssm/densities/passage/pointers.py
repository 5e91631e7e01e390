"""Compiled functions as numbers, for what is called with them once per step of a sampler.

Given functions themselves, numba asks for their types and addresses in Python at every call, which takes more than half
a millisecond, as long as many a likelihood. Given their addresses it does not. And a function that is called by its
address is not linked into its caller, where it would be optimised once more at every level of callers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.errors import NumbaExperimentalFeatureWarning
from numba.extending import intrinsic

from hssm.densities.passage.trace import SIGNATURE


@contextmanager
def quietly() -> Iterator[None]:
    """Without numba's remark that functions as arguments are an experimental feature."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
        yield


def addresses(functions: Iterable[Any]) -> np.ndarray:
    """(n, 2) where the machine code of compiled functions is: for calls by C's convention and by numba's.

    Each has one signature. The addresses hold as long as the functions live.
    """
    found = []
    for function in functions:
        (compiled,) = function.overloads.values()
        names = (compiled.fndesc.llvm_cfunc_wrapper_name, compiled.fndesc.llvm_func_name)
        found.append([compiled.library.get_pointer_to_function(name) for name in names])
    return np.array(found, dtype=np.int64)


def reader(type_of: Callable[[], types.FunctionType]) -> Any:
    """For compiled code: what turns a row of :func:`addresses` into the function, of a type that is asked for late."""

    def function_at(typing_context: Any, for_c: Any, for_numba: Any) -> Any:
        of_function = type_of()

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            function = cgutils.create_struct_proxy(of_function)(context, builder)
            pointer = context.get_value_type(types.voidptr)
            function.c_addr, function.jit_addr = (builder.inttoptr(each, pointer) for each in arguments)
            function.py_addr = cgutils.get_null_value(pointer)
            return function._getvalue()

        return of_function(types.int64, types.int64), generate

    return intrinsic(function_at)


PATH = types.FunctionType(SIGNATURE)
path_at = reader(lambda: PATH)
"""Functions of ``trace.Paths``."""
