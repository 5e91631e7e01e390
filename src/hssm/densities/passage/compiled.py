"""The solver, the tasks of ``kernel.py`` and the loop over sets of parameters as machine code, one for all models.

They reach each other by their addresses (``pointers.py``), so that each is optimised once, and what nobody asks for is
not compiled.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

import numba
import numpy as np
from numba import types

from hssm.densities.passage import (
    decline,
    distribution,
    errors,
    grouping,
    kernel,
    march,
    mean_path,
    mesh,
    pointers,
    solve,
    starts,
    table,
)
from hssm.densities.passage.grouping import grouped, same
from hssm.densities.passage.kernel import CDF, DENSITY, cdfs, densities, one_group, survivors
from hssm.densities.passage.march import FLAGS
from hssm.densities.passage.pointers import PATH, addresses, path_at, quietly, reader
from hssm.densities.passage.trace import Process, compiled_paths
from hssm.densities.special import elementary

MATRIX = types.float64[:, ::1]

# Numba keys its cache on disk by this file and by what functions close over, so that ``version`` stands for the text of
# all modules. Other functions may not be among what is closed over: they are different objects in every process.


def _compile_solver(version: str) -> Any:
    def solver(paths, theta, times, asked, accuracy):  # type: ignore[no-untyped-def]
        return solve.solve(paths, theta, times, asked, accuracy) if version else None

    pair, asked = types.UniTuple(types.float64, 2), types.Tuple((types.boolean[::1], types.boolean, types.float64))
    with quietly():
        return numba.njit((type_of_paths(), types.float64[::1], pair, asked, pair), cache=True, **FLAGS)(solver)


def _compile_task(version: str, what: int) -> Any:
    if what == DENSITY:

        def task(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
            if version:
                densities(tools, trials, members, accuracy, out)
    elif what == CDF:

        def task(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
            if version:
                cdfs(tools, trials, members, accuracy, out)
    else:

        def task(tools, trials, members, accuracy, out):  # type: ignore[no-untyped-def]
            if version:
                survivors(tools, trials, members, accuracy, out)

    with quietly():
        return numba.njit(type_of_task().signature, cache=True, **FLAGS)(task)


def _compile(version: str) -> Any:
    def evaluate(at, flags, trials, what, tolerance, out):  # type: ignore[no-untyped-def]
        edges, drifts = path_at(at[0, 0], at[0, 1]), path_at(at[1, 0], at[1, 1])
        bounds, constants = path_at(at[2, 0], at[2, 1]), path_at(at[3, 0], at[3, 1])
        paths = (edges, drifts, bounds, constants, flags[0], flags[1], flags[2])
        tools = paths, solver_at(at[4, 0], at[4, 1]), task_at(at[5, 0], at[5, 1])
        order = grouped(trials, 2)
        n, begin = order.size if version else 0, 0
        out[0], out[1:] = -np.inf, 0.0
        while begin < n:
            end = begin + 1
            while end < n and same(trials, 2, order[begin], order[end]):
                end += 1
            one_group(tools, trials, order[begin:end], (what, tolerance), out)
            begin = end

    signature = types.void(types.int64[:, ::1], types.boolean[::1], MATRIX, types.int64, types.float64, MATRIX)
    with quietly():
        return numba.njit(signature, cache=True, **FLAGS)(evaluate)


@cache
def compiled_evaluate() -> Callable[..., None]:
    """``evaluate(at, flags, trials, what, tolerance, out)``, one machine code for all models; compiled on first use.

    ``at`` and ``flags`` are functions and flags of ``trace.Paths``, as :func:`numbers_of` has them. ``trials`` is
    (2 + P, n): decision time, response (> 0 for the upper bound), parameters; ``out`` is (2 + P, n): the log of what is
    asked for, its slope by time, and by every parameter. Outside the domain it is -inf with zero slopes. ``what`` is
    DENSITY, CDF or SURVIVAL.
    """
    return _compile(_version())  # type: ignore[no-any-return]


@cache
def compiled_solver() -> Any:
    """:func:`solve.solve` as machine code of its own; compiled when first needed."""
    return _compile_solver(_version())


@cache
def compiled_task(what: int) -> Any:
    """What is asked of the trials of one set of parameters, as machine code of its own; compiled when first needed."""
    return _compile_task(_version(), what)


def type_of_paths() -> types.Tuple:
    """Numba's type of ``trace.Paths`` as a plain tuple."""
    return types.Tuple((*[PATH] * 4, *[types.boolean] * 3))


def type_of_solver() -> types.FunctionType:
    """Numba's type of :func:`compiled_solver`."""
    (compiled,) = compiled_solver().overloads.values()
    return types.FunctionType(compiled.signature)


def type_of_task() -> types.FunctionType:
    """Numba's type of :func:`compiled_task`."""
    tools, accuracy = types.Tuple((type_of_paths(), type_of_solver())), types.UniTuple(types.float64, 3)
    return types.FunctionType(types.void(tools, MATRIX, types.int64[::1], accuracy, MATRIX))


solver_at, task_at = reader(type_of_solver), reader(type_of_task)


def _version() -> str:
    """Changes with the text of what is compiled."""
    modules = (decline, distribution, errors, grouping, kernel, march, mean_path, mesh, pointers, solve, starts, table)
    return sha256("".join(map(inspect.getsource, (elementary, *modules))).encode()).hexdigest()


@cache
def numbers_of(process: Process, what: int) -> tuple[np.ndarray, np.ndarray]:
    """(6, 2) addresses of a process's compiled functions, the solver and the task, and (3,) flags of the process."""
    paths = compiled_paths(process)
    own = paths.edges, paths.drifts, paths.bounds, paths.constants
    at = addresses((*own, compiled_solver(), compiled_task(what)))
    return at, np.array([paths.steady, paths.smooth, paths.distributed])


def evaluate_trials(process: Process, what: int, trials: np.ndarray, tolerance: float) -> np.ndarray:
    """Logarithms and slopes for trials, as :func:`compiled_evaluate` describes."""
    out = np.empty(trials.shape)
    compiled_evaluate()(*numbers_of(process, what), np.array(trials, dtype=np.float64, order="C"), what, tolerance, out)
    return out
