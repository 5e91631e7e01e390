"""Elementary functions in SIMD form against those of the C library."""

import math

import numba
import numpy as np
import pytest

from hssm.densities.special.elementary import SIMD
from tests.densities.compare import assert_close
from tests.tolerances import SAME_NUMERICS

RANGES = {
    math.exp: np.linspace(-700, 700, 4001),
    math.expm1: np.concatenate([np.linspace(-40, 40, 2001), np.geomspace(1e-12, 1, 100), -np.geomspace(1e-12, 1, 100)]),
    math.log: np.geomspace(1e-300, 1e300, 4001),
    math.log1p: np.concatenate([np.geomspace(1e-12, 1e3, 1001), -np.geomspace(1e-12, 0.99, 1001)]),
    math.sin: np.linspace(-20, 20, 4001),
    math.cos: np.linspace(-20, 20, 4001),
}


def mapped(function):
    @numba.njit
    def loop(x):
        out = np.empty_like(x)
        for i in range(x.size):
            out[i] = function(x[i])
        return out

    return loop


@pytest.mark.parametrize("original", RANGES, ids=lambda f: f.__name__)
def test_agrees_with_the_c_library(original):
    x = RANGES[original]
    expected = np.array([original(v) for v in x])
    actual = mapped(SIMD[original])(x)
    scale = np.ones_like(x) if original in (math.sin, math.cos) else np.where(expected == 0, 1, expected)
    assert_close(actual / scale, expected / scale, SAME_NUMERICS)


def test_exp_ends():
    assert mapped(SIMD[math.exp])(np.array([-709.0, -1e300, -np.inf, 0.0])).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert np.isfinite(mapped(SIMD[math.exp])(np.array([1e300]))).all()
