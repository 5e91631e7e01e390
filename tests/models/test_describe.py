import pytest

from hssm.defaults import default_model_config
from hssm.modelconfig import get_default_model_config
from hssm.models.describe import show_defaults
from hssm.models.registry import families, get_model, list_models


@pytest.mark.parametrize("name", list_models())
def test_defaults_name_everything_of_a_model(name) -> None:
    text = show_defaults(name)
    spec = get_model(name)
    for word in (name, *spec.parameter_names, *(likelihood.kind for likelihood in spec.likelihoods)):
        assert word in text
    assert f"Likelihood: {spec.likelihood().kind} (default)" in text


def test_one_kind_can_be_shown_and_priors_looked_up() -> None:
    text = show_defaults("ddm", "blackbox", prior_of=lambda parameter, likelihood, bounds: f"<{parameter.role}>")
    assert "analytical" not in text
    assert "bounds (0, inf), prior <a>" in text
    with pytest.raises(ValueError, match="'approx_differentiable'; it has: analytical"):
        show_defaults("lba2", "approx_differentiable")
    with pytest.raises(ValueError, match="Did you mean"):
        show_defaults("dmd")


def test_default_config_is_a_new_dict_every_time() -> None:
    first = get_default_model_config("ddm")
    first["likelihoods"]["analytical"]["bounds"]["v"] = None
    second = get_default_model_config("ddm")
    assert list(second) == ["response", "list_params", "choices", "description", "likelihoods"]
    assert second["list_params"] == ["v", "a", "z", "t"]
    assert second["likelihoods"]["analytical"]["bounds"]["z"] == (0.0, 1.0)
    assert second["likelihoods"]["analytical"]["bounds"]["v"] is not None
    assert set(second["likelihoods"]["blackbox"]) == {"loglik", "backend", "bounds", "default_priors", "extra_fields"}


def test_the_mapping_of_defaults_is_read_only_and_complete() -> None:
    names = tuple(default_model_config)
    assert names[: len(list_models())] == list_models()
    assert len(names) == len(set(names)) == len(default_model_config)
    members = {name for family in families() for name in family.names()}
    assert set(names) == {*list_models(), *members}
    assert default_model_config["lnr3"] == get_default_model_config("lnr3")
    assert all(default_model_config[name]["list_params"] for name in names)
    assert default_model_config["ddm"]["choices"] == [-1, 1]
    with pytest.raises(KeyError):
        default_model_config["nothing"]
    with pytest.raises(TypeError):
        default_model_config["ddm"] = {}
