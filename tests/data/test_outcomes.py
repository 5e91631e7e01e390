import numpy as np
import pandas as pd
import pytest

from hssm.data.observe import new_responses, observe
from hssm.spec import Recording

CODES = (-1, 1)
NOTHING = -999
MISSING = Recording(missing=-999.0)
DEADLINE = Recording(missing=-999.0, deadline="deadline")
NOGO = Recording(missing=-999.0, nogo=-1)
CENSORED = Recording(censored="side")


def frame(**columns) -> pd.DataFrame:
    base = {"rt": [0.5, 0.8, 1.1, 0.9], "response": [1, -1, 1, -1]}
    return pd.DataFrame(base | columns, index=list("abcd"))


def seen(data: pd.DataFrame, recording: Recording, **options):
    return observe(data, choices=CODES, recording=recording, **options)


def responses(data: pd.DataFrame, recording: Recording, **options) -> list[list[float]]:
    return seen(data, recording, **options).response_matrix().tolist()


def test_missing_rts_are_noted_by_one_code_whatever_the_users() -> None:
    data = frame(rt=[np.nan, 0.8, 77.0, 0.9])
    assert responses(data, Recording(missing=77.0)) == [[NOTHING, 1], [0.8, -1], [NOTHING, 1], [0.9, -1]]


def test_a_code_that_is_a_choice_stays_one() -> None:
    data = frame(rt=[-1.0, 0.8, 1.1, 0.9], response=[-1, -1, 1, -1])
    assert responses(data, Recording(missing=-1.0))[0] == [NOTHING, -1]


def test_rows_with_nothing_observed_are_kept_with_a_word() -> None:
    data = frame(rt=[np.nan, 0.8, np.nan, 0.9], response=[np.nan, -1, 1, -1])
    with pytest.warns(UserWarning, match=r"1 row \(index 'a'\) have neither 'rt' nor 'response'"):
        assert responses(data, MISSING) == [[NOTHING, NOTHING], [0.8, -1], [NOTHING, 1], [0.9, -1]]


def test_omissions_are_missing_or_late_and_their_response_is_ignored() -> None:
    data = frame(rt=[0.5, np.nan, 1.1, 2.0], response=[1, "what", 1, -1], deadline=[1.0, 1.0, 1.0, np.inf])
    with pytest.warns(UserWarning, match=r"at or past the deadline in 1 row \(index 'c'\): each counts as an omission"):
        found = seen(data, DEADLINE)
    assert found.response == ("rt", "response", "deadline")
    expected = [[0.5, 1, 1], [NOTHING, NOTHING, 1], [NOTHING, NOTHING, 1], [2.0, -1, np.inf]]
    assert found.response_matrix().tolist() == expected
    assert found.is_missing.tolist() == [False, True, True, False]


def test_a_deadline_met_exactly_is_missed() -> None:
    data = frame(deadline=[2.0, 0.8, 2.0, 2.0])
    with pytest.warns(UserWarning, match=r"index 'b'"):
        assert seen(data, DEADLINE).is_missing.tolist() == [False, True, False, False]


def test_one_number_is_everybodys_deadline() -> None:
    recording = Recording(missing=-999.0, deadline="deadline", constant_deadline=1.0)
    with pytest.warns(UserWarning, match=r"index 'c'"):
        found = seen(frame(), recording)
    assert found.frame["deadline"].tolist() == [1.0] * 4


@pytest.mark.parametrize("withheld", [np.nan, -999, -1])
def test_withheld_responses_carry_the_label_or_nothing(withheld) -> None:
    data = frame(rt=[0.5, np.nan, 1.1, np.nan], response=[1, withheld, 1, withheld])
    assert responses(data, NOGO) == [[0.5, 1], [NOTHING, NOTHING], [1.1, 1], [NOTHING, NOTHING]]


def test_labels_of_withheld_responses() -> None:
    data = frame(rt=[0.5, np.nan, 1.1, np.nan], response=["go", "no", "go", None])
    found = responses(data, NOGO, user_choices=["no", "go"])
    assert found == [[0.5, 1], [NOTHING, NOTHING], [1.1, 1], [NOTHING, NOTHING]]


def test_a_late_response_is_withheld_whatever_it_says() -> None:
    recording = Recording(missing=-999.0, nogo=-1, deadline="deadline")
    data = frame(rt=[0.5, 0.6, 1.1, 0.9], response=[1, 1, 1, 1], deadline=1.0)
    with pytest.warns(UserWarning, match="counts as a withheld response"):
        assert seen(data, recording).is_missing.tolist() == [False, False, True, False]


