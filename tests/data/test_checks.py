"""The pieces from which messages about data are made, and the check that needs a lapse."""

import warnings

import numpy as np
import pandas as pd
import pytest

from hssm.data import checks
from hssm.data.observe import observe


def test_rows_count_all_and_name_five() -> None:
    index = pd.Index(list("abcdefgh"))
    assert checks.rows(np.array([False] * 7 + [True]), index) == "1 row (index 'h')"
    assert checks.rows(np.arange(8) < 5, index) == "5 rows (index 'a', 'b', 'c', 'd', 'e')"
    assert checks.rows(np.ones(8, bool), index) == "8 rows (index 'a', 'b', 'c', 'd', 'e', ...)"


def test_values_are_distinct_and_few() -> None:
    assert checks.values([3, 3, "x"]) == "3, 'x'"
    assert checks.values(range(9)) == "0, 1, 2, 3, 4, ..."


@pytest.mark.parametrize("dtype", [float, "Float64", "float32", object])
def test_numbers_reads_every_kind_of_number(dtype) -> None:
    result, wrong = checks.numbers(pd.Series([0.5, 2, 8]).astype(dtype))
    assert result.tolist() == [0.5, 2.0, 8.0]
    assert not wrong.any()


def test_numbers_tells_blanks_from_faults() -> None:
    column = pd.Series([1, None, np.nan, pd.NA, "1", True, pd.Timedelta(seconds=1)], dtype=object)
    result, wrong = checks.numbers(column)
    assert wrong.tolist() == [False, False, False, False, True, True, True]
    assert np.isnan(result[1:]).all()


def test_bool_column_is_not_numbers() -> None:
    assert checks.numbers(pd.Series([True, False]))[1].all()


def test_coded_leaves_what_is_no_label_blank() -> None:
    column = pd.Series(["no", "yes", "maybe", None, ["yes"]], dtype=object)
    assert np.array_equal(checks.coded(column, {"yes": 1, "no": -1}), [-1, 1, np.nan, np.nan, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    ("response", "time", "choice"),
    [
        (("rt", "response"), "rt", "response"),
        (("latency", "button"), "latency", "button"),
        (("response",), None, "response"),
        (("rt",), "rt", None),
    ],
)
def test_roles_of_response_columns(response, time, choice) -> None:
    assert checks.time_column(response) == time
    assert checks.choice_column(response) == choice


def test_several_faults_are_told_together() -> None:
    checks.raise_faults([])
    with pytest.raises(ValueError, match="^one$"):
        checks.raise_faults(["one"])
    with pytest.raises(ValueError, match="(?s)2 faults.*one.*two"):
        checks.raise_faults(["one", "two"])


def test_warnings_point_outside_the_package() -> None:
    with pytest.warns(UserWarning, match="milliseconds") as caught:
        checks.warn_if_milliseconds(np.array([500.0, 700.0]), "rt")
    assert caught[0].filename == __file__


def test_rt_beyond_the_lapse_support_is_counted(ddm_frame) -> None:
    ddm_frame.loc[[3, 8], "rt"] = [21.0, 34.5]
    seen = observe(ddm_frame, choices=(-1, 1))
    with pytest.warns(UserWarning, match=r"'rt'.*\(0, 20\).*2 rows \(index 3, 8\).*34\.5 s.*lapse"):
        checks.check_lapse_support(seen, (0.0, 20.0))


def test_rt_below_the_lapse_support_counts_too(ddm_frame) -> None:
    seen = observe(ddm_frame, choices=(-1, 1))
    with pytest.warns(UserWarning, match=r"60 rows"):
        checks.check_lapse_support(seen, (50.0, 60.0))


def test_rt_inside_the_lapse_support_and_choice_only_data_are_silent(ddm_frame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checks.check_lapse_support(observe(ddm_frame, choices=(-1, 1)), (0.0, 20.0))
        checks.check_lapse_support(observe(ddm_frame, choices=(-1, 1), response=("response",)), (0.0, 0.1))
