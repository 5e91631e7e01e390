"""Responses -> conditional accuracy and delta functions, as tables; nothing here draws.

References
----------
De Jong, Liang & Lauber (1994), JEP: HPP 20, 731-750 (delta functions). van Maanen, Katsimpokis & van Campen (2019),
Behavior Research Methods 51, 2279-2289 (conditional accuracy functions).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hssm.plotting.data import PredictiveData, Responses
from hssm.plotting.quantiles import correct_codes, masked_quantiles


def hits(data: PredictiveData, responses: Responses, correct: str | None) -> np.ndarray:
    """(n_samples, n_trials) 1 for a hit, 0 for a miss, NaN without a response.

    A hit is the correct response, or without a column that says so the last choice of the model (the upper boundary).
    """
    choice = np.atleast_2d(responses.choice)
    target = np.full(choice.shape[1], float(data.codes[-1])) if correct is None else correct_codes(data, correct)
    return np.where(np.isin(choice, data.codes), (choice == target).astype(float), np.nan)


def conditional_accuracy(
    data: PredictiveData, responses: Responses, correct: str | None, n_bins: int
) -> tuple[np.ndarray, np.ndarray]:
    """Median reaction time and proportion of hits in bins of equally many trials, from fast to slow.

    Returns
    -------
    rt, accuracy : (n_samples, n_bins), seconds and proportions; NaN for samples without enough responses
    """
    if responses.rt is None:
        raise ValueError("A conditional accuracy function needs reaction times; this model has choices only.")
    rt, hit = np.atleast_2d(responses.rt), hits(data, responses, correct)
    order = np.argsort(np.where(np.isnan(rt), np.inf, rt), axis=1)
    rt, hit = np.take_along_axis(rt, order, axis=1), np.take_along_axis(hit, order, axis=1)
    found = np.full((2, len(rt), n_bins), np.nan)
    counts = np.isfinite(rt).sum(axis=1)
    for count in np.unique(counts[counts >= n_bins]):
        rows = counts == count
        edges = np.linspace(0, count, n_bins + 1).round().astype(int)
        for i, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
            found[0, rows, i] = np.median(rt[rows, low:high], axis=1)
            found[1, rows, i] = hit[rows, low:high].mean(axis=1)
    return found[0], found[1]


def delta_function(
    data: PredictiveData, responses: Responses, cond: str, pair: Sequence[Any], quantiles: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Difference of reaction-time quantiles between two conditions against their mean.

    Returns
    -------
    mean, difference : (n_samples, n_quantiles) seconds, second condition minus first
    """
    if responses.rt is None:
        raise ValueError("A delta function needs reaction times; this model has choices only.")
    rt = np.atleast_2d(responses.rt)
    column = data.frame[cond]
    found = []
    for level in pair:
        rows = (column == level).to_numpy(dtype=bool)
        values = rt[:, rows]
        found.append(masked_quantiles(values, np.isfinite(values), quantiles))
    return (found[0] + found[1]) / 2, found[1] - found[0]


def read_pair(column: pd.Series, name: str, given: Any, levels: Sequence[Any]) -> tuple[Any, Any]:
    """The two conditions of a delta function: those given, or the only two that there are."""
    wanted = list(levels) if given is None else list(given)
    unknown = [level for level in wanted if level not in set(column.dropna())]
    if unknown or len(wanted) != 2:
        what = f"names {', '.join(map(repr, unknown))}" if unknown else f"has {len(wanted)} levels"
        listed = ", ".join(repr(level) for level in levels)
        raise ValueError(
            f"A delta function compares two conditions, but {name!r} {what}. Choose `pair` from: {listed}."
        )
    return wanted[0], wanted[1]
