import numpy as np
import pytensor.tensor as pt
import pytest

import hssm
from hssm.distribution_utils import make_blackbox_op, make_likelihood_callable, make_missing_data_callable
from tests.tolerances import OTHER_ALGORITHM

DATA = np.array([[0.7, 1.0], [1.1, -1.0], [0.5, 1.0]])


def by_hand(data, mu, scale):
    return -0.5 * ((data[:, 0] - mu) / scale) ** 2 - np.log(scale) + 0.1 * data[:, 1]


def numpy_density(data, mu, scale):
    return by_hand(data, mu, scale)


def pytensor_density(data, mu, scale):
    return -0.5 * ((data[:, 0] - mu) / scale) ** 2 - pt.log(scale) + 0.1 * data[:, 1]


def jax_density(data, mu, scale):
    import jax.numpy as jnp

    return -0.5 * ((data[:, 0] - mu) / scale) ** 2 - jnp.log(scale) + 0.1 * data[:, 1]


def jax_trial(row, mu, scale):
    import jax.numpy as jnp

    return -0.5 * ((row[0] - mu) / scale) ** 2 - jnp.log(scale) + 0.1 * row[1]


CASES = [
    (pytensor_density, "analytical", None),
    (jax_density, "analytical", "jax"),
    (jax_trial, "approx_differentiable", "jax"),
    (numpy_density, "blackbox", None),
]


@pytest.mark.parametrize(("function", "kind", "backend"), CASES)
@pytest.mark.parametrize("mu", [0.8, np.array([0.2, 0.8, 1.4])])
def test_every_kind_becomes_the_same_function(function, kind, backend, mu):
    made = make_likelihood_callable(function, kind, backend)
    found = made(DATA, mu, 0.5).eval()
    np.testing.assert_allclose(found, by_hand(DATA, mu, 0.5), rtol=OTHER_ALGORITHM.relative)


def test_a_black_box_is_an_operator():
    op = make_blackbox_op(numpy_density)
    np.testing.assert_allclose(op(DATA, 0.8, np.full(3, 0.5)).eval(), by_hand(DATA, 0.8, 0.5))
    with pytest.raises(TypeError, match="`logp` must be a function"):
        make_blackbox_op(3)


def test_functions_of_parameters_alone():
    made = make_missing_data_callable(lambda v, a: v * a, backend="pytensor", params_only=True)
    np.testing.assert_allclose(made(np.array([1.0, 2.0]), 3.0).eval(), [3.0, 6.0])
    jax_made = make_missing_data_callable(lambda v, a: v * a, params_only=True)
    np.testing.assert_allclose(jax_made(np.array([1.0, 2.0]), 3.0).eval(), [3.0, 6.0])


def test_faults_are_named():
    with pytest.raises(ValueError, match=r"`loglik_kind` must be one of .*Did you mean 'analytical'"):
        make_likelihood_callable(pytensor_density, "analytic")
    with pytest.raises(ValueError, match="`backend` must be one of"):
        make_likelihood_callable(pytensor_density, "analytical", "torch")
    with pytest.raises(ValueError, match="`backend` must be 'jax' or 'pytensor', got 'numpy'"):
        make_missing_data_callable(pytensor_density, "numpy")
    with pytest.raises(TypeError, match="takes 3 parameters, got 2"):
        make_likelihood_callable(pytensor_density, "analytical", params_is_reg=[False] * 3)(DATA, 1.0, 2.0)
    with pytest.raises(AttributeError, match="no attribute 'make_family2'"):
        hssm.distribution_utils.make_family2  # noqa: B018
