"""The pieces that recipes are made of."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import expit

from hssm.models.registry import get_model
from hssm.networks.recipe import (
    KINDS,
    SOONEST,
    Recipe,
    as_is,
    both_outcomes,
    column,
    decision_time,
    inputs_of,
    log_sigmoid,
    log_softmax,
    soft,
)

X = np.array([[-200.0], [-3.0], [0.0], [0.4], [90.0]], dtype=np.float32)


def test_decision_times_stay_above_the_soonest_and_say_so() -> None:
    tau = np.array([[-1.0], [0.0], [SOONEST], [0.3]], dtype=np.float32)
    kept, lost = decision_time(tau)
    np.testing.assert_allclose(kept, np.maximum(tau, SOONEST))
    assert (np.asarray(lost)[:2] <= -100.0).all()
    np.testing.assert_array_equal(lost[2:], 0.0)
    slope = jax.grad(lambda x: decision_time(x)[1].sum())(np.array([[0.5 * SOONEST]], dtype=np.float32))
    assert slope[0, 0] > 0.0


def test_log_sigmoid_neither_overflows_nor_underflows() -> None:
    with np.errstate(over="ignore"):
        exact = np.where(X < -30.0, X, np.log(expit(X.astype(float))))
    np.testing.assert_allclose(log_sigmoid(X), exact, rtol=1e-6, atol=1e-7)


def test_soft_is_bounded_and_linear_around_zero() -> None:
    assert (np.abs(soft(X)) < 1.0).all()
    assert jax.grad(soft)(0.0) == pytest.approx(1.0)


def test_probabilities_of_outcomes_add_to_one() -> None:
    np.testing.assert_allclose(np.exp(both_outcomes(X)).sum(axis=1), 1.0, rtol=1e-6)
    scores = np.random.default_rng(4).normal(scale=30.0, size=(20, 3)).astype(np.float32)
    np.testing.assert_allclose(np.exp(log_softmax(scores)).sum(axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(as_is(scores), scores)


def test_layers_answer_in_units_of_the_size() -> None:
    """Known part plus remainder; with a size the remainder is multiplied by it, with ``combine`` rows are of parts."""
    rows = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)

    def layers(features):
        return 10.0 * features

    def split(rows):
        return column(rows, 0), column(rows, 1)

    def sized(rows):
        return *split(rows), 0.5 * column(rows, 1)

    def twice(of_part, rows):
        return of_part(rows) + of_part(2.0 * rows)

    plain = Recipe(inputs=("x", "y"), split=split, finish=as_is)
    np.testing.assert_allclose(plain.answer(layers, rows), [[12.0], [34.0]])
    with_size = Recipe(inputs=("x", "y"), split=sized, finish=jnp.negative)
    np.testing.assert_allclose(with_size.answer(layers, rows), [[-12.0], [-64.0]])
    combined = Recipe(inputs=("x", "y"), split=split, finish=as_is, combine=twice)
    np.testing.assert_allclose(combined.answer(layers, rows), [[36.0], [102.0]])


def test_inputs_by_kind() -> None:
    parameters = ("v", "a", "z", "t")
    expected = {"lan": ("rt", "response"), "cpn": (), "opn": ("deadline",), "gonogo": ("deadline",)}
    for kind in KINDS:
        assert inputs_of(get_model("ddm"), kind) == (*parameters, *expected[kind])
