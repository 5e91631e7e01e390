"""The mechanism behind every special function: write the mathematics once, use it on three backends.

A special function is a list of *pieces*: a condition, and formulas for its value, first and second
derivatives, written with the operators and functions that ``math`` and ``jax.numpy`` share (``exp``, ``log``,
``sqrt``, ``sin``, ``cos``, ``erfc``; conditions use ``&`` and ``|``). Plain Python runs the formulas as they are,
numba compiles them, and JAX gets a copy whose ``exp``, ``log``, ... are those of ``jax.numpy``. In a graph, value and
derivatives are sibling ``ScalarOp`` objects, so that Elemwise fusion merges them with the algebra around them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from types import ModuleType
from typing import Any

import pytensor.tensor as pt
from pytensor.scalar.basic import ScalarOp, upcast_out
from pytensor.tensor import TensorLike, TensorVariable
from pytensor.tensor.elemwise import Elemwise

Formula = Callable[..., tuple[Any, ...]]


def where(condition: Any, yes: Any, no: Any) -> Any:
    """Choose between two numbers inside a formula; ``jax.numpy.where`` in the copy for JAX."""
    return yes if condition else no


@dataclass(frozen=True, kw_only=True)
class NodeSum:
    """Sums over the nodes of a quadrature inside a formula: ``term(i, *args)`` for i = 0.0, 1.0, ... ``count - 1``.

    A term is a tuple of ``width`` numbers. Numba gets the sum spelt out, so that the loop over trials around it can be
    vectorised and value and derivatives share their terms; JAX gets one more axis, so that compiling stays short.
    """

    term: Formula
    count: int
    width: int

    def __call__(self, *args: Any) -> tuple[Any, ...]:
        terms = [self.term(float(i), *args) for i in range(self.count)]
        return tuple(map(sum, zip(*terms, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Formulas valid where ``holds(*args)``; pieces are tried in order.

    ``jet(*args)`` returns (value, first derivatives ...), ``hessian(*args)`` the upper triangle of the second
    derivatives, row by row. ``anchor`` is a point where ``holds``: backends that evaluate every piece
    everywhere (JAX) evaluate this one there on behalf of other pieces' trials.
    """

    holds: Callable[..., Any]
    jet: Formula
    hessian: Formula
    anchor: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class SpecialFunction:
    """A scalar function of ``n_variables`` variables and of further, constant arguments.

    ``constants`` counts trailing arguments through which no gradient flows (a complement 1 - w passed for
    its digits, say). Where no piece holds the value is ``outside`` and every derivative 0, so nothing is ever NaN.
    Calling the object builds the PyTensor expression. ``modules`` are the modules whose source
    the formulas use: they key the on-disk cache of compiled code.
    """

    name: str
    n_variables: int
    pieces: tuple[Piece, ...]
    modules: tuple[ModuleType, ...]
    outside: float = float("-inf")
    constants: int = 0

    def __post_init__(self) -> None:
        if self.name in _REGISTRY:
            raise ValueError(f"A special function named {self.name!r} exists already; names must be unique.")
        _REGISTRY[self.name] = self

    def __call__(self, *args: TensorLike) -> TensorVariable:
        """The function applied elementwise, with broadcasting."""
        return Elemwise(SpecialOp(self.name))(*map(pt.as_tensor_variable, args))

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def n_arguments(self) -> int:
        return self.n_variables + self.constants

    def fallback(self, order: int) -> tuple[float, ...]:
        """What a jet (order 1) or a Hessian (order 2) is where no piece holds."""
        n = self.n_variables
        return (self.outside,) + (0.0,) * n if order == 1 else (0.0,) * (n * (n + 1) // 2)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the formulas' source: compiled code on disk is reused only for the same text."""
        source = "".join(inspect.getsource(module) for module in self.modules)
        return sha256(source.encode()).hexdigest()

    def evaluate(self, order: int, *args: Any) -> tuple[Any, ...]:
        """Jet or Hessian in plain Python."""
        for piece in self.pieces:
            if piece.holds(*args):
                return (piece.jet if order == 1 else piece.hessian)(*args)
        return self.fallback(order)


_REGISTRY: dict[str, SpecialFunction] = {}


class SpecialOp(ScalarOp):
    """Value (``wrt = ()``) or a partial derivative (``wrt = (0,)``, ``(0, 1)``, ...) of a special function."""

    def __init__(self, name: str, wrt: tuple[int, ...] = ()) -> None:
        self.function_name, self.wrt = name, tuple(sorted(wrt))
        self.nin = self.function.n_arguments
        super().__init__(upcast_out, name="_".join([name, *("d" + str(i) for i in self.wrt)]))

    @property
    def function(self) -> SpecialFunction:
        return _REGISTRY[self.function_name]

    @property
    def order(self) -> int:
        """Order of the group of formulas this op belongs to: 1 (value and slopes) or 2."""
        return max(1, len(self.wrt))

    @property
    def position(self) -> int:
        """Place of this op's number among those that its group of formulas returns."""
        if len(self.wrt) < 2:
            return 1 + self.wrt[0] if self.wrt else 0
        n, (row, column) = self.function.n_variables, self.wrt
        return row * n - row * (row - 1) // 2 + column - row

    def impl(self, *args: Any) -> Any:
        return self.function.evaluate(self.order, *args)[self.position]

    def pullback(self, inputs: Any, outputs: Any, output_gradients: Any) -> list[Any]:
        if len(self.wrt) == 2:
            raise NotImplementedError(
                f"Third derivatives of the special function {self.function_name!r} are not available; "
                "value, gradient and Hessian are."
            )
        (slope,) = output_gradients
        n = self.function.n_variables
        slopes = [slope * SpecialOp(self.function_name, (*self.wrt, i))(*inputs) for i in range(n)]
        return slopes + [constant.zeros_like() for constant in inputs[n:]]

    def supports_c_code(self, inputs: Any, outputs: Any) -> bool:
        # Elemwise fusion asks for C code even when numba or JAX compile the graph. The C linker
        # finds none and runs ``impl``.
        return True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and (self.function_name, self.wrt) == (other.function_name, other.wrt)

    def __hash__(self) -> int:
        return hash((type(self), self.function_name, self.wrt))

    def __reduce__(self) -> tuple[Any, ...]:
        return _special_op, (self.function.modules[0].__name__, self.function_name, self.wrt)


def _special_op(module: str, name: str, wrt: tuple[int, ...]) -> SpecialOp:
    """Unpickle in a process that may not have imported the function's module."""
    __import__(module)
    return SpecialOp(name, wrt)
