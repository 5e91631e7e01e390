"""``full_ddm`` in a graph: one operation on every backend, its gradient, second derivatives, broadcasting."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.variability_distribution import FULL_DDM
from hssm.densities.wiener_variability import PARAMETERS
from tests.densities.compare import assert_close, columns, reference
from tests.tolerances import (
    ANALYTIC_GRADIENT,
    FINITE_DIFFERENCE,
    FIXED_QUADRATURE,
    SAME_NUMERICS,
    SINGLE_PRECISION,
)

NAMES = ("rt", "response", *PARAMETERS)


def compiled(mode, dtype="float64"):
    inputs = {name: pt.vector(name, dtype=dtype) for name in NAMES}
    value = FULL_DDM.log_density(inputs, inputs)
    slopes = pytensor.grad(value.sum(), [inputs[name] for name in PARAMETERS])
    return pytensor.function(list(inputs.values()), [value, *slopes], mode=mode)


@pytest.mark.parametrize(
    ("mode", "tolerances"),
    [
        ("NUMBA", (SAME_NUMERICS, ANALYTIC_GRADIENT)),
        ("FAST_COMPILE", (SAME_NUMERICS, ANALYTIC_GRADIENT)),
        ("JAX", (FIXED_QUADRATURE, FIXED_QUADRATURE)),
    ],
)
def test_reference(mode, tolerances):
    frame = reference("full_ddm")
    value, *slopes = compiled(mode)(*columns(frame, NAMES))
    assert_close(value, frame["log_density"], tolerances[0])
    for parameter, slope in zip(PARAMETERS, slopes, strict=True):
        assert_close(slope, frame[f"d_{parameter}"], tolerances[1])


def test_single_precision():
    frame = reference("full_ddm").query("region == 'all'")
    value, *_ = compiled("NUMBA", "float32")(*columns(frame, NAMES, "float32"))
    assert value.dtype == np.float32
    assert_close(value, frame["log_density"], SINGLE_PRECISION)


def test_second_derivatives_are_finite_differences_of_the_gradient():
    """Along one direction: the derivative of the slope along it."""
    theta, step = pt.dvector("theta"), 1e-5
    point, direction = np.array([0.8, 1.1, 0.4, 0.3, 0.3, 0.7, 0.2]), np.array([1.0, -0.7, 0.3, 0.1, 0.2, -0.5, 0.1])
    observed = {"rt": pt.constant(np.array([0.6, 0.9, 2.1])), "response": pt.constant(np.array([1.0, -1.0, 1.0]))}
    total = FULL_DDM.log_density(observed, {name: theta[i] for i, name in enumerate(PARAMETERS)}).sum()
    gradient = pytensor.grad(total, theta)
    slopes = pytensor.function([theta], gradient)
    second = pytensor.function([theta], pytensor.grad((gradient * direction).sum(), theta), mode="FAST_COMPILE")
    difference = (slopes(point + step * direction) - slopes(point - step * direction)) / (2 * step)
    assert_close(second(point), difference, FINITE_DIFFERENCE)


def test_broadcasts_draw_and_trial(rng):
    theta = {name: pt.dscalar(name) for name in PARAMETERS} | {"v": pt.dtensor3("v"), "sz": pt.constant(0.2)}
    observed = {"rt": pt.dvector("rt"), "response": pt.dvector("response")}
    inputs = [*observed.values(), *(theta[name] for name in PARAMETERS if name != "sz")]
    function = pytensor.function(inputs, FULL_DDM.log_density(observed, theta))
    v, rt, response = rng.normal(size=(2, 3, 4)), rng.uniform(0.4, 2, 4), np.array([1.0, -1, 1, -1])
    rest = (1.1, 0.4, 0.3, 0.7, 0.2)
    whole = function(rt, response, v, *rest)
    assert whole.shape == (2, 3, 4)
    assert_close(function(rt[2:3], response[2:3], v[1:, 1:2, 2:3], *rest).item(), whole[1, 1, 2], SAME_NUMERICS)
