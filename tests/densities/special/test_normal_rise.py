"""The mass that a ballistic accumulator has not yet brought over its threshold, against mpmath quadrature."""

import mpmath
import pytest

from hssm.densities.special.normal_rise import log_rise
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import CLOSED_FORM

POINTS = [(-3.0, 0.3, 0.5), (-1.0, 0.7, 2.0), (0.0, 1e-3, 0.1), (0.1, 0.39, 0.01), (0.1, 0.41, 3.0), (4.0, 6.0, 1.0)]


def rise(c, d, q):
    c, d, q = map(mpmath.mpf, (c, d, q))
    mass = mpmath.quad(lambda y: mpmath.ncdf(y) - mpmath.ncdf(c - d - q), [c - d, c, c + d])
    return mpmath.log(mass / (2 * d))


@pytest.fixture(scope="module")
def expected():
    with mpmath.workdps(40):
        return [float(rise(*point)) for point in POINTS]


def test_values(expected):
    assert_close(laws.group(log_rise, 1, POINTS)[:, 0], expected, CLOSED_FORM)


def test_derivatives():
    moderate = [point for point in POINTS if abs(point[0]) < 3 and point[1] > 0.1 and point[2] > 0.1]
    laws.check_first_derivatives(log_rise, moderate)
    laws.check_second_derivatives(log_rise, moderate)
