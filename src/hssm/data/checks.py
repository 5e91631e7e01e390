"""The rules that a data frame has to satisfy, each a function that finds what breaks it.

``data.observe`` runs them all and reports every fault at once. A fault is a sentence or two: what is wrong, in how
many rows, what is allowed, how to mend it.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hssm.spec import MISSING_CODE, Observations
from hssm.suggest import close_matches

SHOWN = 5
"""Rows and values that a message names; it always gives the count of all."""

SLOWEST_PLAUSIBLE_MEDIAN = 10.0
"""Seconds; a median beyond it looks like another unit."""

_PACKAGE = str(Path(__file__).parents[1])


def warn(message: str) -> None:
    """UserWarning that points at the user's line, not at ours."""
    warnings.warn(message, UserWarning, skip_file_prefixes=(_PACKAGE,))


def rows(mask: np.ndarray, index: pd.Index) -> str:
    """``3 rows (index 0, 4, 7)``: how many, and the labels of the first five."""
    count = int(mask.sum())
    shown = ", ".join(repr(label) for label in index[mask][:SHOWN].tolist())
    more = ", ..." if count > SHOWN else ""
    return f"{count} row{'s' if count != 1 else ''} (index {shown}{more})"


def values(column: Iterable[Any]) -> str:
    """The first few distinct values, in order of appearance."""
    distinct = list(dict.fromkeys(repr(value) for value in column))
    return ", ".join(distinct[:SHOWN]) + (", ..." if len(distinct) > SHOWN else "")


