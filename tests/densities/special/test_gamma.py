"""Log gamma and the gamma survivor, with derivatives in the shape, against mpmath."""

import mpmath
import numpy as np

from hssm.densities.special.gamma import log_gamma, log_gamma_survivor
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import CLOSED_FORM

POINTS = [(k, x) for k in (0.2, 1.0, 3.7, 20.0, 90.0) for x in (0.1, 1.9, 4.0, 15.0, 60.0, 150.0)]


def test_log_gamma():
    shapes = [(k,) for k in (0.01, 0.5, 1.0, 2.0, 9.5, 49.9, 50.1, 1e4)]
    expected = [float(mpmath.loggamma(k)) for (k,) in shapes]
    assert_close(laws.group(log_gamma, 1, shapes)[:, 0], expected, CLOSED_FORM)
    laws.check_first_derivatives(log_gamma, shapes[1:-1])
    laws.check_second_derivatives(log_gamma, shapes[1:-1])


def test_survivor():
    with mpmath.workdps(40):
        expected = [float(mpmath.log(mpmath.gammainc(k, x, regularized=True))) for k, x in POINTS]
        h = mpmath.mpf(10) ** -15
        slopes = [
            float(mpmath.diff(lambda a, x=x: mpmath.log(mpmath.gammainc(a, x, regularized=True)), k, h=h))
            for k, x in POINTS
        ]
    jets = laws.group(log_gamma_survivor, 1, POINTS)
    assert_close(jets[:, 0], expected, CLOSED_FORM)
    assert_close(jets[:, 1], np.array(slopes), CLOSED_FORM)
