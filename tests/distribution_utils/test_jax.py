import jax
import jax.numpy as jnp
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.distribution_utils.jax import (
    make_jax_logp_funcs_from_callable,
    make_jax_logp_ops,
    make_jax_single_trial_logp_from_network_forward,
)
from tests.tolerances import SAME_NUMERICS, SINGLE_PRECISION

DATA = np.array([[0.7, 1.0], [1.1, -1.0], [0.5, 1.0]])
MU = np.array([0.4, 0.6, 0.9])
SCALE = 0.7


def close(got, expected, tolerance):
    np.testing.assert_allclose(got, expected, rtol=tolerance.relative, atol=tolerance.absolute)


def trial(row, mu, scale):
    return -0.5 * ((row[0] - mu) / scale) ** 2 - jnp.log(scale) + 0.1 * row[1]


def by_hand(mu, scale):
    return -0.5 * ((DATA[:, 0] - mu) / scale) ** 2 - np.log(scale) + 0.1 * DATA[:, 1]


def slopes_by_hand(mu, scale):
    distance = (DATA[:, 0] - mu) / scale
    return distance / scale, np.sum(distance**2 / scale - 1 / scale)


@pytest.mark.parametrize("params_is_reg", [None, [True, False]])
@pytest.mark.parametrize("return_jit", [True, False])
def test_a_function_of_one_trial_becomes_one_of_all_with_gradients(params_is_reg, return_jit):
    logp, logp_vjp, logp_nojit = make_jax_logp_funcs_from_callable(
        trial, params_is_reg=params_is_reg, return_jit=return_jit
    )
    for function in (logp, logp_nojit):
        close(function(DATA, MU, SCALE), by_hand(MU, SCALE), SINGLE_PRECISION)
    mu, scale = logp_vjp(DATA, MU, SCALE, gz=jnp.ones(3))
    close(mu, slopes_by_hand(MU, SCALE)[0], SINGLE_PRECISION)
    close(scale, slopes_by_hand(MU, SCALE)[1], SINGLE_PRECISION)


def test_a_function_of_all_trials_is_taken_as_it_is():
    funcs = make_jax_logp_funcs_from_callable(jax.vmap(trial, in_axes=(0, 0, None)), vmap=False)
    close(funcs.logp(DATA, MU, SCALE), by_hand(MU, SCALE), SINGLE_PRECISION)


def test_parameters_alone():
    funcs = make_jax_logp_funcs_from_callable(lambda mu, scale: mu / scale, params_only=True)
    close(funcs.logp(MU, SCALE), MU / SCALE, SINGLE_PRECISION)
    close(funcs.logp(0.3, 0.6), 0.5, SINGLE_PRECISION)


def test_a_forward_function_gets_parameters_first():
    logp = make_jax_single_trial_logp_from_network_forward(lambda row: (row * jnp.array([1.0, 10.0, 100.0])).sum())
    close(logp(jnp.array([2.0, 3.0]), 1.0), 1.0 + 20.0 + 300.0, SINGLE_PRECISION)
    only = make_jax_single_trial_logp_from_network_forward(lambda row: row[:1], params_only=True)
    close(only(0.25), 0.25, SINGLE_PRECISION)


def test_a_forward_function_of_several_outputs_is_refused():
    logp = make_jax_single_trial_logp_from_network_forward(lambda row: row)
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        logp(jnp.array([2.0, 3.0]), 1.0)


def test_an_operation_has_value_and_gradients_in_pytensor():
    evaluate = make_jax_logp_ops(*make_jax_logp_funcs_from_callable(trial))
    mu, scale = pt.dvector(), pt.dscalar()
    value = evaluate(DATA, mu, scale)
    function = pytensor.function([mu, scale], [value, *pt.grad(value.sum(), [mu, scale])])
    got, d_mu, d_scale = function(MU, SCALE)
    close(got, by_hand(MU, SCALE), SAME_NUMERICS)
    close(d_mu, slopes_by_hand(MU, SCALE)[0], SAME_NUMERICS)
    close(d_scale, slopes_by_hand(MU, SCALE)[1], SAME_NUMERICS)


def test_the_gradient_is_the_one_that_was_given():
    funcs = make_jax_logp_funcs_from_callable(trial)
    evaluate = make_jax_logp_ops(funcs.logp, lambda data, mu, scale, gz: (7.0 * gz, jnp.zeros_like(scale)))
    mu = pt.dvector()
    assert np.all(pt.grad(evaluate(DATA, mu, SCALE).sum(), mu).eval({mu: MU}) == 7.0)


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="`logp` must be a JAX function, got float"):
        make_jax_logp_funcs_from_callable(1.0)


def test_a_wrong_number_of_parameters_is_refused():
    with pytest.raises(TypeError, match="has 1 values, but 2 parameters"):
        make_jax_logp_funcs_from_callable(trial, params_is_reg=[True]).logp_nojit(DATA, MU, SCALE)
