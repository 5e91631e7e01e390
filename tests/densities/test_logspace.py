"""Log-sum-exp helpers: right values, and no NaN in value or gradient at log zero."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.logspace import LOG_FLOOR, finite_or, log1mexp, log_add_exp, log_diff_exp, masked
from tests.densities.compare import assert_close
from tests.tolerances import SAME_NUMERICS

INF = np.inf


def evaluate(function, *values):
    """Value and gradients of a function at arrays."""
    inputs = [pt.dvector() for _ in values]
    out = function(*inputs)
    compiled = pytensor.function(inputs, [out, *pytensor.grad(out.sum(), inputs)])
    return compiled(*(np.asarray(v, float) for v in values))


def test_log_add_exp_values_and_shares():
    x, y = [0.0, -1.0, -700.0, -INF, -INF, 2.0, 3.0], [0.0, -3.0, -2.0, -5.0, -INF, -INF, 800.0]
    value, dx, dy = evaluate(log_add_exp, x, y)
    assert_close(value, np.logaddexp(x, y), SAME_NUMERICS)
    assert np.all(np.isfinite(dx)) and np.all(np.isfinite(dy))
    assert_close((dx + dy)[np.isfinite(value)], 1.0, SAME_NUMERICS)
    assert dx[0] == dy[0] == 0.5


def test_log_add_exp_takes_any_number_of_terms():
    value, *slopes = evaluate(log_add_exp, [0.0], [1.0], [2.0])
    weights = np.exp([0.0, 1.0, 2.0])
    assert_close(value, np.log(weights.sum()), SAME_NUMERICS)
    assert_close(np.ravel(slopes), weights / weights.sum(), SAME_NUMERICS)


def test_log1mexp_in_both_ranges_and_at_its_ends():
    x = np.array([-1e-12, -0.1, -0.7, -5.0, -40.0])
    value, slope = evaluate(log1mexp, x)
    assert_close(value, np.log(-np.expm1(x)), SAME_NUMERICS)
    assert_close(slope, np.exp(x) / np.expm1(x), SAME_NUMERICS)
    value, slope = evaluate(log1mexp, [0.0, 1.0, -INF])
    assert value.tolist() == [-INF, -INF, 0.0] and np.all(slope == 0.0)


def test_log_diff_exp():
    x, y = np.array([0.0, -3.0, -1.0]), np.array([-1.0, -800.0, -INF])
    value, dx, dy = evaluate(log_diff_exp, x, y)
    assert_close(value, np.log(np.exp(x) - np.exp(y)), SAME_NUMERICS)
    assert_close(dx, 1.0 / (1.0 - np.exp(y - x)), SAME_NUMERICS)
    assert_close(dy, -np.exp(y - x) / (1.0 - np.exp(y - x)), SAME_NUMERICS)
    value, dx, dy = evaluate(log_diff_exp, [-1.0, -2.0, -INF], [-1.0, -1.0, -INF])
    assert np.all(value == -INF) and np.all(dx == 0.0) and np.all(dy == 0.0)


@pytest.mark.parametrize(
    ("function", "expected"), [(finite_or, [0.0, 1.0]), (lambda x: masked(pt.gt(x, 0), x), [-INF, 1.0])]
)
def test_guards_stop_the_gradient_where_they_replace(function, expected):
    value, slope = evaluate(function, [-INF, 1.0])
    assert value.tolist() == expected
    assert slope.tolist() == [0.0, 1.0]


def test_log_floor():
    assert_close(LOG_FLOOR, -100 * np.log(10), SAME_NUMERICS)
