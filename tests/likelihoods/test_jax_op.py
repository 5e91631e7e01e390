import jax
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.jax_op import jax_vector

RT = np.array([0.5, 1.0, 2.0])


@pytest.mark.parametrize("enabled", [False, True])
def test_value_and_gradient_are_in_double_precision_whatever_jax_is_set_to(enabled: bool) -> None:
    rt, v = pt.vector("rt"), pt.scalar("v")
    value = jax_vector(lambda rt, v: jax.numpy.exp(-v * rt), [rt, v], "test")
    with jax.enable_x64(enabled):
        result, slope = pytensor.function([rt, v], [value, pt.grad(value.sum(), v)])(RT, 0.7)
        assert jax.config.jax_enable_x64 == enabled
    np.testing.assert_allclose(result, np.exp(-0.7 * RT), rtol=1e-14)
    np.testing.assert_allclose(slope, (-RT * np.exp(-0.7 * RT)).sum(), rtol=1e-14)
    assert result.dtype == np.float64


def test_constant_inputs_have_no_gradient_of_their_own() -> None:
    rt, v = pt.vector("rt"), pt.scalar("v")
    value = jax_vector(lambda rt, choice, v: rt * choice * v, [rt, pt.constant(np.array([1, 0, 1])), v], "test")
    assert pytensor.function([rt, v], pt.grad(value.sum(), v))(RT, 3.0) == 2.5
