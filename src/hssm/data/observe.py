"""DataFrame -> Observations: the one door through which data enter a model.

Everything a user can get wrong about data is found here, and reported together; what comes out is a private copy in
the user's row order, with responses in the codes of the model.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hssm.data import checks
from hssm.data.choices import Labels, label_map
from hssm.data.outcomes import RawRows, no_rt_faults, outcome_faults, warn_of_outcomes, write_outcomes
from hssm.spec import Observations, Recording

_log = logging.getLogger(__name__)


def observe(
    data: pd.DataFrame,
    *,
    choices: tuple[int, ...],
    response: tuple[str, ...] = ("rt", "response"),
    user_choices: Any = None,
    covariates: Sequence[str] = (),
    formula_columns: Mapping[str, str] | Iterable[str] = (),
    recording: Recording | None = None,
    dropna: bool = False,
) -> Observations:
    """Check a data frame and turn it into observations.

    Parameters
    ----------
    data
        One row per trial, any index; it is copied, never changed.
    choices
        Codes of the model.
    response
        Names of the response columns: rt (seconds) and response, or the response alone for choice-only models.
    user_choices
        The user's labels: None, a list in the order of ``choices``, or a dict ``{label: code}``.
    covariates
        Extra fields: numeric columns that go to the likelihood.
    formula_columns
        Columns that formulas use; as a mapping it also says where, e.g. ``{"x": "a term of the formula of 'v'"}``.
    recording
        How trials without a plain rt were recorded; None refuses them.
    dropna
        Leave out rows whose covariates are missing, instead of refusing them.

    Raises
    ------
    TypeError
        If ``data`` is no data frame.
    ValueError
        If columns are absent or values break a rule; the message counts the rows and names the first five.
    """
    labels = label_map(user_choices, choices)
    checks.require_frame(data)
    recording = recording or Recording()
    places = _places(response, covariates, formula_columns, recording)
    checks.require_columns(data, places)
    others = (*response, *covariates, *recording.columns)
    rules = _Rules(
        response=tuple(response),
        choices=tuple(choices),
        labels=labels,
        covariates=tuple(covariates),
        predictors=tuple(column for column in places if column not in others),
        recording=recording,
        dropna=dropna,
    )
    checks.raise_faults(list(_faults(data, rules)))
    return _observations(data, rules)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rules:
    """What the data are checked against."""

    response: tuple[str, ...]
    choices: tuple[int, ...]
    labels: Labels | None
    covariates: tuple[str, ...]
    predictors: tuple[str, ...]
    recording: Recording
    dropna: bool

    @property
    def used(self) -> list[str]:
        return [*self.covariates, *self.predictors]

    def read(self, data: pd.DataFrame) -> RawRows:
        """The response columns, read by the recording."""
        return RawRows(
            data=data, recording=self.recording, response=self.response, choices=self.choices, labels=self.labels
        )


def _places(
    response: Iterable[str],
    covariates: Iterable[str],
    formula_columns: Mapping[str, str] | Iterable[str],
    recording: Recording,
) -> dict[str, str]:
    """Every column needed -> what it is needed as; the first mention counts."""
    formulas = (
        formula_columns if isinstance(formula_columns, Mapping) else dict.fromkeys(formula_columns, "a predictor")
    )
    recorded = {recording.deadline: "the column of deadlines", recording.censored: "the column of censored rts"}
    if recording.constant_deadline is not None:
        del recorded[recording.deadline]
    return {
        **formulas,
        **dict.fromkeys(covariates, "an extra field"),
        **dict.fromkeys(response, "a response column"),
        **{name: place for name, place in recorded.items() if name is not None},
    }


def _faults(data: pd.DataFrame, rules: _Rules) -> Iterator[str]:
    rows = rules.read(data)
    yield from _response_faults(rows)
    yield from no_rt_faults(rows)
    yield from checks.covariate_faults(data, rules.used, rules.dropna)
    yield from checks.extra_field_faults(data, rules.covariates)


def _response_faults(rows: RawRows) -> Iterator[str]:
    if rows.time is not None:
        yield from checks.rt_faults(rows.data[rows.time], rows.recording.missing)
        yield from outcome_faults(rows)
    if rows.choice is not None and rows.labels is None:
        yield from checks.response_faults(rows.data[rows.choice], rows.choices, excused=rows.excused)
    elif rows.choice is not None:
        yield from checks.label_faults(rows.data[rows.choice], rows.labels or {}, excused=rows.excused)


def new_responses(data: pd.DataFrame, like: Observations) -> tuple[pd.DataFrame, list[str]]:
    """New rows in the form of earlier ones, and what is wrong with their responses by the same rules."""
    labels = {label: code for code, label in like.labels.items()} or None
    rows = RawRows(
        data=data,
        recording=like.recording,
        response=like.response[: len(like.response) - len(like.recording.columns)],
        choices=like.choices,
        labels=labels,
    )
    faults = list(_response_faults(rows))
    frame = data.copy()
    if not faults:
        write_outcomes(frame, rows)
    return frame, faults


def _observations(data: pd.DataFrame, rules: _Rules) -> Observations:
    """The private copy of data that satisfy the rules, and the warnings they still deserve."""
    positions = _kept_positions(data, rules)
    frame = data.iloc[positions].copy()
    rows = rules.read(data.iloc[positions])
    write_outcomes(frame, rows)
    if rules.labels is not None:
        _log.info("Choices of %r are mapped: %s.", rows.choice, rules.labels)
    _make_factors(frame, rules.predictors)
    labels = {code: label for label, code in (rules.labels or {}).items()}
    _warn(frame, rules, rows, labels)
    return Observations(
        frame=frame,
        response=(*rules.response, *rules.recording.columns),
        choices=rules.choices,
        labels=labels,
        covariates=rules.covariates,
        is_missing=rows.is_missing,
        recording=rules.recording,
        positions=positions,
    )


def _kept_positions(data: pd.DataFrame, rules: _Rules) -> np.ndarray:
    blank = data[rules.used].isna().any(axis=1).to_numpy(dtype=bool)
    if blank.all():
        raise ValueError(f"dropna=True would leave out all {len(data)} rows: each lacks one of {rules.used}.")
    if blank.any():
        checks.warn(f"dropna=True leaves out {checks.rows(blank, data.index)} with missing covariates.")
    return np.flatnonzero(~blank)


def _make_factors(frame: pd.DataFrame, predictors: Iterable[str]) -> None:
    """Make bool predictors categorical, in place; formulas would read them as numbers."""
    for name in predictors:
        if pd.api.types.is_bool_dtype(frame[name].dtype):
            frame[name] = pd.Categorical(frame[name].astype(bool), categories=[False, True])


def _warn(frame: pd.DataFrame, rules: _Rules, rows: RawRows, labels: Mapping[int, Any]) -> None:
    if rows.time is not None:
        checks.warn_if_milliseconds(frame[rows.time].to_numpy()[~rows.is_missing], rows.time)
    if rows.choice is not None:
        expected = tuple(code for code in rules.choices if code != rules.recording.nogo)
        checks.warn_unused_choices(frame[rows.choice].to_numpy(), expected, labels)
    warn_of_outcomes(frame, rows)
