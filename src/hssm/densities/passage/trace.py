"""A diffusion's drift, bound, leak and start as compiled functions of time, with their derivatives.

The functions of a :class:`Process` are called once with symbols; PyTensor differentiates what they compute, by time and
by every parameter, and numba compiles it. ``kernel.py`` calls the result for every set of parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt
from numba import types
from pytensor.compile.mode import get_mode
from pytensor.graph.basic import Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import ancestors
from pytensor.link.numba.dispatch.basic import numba_funcify_and_cache_key
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle

from hssm.densities.passage.symbols import Parameters, Symbol, variable_of

OfTime = Callable[[Any, Any], Any]

SIGNATURE = types.float64[:, ::1](types.float64[::1], types.float64[::1])
"""Numba's type of the compiled functions: one for all models, so that what calls them is compiled once."""


def relative_start(p: Mapping[str, Any]) -> Any:
    """The usual start, X(0) = a (2 z - 1)."""
    return p["a"] * (2.0 * p["z"] - 1.0)


def no_turn(p: Mapping[str, Any]) -> Any:
    """A turn of width 0, which is none."""
    return 0.0, 0.0


def no_leak(p: Mapping[str, Any]) -> Any:
    """G = 0."""
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Process:
    """dX = (drift - leak X) dtau + dW from ``start``, or from ``starts``, between -bound and +bound.

    ``parameters`` are names in order, without the non-decision time. ``drift`` and ``bound`` take decision time and the
    parameters, ``leak`` and ``start`` the parameters; ``starts``, if given, is the quantile function of the place where
    a trial begins, of a share and the parameters; all elementwise. Where ``smooth`` the step of the mesh follows
    from what is known of the error; otherwise every solution is compared with a finer one. ``turn`` takes the
    parameters and returns when drift or bound change much within a short time, and within how long (s), 0 for never:
    the equations are solved at more times then.
    """

    name: str
    parameters: tuple[str, ...]
    drift: OfTime
    bound: OfTime
    leak: Callable[[Any], Any] = no_leak
    start: Callable[[Any], Any] = relative_start
    smooth: bool = False
    turn: Callable[[Any], tuple[Any, Any]] = no_turn
    starts: Callable[[Any, Any], Any] | None = None


class Paths(NamedTuple):
    """Compiled functions of a process with P parameters; each takes times (n,) and ``theta`` (P,) and returns a matrix.

    ``edges`` -> (3 + 3 P, n): bound, its derivative by time, drift, then the slopes of these by parameter; ``drifts``
    -> (1 + P, n); ``bounds`` -> (1, n); ``constants``, for shares instead of times, -> (4 + 2 P, n): start, leak, the
    slopes of each, time and width of the turn. ``steady`` says that the drift does not depend on time, ``distributed``
    that the start depends on the share; ``smooth`` as in :class:`Process`.
    """

    edges: Callable[..., Any]
    drifts: Callable[..., Any]
    bounds: Callable[..., Any]
    constants: Callable[..., Any]
    steady: bool
    smooth: bool
    distributed: bool


class Traced(NamedTuple):
    """The expressions of a process: of ``times`` (n,), ``nothing``, which is zeros (n,), and ``theta`` (P,).

    For the start ``times`` are shares of the trials.
    """

    times: TensorVariable
    nothing: TensorVariable
    theta: TensorVariable
    parameters: list[TensorVariable]
    bound: TensorVariable
    drift: TensorVariable
    leak: TensorVariable
    start: TensorVariable
    turn: list[TensorVariable]


def trace(process: Process) -> Traced:
    """Call the functions of a process with symbols."""
    times, nothing, theta = (pt.vector(name, dtype="float64") for name in ("times", "nothing", "theta"))
    # Every parameter as long as time: then the gradient of a sum is the derivative at each time. PyTensor must not know
    # that ``nothing`` is zero: it would fill constant arrays, which takes seconds to compile.
    parameters = [nothing + theta[i] for i in range(len(process.parameters))]
    symbols = Parameters(dict(zip(process.parameters, map(Symbol, parameters), strict=True)))
    bound, drift = process.bound(Symbol(times), symbols), process.drift(Symbol(times), symbols)
    leak = process.leak(symbols)
    start = process.start(symbols) if process.starts is None else process.starts(Symbol(times), symbols)
    turn = process.turn(symbols)
    whole = [pt.cast(variable_of(value), "float64") + nothing for value in (bound, drift, leak, start, *turn)]
    return Traced(times, nothing, theta, parameters, whole[0], whole[1], whole[2], whole[3], whole[4:])


def _slope(value: TensorVariable, by: TensorVariable) -> TensorVariable | None:
    """Derivative at each time, None where there is none."""
    slope = pytensor.grad(value.sum(), by, disconnected_inputs="ignore", return_disconnected="none")
    return None if slope is None or _is_zero(slope) else slope


@cache
def compiled_paths(process: Process) -> Paths:
    """Compile what :class:`Paths` promises."""
    traced = trace(process)
    bound, drift = traced.bound, traced.drift
    speed = _slope(bound, traced.times)
    speed = traced.nothing if speed is None else speed
    by = [[_slope(value, q) for q in traced.parameters] for value in (bound, speed, drift, traced.start, traced.leak)]
    edges = _compiled(traced, [bound, speed, drift, *by[0], *by[1], *by[2]])
    drifts, bounds = _compiled(traced, [drift, *by[2]]), _compiled(traced, [bound])
    constants = _compiled(traced, [traced.start, traced.leak, *by[3], *by[4], *traced.turn])
    return Paths(edges, drifts, bounds, constants, is_steady(process), process.smooth, process.starts is not None)


def is_steady(process: Process) -> bool:
    """Whether the drift does not depend on time."""
    time = pt.scalar("time", dtype="float64")
    symbols = Parameters({name: Symbol(pt.scalar(name, dtype="float64")) for name in process.parameters})
    drift = pt.as_tensor_variable(variable_of(process.drift(Symbol(time), symbols)))
    return time not in set(ancestors([drift]))


def _is_zero(value: TensorVariable) -> bool:
    """Whether PyTensor finds that an expression is nothing but zeros."""
    found = rewrite_graph(value, include=("canonicalize", "stabilize"), clone=True)
    while found.owner is not None and isinstance(found.owner.op, Alloc | DimShuffle):
        found = found.owner.inputs[0]
    return isinstance(found, Constant) and not np.any(found.data)


def _compiled(traced: Traced, rows: list[TensorVariable | None]) -> Callable[..., Any]:
    """A numba function of times and theta that returns the rows as one matrix."""
    present = [(place, row + traced.nothing) for place, row in enumerate(rows) if row is not None]
    inputs = [traced.times, traced.nothing, traced.theta]
    graph = FunctionGraph(inputs, [row for _, row in present], clone=True)
    # A rewrite that computes in place would overwrite the caller's times.
    get_mode("NUMBA").excluding("inplace").optimizer.rewrite(graph)
    function, _ = numba_funcify_and_cache_key(graph)
    # Numba needs the place of every array in the tuple spelt out.
    lines = ["def evaluate(times, theta):", "    rows = function(times, zeros(times.size), theta)"]
    lines += [f"    matrix = zeros(({len(rows)}, times.size))"]
    lines += [f"    matrix[{place}] = rows[{k}]" for k, (place, _) in enumerate(present)]
    scope: dict[str, Any] = {"function": function, "zeros": np.zeros}
    exec("\n".join([*lines, "    return matrix"]), scope)  # noqa: S102
    return numba.njit(SIGNATURE)(scope["evaluate"])
