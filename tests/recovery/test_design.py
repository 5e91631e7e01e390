"""What a study is: its trials, and a name that does not depend on how it was written down."""

from __future__ import annotations

import cloudpickle
import numpy as np
import pandas as pd
import pytest

from hssm.recovery.design import frame_of_trials
from hssm.recovery.study import make_study


def test_participants_and_levels() -> None:
    study = make_study("recovery", "ddm", 5, 3, design={"condition": ["easy", "hard"], "x": np.arange(15.0)})
    frame = frame_of_trials(study)
    assert list(frame["participant_id"]) == [0] * 5 + [1] * 5 + [2] * 5
    assert list(frame["condition"][5:10]) == ["easy", "hard", "easy", "hard", "easy"]
    assert list(frame["x"]) == list(range(15))


def test_a_frame_is_taken_as_it_is() -> None:
    given = pd.DataFrame({"participant_id": [1, 1, 2, 2], "x": [0.0, 1.0, 0.0, 1.0]}, index=[3, 1, 2, 0])
    study = make_study("recovery", "ddm", 500, 1, design=given)
    assert (study.n_participants, study.n_trials) == (2, 2)
    assert list(frame_of_trials(study)["x"]) == [0.0, 1.0, 0.0, 1.0]
    assert "rt" not in given


@pytest.mark.parametrize(
    ("options", "low", "high"),
    [({"deadline": 0.5}, 0.0, 0.5), ({"truncation": (0.3, 0.6)}, 0.3, 0.6), ({"truncation": (0.5, None)}, 0.5, 9.0)],
)
def test_placeholders_could_have_been_recorded(options, low, high) -> None:
    rt = frame_of_trials(make_study("recovery", "ddm", 20, 1, hssm_kwargs=options))["rt"]
    assert low < rt.min() < rt.max() < high


def test_wrong_lengths_are_named() -> None:
    with pytest.raises(ValueError, match="'x'"):
        make_study("recovery", "ddm", 5, 2, design={"x": np.zeros(7)})


def test_the_digest_is_that_of_the_settings() -> None:
    first = make_study("sbc", "ddm", 50, 1, hssm_kwargs={"a": 1.0, "z": 0.5})
    second = make_study("sbc", "ddm", 50, 1, hssm_kwargs={"z": 0.5, "a": 1.0})
    assert first.digest() == second.digest() == cloudpickle.loads(first.packed()).digest()
    others = [
        make_study("sbc", "ddm", 50, 1, hssm_kwargs={"a": 1.1, "z": 0.5}),
        make_study("sbc", "ddm", 50, 1, hssm_kwargs={"a": 1.0, "z": 0.5}, design={"x": [0, 1]}),
        make_study("sbc", "angle", 50, 1, hssm_kwargs={"a": 1.0, "z": 0.5}),
    ]
    assert len({first.digest(), *(study.digest() for study in others)}) == 4
