"""Compiled functions as numbers, for what is called with them once per step of a sampler.

Given functions themselves, numba asks for their types and addresses in Python at every call, which takes more than half
a millisecond, as long as many a likelihood. Given their addresses it does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hssm.densities.passage.trace import SIGNATURE

FUNCTION = types.FunctionType(SIGNATURE)


def addresses(functions: Iterable[Any]) -> np.ndarray:
    """(n, 2) where the machine code of functions of type SIGNATURE is: for calls by C's convention and by numba's.

    They hold as long as the functions live.
    """
    found = []
    for function in functions:
        compiled = function.get_compile_result(SIGNATURE)
        names = (compiled.fndesc.llvm_cfunc_wrapper_name, compiled.fndesc.llvm_func_name)
        found.append([compiled.library.get_pointer_to_function(name) for name in names])
    return np.array(found, dtype=np.int64)


@intrinsic
def function_at(typing_context: Any, for_c: Any, for_numba: Any) -> Any:
    """In compiled code: the function with one row of :func:`addresses`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = cgutils.create_struct_proxy(FUNCTION)(context, builder)
        pointer = context.get_value_type(types.voidptr)
        function.c_addr, function.jit_addr = (builder.inttoptr(each, pointer) for each in arguments)
        function.py_addr = cgutils.get_null_value(pointer)
        return function._getvalue()

    return FUNCTION(types.int64, types.int64), generate
