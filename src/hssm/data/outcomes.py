"""The rules for rows without a plain rt: which rows they are, what is wrong with them, how they are written down.

``observe`` applies them together with the rules of ``checks``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hssm.data import checks
from hssm.data.choices import Labels
from hssm.spec import MISSING_CODE, Recording

SIDES = {"left": -1, "right": 1, "none": 0}


@dataclass(frozen=True, kw_only=True)
class RawRows:
    """Response columns as the user gave them, read by a recording."""

    data: pd.DataFrame
    recording: Recording
    response: tuple[str, ...]
    choices: tuple[int, ...]
    labels: Labels | None

    @cached_property
    def time(self) -> str | None:
        return checks.time_column(self.response)

    @cached_property
    def choice(self) -> str | None:
        return checks.choice_column(self.response)

    @cached_property
    def deadline(self) -> np.ndarray:
        """(n,) seconds; inf without one."""
        name, constant = self.recording.deadline, self.recording.constant_deadline
        if name is None or (constant is None and name not in self.data):
            return np.full(len(self.data), math.inf)
        if constant is not None:
            return np.full(len(self.data), constant)
        return np.nan_to_num(checks.numbers(self.data[name])[0], nan=math.inf, posinf=math.inf)

    @cached_property
    def has_no_rt(self) -> np.ndarray:
        """NaN or the code; none in choice-only data."""
        if self.time is None:
            return np.zeros(len(self.data), dtype=bool)
        rt, no_number = checks.numbers(self.data[self.time])
        return checks.is_missing(rt, self.recording.missing) & ~no_number

    @cached_property
    def is_late(self) -> np.ndarray:
        """An rt at or past the deadline."""
        if self.time is None or self.recording.deadline is None:
            return np.zeros(len(self.data), dtype=bool)
        rt, _ = checks.numbers(self.data[self.time])
        return ~self.has_no_rt & np.isfinite(rt) & (rt >= self.deadline)

    @property
    def is_missing(self) -> np.ndarray:
        return self.has_no_rt | self.is_late

    @cached_property
    def codes(self) -> np.ndarray:
        """Responses in model codes; NaN where they are none."""
        column = self.data[str(self.choice)]
        if self.labels is not None:
            return checks.coded(column, self.labels)
        values, _ = checks.numbers(column)
        return np.where(np.isin(values, self.choices), values, np.nan)

    @cached_property
    def has_no_response(self) -> np.ndarray:
        """NaN or a code of a missing value, where that is no choice."""
        column = self.data[str(self.choice)]
        values = checks.numbers(column)[0]
        absent = column.isna().to_numpy() | np.isin(values, (MISSING_CODE, self.recording.missing or MISSING_CODE))
        return absent & np.isnan(self.codes)

    @cached_property
    def side(self) -> np.ndarray:
        """Side of the censoring, NaN where it is not understood."""
        name = self.recording.censored
        if name is None:
            return np.zeros(len(self.data))
        column = self.data[name]
        as_code: Labels = {**SIDES, **{side.upper(): code for side, code in SIDES.items()}, -1: -1, 1: 1, 0: 0}
        return np.where(column.isna().to_numpy(), 0.0, checks.coded(column, as_code))

    @cached_property
    def has_silent_response(self) -> np.ndarray:
        """Rows whose response value means nothing: omitted, or withheld."""
        if self.recording.nogo is not None:
            return self.is_missing
        return self.is_missing & np.isfinite(self.deadline)

    @property
    def excused(self) -> np.ndarray:
        """Rows whose response need not be a choice."""
        if self.recording.missing is None and self.recording.censored is None:
            return np.zeros(len(self.data), dtype=bool)
        if self.recording.nogo is not None:
            return self.is_late | self.has_no_rt
        unknown = self.is_missing | (self.side != 0)
        return self.has_silent_response | (unknown & self.has_no_response)


def outcome_faults(rows: RawRows) -> Iterator[str]:
    """What is wrong with deadlines, censoring and rows without an rt."""
    data, recording = rows.data, rows.recording
    yield from deadline_faults(data, recording)
    if recording.censored is not None and np.isnan(rows.side).any():
        wrong = np.isnan(rows.side)
        yield (
            f"{recording.censored!r} says neither 'left', 'right' nor 'none' (or -1, 1, 0) in "
            f"{checks.rows(wrong, data.index)}; found {checks.values(data[recording.censored][wrong].tolist())}."
        )
    beside = (rows.side != 0) & rows.has_no_rt & (recording.missing is not None)
    if beside.any():
        yield (
            f"{recording.censored!r} says that the rt is censored, but {rows.time!r} is missing in "
            f"{checks.rows(beside, data.index)}. A censored row has the number below or above which its rt lies."
        )
    yield from _nogo_faults(rows)
    yield from _window_faults(rows)


def no_rt_faults(rows: RawRows) -> Iterator[str]:
    """Data of a fit have some rts; new rows need none."""
    if rows.recording.missing is not None and rows.is_missing.all():
        yield (
            f"{rows.time!r} is missing in all {len(rows.data)} rows (omissions included). Nothing can be learned about "
            "reaction times: check the column, the code of a missing rt, and the deadlines."
        )


def deadline_faults(data: pd.DataFrame, recording: Recording) -> Iterator[str]:
    """What is wrong with a column of deadlines."""
    if recording.deadline is None or recording.constant_deadline is not None:
        return
    column = data[recording.deadline]
    deadline, no_number = checks.numbers(column)
    for mask, what in (
        (no_number, "not a number"),
        (np.isnan(deadline) & ~no_number, "missing"),
        (deadline <= 0, "not positive"),
    ):
        if mask.any():
            yield (
                f"{recording.deadline!r}, the column of deadlines, is {what} in {checks.rows(mask, data.index)}; found "
                f"{checks.values(column[mask].tolist())}. Deadlines are seconds above 0, inf for a trial without one."
            )


def _nogo_faults(rows: RawRows) -> Iterator[str]:
    nogo, data = rows.recording.nogo, rows.data
    if nogo is None or rows.choice is None:
        return
    label = next((name for name, code in (rows.labels or {}).items() if code == nogo), nogo)
    is_nogo = rows.codes == nogo
    seen = is_nogo & ~rows.is_missing
    if seen.any():
        yield (
            f"{rows.choice!r} is {label!r}, the choice that is withheld (`nogo`), beside an rt in "
            f"{checks.rows(seen, data.index)}. Such a choice has no rt: set it to NaN, or leave `nogo` out."
        )
    wrong = rows.has_no_rt & ~is_nogo & ~rows.has_no_response
    if wrong.any():
        yield (
            f"{rows.choice!r} is another choice than {label!r} (`nogo`) although {rows.time!r} is missing in "
            f"{checks.rows(wrong, data.index)}; found {checks.values(data[rows.choice][wrong].tolist())}. Where a "
            f"choice may be withheld, a trial without rt is {label!r} or has no response: correct these rows."
        )


def _window_faults(rows: RawRows) -> Iterator[str]:
    if not rows.recording.is_truncated:
        return
    low, high = rows.recording.truncation
    rt, _ = checks.numbers(rows.data[str(rows.time)])
    outside = ~rows.is_missing & np.isfinite(rt) & ((rt < low) | (rt >= high))
    if outside.any():
        yield (
            f"{rows.time!r} lies outside the window [{low:g}, {high:g}) of `truncation` in "
            f"{checks.rows(outside, rows.data.index)}; found {checks.values(rt[outside].tolist())}. By `truncation` "
            "such trials were not recorded: remove them, or widen the window."
        )
    lost = rows.is_missing & ~np.isfinite(rows.deadline)
    if lost.any():
        yield (
            f"{rows.time!r} is missing in {checks.rows(lost, rows.data.index)}, and `truncation` leaves open whether "
            "it was in the window. Remove these rows, or leave `truncation` out."
        )


def write_outcomes(frame: pd.DataFrame, rows: RawRows) -> None:
    """Response columns as the model holds them, in place: codes, floats, -999 where there is nothing."""
    if rows.time is not None:
        frame[rows.time] = np.where(rows.is_missing, MISSING_CODE, checks.numbers(rows.data[rows.time])[0])
    if rows.choice is not None:
        silent = rows.has_silent_response | (rows.excused & rows.has_no_response)
        frame[rows.choice] = np.where(silent, MISSING_CODE, rows.codes).astype(np.int64)
    if rows.recording.deadline is not None:
        frame[rows.recording.deadline] = rows.deadline
    if rows.recording.censored is not None:
        frame[rows.recording.censored] = rows.side.astype(np.int64)


def warn_of_outcomes(frame: pd.DataFrame, rows: RawRows) -> None:
    """What deserves a word: responses past the deadline, rows with nothing in them, an option without a use."""
    recording = rows.recording
    if rows.is_late.any():
        what = "a withheld response" if recording.nogo is not None else "an omission"
        checks.warn(
            f"{rows.time!r} is at or past the deadline in {checks.rows(rows.is_late, frame.index)}: each counts as "
            f"{what}. Found {checks.values(rows.data[rows.time][rows.is_late].tolist())}. If these responses count, "
            "correct the deadline."
        )
    unknown = rows.is_missing & ~rows.has_silent_response & rows.has_no_response
    if unknown.any():
        checks.warn(
            f"{checks.rows(unknown, frame.index)} have neither {rows.time!r} nor {rows.choice!r}: they are kept, and "
            "say nothing about the parameters."
        )
    if recording.missing is not None and not rows.is_missing.any():
        checks.warn("Missing responses are allowed for, but every row has an rt.")
    if recording.censored is not None and not (rows.side != 0).any():
        checks.warn(f"`censored` was given, but no row of {recording.censored!r} is censored.")
