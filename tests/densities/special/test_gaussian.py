"""Mills' ratio and the log normal distribution function against mpmath."""

import mpmath
import numpy as np

from hssm.densities.special.gaussian import log_ndtr, mills
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import SAME_NUMERICS


def tail(x):
    return mpmath.erfc(mpmath.mpf(x) / mpmath.sqrt(2)) / 2


def test_mills():
    x = [0.0, 0.01, 0.5, 2.0, 5.0, 11.0, 30.0, 300.0]
    with mpmath.workdps(50):
        expected = [float(tail(v) / mpmath.npdf(v)) for v in x]
    assert_close(np.array([mills(v) for v in x]) / expected, 1.0, SAME_NUMERICS)


def test_log_ndtr():
    x = [-200.0, -40.0, -3.0, -0.1, 0.0, 0.1, 2.0, 8.0, 30.0]
    with mpmath.workdps(250):
        expected = [laws.mp_log(tail(-v)) for v in x]
    value = laws.group(log_ndtr, 1, [(v,) for v in x])[:, 0]
    assert_close(value / expected, 1.0, SAME_NUMERICS)


def test_derivatives_and_backends():
    points = [(x,) for x in (-20.0, -3.0, -0.5, 0.5, 3.0, 6.0)]
    laws.check_first_derivatives(log_ndtr, points)
    laws.check_second_derivatives(log_ndtr, points)
    laws.check_backends_agree(log_ndtr, points)


def test_ends():
    assert log_ndtr.evaluate(1, np.inf) == (0.0, 0.0)
    laws.check_outside(log_ndtr, [(-np.inf,)])
