"""The constructor's arguments on missing responses -> a Recording: what the user says about how trials were recorded.

Before ``observe``, which reads the data by it. Everything that contradicts itself is refused here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from hssm.data.choices import label_map
from hssm.spec import MISSING_CODE, Bounds, Recording

DEADLINE, CENSORED = "deadline", "censored"
"""Columns that ``True`` stands for."""

ARGUMENTS = ("missing_data", "deadline", "nogo", "censored", "truncation")


def recording_of(
    arguments: Mapping[str, Any], data: pd.DataFrame, *, response: tuple[str, ...], choices: tuple[int, ...]
) -> Recording:
    """What the constructor's ``missing_data``, ``deadline``, ``nogo``, ``censored`` and ``truncation`` mean together.

    Parameters
    ----------
    arguments
        The constructor's arguments by name.
    data
        The user's frame, for its column names only.
    response, choices
        The model's response columns and codes.

    Raises
    ------
    TypeError
        An argument of the wrong type.
    ValueError
        A value out of range, options that contradict each other, or any of them for a choice-only model.
    """
    given = [name for name in ARGUMENTS if arguments[name] is not None and arguments[name] is not False]
    if arguments["loglik_missing_data"] is not None and not {"missing_data", "deadline", "nogo"} & set(given):
        raise ValueError(
            "`loglik_missing_data` is the probability of a trial without rt, but no rt may be missing. Set "
            "`missing_data=True` or `deadline=True`, or leave it out."
        )
    if not given:
        return Recording()
    if len(response) == 1:
        raise ValueError(
            f"{_quoted(given)}: this model has choices only and no rt, so these arguments mean nothing. Leave them out."
        )
    missing = _missing_code(arguments["missing_data"])
    column, constant = _deadline(arguments["deadline"], data)
    nogo = _nogo(arguments["nogo"], arguments["choices"], choices)
    censored = _column("censored", arguments["censored"], CENSORED)
    if missing is None and (column is not None or nogo is not None):
        missing = MISSING_CODE
    recording = Recording(
        missing=missing,
        deadline=column,
        constant_deadline=constant,
        nogo=nogo,
        censored=censored,
        truncation=_window(arguments["truncation"]),
    )
    _refuse_contradictions(recording, given, arguments["loglik_missing_data"])
    _refuse_shared_columns(recording, response)
    return recording


def _quoted(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _missing_code(missing_data: Any) -> float | None:
    if isinstance(missing_data, bool | np.bool_) or missing_data is None:
        return MISSING_CODE if missing_data else None
    if not isinstance(missing_data, Real):
        raise TypeError(
            f"`missing_data` must be True, False or the number that codes a missing rt, got {missing_data!r} of type "
            f"{type(missing_data).__name__}."
        )
    if not math.isfinite(missing_data):
        raise ValueError(
            f"`missing_data` must be a finite code, got {missing_data!r}. NaN always counts as missing: True is enough."
        )
    return float(missing_data)


def _deadline(deadline: Any, data: pd.DataFrame) -> tuple[str | None, float | None]:
    """Column, and the value of all trials if a number was given."""
    if isinstance(deadline, Real) and not isinstance(deadline, bool | np.bool_):
        if not math.isfinite(deadline) or not float(deadline) > 0:
            raise ValueError(f"`deadline` must be above 0 seconds and finite, got {deadline!r}.")
        if DEADLINE in data.columns:
            raise ValueError(
                f"`deadline={deadline!r}` is a deadline for all trials, but 'data' has a column {DEADLINE!r} as well. "
                "Set deadline=True to use the column, or drop it."
            )
        return DEADLINE, float(deadline)
    return _column("deadline", deadline, DEADLINE), None


def _column(argument: str, value: Any, default: str) -> str | None:
    if value is None or isinstance(value, bool | np.bool_):
        return default if value else None
    if not isinstance(value, str):
        number = " a number of seconds," if argument == "deadline" else ""
        raise TypeError(
            f"`{argument}` must be True (column {default!r}), the name of a column,{number} or False, got {value!r} of "
            f"type {type(value).__name__}."
        )
    return value


def _nogo(nogo: Any, user_choices: Any, codes: tuple[int, ...]) -> int | None:
    if nogo is None:
        return None
    labels = label_map(user_choices, codes) or {code: code for code in codes}
    for label, code in labels.items():
        if label == nogo and isinstance(label, bool) == isinstance(nogo, bool):
            return code
    raise ValueError(
        f"`nogo` must be the choice that is expressed by withholding the response, one of {list(labels)}; got {nogo!r}."
    )


def _window(truncation: Any) -> Bounds:
    if truncation is None or truncation is False:
        return 0.0, math.inf
    if isinstance(truncation, str) or not isinstance(truncation, Sequence | np.ndarray) or len(truncation) != 2:  # noqa: PLR2004
        raise TypeError(
            f"`truncation` must be a pair (low, high) of seconds, None for an open end, got {truncation!r}."
        )
    low = 0.0 if truncation[0] is None else truncation[0]
    high = math.inf if truncation[1] is None else truncation[1]
    if not all(isinstance(end, Real) and not isinstance(end, bool) for end in (low, high)):
        raise TypeError(f"`truncation` must be a pair (low, high) of numbers of seconds, got {truncation!r}.")
    if not 0 <= low < high:
        raise ValueError(f"`truncation` must be (low, high) with 0 <= low < high seconds, got {truncation!r}.")
    return float(low), float(high)


def _refuse_contradictions(recording: Recording, given: list[str], function: Any) -> None:
    if recording.censored is not None and (recording.deadline is not None or recording.nogo is not None):
        raise ValueError(
            f"{_quoted(given)} contradict each other: a trial without a response by its deadline is an omission, and "
            "needs no `censored`. Use one of them."
        )
    if recording.censored is not None and function is not None:
        raise ValueError(
            "`loglik_missing_data` and `censored` contradict each other: a function of deadlines or choices does not "
            "tell the probability of an rt below or above a number. Leave one out."
        )
    if not recording.is_truncated:
        return
    open_above = recording.truncation[1] == math.inf
    if recording.censored is not None or recording.nogo is not None or (recording.deadline and not open_above):
        raise ValueError(
            f"{_quoted(given)} contradict each other: `truncation` says that trials with an rt outside "
            f"{recording.truncation} are not in the data. With `deadline`, give only a lower end, (low, None); "
            "`censored` and `nogo` cannot be combined with it."
        )


def _refuse_shared_columns(recording: Recording, response: tuple[str, ...]) -> None:
    for argument, name in (("deadline", recording.deadline), ("censored", recording.censored)):
        if name in response:
            raise ValueError(
                f"`{argument}={name!r}` is a response column ({', '.join(response)}). Give the name of another column."
            )
