"""Sorting and checking a reinforcement-learning panel."""

import numpy as np
import pandas as pd
import pytest

from hssm.data.panel import check_data_for_rl


def test_a_shuffled_panel_is_sorted(ddm_frame, rng) -> None:
    shuffled = ddm_frame.iloc[rng.permutation(len(ddm_frame))]
    before = shuffled.copy(deep=True)
    ordered, n_participants, n_trials = check_data_for_rl(shuffled)
    pd.testing.assert_frame_equal(ordered, ddm_frame)
    pd.testing.assert_frame_equal(shuffled, before)
    assert (n_participants, n_trials) == (3, 20)


def test_columns_may_have_other_names(ddm_frame) -> None:
    renamed = ddm_frame.rename(columns={"participant_id": "who", "trial_id": "when"})
    assert check_data_for_rl(renamed, "who", "when")[1:] == (3, 20)


def test_text_and_categorical_participants_are_counted(ddm_frame) -> None:
    names = ddm_frame["participant_id"].map({1: "ann", 2: "bob", 3: "eve"})
    levels = ["eve", "bob", "ann", "nobody"]
    assert check_data_for_rl(ddm_frame.assign(participant_id=names))[1:] == (3, 20)
    assert check_data_for_rl(ddm_frame.assign(participant_id=pd.Categorical(names, levels)))[1:] == (3, 20)


def test_unequal_numbers_of_trials_are_refused(ddm_frame) -> None:
    with pytest.raises(ValueError, match=r"unequal numbers of trials: 2 of 3 have 20.*\{'1': 18\}"):
        check_data_for_rl(ddm_frame.iloc[2:])


def test_absent_columns_are_refused(ddm_frame) -> None:
    with pytest.raises(ValueError, match="'participant_id', needed as the participant column.*'participant'"):
        check_data_for_rl(ddm_frame.rename(columns={"participant_id": "participant"}))


def test_blank_ids_are_refused(ddm_frame) -> None:
    ddm_frame["trial_id"] = ddm_frame["trial_id"].astype(float)
    ddm_frame.loc[4, "trial_id"] = np.nan
    with pytest.raises(ValueError, match=r"'trial_id' is missing in 1 row \(index 4\)"):
        check_data_for_rl(ddm_frame)


def test_repeated_trials_warn_and_keep_their_order(ddm_frame) -> None:
    ddm_frame["trial_id"] = 1
    with pytest.warns(UserWarning, match="do not tell trials apart in 60 rows"):
        ordered, *_ = check_data_for_rl(ddm_frame)
    pd.testing.assert_frame_equal(ordered, ddm_frame)


def test_only_frames_are_taken() -> None:
    with pytest.raises(TypeError, match="DataFrame"):
        check_data_for_rl([1, 2])
