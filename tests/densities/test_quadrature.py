"""Rules for averages: exact where they should be, correct derivatives, limits that lose nothing."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.integrate import quad

from hssm.densities.quadrature import earliest, latest, log_panel, log_sum_over, unit_rule
from tests.densities.compare import assert_close
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS


def test_unit_rule_integrates_polynomials():
    x, weights = unit_rule(6)
    for power in range(12):
        assert_close((weights * x**power).sum(), 1 / (power + 1), SAME_NUMERICS)


@pytest.mark.parametrize(("low", "high"), [(1.0, 2.0), (1e-3, 5.0), (0.7, 0.7), (0.7, 0.7 * (1 + 1e-13))])
def test_panel_gives_the_mean_and_its_derivatives(low, high):
    ends = pt.dvector("ends")
    nodes, log_weights = log_panel(ends[0], ends[1], 30)
    mean = pt.exp(log_sum_over(log_weights - nodes))
    value, slopes = pytensor.function([ends], [mean, pytensor.grad(mean, ends)])(np.array([low, high]))
    width = high - low
    exact = -np.exp(-low) * np.expm1(-width) / width if width > 1e-3 else np.exp(-0.5 * (low + high))
    assert_close(value, exact, OTHER_ALGORITHM)
    if width > 1e-3:
        assert_close(slopes, [(exact - np.exp(-low)) / width, (np.exp(-high) - exact) / width], OTHER_ALGORITHM)
    else:
        assert_close(slopes.sum(), -exact, OTHER_ALGORITHM)


@pytest.mark.parametrize(("distance", "drift"), [(1.0, 0.0), (0.1, 3.0), (3.0, 8.0)])
def test_nothing_is_lost_outside_the_limits(distance, drift):
    def log_passage(t):
        return np.log(distance) - 1.5 * np.log(t) - 0.5 * (distance**2 / t + drift**2 * t) - 0.2 * t

    first = float(earliest(pt.constant(50.0), pt.constant(distance**2), pt.constant(drift**2)).eval())
    rate = pt.constant(0.5 * drift**2 + 0.2)
    last = float(latest(pt.constant(first), pt.constant(distance**2), pt.constant(drift**2), rate).eval())
    top = max(log_passage(t) for t in np.geomspace(first, last, 500))
    inside = quad(lambda x: np.exp(x + log_passage(np.exp(x)) - top), np.log(first), np.log(last), limit=400)[0]
    before = quad(lambda x: np.exp(x + log_passage(np.exp(x)) - top), np.log(first) - 9, np.log(first), limit=400)[0]
    after = quad(lambda x: np.exp(x + log_passage(np.exp(x)) - top), np.log(last), np.log(last) + 9, limit=400)[0]
    assert before + after < SAME_NUMERICS.absolute * inside
