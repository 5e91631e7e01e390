import json

import onnx
import pytest

from hssm.models import sources
from hssm.models.config import resolve_model
from hssm.models.registry import get_model
from hssm.models.shipped import training_box, with_shipped_network
from hssm.models.sources import ShippedNetwork
from tests.likelihoods import network_toy as toy

BOX = {"A": [0.1, 1.0], "b": [1.0, 3.0], "v0": [0.0, 3.0], "v1": [0.0, 3.0]}


@pytest.fixture
def assets(tmp_path, monkeypatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr(sources, "ASSETS", tmp_path)
    return tmp_path


def test_a_model_has_the_likelihood_of_the_network_that_ships(assets) -> None:
    spec = get_model("lba2")
    assert with_shipped_network(spec) is spec
    (assets / "lba2.onnx").touch()
    assert with_shipped_network(spec) is spec, "a network without a certificate does not ship"
    (assets / "lba2.json").write_text(json.dumps({"domain": {**BOX, "deadline": [0, 5]}}))
    shipped = with_shipped_network(spec)
    assert [likelihood.kind for likelihood in shipped.likelihoods] == ["analytical", "approx_differentiable"]
    network = shipped.likelihood("approx_differentiable")
    assert network.source == ShippedNetwork("lba2") and network.backend == "jax"
    assert shipped.bounds("approx_differentiable") == {name: tuple(pair) for name, pair in BOX.items()}
    assert shipped.bounds() == spec.bounds()


def test_the_box_of_a_users_network_is_the_domain(tmp_path) -> None:
    path = tmp_path / "mine.onnx"
    onnx.save(toy.lan(), path)
    assert training_box(path) == toy.BOX
    config = {"list_params": toy.NAMES, "choices": [-1, 1], "bounds": {"q": (0.2, 0.8)}}
    kind = "approx_differentiable"
    resolved = resolve_model("mine", loglik=path, loglik_kind=kind, model_config=config)
    assert resolved.bounds == toy.BOX | {"q": (0.2, 0.8)}
    assert not resolved.unspecified
    path.with_suffix(".json").write_text(json.dumps({"domain": {"rate": [1, 2]}}))
    assert training_box(path) == {"rate": (1.0, 2.0)}
    assert training_box(lambda: None) == {}
