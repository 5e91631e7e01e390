import copy

import numpy as np
import pytest

from hssm.models.config import ModelConfig, resolve_model
from hssm.models.registry import get_model


def loglik(data, *params):
    return -data[:, 0]


CUSTOM = {"list_params": ["v", "b"], "choices": [0, 1], "bounds": {"v": (-3, 3)}, "default_priors": {}}


def test_a_known_model_without_changes_is_itself() -> None:
    resolved = resolve_model("ddm")
    assert resolved.spec == get_model("ddm")
    assert resolved.likelihood == get_model("ddm").likelihood("analytical")
    assert resolved.unspecified == ()
    assert resolve_model("ddm", loglik_kind="blackbox").likelihood.kind == "blackbox"


def test_configuration_is_merged_by_key_and_never_changed() -> None:
    config = {"bounds": {"a": [0.5, 3]}, "default_priors": {"v": {"name": "Normal"}}, "extra_fields": ["x"]}
    before = copy.deepcopy(config)
    resolved = resolve_model("ddm", model_config=config)
    assert config == before
    assert resolved.bounds == {"v": (-np.inf, np.inf), "a": (0.5, 3.0), "z": (0.0, 1.0), "t": (0.0, np.inf)}
    assert resolved.likelihood.default_priors == {"v": {"name": "Normal"}}
    assert resolved.likelihood.covariates == ("x",)
    assert resolve_model("ddm", model_config=ModelConfig(bounds={"a": (0.5, 3)})).bounds["a"] == (0.5, 3.0)


def test_a_loglik_replaces_the_models_of_its_kind() -> None:
    resolved = resolve_model("ddm", loglik=loglik, loglik_kind="blackbox")
    assert resolved.likelihood.source is loglik
    kinds = [each.kind for each in resolved.spec.likelihoods]
    assert kinds[0] == "analytical" and kinds.count("blackbox") == 1
    assert resolve_model("ddm", loglik=loglik).likelihood.kind == "analytical"
    assert resolve_model("ddm", loglik=loglik, loglik_kind="approx_differentiable").likelihood.backend == "jax"


def test_a_loglik_may_bring_its_own_parameters() -> None:
    config = {"list_params": ["v", "a", "z", "t", "g"], "bounds": {"g": (-1, 1)}}
    resolved = resolve_model("ddm", loglik=loglik, model_config=config)
    assert resolved.spec.parameter_names == ("v", "a", "z", "t", "g")
    assert resolved.spec.parameter("g").bounds == (-1.0, 1.0)
    assert resolved.spec.simulator is None
    with pytest.raises(ValueError, match="`list_params`.*give a `loglik`"):
        resolve_model("ddm", model_config=config)


def test_a_new_model_needs_a_description() -> None:
    resolved = resolve_model("mine", loglik=loglik, loglik_kind="blackbox", model_config=CUSTOM)
    assert resolved.spec.choices == (0, 1)
    assert resolved.unspecified == ("b",)
    assert resolved.likelihood.backend == "numpy"
    without = {key: value for key, value in CUSTOM.items() if key != "choices"}
    given = resolve_model("mine", loglik=loglik, loglik_kind="blackbox", model_config=without, choices=[-1, 1])
    assert given.spec.choices == (-1, 1)


def test_an_unknown_model_names_matches_and_all_that_is_missing() -> None:
    with pytest.raises(ValueError) as caught:
        resolve_model("ddm_sv")
    for part in ("'ddm_sdv'", "`loglik`", "`loglik_kind`", "`list_params`", "`choices`"):
        assert part in str(caught.value)
    with pytest.raises(ValueError, match="also give `loglik_kind`"):
        resolve_model("mine", loglik=loglik, model_config=CUSTOM)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"loglik_kind": "neural"}, ValueError, "`loglik_kind` must be one of 'analytical'"),
        ({"loglik_kind": "neural", "loglik": print}, ValueError, "`loglik_kind` must be one of"),
        ({"model_config": {"bound": {}}}, TypeError, "'bound'.*Did you mean 'bounds'.*Allowed"),
        ({"model_config": 3}, TypeError, "ModelConfig or a dict, got int"),
        ({"model_config": {"bounds": {"a": (2, 1)}}}, ValueError, "lower < upper"),
        ({"model_config": {"bounds": {"w": (0, 1)}}}, ValueError, "'w'"),
        ({"model_config": {"default_priors": {"w": 1}}}, ValueError, "'w'"),
        ({"model_config": {"choices": [0, 1]}}, ValueError, "argument `choices`"),
        ({"model_config": {"backend": "torch"}}, ValueError, "'torch'"),
        ({"model_config": {"rv": "nothing"}}, ValueError, "`rv`"),
        ({"loglik": 3}, TypeError, "got int"),
        ({"loglik": "ddm.onnx"}, ValueError, "'approx_differentiable'"),
        ({"loglik": "nowhere.onnx", "loglik_kind": "approx_differentiable"}, FileNotFoundError, "nowhere.onnx"),
    ],
)
@pytest.mark.filterwarnings("ignore:`backend`")
def test_wrong_input_is_named(arguments, error, message) -> None:
    with pytest.raises(error, match=message):
        resolve_model("ddm", **arguments)


def test_a_backend_that_does_not_apply_is_warned_about() -> None:
    with pytest.warns(UserWarning, match="'jax' does not apply"):
        resolved = resolve_model("ddm", model_config={"backend": "jax"})
    assert resolved.likelihood.backend == "pytensor"
    assert resolve_model("ddm", loglik=loglik, model_config={"backend": "jax"}).likelihood.backend == "jax"


def test_a_model_is_named_by_a_string() -> None:
    with pytest.raises(TypeError, match="`model` must be a model.s name"):
        resolve_model(3)
