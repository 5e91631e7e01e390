"""The user's choice labels: what each form means, and what is refused."""

import numpy as np
import pytest

from hssm.data.choices import label_map

TWO = (-1, 1)
FOUR = (0, 1, 2, 3)


@pytest.mark.parametrize("given", [None, [-1, 1], [1, -1], (1, -1), np.array([1, -1]), [-1.0, 1.0]])
def test_the_models_own_codes_need_no_mapping(given) -> None:
    assert label_map(given, TWO) is None


@pytest.mark.parametrize(
    ("given", "codes", "expected"),
    [
        (["left", "right"], TWO, {"left": -1, "right": 1}),
        (["right", "left"], TWO, {"right": -1, "left": 1}),
        ([0, 1], TWO, {0: -1, 1: 1}),
        ([False, True], TWO, {False: -1, True: 1}),
        (np.array([5, 7]), TWO, {5: -1, 7: 1}),
        ({"yes": 1, "no": -1}, TWO, {"yes": 1, "no": -1}),
        ({"yes": 1.0, "no": np.int64(-1)}, TWO, {"yes": 1, "no": -1}),
        (list("abcd"), FOUR, {"a": 0, "b": 1, "c": 2, "d": 3}),
    ],
)
def test_labels_map_onto_codes(given, codes, expected) -> None:
    assert label_map(given, codes) == expected


def test_a_dict_of_codes_may_turn_them_round() -> None:
    assert label_map({-1: 1, 1: -1}, TWO) == {-1: 1, 1: -1}


def test_bools_are_labels_even_where_they_equal_codes() -> None:
    assert label_map([True, False], (0, 1)) == {True: 0, False: 1}


@pytest.mark.parametrize(
    ("given", "pattern"),
    [
        (["a"], r"1 labels.*2 choices.*\[-1, 1\]"),
        (["a", "b", "c"], r"3 labels.*2 choices"),
        (["a", "a"], "repeats a label"),
        ([0, False], "repeats a label"),
        ({"a": -1, "b": 2}, r"\[2\].*does not have.*\[-1, 1\]"),
        ({"a": -1, "b": True}, r"\[True\].*does not have"),
        ({"a": -1}, "1 labels"),
        ({"a": -1, "b": -1}, "two labels onto one code"),
    ],
)
def test_faulty_labels_are_refused(given, pattern) -> None:
    with pytest.raises(ValueError, match=pattern):
        label_map(given, TWO)


@pytest.mark.parametrize("given", ["left", 2, [["a"], ["b"]]])
def test_other_types_are_refused(given) -> None:
    with pytest.raises(TypeError, match="choices"):
        label_map(given, TWO)


def test_the_callers_dict_is_not_touched() -> None:
    given = {"yes": 1.0, "no": -1}
    label_map(given, TWO)
    assert given == {"yes": 1.0, "no": -1}
    assert isinstance(given["yes"], float)
