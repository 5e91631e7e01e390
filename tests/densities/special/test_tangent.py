"""The slope of a bound: values, derivatives, backends, edges."""

import math

import numpy as np

from hssm.densities.special.tangent import tangent
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import SAME_NUMERICS

POINTS = [(x,) for x in (-1.5, -0.7, -1e-9, 0.0, 0.3, 1.2, 1.5)]


def test_values_and_derivatives():
    assert_close(laws.group(tangent, 1, POINTS)[:, 0], [math.tan(x) for (x,) in POINTS], SAME_NUMERICS)
    laws.check_first_derivatives(tangent, POINTS, step=1e-7)
    laws.check_second_derivatives(tangent, POINTS, step=1e-7)


def test_backends():
    laws.check_backends_agree(tangent, POINTS)


def test_outside():
    laws.check_outside(tangent, [(math.pi / 2,), (-math.pi / 2,), (9.0,), (np.inf,)])
