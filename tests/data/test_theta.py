import warnings

import numpy as np
import pandas as pd
import pytest

from hssm.data.theta import named_theta, vector
from hssm.models.registry import get_model

DDM = get_model("ddm")
GOOD = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}


def test_numbers_are_one_trial():
    named = named_theta(DDM, GOOD)
    assert list(named) == ["v", "a", "z", "t"]
    assert {name: value.tolist() for name, value in named.items()} == {name: [value] for name, value in GOOD.items()}


def test_numbers_are_broadcast_to_arrays():
    named = named_theta(DDM, {**GOOD, "v": [1, 2, 3]})
    assert named["v"].tolist() == [1.0, 2.0, 3.0]
    assert named["a"].tolist() == [1.5, 1.5, 1.5]


@pytest.mark.parametrize(
    "theta",
    [
        [0.5, 1.5, 0.5, 0.3],
        (0.5, 1.5, 0.5, 0.3),
        np.array([0.5, 1.5, 0.5, 0.3]),
        np.array([[0.5, 1.5, 0.5, 0.3]]),
        [[0.5, 1.5, 0.5, 0.3]],
        pd.DataFrame({"t": [0.3], "z": [0.5], "a": [1.5], "v": [0.5]}),
        {"t": np.float32(0.5) * 0.6, "z": np.array([0.5]), "a": pd.Series([1.5]), "v": 0.5},
    ],
)
def test_every_form_means_the_same(theta):
    assert {name: value.tolist() for name, value in named_theta(DDM, theta).items()} == {
        name: pytest.approx([value]) for name, value in GOOD.items()
    }


def test_a_matrix_has_trials_in_rows():
    named = named_theta(DDM, [[1, 1.5, 0.5, 0.3], [2, 1.2, 0.4, 0.2]])
    assert named["v"].tolist() == [1.0, 2.0]
    assert named["t"].tolist() == [0.3, 0.2]


def test_the_result_does_not_share_memory_with_the_input():
    v = np.array([1.0, 2.0])
    named_theta(DDM, {**GOOD, "v": v})["v"][0] = 9.0
    assert v[0] == 1.0


def test_unused_keys_are_named_in_one_warning():
    with pytest.warns(UserWarning, match=r"'theta' holds 'q', 'sv', which model 'ddm' does not have") as caught:
        named = named_theta(DDM, {**GOOD, "sv": 1.0, "q": 2.0})
    assert len(caught) == 1
    assert list(named) == ["v", "a", "z", "t"]


@pytest.mark.parametrize(
    ("theta", "message"),
    [
        ({"v": 1.0, "z": 0.5}, r"lacks 'a', 't'.*needs v, a, z, t; given: v, z"),
        ({}, r"lacks 'v', 'a', 'z', 't'.*given: nothing"),
        ({**GOOD, "a": 0.0}, r"'a' is 0\.0, outside its bounds \(0\.0, inf\)"),
        ({**GOOD, "a": [1.0, -2.0, 3.0]}, r"'a' is -2\.0 in row 1 \(1 of 3 rows\)"),
        ({**GOOD, "z": 1.0}, r"'z' is 1\.0, outside its bounds \(0\.0, 1\.0\)"),
        ({**GOOD, "t": -0.1}, r"'t' is -0\.1, outside its bounds \[0\.0, inf\)"),
        ({**GOOD, "v": np.nan}, r"'v' is nan"),
        ({**GOOD, "v": np.inf}, r"'v' is inf"),
        ({**GOOD, "a": -1.0, "z": 2.0}, r"'a' is -1\.0.*'z' is 2\.0"),
        ({**GOOD, "a": [1.0, 2.0], "v": [1.0, 2.0, 3.0]}, r"unequal lengths: 'v' 3, 'a' 2"),
        ({**GOOD, "a": [1.0], "v": [1.0, 2.0]}, r"unequal lengths"),
        ({**GOOD, "a": []}, r"'a' is an empty array"),
        ({**GOOD, "a": [[1.0]]}, r"'a' must be a number or a 1-D array, got an array of shape \(1, 1\)"),
        ([1.0, 2.0, 0.5], r"shape \(3,\).*4 values.*v, a, z, t"),
        (np.ones((2, 5)), r"shape \(2, 5\)"),
        (np.ones((2, 2, 4)), r"shape \(2, 2, 4\)"),
        (1.0, r"shape \(\)"),
    ],
)
def test_faults_are_named(theta, message):
    with pytest.raises(ValueError, match=message):
        named_theta(DDM, theta)


@pytest.mark.parametrize("theta", [{**GOOD, "v": "fast"}, ["a", 1, 2, 3], "ddm", {**GOOD, "a": [1.0, "x"]}])
def test_text_is_no_parameter(theta):
    with pytest.raises(TypeError, match="number"):
        named_theta(DDM, theta)


def test_closed_ends_are_valid():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert named_theta(DDM, {**GOOD, "t": 0.0})["t"].tolist() == [0.0]


def test_vector_keeps_numbers_apart_from_sequences():
    assert vector("v", 1).shape == ()
    assert vector("v", [1]).shape == (1,)
