"""Laws that hold for every special function, each test module supplies points."""

import mpmath
import numpy as np
import pytensor
import pytensor.tensor as pt

from hssm.densities.special.function import SpecialOp
from hssm.densities.special.jax_backend import jax_group
from hssm.densities.special.numba_backend import kernel
from tests.densities.compare import assert_close
from tests.tolerances import FINITE_DIFFERENCE, FINITE_DIFFERENCE_OF_GRADIENT, OTHER_ALGORITHM


def group(function, order, points):
    """Every number of a jet or a Hessian in plain Python, (n_points, n_numbers)."""
    return np.array([function.evaluate(order, *map(float, point)) for point in points])


def shifted(function, points, variable, step):
    """Points moved along a variable; a constant complement moves the other way (w and 1 - w)."""
    moved = np.array(points, float)
    moved[:, variable] += step
    if function.constants and variable == function.n_variables - 1:
        moved[:, -1] -= step
    return moved


def check_first_derivatives(function, points, step=1e-5):
    jets = group(function, 1, points)
    for i in range(function.n_variables):
        up, down = (group(function, 1, shifted(function, points, i, h))[:, 0] for h in (step, -step))
        assert_close(jets[:, 1 + i], (up - down) / (2 * step), FINITE_DIFFERENCE)


def check_second_derivatives(function, points, step=1e-5):
    hessians = group(function, 2, points)
    for i in range(function.n_variables):
        up, down = (group(function, 1, shifted(function, points, i, h)) for h in (step, -step))
        slopes = (up - down)[:, 1:] / (2 * step)
        for j in range(i, function.n_variables):
            position = SpecialOp(function.name, (i, j)).position
            assert_close(hessians[:, position], slopes[:, j], FINITE_DIFFERENCE_OF_GRADIENT)


def check_backends_agree(function, points):
    import jax

    points = np.array(points, float)
    for order in (1, 2):
        expected = group(function, order, points)
        compiled = np.array([kernel(function, order)(*point) for point in points])
        assert_close(compiled, expected, OTHER_ALGORITHM)
        with jax.enable_x64(True):
            assert_close(np.array(jax_group(function, order)(*points.T)).T, expected, OTHER_ALGORITHM)


def check_outside(function, points):
    """Value ``outside`` and zero slopes, compiled, where no piece holds."""
    inputs = [pt.dvector() for _ in range(function.n_arguments)]
    out = function(*inputs)
    slopes = pytensor.grad(out.sum(), inputs)
    value, *slopes = pytensor.function(inputs, [out, *slopes], on_unused_input="ignore")(*np.array(points, float).T)
    assert np.all(value == function.outside)
    assert np.all(np.array(slopes) == 0.0)


def mp_log(value) -> float:
    return float(mpmath.log(value))
