"""What becomes of a user's frame: the good one, and each of the bad ones."""

import logging
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest

from hssm.data.observe import observe
from hssm.spec import MISSING_CODE, Recording

observe_ddm = partial(observe, choices=(-1, 1))


def changed(frame: pd.DataFrame, column: str, values: dict) -> pd.DataFrame:
    """A copy whose column is of objects and holds other values in some rows."""
    copy = frame.copy()
    copy[column] = copy[column].astype(object)
    for label, value in values.items():
        copy.loc[label, column] = value
    return copy


# --- clean data ---------------------------------------------------------------------------------


def test_clean_data_pass_without_a_word(ddm_frame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen = observe_ddm(ddm_frame)
    assert seen.n_trials == len(ddm_frame)
    assert seen.response == ("rt", "response")
    assert dict(seen.labels) == {}
    assert not seen.is_missing.any()
    assert seen.positions.tolist() == list(range(len(ddm_frame)))
    assert np.array_equal(seen.response_matrix(), ddm_frame[["rt", "response"]].to_numpy(float))


def test_the_users_frame_is_copied_and_left_alone(ddm_frame) -> None:
    ddm_frame["flag"] = ddm_frame["x"] > 0
    ddm_frame["response"] = ddm_frame["response"].map({-1: "no", 1: "yes"})
    before = ddm_frame.copy(deep=True)
    seen = observe_ddm(ddm_frame, user_choices=["no", "yes"], formula_columns=["x", "flag"])
    pd.testing.assert_frame_equal(ddm_frame, before)
    seen.frame.loc[:, "rt"] = 0.0
    pd.testing.assert_frame_equal(ddm_frame, before)


@pytest.mark.parametrize("index", [[f"t{i}" for i in range(60)], [7] * 60, range(60, 0, -1)])
def test_any_index_and_column_order_give_the_same(ddm_frame, index) -> None:
    other = ddm_frame.set_axis(pd.Index(index), axis=0)[list(reversed(ddm_frame.columns))]
    assert np.array_equal(observe_ddm(other).response_matrix(), observe_ddm(ddm_frame).response_matrix())


def test_a_multi_index_is_fine(ddm_frame) -> None:
    other = ddm_frame.set_index(["participant_id", "trial_id"])
    with pytest.raises(ValueError, match=r"1 row \(index \(1, 2\)\)"):
        observe_ddm(changed(other, "rt", {(1, 2): -1.0}))


def test_permuted_rows_give_permuted_observations(ddm_frame, rng) -> None:
    order = rng.permutation(len(ddm_frame))
    permuted = observe_ddm(ddm_frame.iloc[order]).response_matrix()
    assert np.array_equal(permuted, observe_ddm(ddm_frame).response_matrix()[order])


@pytest.mark.parametrize("dtype", [float, "int8", "Int64", "Float64", object])
def test_codes_may_be_of_any_numeric_type(ddm_frame, dtype) -> None:
    seen = observe_ddm(ddm_frame.astype({"response": dtype}))
    assert seen.frame["response"].dtype == np.int64
    assert seen.frame["response"].tolist() == ddm_frame["response"].tolist()


def test_choice_only_data_need_no_rt(ddm_frame) -> None:
    seen = observe_ddm(ddm_frame.drop(columns="rt"), response=("response",))
    assert seen.response_matrix().shape == (60, 1)
    assert not seen.is_missing.any()


def test_one_row_is_enough(ddm_frame) -> None:
    with pytest.warns(UserWarning, match="never occurs"):
        assert observe_ddm(ddm_frame.iloc[:1]).n_trials == 1


def test_bool_predictors_become_categories(ddm_frame) -> None:
    ddm_frame["flag"] = ddm_frame["x"] > 0
    seen = observe_ddm(ddm_frame, formula_columns=["flag"])
    assert seen.frame["flag"].dtype == pd.CategoricalDtype([False, True])


def test_bool_extra_fields_stay_numbers(ddm_frame) -> None:
    ddm_frame["flag"] = ddm_frame["x"] > 0
    seen = observe_ddm(ddm_frame, covariates=["flag"])
    assert seen.covariates == ("flag",)
    assert seen.frame["flag"].dtype == bool


# --- labels -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "choices"),
    [
        (("left", "right"), ["left", "right"]),
        ((0, 1), [0, 1]),
        ((0.0, 1.0), [0, 1]),
        ((False, True), [False, True]),
        (("no", "yes"), {"yes": 1, "no": -1}),
    ],
)
@pytest.mark.parametrize("categorical", [False, True])
def test_labels_become_codes(ddm_frame, labels, choices, categorical, caplog) -> None:
    codes = ddm_frame["response"].to_numpy()
    column = pd.Series(np.where(codes == 1, labels[1], labels[0]), index=ddm_frame.index)
    ddm_frame["response"] = column.astype("category") if categorical else column
    with caplog.at_level(logging.INFO, logger="hssm"):
        seen = observe_ddm(ddm_frame, user_choices=choices)
    assert np.array_equal(seen.frame["response"], codes)
    assert dict(seen.labels) == {-1: labels[0], 1: labels[1]}
    assert "mapped" in caplog.text


