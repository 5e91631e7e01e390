"""Normal averages over an interval against mpmath, on both sides of the switch between series and closed form."""

import mpmath
import numpy as np
import pytest

from hssm.densities.special.normal_panel import log_mean_ndtr, log_ramp
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import CLOSED_FORM

POINTS = [(-25.0, 0.01), (-25.0, 0.1), (-2.0, 0.3), (-1.0, 0.7), (0.0, 1e-3), (0.1, 0.39), (0.1, 0.41), (4.0, 6.0)]
RAMPS = [(*point, q) for point in POINTS for q in (0.01, 3.0)]


def ndtr(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def mean_ndtr(c, d):
    c, d = mpmath.mpf(c), mpmath.mpf(d)
    low, high = ((x * ndtr(x) + mpmath.npdf(x)) for x in (c - d, c + d))
    return mpmath.log((high - low) / (2 * d))


def ramp(c, d, q):
    c, d, q = map(mpmath.mpf, (c, d, q))
    low, high = c - d, c + d
    between = ndtr(-low) - ndtr(-high) if c > 0 else ndtr(high) - ndtr(low)
    return mpmath.log(((q - low) * between + mpmath.npdf(low) - mpmath.npdf(high)) / (2 * d))


@pytest.mark.parametrize(("function", "exact", "points"), [(log_mean_ndtr, mean_ndtr, POINTS), (log_ramp, ramp, RAMPS)])
def test_values_and_derivatives(function, exact, points):
    with mpmath.workdps(300):
        expected = [float(exact(*point)) for point in points]
    assert_close(laws.group(function, 1, points)[:, 0], expected, CLOSED_FORM)
    moderate = [point for point in points if abs(point[0]) < 3 and point[1] > 0.1]
    laws.check_first_derivatives(function, moderate)
    laws.check_second_derivatives(function, moderate)


def test_no_width_is_the_function_itself():
    value, slope, by_d = log_mean_ndtr.evaluate(1, -1.5, 0.0)
    with mpmath.workdps(30):
        assert_close(np.array(value), float(mpmath.log(mpmath.ncdf(-1.5))), CLOSED_FORM)
    assert by_d == 0.0 and slope > 0.0


FAR = [(-1e9, 1e-8), (-3e12, 1e-10), (-1e16, 1e-8), (-60.0, 0.5)]
"""Far out both ends of a wide interval may be the same number in double precision."""


@pytest.mark.parametrize(("function", "exact", "n"), [(log_mean_ndtr, mean_ndtr, 2), (log_ramp, ramp, 3)])
def test_intervals_far_out(function, exact, n):
    points = [(*point, -point[0])[:n] for point in FAR]
    if n == 3:
        points += [(-point[0], *point[1:]) for point in points]
    with mpmath.workdps(120):
        expected = [float(exact(*point)) for point in points]
        slopes = []
        for point in points:
            step = mpmath.mpf(10) ** -60
            moved = [
                [x + sign * step * (i == k) for i, x in enumerate(map(mpmath.mpf, point))]
                for k in range(n)
                for sign in (1, -1)
            ]
            values = [exact(*each) for each in moved]
            slopes.append([float((up - down) / (2 * step)) for up, down in zip(values[::2], values[1::2], strict=True)])
    found = laws.group(function, 1, points)
    assert_close(found[:, 0], expected, CLOSED_FORM)
    # In absolute terms of the largest slope: slopes by the place and by the width nearly cancel each other.
    scale = np.abs(slopes).max(axis=1, keepdims=True)
    np.testing.assert_allclose(found[:, 1 : 1 + n] / scale, slopes / scale, rtol=0, atol=CLOSED_FORM.relative)
