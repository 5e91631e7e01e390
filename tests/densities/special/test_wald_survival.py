"""Survivor of a racing diffusion with uniform start against mpmath: series, closed form, small drifts."""

import mpmath

from hssm.densities.special.wald_survival import log_wald_survivor
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import CLOSED_FORM

POINTS = [
    (1.0, 0.2, 0.5),
    (1.0, 0.39, 1.2),
    (1.5, 1.0, 1.0),
    (1.5, 1.0, 0.05),
    (1.5, 1.0, -0.05),
    (2.0, 1.5, -2.0),
    (0.5, 0.1, 12.0),
    (3.0, 2.0, 20.0),
]


def survivor(c, d, m):
    c, d, m = map(mpmath.mpf, (c, d, m))

    def ndtr(x):
        return mpmath.erfc(-x / mpmath.sqrt(2)) / 2

    def integral(x):
        both = ndtr(x - m) + mpmath.exp(2 * m * x) * ndtr(-x - m)
        return (x - m) * ndtr(x - m) + mpmath.npdf(x - m) - both / (2 * m)

    return mpmath.log((integral(c + d) - integral(c - d)) / (2 * d))


def test_values_and_derivatives():
    with mpmath.workdps(300):
        expected = [float(survivor(*point)) for point in POINTS]
    assert_close(laws.group(log_wald_survivor, 1, POINTS)[:, 0], expected, CLOSED_FORM)
    laws.check_first_derivatives(log_wald_survivor, POINTS[:6])
    laws.check_second_derivatives(log_wald_survivor, POINTS[:6])