def test_codes_listed_in_another_order_are_not_recoded(ddm_frame) -> None:
    seen = observe_ddm(ddm_frame, user_choices=[1, -1])
    assert np.array_equal(seen.frame["response"], ddm_frame["response"])
    assert dict(seen.labels) == {}


def test_a_label_that_choices_does_not_name(ddm_frame) -> None:
    ddm_frame["response"] = ddm_frame["response"].map({-1: "left", 1: "right"})
    data = changed(ddm_frame, "response", {4: "Left", 9: None})
    with pytest.raises(ValueError, match=r"2 rows \(index 4, 9\).*'Left'.*\['left', 'right'\]"):
        observe_ddm(data, user_choices=["left", "right"])


@pytest.mark.parametrize("labels", [(0, 1), (False, True), ("left", "right")])
def test_other_codings_are_refused_without_choices(ddm_frame, labels) -> None:
    ddm_frame["response"] = np.where(ddm_frame["response"] == 1, labels[1], labels[0])
    with pytest.raises(ValueError, match=r"'response'.*no choice.*\[-1, 1\].*choices=\["):
        observe_ddm(ddm_frame)


def test_the_suggested_mapping_works(ddm_frame) -> None:
    ddm_frame["response"] = ddm_frame["response"].map({-1: "left", 1: "right"})
    with pytest.raises(ValueError, match=r"choices=\['left', 'right'\] if 'left' stands for -1"):
        observe_ddm(ddm_frame)


@pytest.mark.parametrize("value", [np.nan, 1.5, 0, 2, None, "1"])
def test_a_wrong_response(ddm_frame, value) -> None:
    with pytest.raises(ValueError, match=r"'response'.*1 row \(index 5\)"):
        observe_ddm(changed(ddm_frame, "response", {5: value}))


def test_an_unused_choice_is_named_as_the_user_names_it(ddm_frame) -> None:
    ddm_frame["response"] = "yes"
    with pytest.warns(UserWarning, match="'no' never occurs"):
        observe_ddm(ddm_frame, user_choices=["no", "yes"])


# --- reaction times -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        ({2: -0.2, 3: 0}, r"not positive in 2 rows \(index 2, 3\); found -0\.2, 0\.0"),
        ({2: np.inf}, r"infinite in 1 row \(index 2\)"),
        ({2: -np.inf}, r"infinite in 1 row \(index 2\)"),
        ({2: "0.5"}, r"not a number in 1 row \(index 2\); found '0\.5'.*to_numeric"),
        ({2: True}, r"not a number in 1 row"),
        ({2: np.nan, 4: -999}, r"missing \(NaN or -999\) in 2 rows \(index 2, 4\).*missing_data=True"),
        (dict.fromkeys(range(9), -1.0), r"9 rows \(index 0, 1, 2, 3, 4, \.\.\.\)"),
    ],
)
def test_a_wrong_rt(ddm_frame, values, pattern) -> None:
    with pytest.raises(ValueError, match=pattern):
        observe_ddm(changed(ddm_frame, "rt", values))


def test_text_rt_is_refused_as_a_whole(ddm_frame) -> None:
    with pytest.raises(ValueError, match="'rt' is not a number in 60 rows"):
        observe_ddm(ddm_frame.assign(rt=ddm_frame["rt"].astype(str)))


def test_milliseconds_are_suspected(ddm_frame) -> None:
    with pytest.warns(UserWarning, match="milliseconds.*1000"):
        observe_ddm(ddm_frame.assign(rt=1000 * ddm_frame["rt"]))


def test_missing_rows_are_marked_when_they_are_allowed(ddm_frame) -> None:
    data = changed(changed(ddm_frame, "rt", {2: np.nan, 4: 77, 6: 77}), "response", {4: np.nan, 6: 77})
    with pytest.warns(UserWarning, match=r"2 rows \(index 4, 6\) have neither"):
        seen = observe_ddm(data, recording=Recording(missing=77.0))
    assert np.flatnonzero(seen.is_missing).tolist() == [2, 4, 6]
    assert seen.frame["rt"].iloc[[2, 4, 6]].tolist() == [MISSING_CODE] * 3
    assert seen.frame["response"].iloc[[2, 4, 6]].tolist() == [ddm_frame["response"][2], MISSING_CODE, MISSING_CODE]


