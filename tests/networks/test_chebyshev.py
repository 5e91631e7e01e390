"""Series of smooth functions: right between the nodes, and still beyond the ends."""

import numpy as np

from hssm.networks.chebyshev import Axis, coefficients, products
from tests.tolerances import SINGLE_PRECISION

FIRST, SECOND = Axis(-1.0, 3.0, 14), Axis(0.5, 2.0, 10)


def smooth(x, y):
    return np.exp(-0.5 * x * y) + np.log(1.0 + y) * x


def column(numbers):
    return np.asarray(numbers, dtype=np.float32)[:, None]


def test_a_function_of_two_numbers() -> None:
    series = coefficients((FIRST, SECOND), smooth(FIRST.nodes()[:, None], SECOND.nodes()))
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-1.0, 3.0, 200), rng.uniform(0.5, 2.0, 200)
    basis = products(FIRST.polynomials(column(x)), SECOND.polynomials(column(y)))
    np.testing.assert_allclose(basis @ series.ravel(), smooth(x, y), atol=SINGLE_PRECISION.absolute)


def test_more_values_at_every_node() -> None:
    each = np.stack([np.sin(FIRST.nodes()), np.cos(FIRST.nodes())], axis=1)
    found = FIRST.polynomials(column([0.3])) @ coefficients((FIRST,), each)
    np.testing.assert_allclose(found, [[np.sin(0.3), np.cos(0.3)]], atol=SINGLE_PRECISION.absolute)


def test_still_beyond_the_ends() -> None:
    found = FIRST.polynomials(column([-9.0, -1.0, 3.0, 50.0]))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[2], found[3])
