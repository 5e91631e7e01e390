"""What a user's functions compute with symbols is what they compute with numbers."""

import math

import numpy as np
import pytensor.tensor as pt
import pytest

from hssm.densities.passage.symbols import Parameters, Symbol, variable_of
from tests.tolerances import SAME_NUMERICS

X, Y = 0.7, -1.3
FUNCTIONS = {
    "arithmetic": lambda x, y: 2.0 - x * y / 3.0 + x**2.0 - (1.0 + y) / x + 2.0**x,
    "signs": lambda x, y: -x + abs(y),
    "numpy": lambda x, y: np.exp(x) + np.log(x) + np.sqrt(x) + np.tanh(y) + np.square(y) + np.absolute(y),
    "two arguments": lambda x, y: np.minimum(x, y) + np.maximum(x, 1.0) + np.power(x, 3.0) - np.divide(y, x),
    "where": lambda x, y: np.where(x > y, x, 5.0) + np.where(np.less_equal(x, 0.5), 1.0, y),
    "clip": lambda x, y: np.clip(y, -1.0, 1.0) + np.ones_like(x) + np.zeros_like(x),
    "numpy scalar on the left": lambda x, y: np.float64(2.0) * x + np.float64(1.0) - y,
    "comparisons": lambda x, y: (x >= y) * 1.0 + (x < y) * 2.0 + (x <= 0.7) * 4.0 + (y < 0.0) * 8.0,
    "pytensor": lambda x, y: x * 1.0 + y,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_value_is_that_of_numbers(name: str) -> None:
    x, y = pt.dscalar("x"), pt.dscalar("y")
    found = variable_of(FUNCTIONS[name](Symbol(x), Symbol(y))).eval({x: X, y: Y}, on_unused_input="ignore")
    expected = FUNCTIONS[name](np.float64(X), np.float64(Y))
    np.testing.assert_allclose(found, expected, rtol=SAME_NUMERICS.relative)


def test_functions_of_pytensor_take_symbols() -> None:
    x = pt.dscalar("x")
    assert pt.exp(Symbol(x)).eval({x: X}) == pytest.approx(math.exp(X))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: 1.0 if x > 0.0 else 2.0, "np.where"),
        (math.exp, "np.exp"),
        (np.sum, "np.sum is not available"),
        (np.add.reduce, "elementwise"),
        (lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0]), "np.interp is not available"),
    ],
)
def test_what_cannot_work_says_what_to_write(function, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        function(Symbol(pt.dscalar("x")))


def test_parameters_by_name() -> None:
    p = Parameters({"a": 1.0, "theta": 0.2})
    assert p["a"] == p.a == 1.0 and list(p) == ["a", "theta"] and len(p) == 2
    with pytest.raises(AttributeError, match="no parameter 'b'.*a, theta"):
        p.b  # noqa: B018
