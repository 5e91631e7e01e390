import numpy as np
import pytensor.tensor as pt
import pytest

from hssm.likelihoods import outcomes as outcome
from hssm.likelihoods.outcomes import MEANING, occurring, rows_by_outcome
from hssm.spec import Recording

COLUMNS = ("rt", "response")
ROWS = {
    "rt": np.array([0.5, -999.0, -999.0, 0.7, -999.0]),
    "response": np.array([1.0, 1.0, -999.0, -1.0, -999.0]),
    "deadline": np.array([2.0, 2.0, np.inf, np.inf, 1.0]),
    "side": np.array([0.0, 0.0, 0.0, 1.0, 0.0]),
}
READINGS = {
    "missing": (Recording(missing=-999.0), {outcome.OBSERVED: [0, 3], outcome.LOST: [1], outcome.UNKNOWN: [2, 4]}),
    "deadline": (
        Recording(missing=-999.0, deadline="deadline"),
        {outcome.OBSERVED: [0, 3], outcome.OMITTED: [1, 4], outcome.UNKNOWN: [2]},
    ),
    "nogo": (Recording(missing=-999.0, nogo=1), {outcome.OBSERVED: [0, 3], outcome.WITHHELD: [1, 2, 4]}),
    "censored": (
        Recording(missing=-999.0, censored="side"),
        {outcome.OBSERVED: [0], outcome.LOST: [1], outcome.UNKNOWN: [2, 4], outcome.RIGHT: [3]},
    ),
    "plain": (Recording(), {outcome.OBSERVED: [0, 3]}),
}


@pytest.mark.parametrize("case", READINGS)
def test_what_rows_mean(case: str) -> None:
    recording, expected = READINGS[case]
    masks = rows_by_outcome(ROWS, COLUMNS, recording)
    assert {name: np.flatnonzero(mask).tolist() for name, mask in masks.items() if mask.any()} == expected
    assert occurring(ROWS, COLUMNS, recording) == {name: len(rows) for name, rows in expected.items()}
    assert set(masks) <= set(MEANING)


@pytest.mark.parametrize("case", [case for case in READINGS if case != "plain"])
def test_every_row_has_one_outcome(case: str) -> None:
    masks = rows_by_outcome(ROWS, COLUMNS, READINGS[case][0])
    np.testing.assert_array_equal(np.sum(list(masks.values()), axis=0), 1)


@pytest.mark.parametrize("case", READINGS)
def test_symbols_are_read_as_arrays_are(case: str) -> None:
    recording, _ = READINGS[case]
    symbolic = rows_by_outcome({name: pt.constant(values) for name, values in ROWS.items()}, COLUMNS, recording)
    for name, mask in rows_by_outcome(ROWS, COLUMNS, recording).items():
        np.testing.assert_array_equal(symbolic[name].eval(), mask)


def test_censored_without_a_choice() -> None:
    rows = {"rt": np.array([0.5, 0.5]), "response": np.full(2, -999.0), "side": np.array([-1.0, 1.0])}
    assert occurring(rows, COLUMNS, Recording(censored="side")) == {outcome.LEFT_ANY: 1, outcome.RIGHT_ANY: 1}
