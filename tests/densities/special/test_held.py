import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pymc.pytensorf import rewrite_pregrad

from hssm.densities.special.held import held

X = np.array([0.5, 1.0, -2.0])


@pytest.mark.parametrize("mode", ["NUMBA", "JAX", "FAST_COMPILE"])
def test_values_pass(mode: str) -> None:
    x = pt.vector("x")
    np.testing.assert_array_equal(pytensor.function([x], held(x), mode=mode)(X), X)


@pytest.mark.parametrize("prepare", [lambda graph: graph, rewrite_pregrad], ids=["as written", "as PyMC rewrites it"])
def test_derivatives_do_not(prepare) -> None:
    x = pt.vector("x")
    value = prepare((x * held(pt.exp(x))).sum())
    np.testing.assert_allclose(pytensor.function([x], pt.grad(value, x))(X), np.exp(X))


def test_it_joins_a_fused_loop() -> None:
    x = pt.vector("x")
    function = pytensor.function([x], pt.exp(held(2.0 * x) + 1.0))
    np.testing.assert_allclose(function(X), np.exp(2.0 * X + 1.0))
    assert len(function.maker.fgraph.apply_nodes) == 1
