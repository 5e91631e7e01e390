"""Responses -> the table behind a quantile-probability plot; nothing here draws.

For every condition and response category: the proportion of trials, and quantiles of their reaction times.

References
----------
Ratcliff & Tuerlinckx (2002), Psychonomic Bulletin & Review 9, 438-481 (the plot).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hssm.plotting.data import PredictiveData, Responses

CORRECT, ERROR = "correct", "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuantileRequest:
    """``cond``: column of conditions. ``quantiles``: probabilities. ``correct``: column of the correct responses.

    ``by``: columns within whose levels proportions and quantiles are computed before they are averaged.
    """

    cond: str
    quantiles: tuple[float, ...]
    correct: str | None = None
    by: tuple[str, ...] = ()


def read_quantiles(q: Any) -> tuple[float, ...]:
    """Probabilities from a number of quantiles (5: 0.1, 0.3, 0.5, 0.7, 0.9) or a list of them."""
    allowed = "Give a number of quantiles (5 means 0.1, 0.3, 0.5, 0.7, 0.9) or probabilities between 0 and 1."
    if isinstance(q, int | np.integer) and not isinstance(q, bool):
        if q < 1:
            raise ValueError(f"`q` must be positive, got {q!r}. {allowed}")
        return tuple((i + 0.5) / q for i in range(int(q)))
    try:
        found = tuple(sorted(float(value) for value in q))
    except (TypeError, ValueError):
        raise ValueError(f"`q` cannot be {q!r}. {allowed}") from None
    if not found or not all(0 < value < 1 for value in found):
        raise ValueError(f"`q` must hold probabilities between 0 and 1, got {q!r}. {allowed}")
    return found


def quantile_table(data: PredictiveData, responses: Responses, request: QuantileRequest) -> pd.DataFrame:
    """One row per sample, condition, response category and quantile.

    Returns
    -------
    pandas.DataFrame
        Columns ``sample`` (0 for observed data), ``condition``, ``response``, ``proportion`` (of all trials of the
        condition, omissions included), ``quantile`` and ``rt`` (seconds; NaN where no trial has that response).
    """
    if responses.rt is None:
        raise ValueError("A quantile-probability plot needs reaction times; this model has choices only.")
    rt = np.atleast_2d(responses.rt)
    masks = category_masks(data, responses, request.correct)
    conditions = data.frame[request.cond]
    parts = []
    for condition in pd.unique(conditions.dropna()):
        rows = np.flatnonzero((conditions == condition).to_numpy(dtype=bool))
        for category, mask in masks.items():
            units = list(_units(data.frame, rows, request.by))
            proportion = np.mean([mask[:, unit].mean(axis=1) for unit in units], axis=0)
            times = _mean([masked_quantiles(rt[:, unit], mask[:, unit], request.quantiles) for unit in units])
            parts.append(_long({"condition": condition, "response": category}, proportion, times, request.quantiles))
    return pd.concat(parts, ignore_index=True)


def category_masks(data: PredictiveData, responses: Responses, correct: str | None) -> dict[str, np.ndarray]:
    """Response category -> (n_samples, n_trials) mask: every choice, or correct and error."""
    choice = np.atleast_2d(responses.choice)
    if correct is None:
        return {label: choice == code for code, label in data.labels.items()}
    is_correct = choice == correct_codes(data, correct)
    return {CORRECT: is_correct, ERROR: np.isin(choice, data.codes) & ~is_correct}


def correct_codes(data: PredictiveData, column: str) -> np.ndarray:
    """(n_trials,) codes of the correct responses, from a column of labels, codes, or (two choices) True and False.

    A column of booleans says whether the observed response was correct, which with two choices tells the correct one.
    """
    values = data.frame[column]
    if pd.api.types.is_bool_dtype(values.dtype) and len(data.codes) == 2 and data.observed is not None:
        first, second = data.codes
        other = np.where(data.observed.choice == first, second, first)
        return np.where(values.to_numpy(dtype=bool), data.observed.choice, other).astype(float)
    known: dict[Any, float] = {label: float(code) for code, label in data.labels.items()}
    known |= {code: float(code) for code in data.codes if str(code) not in data.labels.values()}
    found = [known.get(value, known.get(str(value), np.nan)) for value in values]
    codes = np.asarray(found, dtype=float)
    if np.isnan(codes).any():
        strange = sorted({str(value) for value in values[np.isnan(codes)]})[:5]
        raise ValueError(
            f"The column `correct`={column!r} must hold the correct response of each trial "
            f"({', '.join(sorted(data.labels.values()))}); found {', '.join(strange)}. "
            "With two choices a column of True and False (whether the response was correct) will do as well."
        )
    return codes


def _units(frame: pd.DataFrame, rows: np.ndarray, by: Sequence[str]) -> Iterator[np.ndarray]:
    """Positions of the trials of each combination of levels of ``by`` among ``rows``."""
    if not by:
        yield rows
        return
    codes = frame.iloc[rows].groupby(list(by), observed=True, sort=True).ngroup().to_numpy()
    for code in range(codes.max() + 1):
        yield rows[codes == code]


def masked_quantiles(values: np.ndarray, mask: np.ndarray, probabilities: Sequence[float]) -> np.ndarray:
    """Quantiles of the marked values of each row, linear between order statistics: (n_rows, n_quantiles).

    The same numbers as ``numpy.nanquantile``, for all rows at once.
    """
    ordered = np.sort(np.where(mask, values, np.inf), axis=1)
    last = mask.sum(axis=1)[:, None] - 1
    place = np.maximum(last, 0) * np.asarray(probabilities)
    below = np.floor(place).astype(int)
    low = np.take_along_axis(ordered, below, axis=1)
    high = np.take_along_axis(ordered, np.minimum(below + 1, np.maximum(last, 0)), axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(last >= 0, low + (place - below) * (high - low), np.nan)


def _mean(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Mean over units of those that have the response at all; NaN where none has."""
    stacked = np.stack(parts)
    known = np.isfinite(stacked)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, stacked, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _long(
    keys: Mapping[str, Any], proportion: np.ndarray, times: np.ndarray, quantiles: Sequence[float]
) -> pd.DataFrame:
    n_samples, n_quantiles = times.shape
    return pd.DataFrame(
        {
            "sample": np.repeat(np.arange(n_samples), n_quantiles),
            **keys,
            "proportion": np.repeat(proportion, n_quantiles),
            "quantile": np.tile(quantiles, n_samples),
            "rt": times.ravel(),
        }
    )


def ellipse_of(points: np.ndarray, confidence: float) -> tuple[np.ndarray, float, float, float]:
    """Centre, width, height and angle (degrees) of the ellipse that holds a share of normal (n, 2) points.

    The squared Mahalanobis distance of normal points follows a chi-square law with two degrees of freedom, whose
    quantile is ``-2 log(1 - confidence)``.
    """
    radius = np.sqrt(-2.0 * np.log1p(-confidence))
    variances, axes = np.linalg.eigh(np.cov(points, rowvar=False))
    short, long = 2.0 * radius * np.sqrt(np.maximum(variances, 0.0))
    angle = float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])))
    return points.mean(axis=0), float(long), float(short), angle
