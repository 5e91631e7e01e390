"""The solver as a PyTensor operation: shapes, gradients, backends, and what it refuses."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.passage.compiled import evaluate_trials
from hssm.densities.passage.kernel import DENSITY
from hssm.densities.passage.op import PassageOp
from tests.densities.passage.straight import ANGLE, THETA
from tests.tolerances import SAME_NUMERICS, SINGLE_PRECISION

TOLERANCE = 1e-6
OP = PassageOp(ANGLE, "density", TOLERANCE)
TRIALS = np.array(
    [[tau, response, *THETA] for tau in (0.3, 0.8, 1.5) for response in (1.0, -1.0)] + [[-1.0, 1.0, *THETA]]
).T
WEIGHTS = np.linspace(0.5, 2.0, TRIALS.shape[1])


def test_values_and_slopes_are_those_of_the_kernel() -> None:
    trials = pt.dmatrix("trials")
    value, slopes = pytensor.function([trials], list(OP(trials)))(TRIALS)
    expected = evaluate_trials(ANGLE, DENSITY, TRIALS.copy(), TOLERANCE)
    np.testing.assert_allclose(value, expected[0], rtol=SAME_NUMERICS.relative)
    assert slopes.shape == TRIALS.shape
    np.testing.assert_allclose(slopes[0], expected[1], rtol=SAME_NUMERICS.relative)
    np.testing.assert_allclose(slopes[2:], expected[2:], rtol=SAME_NUMERICS.relative)
    assert not slopes[1].any()  # by the response
    assert value[-1] == -np.inf


def test_the_gradient_weighs_the_slopes() -> None:
    trials = pt.dmatrix("trials")
    value, slopes = OP(trials)
    gradient = pytensor.grad(pt.dot(WEIGHTS, pt.switch(pt.isinf(value), 0.0, value)), trials)
    found, expected = pytensor.function([trials], [gradient, slopes])(TRIALS)
    np.testing.assert_allclose(found, WEIGHTS * expected, rtol=SAME_NUMERICS.relative)
    assert np.isfinite(found).all()


def test_shapes_are_known_without_solving() -> None:
    trials = pt.dmatrix("trials")
    value, slopes = OP(trials)
    shapes = pytensor.function([trials], [value.shape[0], slopes.shape])
    assert not any(isinstance(node.op, PassageOp) for node in shapes.maker.fgraph.apply_nodes)
    n, matrix = shapes(TRIALS)
    assert (n, *matrix) == (TRIALS.shape[1], *TRIALS.shape)


def test_there_are_no_second_derivatives() -> None:
    trials = pt.dmatrix("trials")
    gradient = pytensor.grad(OP(trials)[0].sum(), trials)
    with pytest.raises(NotImplementedError, match="likelihood of 'angle' has first derivatives only.*sampler='pymc'"):
        pytensor.grad(gradient.sum(), trials)


def test_single_precision_stays_single_precision() -> None:
    trials = pt.fmatrix("trials")
    value, slopes = pytensor.function([trials], list(OP(trials)))(TRIALS.astype(np.float32))
    assert (value.dtype, slopes.dtype) == ("float32", "float32")
    expected = evaluate_trials(ANGLE, DENSITY, TRIALS.copy(), TOLERANCE)[0]
    np.testing.assert_allclose(value, expected, rtol=SINGLE_PRECISION.relative, atol=SINGLE_PRECISION.absolute)


def test_jax_has_the_same_values_and_gradients() -> None:
    jax = pytest.importorskip("jax")
    trials = pt.dmatrix("trials")
    value, _ = OP(trials)
    total = pt.switch(pt.isinf(value), 0.0, value).sum()
    outputs = [value, pytensor.grad(total, trials)]
    on_jax = pytensor.function([trials], outputs, mode="JAX")(TRIALS)
    for found, expected in zip(on_jax, pytensor.function([trials], outputs)(TRIALS), strict=True):
        np.testing.assert_allclose(np.asarray(found), expected, rtol=SAME_NUMERICS.relative)
    assert isinstance(on_jax[0], jax.Array | np.ndarray)


def test_operations_are_equal_if_they_compute_the_same() -> None:
    assert PassageOp(ANGLE, "density", TOLERANCE) == OP
    assert PassageOp(ANGLE, "cdf", TOLERANCE) != OP
    assert PassageOp(ANGLE, "density", 1e-8) != OP
