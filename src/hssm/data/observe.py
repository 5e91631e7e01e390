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
from hssm.spec import MISSING_CODE, Observations

_log = logging.getLogger(__name__)


def observe(
    data: pd.DataFrame,
    *,
    choices: tuple[int, ...],
    response: tuple[str, ...] = ("rt", "response"),
    user_choices: Any = None,
    covariates: Sequence[str] = (),
    formula_columns: Mapping[str, str] | Iterable[str] = (),
    missing: float | None = None,
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
    missing
        Code of a missing rt (NaN always counts too); None refuses rows without rt.
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
    places = _places(response, covariates, formula_columns)
    checks.require_columns(data, places)
    rules = _Rules(
        response=tuple(response),
        choices=tuple(choices),
        labels=labels,
        covariates=tuple(covariates),
        predictors=tuple(column for column in places if column not in (*response, *covariates)),
        missing=missing,
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
    missing: float | None
    dropna: bool

    @property
    def used(self) -> list[str]:
        return [*self.covariates, *self.predictors]

    def is_missing(self, data: pd.DataFrame) -> np.ndarray:
        """Rows without an rt; none in choice-only data."""
        name = checks.time_column(self.response)
        if name is None:
            return np.zeros(len(data), dtype=bool)
        rt, no_number = checks.numbers(data[name])
        return checks.is_missing(rt, self.missing) & ~no_number


def _places(
    response: Iterable[str], covariates: Iterable[str], formula_columns: Mapping[str, str] | Iterable[str]
) -> dict[str, str]:
    """Every column needed -> what it is needed as; the first mention counts."""
    formulas = (
        formula_columns if isinstance(formula_columns, Mapping) else dict.fromkeys(formula_columns, "a predictor")
    )
    return {**formulas, **dict.fromkeys(covariates, "an extra field"), **dict.fromkeys(response, "a response column")}


def _faults(data: pd.DataFrame, rules: _Rules) -> Iterator[str]:
    time, choice = checks.time_column(rules.response), checks.choice_column(rules.response)
    if time is not None:
        yield from checks.rt_faults(data[time], rules.missing)
    if choice is not None:
        yield from _choice_faults(data[choice], rules, rules.is_missing(data))
    yield from checks.covariate_faults(data, rules.used, rules.dropna)
    yield from checks.extra_field_faults(data, rules.covariates)


def _choice_faults(column: pd.Series, rules: _Rules, missing: np.ndarray) -> Iterator[str]:
    if rules.labels is None:
        return checks.response_faults(column, rules.choices, excused=_excused(column, rules, missing))
    return checks.label_faults(column, rules.labels, excused=_excused(column, rules, missing))


def _excused(column: pd.Series, rules: _Rules, missing: np.ndarray) -> np.ndarray:
    """Rows that need no response: where rt is missing, so may the response be."""
    if rules.missing is None:
        return np.zeros(len(column), dtype=bool)
    return missing & (column.isna().to_numpy() | (checks.numbers(column)[0] == rules.missing))


def _observations(data: pd.DataFrame, rules: _Rules) -> Observations:
    """The private copy of data that satisfy the rules, and the warnings they still deserve."""
    positions = _kept_positions(data, rules)
    frame = data.iloc[positions].copy()
    is_missing = rules.is_missing(frame)
    _code_responses(frame, rules, is_missing)
    _make_factors(frame, rules.predictors)
    labels = {code: label for label, code in (rules.labels or {}).items()}
    _warn(frame, rules, is_missing, labels)
    return Observations(
        frame=frame,
        response=rules.response,
        choices=rules.choices,
        labels=labels,
        covariates=rules.covariates,
        is_missing=is_missing,
        positions=positions,
    )


def _kept_positions(data: pd.DataFrame, rules: _Rules) -> np.ndarray:
    blank = data[rules.used].isna().any(axis=1).to_numpy(dtype=bool)
    if blank.all():
        raise ValueError(f"dropna=True would leave out all {len(data)} rows: each lacks one of {rules.used}.")
    if blank.any():
        checks.warn(f"dropna=True leaves out {checks.rows(blank, data.index)} with missing covariates.")
    return np.flatnonzero(~blank)


def _code_responses(frame: pd.DataFrame, rules: _Rules, is_missing: np.ndarray) -> None:
    """Turn responses into codes and rt into floats, in place: ``frame`` is ours."""
    time, choice = checks.time_column(rules.response), checks.choice_column(rules.response)
    if time is not None:
        frame[time] = np.where(is_missing, MISSING_CODE, checks.numbers(frame[time])[0])
    if choice is None:
        return
    excused = _excused(frame[choice], rules, is_missing)
    if rules.labels is None:
        coded = checks.numbers(frame[choice])[0]
    else:
        coded = checks.coded(frame[choice], rules.labels)
        _log.info("Choices of %r are mapped: %s.", choice, rules.labels)
    frame[choice] = np.where(excused, MISSING_CODE, coded).astype(np.int64)


def _make_factors(frame: pd.DataFrame, predictors: Iterable[str]) -> None:
    """Make bool predictors categorical, in place; formulas would read them as numbers."""
    for name in predictors:
        if pd.api.types.is_bool_dtype(frame[name].dtype):
            frame[name] = pd.Categorical(frame[name].astype(bool), categories=[False, True])


def _warn(frame: pd.DataFrame, rules: _Rules, is_missing: np.ndarray, labels: Mapping[int, Any]) -> None:
    time, choice = checks.time_column(rules.response), checks.choice_column(rules.response)
    if time is not None:
        checks.warn_if_milliseconds(frame[time].to_numpy()[~is_missing], time)
    if choice is not None:
        checks.warn_unused_choices(frame[choice].to_numpy(), rules.choices, labels)
    if rules.missing is not None and not is_missing.any():
        checks.warn("Missing responses are allowed for, but every row has an rt.")