def test_a_response_may_not_be_missing_beside_an_rt(ddm_frame) -> None:
    with pytest.raises(ValueError, match=r"'response'.*index 4"):
        observe_ddm(
            changed(changed(ddm_frame, "rt", {2: np.nan}), "response", {4: np.nan}),
            recording=Recording(missing=MISSING_CODE),
        )


def test_allowing_for_missing_rows_that_are_not_there_warns(ddm_frame) -> None:
    with pytest.warns(UserWarning, match="every row has an rt"):
        observe_ddm(ddm_frame, recording=Recording(missing=MISSING_CODE))


# --- frames and columns -------------------------------------------------------------------------


@pytest.mark.parametrize("data", [None, {"rt": [1.0]}, np.ones((3, 2))])
def test_only_frames_are_taken(data) -> None:
    with pytest.raises(TypeError, match=rf"DataFrame.*{type(data).__name__}"):
        observe_ddm(data)


def test_empty_and_ambiguous_frames_are_refused(ddm_frame) -> None:
    with pytest.raises(ValueError, match="empty: 0 rows"):
        observe_ddm(ddm_frame.iloc[:0])
    with pytest.raises(ValueError, match="several columns called 'rt'"):
        observe_ddm(pd.concat([ddm_frame, ddm_frame[["rt"]]], axis=1))


def test_missing_columns_are_told_together_with_their_use(ddm_frame) -> None:
    data = ddm_frame.rename(columns={"response": "Response", "x": "X1"})
    with pytest.raises(
        ValueError, match="(?s)'response', needed as a response column.*'Response'.*Columns given"
    ) as told:
        observe_ddm(data, formula_columns={"x": "a term of the formula of 'v'"}, covariates=["rts"])
    assert "'x', needed as a term of the formula of 'v'" in str(told.value)
    assert "'rts', needed as an extra field. Did you mean 'rt'" in str(told.value)


def test_faults_of_different_columns_are_told_together(ddm_frame) -> None:
    data = changed(changed(ddm_frame, "rt", {1: -1.0}), "response", {2: 7}).assign(x=np.nan)
    with pytest.raises(ValueError, match="(?s)3 faults.*'rt'.*'response'.*'x'"):
        observe_ddm(data, formula_columns=["x"])


# --- covariates ---------------------------------------------------------------------------------


def test_blank_covariates_are_refused_with_columns_and_counts(ddm_frame) -> None:
    data = changed(changed(ddm_frame, "x", {3: np.nan, 5: np.nan}), "condition", {5: None})
    with pytest.raises(ValueError, match=r"'x': 2 rows \(index 3, 5\); 'condition': 1 row \(index 5\).*dropna=True"):
        observe_ddm(data, formula_columns=["x", "condition"])


def test_blanks_in_unused_columns_do_not_matter(ddm_frame) -> None:
    assert observe_ddm(ddm_frame.assign(x=np.nan)).n_trials == 60


def test_dropna_leaves_rows_out_and_keeps_positions(ddm_frame) -> None:
    ddm_frame.loc[[3, 5], "x"] = np.nan
    with pytest.warns(UserWarning, match=r"leaves out 2 rows \(index 3, 5\)"):
        seen = observe_ddm(ddm_frame, formula_columns=["x"], dropna=True)
    assert seen.n_trials == 58
    assert seen.positions.tolist() == [i for i in range(60) if i not in (3, 5)]
    assert len(seen.is_missing) == 58
    assert seen.frame["x"].tolist() == ddm_frame["x"].dropna().tolist()


def test_dropna_does_not_drop_everything(ddm_frame) -> None:
    with pytest.raises(ValueError, match="all 60 rows"):
        observe_ddm(ddm_frame.assign(x=np.nan), formula_columns=["x"], dropna=True)


def test_infinite_covariates_are_refused(ddm_frame) -> None:
    ddm_frame.loc[3, "x"] = np.inf
    with pytest.raises(ValueError, match=r"'x' is infinite in 1 row \(index 3\)"):
        observe_ddm(ddm_frame, formula_columns=["x"])


def test_extra_fields_are_numbers(ddm_frame) -> None:
    with pytest.raises(ValueError, match="'condition' is not a number in 60 rows.*'easy', 'hard'"):
        observe_ddm(ddm_frame, covariates=["condition"])
