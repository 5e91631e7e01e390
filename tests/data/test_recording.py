import math

import pandas as pd
import pytest

from hssm.data.recording import recording_of
from hssm.spec import Recording

FRAME = pd.DataFrame({"rt": [0.5], "response": [1], "limit": [2.0]})
NONE = {
    "missing_data": False,
    "deadline": False,
    "nogo": None,
    "censored": None,
    "truncation": None,
    "loglik_missing_data": None,
    "choices": None,
}


def read(frame=FRAME, response=("rt", "response"), **arguments) -> Recording:
    return recording_of(NONE | arguments, frame, response=response, choices=(-1, 1))


MEANINGS = {
    "nothing": ({}, Recording()),
    "missing": ({"missing_data": True}, Recording(missing=-999.0)),
    "a code": ({"missing_data": -1}, Recording(missing=-1.0)),
    "code zero": ({"missing_data": 0}, Recording(missing=0.0)),
    "deadline": ({"deadline": True}, Recording(missing=-999.0, deadline="deadline")),
    "column": ({"deadline": "limit", "missing_data": -1}, Recording(missing=-1.0, deadline="limit")),
    "number": ({"deadline": 1.5}, Recording(missing=-999.0, deadline="deadline", constant_deadline=1.5)),
    "nogo": ({"nogo": -1}, Recording(missing=-999.0, nogo=-1)),
    "nogo label": ({"nogo": "no", "choices": ["no", "go"]}, Recording(missing=-999.0, nogo=-1)),
    "nogo bool": ({"nogo": True, "choices": [False, True]}, Recording(missing=-999.0, nogo=1)),
    "censored": ({"censored": True}, Recording(censored="censored")),
    "window": ({"truncation": (0.2, None)}, Recording(truncation=(0.2, math.inf))),
    "left window and deadline": (
        {"truncation": [0.2, None], "deadline": True},
        Recording(missing=-999.0, deadline="deadline", truncation=(0.2, math.inf)),
    ),
}


@pytest.mark.parametrize("case", MEANINGS)
def test_what_arguments_mean(case: str) -> None:
    arguments, expected = MEANINGS[case]
    assert read(**arguments) == expected


FAULTS = {
    "text as code": ({"missing_data": "NA"}, TypeError, ["`missing_data`", "'NA'", "str"]),
    "infinite code": ({"missing_data": math.inf}, ValueError, ["`missing_data`", "finite"]),
    "no deadline": ({"deadline": -1.0}, ValueError, ["`deadline`", "above 0", "-1.0"]),
    "list as deadline": ({"deadline": [1.0]}, TypeError, ["`deadline`", "column", "list"]),
    "nogo is no choice": ({"nogo": 0}, ValueError, ["`nogo`", "[-1, 1]", "0"]),
    "nogo is no label": ({"nogo": -1, "choices": ["no", "go"]}, ValueError, ["'no', 'go'"]),
    "censored as number": ({"censored": 3}, TypeError, ["`censored`", "3"]),
    "one end": ({"truncation": (0.2,)}, TypeError, ["`truncation`", "pair"]),
    "text end": ({"truncation": ("a", 1)}, TypeError, ["`truncation`", "numbers"]),
    "ends reversed": ({"truncation": (1.0, 0.2)}, ValueError, ["`truncation`", "low < high"]),
    "function for nothing": ({"loglik_missing_data": abs}, ValueError, ["`loglik_missing_data`", "missing_data=True"]),
    "censored and deadline": ({"censored": True, "deadline": True}, ValueError, ["contradict", "`censored`"]),
    "censored and nogo": ({"censored": True, "nogo": 1}, ValueError, ["contradict", "`nogo`"]),
    "window and nogo": ({"truncation": (0.2, None), "nogo": 1}, ValueError, ["contradict", "`truncation`"]),
    "window and deadline": ({"truncation": (0.2, 3.0), "deadline": True}, ValueError, ["(low, None)"]),
    "censored and function": (
        {"censored": True, "missing_data": True, "loglik_missing_data": abs},
        ValueError,
        ["contradict", "`loglik_missing_data`"],
    ),
    "deadline in rt": ({"deadline": "rt"}, ValueError, ["deadline='rt'", "response column"]),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_makes_no_sense(case: str) -> None:
    arguments, error, fragments = FAULTS[case]
    with pytest.raises(error) as caught:
        read(**arguments)
    assert all(fragment in str(caught.value) for fragment in fragments), str(caught.value)


def test_a_number_beside_a_column_is_ambiguous() -> None:
    with pytest.raises(ValueError, match=r"deadline=1\.5.*column 'deadline' as well"):
        read(FRAME.assign(deadline=2.0), deadline=1.5)


@pytest.mark.parametrize("argument", [{"missing_data": True}, {"deadline": 1.0}, {"nogo": 1}, {"truncation": (0, 1)}])
def test_choices_without_rts_have_no_missing_rts(argument) -> None:
    with pytest.raises(ValueError, match="choices only"):
        read(response=("response",), **argument)
