import numpy as np
import pandas as pd
import pytest

import hssm
from hssm.inference.start_table import COLUMNS
from tests.fitted import INCLUDE, hierarchical_frame, simple_frame
from tests.tolerances import OTHER_ALGORITHM


@pytest.fixture(scope="module", params=["auto", True, False])
def model(request):
    return hssm.HSSM(hierarchical_frame(), include=INCLUDE, noncentered=request.param)


def test_every_number_of_every_free_variable_has_a_row(model):
    table = model.find_start()
    assert tuple(table.columns) == COLUMNS
    for name, value in model.initvals.items():
        rows = table[table["variable"] == name]
        if name not in model.params or not model.params[name].is_regression:
            np.testing.assert_array_equal(rows["value"], np.ravel(value))
    n_members = 5 * 2  # v and t
    assert len(table) == sum(value.size for value in model.initvals.values()) + n_members


def test_natural_values_are_those_of_the_model_at_its_start(model):
    table = model.find_start().set_index(["variable", "coordinates"])["natural"]
    assert table["z", ""] == model.initvals["z"]
    members = table.loc["t"].drop("", errors="ignore")
    assert list(members.index) == [f"participant_id={i}" for i in range(101, 106)]
    fastest = model.data.groupby("participant_id")["rt"].min()
    assert np.all(members.to_numpy() < fastest.to_numpy())
    intercept = table["t_Intercept", ""]
    np.testing.assert_allclose(intercept, np.exp(model.initvals["t_Intercept"]), rtol=OTHER_ALGORITHM.relative)
    assert np.isnan(table["v_x", ""])


def test_levels_are_named(model):
    rows = model.find_start()
    assert rows.loc[rows["variable"] == "a_level", "coordinates"].tolist() == ["a_level=lo", "a_level=mid"]


def test_equal_calls_give_equal_tables(model):
    pd.testing.assert_frame_equal(model.find_start(), model.find_start())


def test_a_model_without_groups():
    model = hssm.HSSM(simple_frame())
    table = model.find_start()
    assert table["variable"].tolist() == ["v", "a", "z", "t"]
    np.testing.assert_array_equal(table["value"], table["natural"])


def test_factors_of_two_columns_have_the_combinations_that_occur():
    frame = hierarchical_frame()
    frame["site"] = np.where(frame["participant_id"] < 103, "north", "south")
    model = hssm.HSSM(frame, include=[{"name": "v", "formula": "v ~ 1 + (1|site:participant_id)"}])
    table = model.find_start()
    members = table.loc[table["variable"] == "v", "coordinates"].tolist()
    assert members == [
        "participant_id=101, site=north",
        "participant_id=102, site=north",
        "participant_id=103, site=south",
        "participant_id=104, site=south",
        "participant_id=105, site=south",
    ]
