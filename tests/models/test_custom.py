import numpy as np
import pytest

from hssm.models.custom import check_bounds, check_choices, default_backend, make_custom_model
from hssm.models.faults import Faults
from hssm.spec import KINDS


def loglik(data, v):
    return -v * data[:, 0]


def custom(**changes):
    given = {
        "name": "mine",
        "response": ["rt", "response"],
        "list_params": ["v"],
        "choices": np.array([0, 1]),
        "likelihoods": {"analytical": {"loglik": loglik, "bounds": {"v": [0, 5]}, "extra_fields": ["x"]}},
    }
    return make_custom_model(**(given | changes))


def test_ends_of_a_users_bounds_belong_to_the_domain() -> None:
    spec = custom()
    assert spec.parameter("v").bounds == (0.0, 5.0)
    assert spec.parameter("v").closed == (True, True)
    assert spec.choices == (0, 1)
    assert all(type(choice) is int for choice in spec.choices)
    assert spec.likelihood().covariates == ("x",)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"name": 3}, TypeError, "name must be a string"),
        ({"choices": [0.5, 1]}, TypeError, "integers"),
        ({"choices": "01"}, TypeError, "list of integer codes"),
        ({"choices": []}, ValueError, "different codes"),
        ({"list_params": ["v-1"]}, ValueError, "no identifiers"),
        ({"list_params": []}, ValueError, "empty"),
        ({"likelihoods": {}}, ValueError, "is empty"),
        ({"likelihoods": [loglik]}, TypeError, "dict by kind"),
        ({"likelihoods": {"analytical": loglik}}, TypeError, "must be a dict"),
        ({"likelihoods": {"analytical": {"bounds": {"v": (0, 1)}}}}, ValueError, "lacks `loglik`"),
        ({"likelihoods": {"analytical": {"loglik": loglik, "bounds": {"v": 3}}}}, TypeError, "pair"),
        ({"likelihoods": {"analytical": {"loglik": loglik, "bounds": {"v": (0, 1)}, "x": 1}}}, TypeError, "keys 'x'"),
    ],
)
def test_faults_are_named(changes, error, message) -> None:
    with pytest.raises(error, match=message):
        custom(**changes)


def test_checks_note_without_raising() -> None:
    faults = Faults("x")
    assert check_bounds({"v": (0, 1), "vv": (0, 1)}, ["v"], faults)["v"] == (0.0, 1.0)
    check_choices([True, False], faults)
    assert "'vv'" in faults.wrong_values[0]
    assert "Did you mean 'v'" in faults.wrong_values[0] or "'v'" in faults.wrong_values[0]
    assert len(faults.wrong_types) == 1


def test_every_kind_has_a_backend() -> None:
    assert [default_backend(kind) for kind in KINDS] == ["pytensor", "jax", "numpy"]
