import numpy as np
import pandas as pd
import pytest

import hssm
from hssm.inference.grid import categorical_columns, is_number, levels, make_grid
from tests.fitted import hierarchical_frame

COLUMNS = ["participant_id", "x", "level", "block", "flag"]


@pytest.fixture(scope="module")
def model():
    frame = hierarchical_frame()
    frame["block"] = np.resize([3, 1, 2], len(frame))
    frame["flag"] = np.resize([True, False], len(frame))
    formula = "v ~ 1 + x + C(block) + C(level, Treatment('mid')) + (1|participant_id)"
    return hssm.HSSM(frame, include=[{"name": "v", "formula": formula}, {"name": "a", "formula": "a ~ 1 + flag"}])


def test_levels_are_sorted_or_in_categorical_order():
    assert levels(pd.Series(["b", "a", None, "b"])) == ["a", "b"]
    assert levels(pd.Series([10, 2, 10])) == [2, 10]
    assert levels(pd.Series(pd.Categorical(["x", "y"], categories=["y", "z", "x"]))) == ["y", "x"]
    assert levels(pd.Series(["a", 1, None], dtype=object)) == [1, "a"]


def test_truth_values_are_no_numbers():
    assert is_number(pd.Series([1, 2])) and is_number(pd.Series([0.5]))
    assert not is_number(pd.Series([True, False])) and not is_number(pd.Series(["a"]))


def test_categories_are_what_formulas_take_as_such(model):
    found = categorical_columns(model.built)
    assert set(found) == {"participant_id", "block", "level", "flag"}
    assert found["level"] == "mid"
    assert found["block"] == "1"


def test_numbers_are_held_at_their_mean_and_categories_at_their_reference(model):
    grid = make_grid(model.built, COLUMNS, {})
    (row,) = grid.to_dict("records")
    assert row["x"] == pytest.approx(model.data["x"].mean())
    assert (row["level"], row["block"]) == ("mid", 1)
    assert not row["flag"]


def test_every_combination_is_a_row_the_first_column_slowest(model):
    grid = make_grid(model.built, COLUMNS, {"level": ["lo", "hi"], "x": [0.5, 1.5, 2.5]})
    assert grid["level"].tolist() == ["lo"] * 3 + ["hi"] * 3
    assert grid["x"].tolist() == [0.5, 1.5, 2.5] * 2
    assert grid["block"].tolist() == [1] * 6


def test_values_between_whole_numbers_stay(model):
    assert make_grid(model.built, ["block"], {"block": [1.5]})["block"].tolist() == [1.5]