def numbers(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A column as floats, and which entries are not numbers; None, NaN and NA become NaN and are no fault."""
    if pd.api.types.is_integer_dtype(column.dtype) or pd.api.types.is_float_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan), np.zeros(len(column), dtype=bool)
    blank = column.isna().to_numpy()
    is_number = np.array([isinstance(v, Real) and not isinstance(v, bool | np.bool_) for v in column], dtype=bool)
    usable = is_number & ~blank
    result = np.full(len(column), np.nan)
    result[usable] = column.to_numpy(dtype=object)[usable].astype(float)
    return result, ~is_number & ~blank


def time_column(response: tuple[str, ...]) -> str | None:
    """The response column that holds the reaction time; None for choice-only models."""
    return response[0] if len(response) > 1 or response == ("rt",) else None


def choice_column(response: tuple[str, ...]) -> str | None:
    """The response column that holds the choice."""
    if len(response) > 1:
        return response[1]
    return None if response == ("rt",) else response[0]


def require_frame(data: Any) -> None:
    """Refuse what is not a data frame with rows and distinct columns."""
    if not isinstance(data, pd.DataFrame):
        raise TypeError(
            f"'data' must be a pandas.DataFrame, got {type(data).__name__}. "
            "Make one with pandas.DataFrame({'rt': ..., 'response': ...}) or pandas.read_csv(...)."
        )
    if data.empty:
        raise ValueError(
            f"'data' is empty: {len(data)} rows and {data.shape[1]} columns. It needs one row per trial; "
            "was everything filtered away?"
        )
    repeated = data.columns[data.columns.duplicated()].unique().tolist()
    if repeated:
        raise ValueError(f"'data' has several columns called {values(repeated)}. Rename or drop all but one.")


def require_columns(data: pd.DataFrame, needed: Mapping[str, str]) -> None:
    """Refuse a frame without the columns in ``needed``, a mapping from column to the place that needs it."""
    missing = [column for column in needed if column not in data.columns]
    if missing:
        lines = [
            f"'data' has no column {column!r}, needed as {needed[column]}.{close_matches(column, data.columns)}"
            for column in missing
        ]
        columns = ", ".join(repr(column) for column in sorted(map(str, data.columns)))
        raise ValueError("\n".join(lines) + f"\nColumns given: {columns}. Rename or add the missing ones.")


def rt_faults(column: pd.Series, missing: float | None) -> Iterator[str]:
    """What is wrong with the reaction times; ``missing`` is the code of a missing one, None if none may be missing."""
    name = repr(column.name)
    rt, no_number = numbers(column)
    lost = is_missing(rt, missing) & ~no_number
    if no_number.any():
        yield (
            f"{name} is not a number in {rows(no_number, column.index)}; found {values(column[no_number].tolist())}. "
            "Reaction times are numbers of seconds: convert the column with pandas.to_numeric."
        )
    for mask, what in ((np.isinf(rt), "infinite"), ((rt <= 0) & ~lost & ~np.isinf(rt), "not positive")):
        if mask.any():
            yield (
                f"{name} is {what} in {rows(mask, column.index)}; found {values(rt[mask].tolist())}. Reaction times "
                "are finite seconds above 0: correct or remove these rows."
            )
    if lost.any() and missing is None:
        yield (
            f"{name} is missing (NaN or {MISSING_CODE:g}) in {rows(lost, column.index)}. "
            "Set missing_data=True to model missing responses, or remove these rows."
        )


def is_missing(rt: np.ndarray, missing: float | None) -> np.ndarray:
    """Rows without an rt: NaN, or the code (-999 unless another one is given)."""
    return np.isnan(rt) | (rt == (MISSING_CODE if missing is None else missing))


def response_faults(column: pd.Series, codes: tuple[int, ...], excused: np.ndarray) -> Iterator[str]:
    """What is wrong with responses that are to be codes; ``excused`` rows need none."""
    response, no_number = numbers(column)
    wrong = (no_number | ~np.isin(response, codes)) & ~excused
    if wrong.any():
        yield (
            f"{column.name!r} has values that are no choice of the model in {rows(wrong, column.index)}; found "
            f"{values(column[wrong].tolist())}, allowed {list(codes)}. {_how_to_map(column, codes)}"
        )


def coded(column: pd.Series, labels: Mapping[Any, int]) -> np.ndarray:
    """Responses in codes; NaN where a value is no label."""
    try:
        position, found = pd.factorize(column)
    except TypeError:  # values that cannot be hashed are no labels
        column = column.map(lambda value: value if isinstance(value, Hashable) else None)
        position, found = pd.factorize(column)
    codes = np.array([*(labels.get(value, np.nan) for value in found), np.nan], dtype=float)
    return codes[position]


def label_faults(column: pd.Series, labels: Mapping[Any, int], excused: np.ndarray) -> Iterator[str]:
    """What is wrong with responses that are to be the user's labels."""
    wrong = np.isnan(coded(column, labels)) & ~excused
    if wrong.any():
        yield (
            f"{column.name!r} has values that 'choices' does not name in {rows(wrong, column.index)}; found "
            f"{values(column[wrong].tolist())}, named {list(labels)}. Correct these rows or 'choices'."
        )


def covariate_faults(data: pd.DataFrame, columns: Sequence[str], dropna: bool) -> Iterator[str]:
    """What is wrong with columns that formulas or extra fields use."""
    blank = [(name, data[name].isna().to_numpy()) for name in columns]
    found = [f"{name!r}: {rows(mask, data.index)}" for name, mask in blank if mask.any()]
    if found and not dropna:
        yield f"Covariates are missing: {'; '.join(found)}. Fill them in, or set dropna=True to leave these rows out."
    for name in columns:
        if pd.api.types.is_float_dtype(data[name].dtype):
            infinite = np.isinf(numbers(data[name])[0])
            if infinite.any():
                yield f"{name!r} is infinite in {rows(infinite, data.index)}. Covariates must be finite: correct them."


def extra_field_faults(data: pd.DataFrame, columns: Sequence[str]) -> Iterator[str]:
    """What is wrong with extra fields, which go to the likelihood as numbers."""
    for name in columns:
        no_number = np.zeros(len(data), dtype=bool)
        if not pd.api.types.is_bool_dtype(data[name].dtype):
            no_number = numbers(data[name])[1]
        if no_number.any():
            yield (
                f"Extra field {name!r} is not a number in {rows(no_number, data.index)}; found "
                f"{values(data[name][no_number].tolist())}. Convert the column to numbers."
            )


def raise_faults(faults: Sequence[str]) -> None:
    """One ValueError that tells all faults, if there are any."""
    if len(faults) == 1:
        raise ValueError(faults[0])
    if faults:
        raise ValueError(f"'data' has {len(faults)} faults:\n" + "\n".join(f"  - {fault}" for fault in faults))


def warn_if_milliseconds(rt: np.ndarray, name: str) -> None:
    """Warn when the typical reaction time is no reaction time in seconds."""
    if rt.size and (median := float(np.median(rt))) > SLOWEST_PLAUSIBLE_MEDIAN:
        warn(
            f"The median of {name!r} is {median:g} s, which looks like milliseconds. Reaction times are in seconds: "
            "divide by 1000."
        )


def warn_unused_choices(response: np.ndarray, codes: tuple[int, ...], labels: Mapping[int, Any]) -> None:
    """Warn about choices that nobody made."""
    named = [labels.get(code, code) for code in codes]
    unused = [label for code, label in zip(codes, named, strict=True) if not (response == code).any()]
    if unused:
        warn(
            f"{values(unused)} never occurs among the choices in the data; the model has {named}. Check the coding, or "
            "use a model with fewer choices."
        )


def check_lapse_support(observations: Observations, support: tuple[float, float]) -> None:
    """Warn about reaction times to which the lapse density gives no probability.

    Parameters
    ----------
    observations
        The data; choice-only data have nothing to check.
    support : (lower, upper) in seconds
    """
    name = time_column(observations.response)
    if name is None:
        return
    lower, upper = support
    rt = observations.frame[name].to_numpy(dtype=float)
    outside = ((rt < lower) | (rt > upper)) & ~observations.is_missing
    if outside.any():
        warn(
            f"{name!r} lies outside the support ({lower:g}, {upper:g}) of the lapse distribution in "
            f"{rows(outside, observations.frame.index)}; the largest is {rt[outside].max():g} s. A lapse cannot "
            "explain these trials: give a wider one with 'lapse', or remove them."
        )


def _how_to_map(column: pd.Series, codes: tuple[int, ...]) -> str:
    found = pd.unique(column.dropna()).tolist()
    if len(found) == len(codes):
        with suppress(TypeError):  # labels of mixed types stay in order of appearance
            found = sorted(found)
        example = f"choices={found!r} if {found[0]!r} stands for {codes[0]}"
    else:
        example = f"choices={[f'label{n + 1}' for n in range(len(codes))]!r}"
    return f"Responses coded otherwise are mapped, in the order of the codes, by e.g. {example}."
