"""``Param``: input kept as given, reusable, and refused early where it makes no sense."""

import copy

import bambi as bmb
import numpy as np
import pytest

from hssm.parameters.link import Link
from hssm.parameters.param import Param
from hssm.parameters.prior import Prior

SPECIFICATION = {
    "name": "v",
    "formula": "v ~ 1 + x",
    "prior": {"x": {"name": "Normal", "mu": 0, "sigma": 1}},
    "link": "identity",
    "bounds": (-3, 3),
}


def test_dict_round_trip():
    param = Param.from_dict(SPECIFICATION)
    assert param.to_dict() == {**SPECIFICATION, "bounds": (-3.0, 3.0)}
    assert Param.from_dict(param.to_dict()) == param
    assert param.is_regression and not param.is_simple
    assert Param("a", prior=1.5).to_dict() == {"name": "a", "prior": 1.5}


def test_is_immutable_and_keeps_its_own_copy():
    given = copy.deepcopy(SPECIFICATION)
    param = Param.from_dict(given)
    given["prior"]["x"]["sigma"] = 99
    assert param.prior["x"]["sigma"] == 1
    param.to_dict()["prior"]["x"]["sigma"] = 99
    assert param.prior["x"]["sigma"] == 1
    with pytest.raises(AttributeError):
        param.formula = "1"
    vector = np.zeros(3)
    fixed = Param("v", prior=vector)
    vector[0] = 5
    assert fixed.prior[0] == 0


def test_one_object_for_several_parameters():
    shared = Param(formula="1 + x")
    assert Param.from_kwargs("v", shared).name == "v"
    assert Param.from_kwargs("a", shared).name == "a"
    assert shared.name is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.5, Param("v", prior=0.5)),
        (np.array([1.0, 2.0]), Param("v", prior=np.array([1.0, 2.0]))),
        ({"name": "Normal", "mu": 0, "sigma": 1}, Param("v", prior={"name": "Normal", "mu": 0, "sigma": 1})),
        ({"name": "Flat"}, Param("v", prior={"name": "Flat"})),
        ({"name": "Normal", "bounds": (0, 1)}, Param("v", prior={"name": "Normal", "bounds": (0, 1)})),
        ({"formula": "1 + x"}, Param("v", formula="1 + x")),
        ({"name": "v", "prior": {"name": "Normal"}}, Param("v", prior={"name": "Normal"})),
        ({"bounds": (0, 1)}, Param("v", bounds=(0, 1))),
        (Prior("Normal", mu=0), Param("v", prior=Prior("Normal", mu=0))),
    ],
)
def test_keyword_shortcuts(given, expected):
    assert Param.from_kwargs("v", given) == expected


def test_inequality():
    assert Param("v", prior=1) != Param("v", prior=2)
    assert Param("v", prior={"x": 1}) != Param("v", prior={"x": 1, "y": 1})
    assert Param("v", prior=bmb.Prior("Normal", mu=0)) == Param("v", prior=bmb.Prior("Normal", mu=0))
    assert Param("v", link=Link("log")) != Param("v", link="log")
    assert Param("v") != "v"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Param.from_dict({"name": "v", "formul": "1"}), TypeError, "'formul' .*'v'.* Did you mean 'formula'"),
        (lambda: Param.from_kwargs("v", {"Intercept": 1.0}), TypeError, "Unknown key 'Intercept'"),
        (lambda: Param("v", bounds=(1, 0)), ValueError, "Bounds of 'v' must be lower < upper"),
        (lambda: Param("v", bounds=(1,)), ValueError, "two numbers"),
        (lambda: Param("v", formula="v ~ "), ValueError, "empty"),
        (lambda: Param("v", formula=" "), ValueError, "empty"),
        (lambda: Param("v", formula=1), TypeError, "must be a string"),
        (lambda: Param(1), TypeError, "must be a string"),
        (lambda: Param("v", link=1), TypeError, "a name or a `Link`"),
    ],
)
def test_faults(make, error, message):
    with pytest.raises(error, match=message):
        make()
