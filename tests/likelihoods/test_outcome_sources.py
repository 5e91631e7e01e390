from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.outcome_sources import with_outcome_functions
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Recording
from tests.likelihoods.recorded_toy import RATE, THETA, TOY, Q, share
from tests.tolerances import SAME_NUMERICS

SPEC = ModelSpec(name="toy", parameters=tuple(ParameterSpec(name=name) for name in TOY.params), choices=(0, 1))
ANALYTICAL = LikelihoodSpec(kind="analytical", source=lambda data, rate, q: data)
NETWORK = LikelihoodSpec(kind="approx_differentiable", source=lambda row, rate, q: row)
BARE = replace(TOY, log_cdf=None, log_survival=None)
DEADLINE = Recording(missing=-999.0, deadline="deadline")
LOST = Recording(missing=-999.0)
NOGO = Recording(missing=-999.0, nogo=0)


def value(function, rt=0.8, response=(0.0, 1.0)) -> np.ndarray:
    observed = {"rt": pt.constant(np.full(len(response), rt)), "response": pt.constant(np.array(response))}
    with jax.enable_x64(True):
        return function(observed, {name: pt.constant(each) for name, each in THETA.items()}).eval()


def close(expected):
    return pytest.approx(expected, rel=SAME_NUMERICS.relative)


def test_the_models_own_functions_are_kept_and_withholding_follows() -> None:
    sourced = with_outcome_functions(TOY, SPEC, ANALYTICAL, NOGO)
    assert sourced.log_cdf is TOY.log_cdf
    assert np.exp(value(sourced.log_withheld)[0]) == close(1 - Q * (1 - np.exp(-RATE * 0.8)))


def test_a_density_is_integrated_unless_it_is_a_networks() -> None:
    assert with_outcome_functions(BARE, SPEC, ANALYTICAL, DEADLINE).log_survival is not None
    assert with_outcome_functions(BARE, SPEC, NETWORK, DEADLINE).log_survival is None
    assert with_outcome_functions(BARE, SPEC, ANALYTICAL, Recording()) is BARE


def test_a_function_of_the_deadline_replaces_the_survivor() -> None:
    sourced = with_outcome_functions(BARE, SPEC, NETWORK, DEADLINE, lambda deadline, rate, q: -2.0 * rate * deadline)
    assert value(sourced.log_survival) == close(np.full(2, -2.0 * RATE * 0.8))
    assert sourced.uses_jax


def test_a_function_of_choices_may_give_one_or_all() -> None:
    one = with_outcome_functions(BARE, SPEC, NETWORK, LOST, lambda rate, q: jnp.log1p(-q))
    both = with_outcome_functions(BARE, SPEC, NETWORK, LOST, lambda rate, q: jnp.log(jnp.stack([1 - q, q])))
    expected = close(np.log([share(0), share(1)]))
    assert value(one.log_cdf) == expected
    assert value(both.log_cdf) == expected


def test_a_function_of_withheld_responses_with_and_without_deadline() -> None:
    timed = replace(NOGO, deadline="deadline")
    with_time = with_outcome_functions(BARE, SPEC, NETWORK, timed, lambda deadline, rate, q: -deadline * q)
    without = with_outcome_functions(BARE, SPEC, NETWORK, NOGO, lambda rate, q: jnp.log1p(-q))
    assert value(with_time.log_withheld) == close(np.full(2, -0.8 * Q))
    assert value(without.log_withheld) == close(np.full(2, np.log1p(-Q)))


def test_a_function_of_the_wrong_shape_is_refused() -> None:
    sourced = with_outcome_functions(BARE, SPEC, NETWORK, LOST, lambda rate, q: jnp.zeros(3))
    with pytest.raises(ValueError, match=r"shape \(3,\).*expected \(2,\).*\[0, 1\]"):
        value(sourced.log_cdf)


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="`loglik_missing_data` must be a JAX function"):
        with_outcome_functions(BARE, SPEC, NETWORK, LOST, 3)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        with_outcome_functions(BARE, SPEC, NETWORK, LOST, "nowhere.onnx")
