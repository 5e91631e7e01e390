import subprocess
import sys

import numpy as np
import pytest

from hssm.models import registry
from hssm.models.registry import CONTRACT_ORDER, get_model, list_models, register_model
from hssm.spec import ModelSpec, ParameterSpec


def loglik(data, v, a):
    return -v * data[:, 0] + a


LIKELIHOODS = {"blackbox": {"loglik": loglik, "bounds": {"v": (0.0, 5.0), "a": (0.0, np.inf)}}}


@pytest.fixture(autouse=True)
def _forget_registered(monkeypatch):
    monkeypatch.setattr(registry, "_registered", {})


def test_models_are_listed_in_the_order_of_the_contract() -> None:
    names = list_models()
    assert names[:2] == ("ddm", "ddm_sdv")
    listed = [name for name in names if name in CONTRACT_ORDER]
    assert listed == [name for name in CONTRACT_ORDER if name in names]
    assert all(get_model(name).name == name for name in names)


def test_every_built_in_model_is_described() -> None:
    for name in list_models():
        spec = get_model(name)
        assert spec.description and spec.equation and spec.references and spec.likelihoods
        assert all(parameter.description for parameter in spec.parameters)


def test_listing_models_loads_no_heavy_package() -> None:
    heavy = {"pytensor", "numba", "jax", "pymc"}
    code = f"import sys, hssm.models as m; m.list_models(); print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_unknown_model_offers_close_matches() -> None:
    with pytest.raises(ValueError, match="Unknown model 'ddm_sv'.*'ddm_sdv'.*Known models: "):
        get_model("ddm_sv")
    with pytest.raises(TypeError, match="int"):
        get_model(3)


def test_a_family_answers_for_names_that_no_file_lists(monkeypatch) -> None:
    class Races:
        def match(self, name: str) -> ModelSpec | None:
            if not (name.startswith("race") and name[4:].isdigit()):
                return None
            n = int(name[4:])
            return ModelSpec(name=name, parameters=(ParameterSpec(name="v"),), choices=tuple(range(n)))

    monkeypatch.setattr(registry, "families", lambda: (Races(),))
    assert get_model("race5").choices == (0, 1, 2, 3, 4)
    with pytest.raises(ValueError, match="Unknown model 'racex'"):
        get_model("racex")


def test_a_registered_model_is_a_model_like_any_other() -> None:
    register_model("mine", ["rt", "response"], ["v", "a"], [0, 1], LIKELIHOODS, "a test")
    spec = get_model("mine")
    assert list_models()[-1] == "mine"
    assert spec.parameter_names == ("v", "a")
    assert spec.choices == (0, 1)
    assert spec.bounds() == {"v": (0.0, 5.0), "a": (0.0, np.inf)}
    assert spec.parameter("a").role == "a"
    assert spec.likelihood("blackbox").backend == "numpy"
    assert spec.likelihood("blackbox").source is loglik
    assert spec.description == "a test"


def test_kinds_of_a_registered_model_are_in_order_of_preference() -> None:
    bounds = {"v": (0.0, 1.0)}
    kinds = {"blackbox": {"loglik": loglik, "bounds": bounds}, "analytical": {"loglik": loglik, "bounds": bounds}}
    register_model("mine", ["rt", "response"], ["v"], [0, 1], kinds)
    assert [likelihood.kind for likelihood in get_model("mine").likelihoods] == ["analytical", "blackbox"]


def test_registering_reports_every_fault_at_once() -> None:
    faulty = {
        "blackbox": {"loglik": 3, "bounds": {"v": (1.0, 0.0), "w": (0.0, 1.0)}, "backend": "torch"},
        "neural": {},
    }
    with pytest.raises(ValueError) as caught:
        register_model("ddm", ["rt", "rt"], ["v", "v", "a", "p_outlier"], [1, 1], faulty)
    message = str(caught.value)
    for fault in (
        "'ddm' is taken",
        "`response` needs",
        "repeats 'v'",
        "'p_outlier'",
        "`choices` must be different",
        "unknown likelihood kinds 'neural'",
        "must be a NumPy function, got int",
        "'torch'",
        "lower < upper",
        "'w'",
        "lacks `bounds` for 'a'",
    ):
        assert fault in message
    assert "mine" not in list_models()


def test_wrong_types_alone_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="`list_params` must be a list of names"):
        register_model("mine", ["rt", "response"], "va", [0, 1], {"blackbox": {"loglik": loglik, "bounds": {}}})
