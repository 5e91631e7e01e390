import jax.numpy as jnp
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.distribution_utils import load_onnx_model
from hssm.distribution_utils.onnx import (
    make_jax_logp_funcs_from_onnx,
    make_jax_matrix_logp_funcs_from_onnx,
    make_pytensor_logp_from_onnx,
)
from tests.likelihoods.onnx.graphs import by_onnxruntime, mlp
from tests.tolerances import SINGLE_PRECISION, SINGLE_PRECISION_SLOPE

NETWORK = mlp([4, 8, 1])
DATA = np.array([[0.7, 1.0], [1.1, -1.0], [0.5, 1.0]])
V = np.array([0.4, -0.2, 0.9])
A = 1.2
ROWS = np.column_stack([V, np.full(3, A), DATA])


def close(got, expected, tolerance):
    np.testing.assert_allclose(got, expected, rtol=tolerance.relative, atol=tolerance.absolute)


def by_runtime():
    return np.asarray(by_onnxruntime(NETWORK, ROWS.astype(np.float32))).reshape(-1)


def numeric_slopes(i, step=1e-2):
    ahead, back = ROWS.copy(), ROWS.copy()
    ahead[:, i] += step
    back[:, i] -= step
    both = (np.asarray(by_onnxruntime(NETWORK, rows.astype(np.float32))).reshape(-1) for rows in (ahead, back))
    up, down = both
    return (up - down) / (2 * step)


def test_a_network_becomes_functions_of_data_and_parameters():
    logp, logp_vjp, logp_nojit = make_jax_logp_funcs_from_onnx(NETWORK)
    for function in (logp, logp_nojit):
        close(function(DATA, V, A), by_runtime(), SINGLE_PRECISION)
    v, a = logp_vjp(DATA, V, A, gz=jnp.ones(3))
    close(v, numeric_slopes(0), SINGLE_PRECISION_SLOPE)
    close(a, numeric_slopes(1).sum(), SINGLE_PRECISION_SLOPE)


def test_a_network_of_a_matrix():
    funcs = make_jax_matrix_logp_funcs_from_onnx(NETWORK)
    close(funcs.logp(ROWS), by_runtime(), SINGLE_PRECISION)
    (slopes,) = funcs.logp_vjp(jnp.asarray(ROWS, dtype="float32"), gz=jnp.ones(3, dtype="float32"))
    close(slopes[:, 0], numeric_slopes(0), SINGLE_PRECISION_SLOPE)


def test_a_network_in_pytensor():
    v = pt.dvector()
    value = make_pytensor_logp_from_onnx(NETWORK)(DATA, v, A)
    got, slope = pytensor.function([v], [value, pt.grad(value.sum(), v)])(V)
    close(got, by_runtime(), SINGLE_PRECISION)
    close(slope, numeric_slopes(0), SINGLE_PRECISION_SLOPE)


def test_a_wrong_number_of_parameters_is_refused():
    with pytest.raises(ValueError, match="takes 4 numbers per trial; got 3 parameters and data of 2 columns"):
        make_pytensor_logp_from_onnx(NETWORK)(DATA, V, A, 0.5)


def test_models_are_found_by_path_name_and_content(tmp_path):
    content = NETWORK.SerializeToString()
    (tmp_path / "mine.onnx").write_bytes(content)
    assert load_onnx_model(NETWORK) is NETWORK
    assert load_onnx_model(content) == NETWORK
    assert load_onnx_model(str(tmp_path / "mine.onnx")) == NETWORK
    assert load_onnx_model("ddm.onnx").graph.node
    with pytest.raises(FileNotFoundError, match=r"none\.onnx"):
        load_onnx_model("none.onnx")
