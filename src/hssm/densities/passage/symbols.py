"""Numbers in the making: what a user's drift and bound functions are called with, once, to see what they compute.

A :class:`Symbol` wraps a PyTensor variable and takes part in plain arithmetic and in NumPy's elementwise functions
(``np.exp``, ``np.where``, ``np.minimum``, ...), which PyTensor variables alone do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, ge, gt, le, lt, mul, neg, pow, sub, truediv
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import _as_tensor_variable

_RENAMED = {
    "absolute": "abs",
    "arcsin": "arcsin",
    "divide": "true_div",
    "float_power": "pow",
    "multiply": "mul",
    "negative": "neg",
    "power": "pow",
    "square": "sqr",
    "subtract": "sub",
    "true_divide": "true_div",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
}


class Symbol:
    """A PyTensor variable that NumPy's functions accept."""

    def __init__(self, variable: TensorVariable) -> None:
        self.variable = variable

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Symbol:
        name = _RENAMED.get(ufunc.__name__, ufunc.__name__)
        function = getattr(pt, name, None)
        if method != "__call__" or kwargs or function is None:
            raise TypeError(f"np.{ufunc.__name__} is not available here: use elementwise functions, such as np.exp.")
        return Symbol(function(*map(variable_of, inputs)))

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Symbol:
        known = {np.where: pt.switch, np.clip: pt.clip, np.zeros_like: pt.zeros_like, np.ones_like: pt.ones_like}
        if function not in known or kwargs:
            raise TypeError(f"np.{function.__name__} is not available here: use elementwise functions, such as np.exp.")
        return Symbol(known[function](*map(variable_of, args)))

    def __bool__(self) -> bool:
        raise TypeError("The value is not known yet: write np.where(condition, yes, no) instead of `if` or `and`.")

    def __float__(self) -> float:
        raise TypeError("The value is not known yet: use np.exp, np.where, ... instead of functions of `math`.")


def variable_of(value: Any) -> Any:
    """What PyTensor knows of a value: the variable of a symbol, anything else as it is."""
    return value.variable if isinstance(value, Symbol) else value


def _binary(operation: Callable[[Any, Any], Any], reflected: bool = False) -> Callable[[Symbol, Any], Any]:
    def method(self: Symbol, other: Any) -> Any:
        if (
            not isinstance(other, Symbol | TensorVariable)
            and not np.isscalar(other)
            and not isinstance(other, np.ndarray)
        ):
            return NotImplemented
        left, right = (other, self) if reflected else (self, other)
        return Symbol(operation(pt.as_tensor_variable(variable_of(left)), pt.as_tensor_variable(variable_of(right))))

    return method


for _name, _operation in {"add": add, "sub": sub, "mul": mul, "truediv": truediv, "pow": pow}.items():
    setattr(Symbol, f"__{_name}__", _binary(_operation))
    setattr(Symbol, f"__r{_name}__", _binary(_operation, reflected=True))
for _name, _operation in {"lt": lt, "le": le, "gt": gt, "ge": ge}.items():
    setattr(Symbol, f"__{_name}__", _binary(_operation))
setattr(Symbol, "__neg__", lambda self: Symbol(neg(self.variable)))  # noqa: B010  (with its siblings)
setattr(Symbol, "__abs__", lambda self: Symbol(abs(self.variable)))  # noqa: B010


@_as_tensor_variable.register(Symbol)
def _symbol_as_tensor(symbol: Symbol, *args: Any, **kwargs: Any) -> TensorVariable:
    """Lets functions of ``pytensor.tensor`` take symbols, too."""
    return symbol.variable


class Parameters(Mapping[str, Any]):
    """Parameters by name, as ``p["a"]`` or ``p.a``."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"There is no parameter {name!r}; the parameters are: {', '.join(self._values)}.")
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