def test_censored_rows_say_on_which_side() -> None:
    data = frame(side=["left", None, "right", "none"], response=[1, -1, np.nan, -1])
    found = seen(data, CENSORED)
    assert found.response == ("rt", "response", "side")
    assert found.response_matrix().tolist() == [[0.5, 1, -1], [0.8, -1, 0], [1.1, NOTHING, 1], [0.9, -1, 0]]
    assert not found.is_missing.any()


FAULTS = {
    "all missing": (frame(rt=[np.nan] * 4), MISSING, r"missing in all 4 rows"),
    "all late": (frame(deadline=[0.1] * 4), DEADLINE, r"missing in all 4 rows"),
    "no column": (frame(), DEADLINE, r"no column 'deadline', needed as the column of deadlines"),
    "close column": (frame(dead_line=1.0), DEADLINE, r"Did you mean 'dead_line'"),
    "text deadline": (frame(deadline=[1.0, "x", 1.0, 1.0]), DEADLINE, r"not a number in 1 row \(index 'b'\).*'x'"),
    "blank deadline": (frame(deadline=[1.0, np.nan, 1.0, 1.0]), DEADLINE, r"missing in 1 row \(index 'b'\).*inf for"),
    "zero deadline": (frame(deadline=[1.0, 0.0, -1.0, 1.0]), DEADLINE, r"not positive in 2 rows \(index 'b', 'c'\)"),
    "no-go with an rt": (frame(), NOGO, r"'response' is -1.*beside an rt in 2 rows \(index 'b', 'd'\)"),
    "go without an rt": (
        frame(rt=[0.5, 0.6, np.nan, 0.8], response=[1, 1, 1, 1]),
        NOGO,
        r"another choice than -1 \(`nogo`\).*index 'c'.*found 1",
    ),
    "choice of a lost rt": (frame(rt=[np.nan, 1, 1, 1], response=[3, -1, 1, 1]), MISSING, r"found 3"),
    "side": (frame(side=["left", "up", "none", "none"]), CENSORED, r"'side' says neither.*index 'b'.*'up'"),
    "censored beside nothing": (
        frame(rt=[np.nan, 0.8, 1.1, 0.9], side=[1, 0, 0, 0]),
        Recording(missing=-999.0, censored="side"),
        r"'side' says that the rt is censored, but 'rt' is missing in 1 row \(index 'a'\)",
    ),
    "outside the window": (frame(), Recording(truncation=(0.6, 1.0)), r"outside the window \[0.6, 1\).*index 'a', 'c'"),
    "lost in a window": (
        frame(rt=[np.nan, 0.8, 0.9, 0.9]),
        Recording(missing=-999.0, truncation=(0.6, 1.0)),
        r"leaves open whether.*window",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_faults(case: str) -> None:
    data, recording, pattern = FAULTS[case]
    with pytest.raises(ValueError, match=pattern):
        seen(data, recording)


def test_options_without_a_use_are_told() -> None:
    with pytest.warns(UserWarning, match="every row has an rt"):
        seen(frame(deadline=2.0), DEADLINE)
    with pytest.warns(UserWarning, match="no row of 'side' is censored"):
        seen(frame(side=0), CENSORED)


def test_columns_and_rows_in_any_order_give_the_same() -> None:
    data = frame(rt=[np.nan, 0.8, np.nan, 0.9], deadline=[np.inf, 1.0, 1.0, np.inf])
    found = seen(data, DEADLINE).frame
    order = [2, 0, 3, 1]
    pd.testing.assert_frame_equal(
        seen(data.iloc[order][["deadline", "response", "rt"]], DEADLINE).frame[found.columns], found.iloc[order]
    )


def test_new_data_are_read_by_the_same_rules() -> None:
    like = seen(frame(rt=[np.nan, 0.8, 1.1, 0.9], response=[1, -1, 1, -1], deadline=2.0), DEADLINE)
    new, faults = new_responses(frame(rt=[0.5, 3.0, np.nan, 1.0], deadline=2.0), like)
    assert not faults
    assert new["rt"].tolist() == [0.5, NOTHING, NOTHING, 1.0]
    _, faults = new_responses(frame(rt=[-0.5, 3.0, np.nan, 1.0], deadline=-2.0), like)
    assert len(faults) == 2
