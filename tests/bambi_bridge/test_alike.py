import numpy as np
import pytest

import hssm
from hssm.likelihoods.missing import ALIKE
from tests.bambi_bridge.cases import make_frame

DEADLINE = 1.5


def rows_alike(formula: str | None = None, **options) -> np.ndarray:
    frame = make_frame().drop(columns="rt").assign(rt=2.0)  # too late, but for the first trials
    frame["response"] = np.resize([1, -1], 36)
    frame.iloc[:2, frame.columns.get_loc("rt")] = 0.7
    include = None if formula is None else [{"name": "v", "formula": formula}]
    with pytest.warns(UserWarning, match="at or past the deadline"):
        model = hssm.HSSM(frame, include=include, deadline=DEADLINE, **options)
    return model._built.observations.frame[ALIKE].to_numpy()


def test_without_predictors_all_omissions_are_alike() -> None:
    np.testing.assert_array_equal(rows_alike(), [0, 1, *[2] * 34])


def test_trials_differ_by_the_design_of_every_term() -> None:
    frame = make_frame()
    found = rows_alike("v ~ 1 + g + (1|p)")
    keys = list(zip(frame["g"], frame["p"], strict=True))
    expected = [0, 1] + [2 + keys[2:].index(key) for key in keys[2:]]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(rows_alike("v ~ 1 + x"), np.arange(36))


def test_functions_in_formulas_may_look_at_other_rows() -> None:
    found = rows_alike("v ~ 1 + shift(x)", extra_namespace={"shift": lambda x: np.arange(len(x)) // 6})
    np.testing.assert_array_equal(found, [0, 1, *[2] * 4, *np.repeat(np.arange(6, 36, 6), 6)])


def test_fixed_vectors_tell_trials_apart() -> None:
    np.testing.assert_array_equal(rows_alike(t=np.where(np.arange(36) < 20, 0.2, 0.3)), [0, 1, *[2] * 18, *[20] * 16])


def test_data_without_such_rows_have_no_such_column() -> None:
    model = hssm.HSSM(make_frame())
    assert ALIKE not in model._built.observations.frame
    assert ALIKE not in model.data
