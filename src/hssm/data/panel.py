"""Checks of a panel, in which each participant's trials follow one another, as learning models need.

Called by users before they build an ``RLSSM``, to see their data in the order in which learning happens.
"""

from __future__ import annotations

import pandas as pd

from hssm.data.checks import require_columns, require_frame, rows, warn


def check_data_for_rl(
    data: pd.DataFrame, participant_id_col: str = "participant_id", trial_id_col: str = "trial_id"
) -> tuple[pd.DataFrame, int, int]:
    """Sort a reinforcement-learning data set and check that it is balanced.

    Parameters
    ----------
    data
        One row per trial, in any order.
    participant_id_col, trial_id_col
        Columns that say whose trial it is, and which.

    Returns
    -------
    tuple
        A copy sorted by participant and trial (rows keep their index labels), the number of participants, and the
        number of trials of each.

    Raises
    ------
    TypeError
        If ``data`` is no data frame.
    ValueError
        If a column is absent or has blanks, or participants have unequal numbers of trials.
    """
    require_frame(data)
    require_columns(data, {participant_id_col: "the participant column", trial_id_col: "the trial column"})
    _require_ids(data, [participant_id_col, trial_id_col])
    counts = data.groupby(participant_id_col, observed=True).size()
    if counts.nunique() > 1:
        usual = counts.mode().iloc[0]
        odd = {str(participant): int(count) for participant, count in counts[counts != usual].head().items()}
        raise ValueError(
            f"Participants have unequal numbers of trials: {int((counts == usual).sum())} of {len(counts)} have "
            f"{usual}, others e.g. {odd} (participant: trials). Every participant needs the same number here; "
            "'RLSSM' itself takes unequal numbers."
        )
    keys = [participant_id_col, trial_id_col]
    repeated = data.duplicated(keys, keep=False).to_numpy()
    if repeated.any():
        warn(
            f"{participant_id_col!r} and {trial_id_col!r} do not tell trials apart in {rows(repeated, data.index)}; "
            "these keep the order in which they were given. Number the trials of each participant throughout."
        )
    return data.sort_values(keys, kind="stable"), len(counts), int(counts.iloc[0])


def _require_ids(data: pd.DataFrame, columns: list[str]) -> None:
    for name in columns:
        blank = data[name].isna().to_numpy()
        if blank.any():
            raise ValueError(f"{name!r} is missing in {rows(blank, data.index)}. Every trial needs one: fill it in.")
