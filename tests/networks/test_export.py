"""Exported graphs give what the JAX function gives, for any number of rows."""

import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
import pytest

from hssm.networks.export import export

WEIGHTS = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)


def everything(rows):
    """Every operation that recipes and layers use."""
    a, b, c = rows[:, :1], rows[:, 1:2], rows[:, 2:3]
    hidden = jnp.tanh(jnp.matmul(rows, WEIGHTS) + WEIGHTS[0][None, :])
    waves = jnp.sin(b) * jnp.cos(c) + jnp.tan(c)
    parts = jnp.concatenate([jnp.log(1.0 + jnp.exp(-jnp.abs(a))), jnp.sqrt(b * b + 1.0), waves, a**3], axis=1)
    top = jnp.max(parts, axis=1, keepdims=True)
    return jnp.minimum(hidden - parts / 2.0, top) + jnp.sum(hidden, axis=1, keepdims=True) - jnp.maximum(-a, b)


def test_agrees_with_onnxruntime_and_keeps_metadata(tmp_path) -> None:
    path = tmp_path / "net.onnx"
    export(everything, 3, path, {"model": "mine", "box": "{}"}, n_outputs=4)
    session = onnxruntime.InferenceSession(path)
    for n in (1, 7, 1000):
        rows = np.random.default_rng(n).uniform(-1, 1, (n, 3)).astype(np.float32)
        found = session.run(None, {"input": rows})[0]
        assert found.shape == (n, 4)
        np.testing.assert_allclose(found, everything(rows), rtol=1e-5, atol=1e-5)
    found = {prop.key: prop.value for prop in onnx.load(path).metadata_props}
    assert found == {"model": "mine", "box": "{}"}


def test_unknown_operation_is_named(tmp_path) -> None:
    with pytest.raises(NotImplementedError, match="cumsum"):
        export(lambda rows: jnp.cumsum(rows, axis=1), 2, tmp_path / "net.onnx", {})
