"""From a model to a certified file, for an exact model and for one that only has a simulator."""

import json

import numpy as np
import onnxruntime
import pytest

import hssm
from hssm.networks import certify, train


def test_exact_model(tmp_path, capsys) -> None:
    network = train("ddm", n_simulations=60_000, epochs=3, hidden=(32, 32), out=tmp_path, random_state=1)
    assert network.path == tmp_path / "ddm.onnx"
    judged = json.loads((tmp_path / "ddm.json").read_text())
    assert judged["reference"] == "exact"
    assert judged["mean_abs_error"] < 0.02
    assert judged["mass_error"] < 0.005
    assert judged["training"]["seed"] == 1
    rows = np.array([[0.5, 1.2, 0.5, 0.3, 0.9, 1.0]], dtype=np.float32)
    exact = hssm.log_density("ddm", {"rt": [0.9], "response": [1]}, {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.3})
    found = onnxruntime.InferenceSession(network.path).run(None, {"input": rows})[0]
    np.testing.assert_allclose(found[:, 0], exact, atol=0.05)
    np.testing.assert_allclose(network(rows), found, atol=1e-4)


def choose(theta, n_samples, random_state):
    """Choice 1 with probability v; log-normal times after t."""
    rng = np.random.default_rng(random_state)
    time = theta[:, 1] + np.exp(0.4 * rng.normal(size=len(theta)) - 0.5)
    return np.stack([time, rng.random(len(theta)) < theta[:, 0]], axis=1)


@pytest.mark.parametrize(("kind", "limit"), [("lan", 0.2), ("cpn", 0.05), ("gonogo", 0.1)])
def test_a_model_of_ones_own(tmp_path, kind, limit) -> None:
    bounds = {"v": (0.2, 0.8), "t": (0.0, 0.5)}
    config = hssm.ModelConfig(list_params=["v", "t"], choices=[0, 1], bounds=bounds, rv=choose)
    n = 12_000 if kind == "lan" else 1500
    network = train(config, kind=kind, n_simulations=n, epochs=30, hidden=(32,), out=tmp_path, random_state=2)
    assert network.model == "choose"
    assert network.domain == bounds
    judged = certify(network, config, n_vectors=40)
    assert judged["reference"] == "simulated"
    assert judged["mean_abs_error"] < limit


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"model": "dmd"}, "Unknown model 'dmd'"),
        ({"model": "ddm", "kind": "lna"}, "lan, cpn, opn, gonogo"),
        ({"model": "ddm", "n_simulations": 10}, "at least 1000"),
        ({"model": "softmax_inv_temperature_2"}, "no rt"),
    ],
)
def test_faults_are_told_before_work_begins(arguments, said, tmp_path) -> None:
    with pytest.raises(ValueError, match=said):
        train(**arguments, out=tmp_path)
