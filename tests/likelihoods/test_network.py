import jax
import jax.numpy as jnp
import numpy as np
import onnx
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.network import first_output, is_double, log_complement, of_choice
from hssm.likelihoods.onnx.read import read_network
from hssm.likelihoods.pointwise import evaluate_pointwise
from hssm.models.config import resolve_model
from tests.likelihoods import network_toy as toy
from tests.likelihoods.onnx.graphs import mlp, model
from tests.tolerances import FINITE_DIFFERENCE_OF_GRADIENT, OTHER_RUNTIME, SAME_NUMERICS

RT = np.array([0.5, 0.9, 2.5, 0.2])
RESPONSE = np.array([1.0, -1.0, 1.0, -1.0])
POINT = {"rate": 1.5, "q": 0.3, "t": 0.25}
KIND = "approx_differentiable"


def likelihood(loglik=None, **config):  # type: ignore[no-untyped-def]
    loglik = toy.lan() if loglik is None else loglik
    given = {"list_params": toy.NAMES, "choices": [-1, 1], "bounds": toy.BOX} | config
    resolved = resolve_model("mine", loglik=loglik, loglik_kind=KIND, model_config=given)
    return assemble(resolved.spec, resolved.likelihood, floor=False)


def close(expected):  # type: ignore[no-untyped-def]
    return pytest.approx(expected, rel=OTHER_RUNTIME.relative, abs=OTHER_RUNTIME.absolute)


def test_a_network_is_a_likelihood_with_its_domain() -> None:
    own = likelihood()
    assert own.uses_jax and own.differentiable
    observed = {"rt": RT, "response": RESPONSE}
    draws = {"rate": np.array([[1.5], [2.0], [5.0]]), "q": np.full((1, 4), 0.3), "t": np.array([[0.25]])}
    value = evaluate_pointwise(own, observed, draws)
    assert value.shape == (3, 4)
    for i, rate in enumerate((1.5, 2.0)):
        assert value[i] == close(toy.log_density(RT, RESPONSE, rate, 0.3, 0.25))
    assert np.isneginf(value[2]).all(), "outside the box"
    assert np.isneginf(value[0, 3]), "before the non-decision time"


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_gradients_of_numbers_and_vectors(mode: str) -> None:
    own = likelihood()
    rate, q, t = pt.scalar("rate"), pt.vector("q"), pt.scalar("t")
    value = own.log_density({"rt": pt.constant(RT), "response": pt.constant(RESPONSE)}, {"rate": rate, "q": q, "t": t})
    total = pt.switch(pt.isinf(value), 0.0, value).sum()
    evaluate = pytensor.function([rate, q, t], [total, *pt.grad(total, [rate, q, t])], mode=mode)
    with jax.enable_x64(True):
        result = evaluate(1.5, np.full(4, 0.3), 0.25)
    inside = RT > 0.25
    assert result[0] == close(toy.log_density(RT, RESPONSE, **POINT)[inside].sum())
    assert result[1] == close((1 / 1.5 - (RT - 0.25))[inside].sum())
    assert result[2] == close(np.where(inside, np.where(RESPONSE < 0, 1 / 0.3, -1 / 0.7), 0.0))
    assert result[3] == close(1.5 * inside.sum())


def test_second_derivatives() -> None:
    own = likelihood(mlp([5, 6, 1], dtype=np.float64))
    v = pt.vector("v")
    theta = {"rate": v[0], "q": v[1], "t": v[2]}
    total = own.log_density({"rt": pt.constant(RT[:3]), "response": pt.constant(RESPONSE[:3])}, theta).sum()
    point, step = np.array([1.5, 0.3, 0.25]), 1e-5
    slopes = pytensor.function([v], pt.grad(total, v))
    hessian = pytensor.function([v], pt.stack([pt.grad(pt.grad(total, v)[i], v) for i in range(3)]))(point)
    numeric = [(slopes(point + step * e) - slopes(point - step * e)) / (2 * step) for e in np.eye(3)]
    tolerance = FINITE_DIFFERENCE_OF_GRADIENT
    np.testing.assert_allclose(hessian, numeric, rtol=tolerance.relative, atol=tolerance.absolute)


def test_extra_fields_come_last() -> None:
    network = model(
        [onnx.helper.make_node("MatMul", ["x", "w"], ["y"])],
        {"w": np.array([[0], [0], [0], [0], [0], [1]], np.float32)},
        shape=("batch", 6),
    )
    own = likelihood(network, extra_fields=["z"])
    observed = {"rt": pt.constant(RT), "response": pt.constant(RESPONSE), "z": pt.constant(np.arange(4.0))}
    theta = {name: pt.constant(value) for name, value in POINT.items()}
    assert own.log_density(observed, theta).eval().tolist() == [0.0, 1.0, 2.0, -np.inf]


def test_contract_violations_say_what_was_expected() -> None:
    with pytest.raises(ValueError, match=r"takes 4 numbers per trial; expected 5: rate, q, t, rt, response\."):
        likelihood(mlp([4, 3, 1]))
    with pytest.raises(ValueError, match=r"returns 2 numbers per trial; expected 1: the log density"):
        likelihood(mlp([5, 3, 2]))
    with pytest.raises(ValueError, match=r"returns \[nan\] for rate = 2.25, q = 0.5, t = 0.5, rt = 0.8, response = -1"):
        likelihood(mlp([5, 3, 1], last=["Neg", "Abs", "Neg", "Log"]))


def test_precision_is_that_of_the_weights_or_less() -> None:
    single, double = (read_network(mlp([2, 3, 1], dtype=dtype)) for dtype in (np.float32, np.float64))
    assert (is_double(single), is_double(double)) == (False, True)
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(0).normal(size=(4, 2)))
        outputs = [first_output(network)(x) for network in (single, double)]
    assert all(output.dtype == jnp.float64 and output.shape == (4,) for output in outputs)


@pytest.mark.parametrize("both", [True, False])
def test_choice_probabilities(both: bool) -> None:
    function = of_choice(read_network(toy.cpn(both)), (-1, 1))
    rows = jnp.asarray([[-1.0, 1.5, 0.3, 0.2], [1.0, 1.5, 0.3, 0.2]])
    assert np.asarray(function(rows)) == close(np.log([0.3, 0.7]))


def test_the_complement_keeps_its_digits() -> None:
    with jax.enable_x64(True):
        log_p = jnp.asarray([-1e-9, -0.2, -0.7, -40.0, 0.0])
        result = np.asarray(log_complement(log_p))
        assert np.isfinite(jax.vmap(jax.grad(log_complement))(log_p)).all()
    expected = [np.log(1e-9), np.log(-np.expm1(-0.2)), np.log1p(-np.exp(-0.7)), -np.exp(-40.0)]
    np.testing.assert_allclose(result[:4], expected, rtol=SAME_NUMERICS.relative * 1e4)
    assert np.isfinite(result[4])
