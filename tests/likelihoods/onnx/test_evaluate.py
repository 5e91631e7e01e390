import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

from hssm.likelihoods.onnx.evaluate import batch_function, evaluate, trial_function
from hssm.likelihoods.onnx.read import read_network
from tests.likelihoods.onnx.graphs import by_onnxruntime, mlp, model
from tests.tolerances import FINITE_DIFFERENCE, OTHER_RUNTIME

RNG = np.random.default_rng(1)


@settings(max_examples=15, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 12), min_size=1, max_size=3),
    n_inputs=st.integers(1, 8),
    activation=st.sampled_from(["Tanh", "Relu", "Sigmoid", "Softplus", "LeakyRelu", "Elu", "Gelu"]),
    batch=st.sampled_from(["batch", 1]),
    seed=st.integers(0, 1000),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_perceptrons_agree_with_onnxruntime(hidden, n_inputs, activation, batch, seed, dtype) -> None:
    if activation not in ("Tanh", "Relu", "Sigmoid"):  # the others exist in 32 bits only in onnxruntime
        dtype = np.float32
    made = mlp([n_inputs, *hidden, 2], activation, seed, (batch, n_inputs), dtype)
    x = np.random.default_rng(seed).normal(size=(5, n_inputs)).astype(dtype)
    expected = np.concatenate([by_onnxruntime(made, row[None]) for row in x])
    network = read_network(made)
    assert network.n_inputs == n_inputs
    with jax.enable_x64(True):
        result = batch_function(network)(jnp.asarray(x, dtype=float))
    np.testing.assert_allclose(result, expected, rtol=OTHER_RUNTIME.relative, atol=OTHER_RUNTIME.absolute)


def test_a_network_of_one_vector() -> None:
    made = model(
        [helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": np.array([[1.0], [2.0], [3.0]], np.float32)}, shape=(3,)
    )
    network = read_network(made)
    assert trial_function(network)(np.ones(3)).tolist() == [6.0]
    assert batch_function(network)(jnp.ones((4, 3))).shape == (4, 1)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    assert session.run(None, {"x": np.ones(3, np.float32)})[0].tolist() == [6.0]


def test_gradients_are_those_of_the_graph() -> None:
    network = read_network(mlp([3, 8, 8, 1], dtype=np.float64))
    x, step = RNG.normal(size=3), 1e-5
    with jax.enable_x64(True):
        slope = np.asarray(jax.grad(lambda row: trial_function(network)(row)[0])(jnp.asarray(x)))
    numeric = [
        (trial_function(network)(x + step * e)[0] - trial_function(network)(x - step * e)[0]) / (2 * step)
        for e in np.eye(3)
    ]
    np.testing.assert_allclose(slope, numeric, rtol=FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute)


def test_shapes_computed_in_the_graph_follow_the_input() -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "zero"], ["n"], axis=0),
        helper.make_node("Concat", ["n", "minus"], ["to"], axis=0),
        helper.make_node("Reshape", ["x", "to"], ["y"]),
    ]
    constants = {"zero": np.array([0]), "minus": np.array([-1])}
    network = read_network(model(nodes, constants))
    assert jax.jit(lambda x: evaluate(network, x))(jnp.ones((5, 3))).shape == (5, 3)
    assert batch_function(network)(jnp.ones((5, 3))).shape == (5, 3)


def test_positions_that_depend_on_the_data_are_refused() -> None:
    nodes = [
        helper.make_node("Cast", ["x"], ["i"], to=7),
        helper.make_node("Reshape", ["x", "i"], ["y"], name="odd"),
    ]
    with pytest.raises(ValueError, match=r"node Reshape \(odd\).*its shape depends on the numbers"):
        jax.jit(batch_function(read_network(model(nodes))))(jnp.ones((2, 3)))


def test_shapes_that_do_not_fit_are_explained() -> None:
    network = read_network(model([helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": np.ones((4, 1), np.float32)}))
    with pytest.raises(ValueError, match=r"cannot be evaluated at node MatMul .*\(1, 3\), \(4, 1\)"):
        trial_function(network)(np.ones(3))
