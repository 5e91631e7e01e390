"""Two interventions side by side: what differs between them, with its uncertainty.

Both use the same posterior draws and the same random numbers, so that differences hold little noise of simulation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.data.checks import choice_column, require_columns, time_column
from hssm.inference.intervention import Intervention, intervene_on_posterior, read_intervention
from hssm.inference.predictive import PredictionRequest, predict_parameters, select_draws
from hssm.inference.storage import require_tree
from hssm.seeds import as_generator
from hssm.spec import MISSING_CODE

Samples = dict[str, np.ndarray]
"""Quantity to its (n_draws, n_trials) values, of which a mean or quantile over trials is taken."""


def contrast_table(
    model: Any,
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    draws: Any = 200,
    *,
    by: Any = None,
    interval: float = 0.95,
    dt: xr.DataTree | None = None,
    random_seed: Any = None,
) -> pd.DataFrame:
    """The table of ``HSSM.contrast_do``.

    Raises
    ------
    ValueError
        As for ``sample_do``; an unknown column in ``by``; an interval that is no probability.
    """
    if not 0 < interval < 1:
        raise ValueError(f"`interval` must be a probability between 0 and 1, got {interval!r}.")
    built, frame = model.built, model.data
    columns = [by] if isinstance(by, str) else list(by or ())
    require_columns(frame, dict.fromkeys(columns, "`by`"))
    settings = [read_intervention(built, params, model.used_columns) for params in (first, second)]
    seed = int(as_generator(random_seed).integers(2**31))
    tree = model.traces if dt is None else require_tree(dt)
    posterior = tree["posterior"].to_dataset()
    chosen = select_draws(posterior, draws, as_generator(seed))
    samples = [list(_quantities(built, chosen, setting, seed)) for setting in settings]
    tables = []
    for labels, rows in _groups(frame, columns):
        values = [{name: reduce(array[:, rows]) for name, array, reduce in found} for found in samples]
        table = _table(values[0], values[1], interval)
        tables.append(table.assign(**labels).set_index(columns, append=True) if columns else table)
    joined = pd.concat(tables)
    return joined.reorder_levels([*columns, "quantity"]) if columns else joined


def _groups(frame: pd.DataFrame, columns: list[str]) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Labels and row positions of every combination of levels."""
    if not columns:
        yield {}, np.arange(len(frame))
        return
    for key, rows in frame.groupby(columns, sort=True, observed=True).indices.items():
        yield dict(zip(columns, key if isinstance(key, tuple) else (key,), strict=True)), np.asarray(rows)


def _quantities(built: Any, chosen: xr.Dataset, setting: Intervention, seed: int) -> Iterator[tuple[str, Any, Any]]:
    """Name, (n_draws, n_trials) values and their reduction over trials, of all that is compared."""
    tree = intervene_on_posterior(built, chosen, setting, None, as_generator(seed))
    fixed = {name: value for name, value in setting.variables.items() if name in built.predictors}
    request = PredictionRequest(frame=setting.frame, fixed=fixed)
    drawn, predicted = tree["posterior"].to_dataset(), tree["posterior_predictive"].to_dataset()
    parameters = predict_parameters(built, drawn, as_generator(seed), request)
    for name, values in parameters.data_vars.items():
        yield f"mean {name}", _flat(values), _mean
    responses = _flat(predicted[built.observations.response_str])
    columns = dict(zip(built.observations.response, np.moveaxis(np.atleast_3d(responses), -1, 0), strict=True))
    choice = columns[choice_column(built.observations.response)]
    for code in built.observations.choices:
        label = built.observations.labels.get(code, code)
        yield f"P(response {label})", (choice == code).astype(float), _mean
    time = time_column(built.observations.response)
    if time is not None:
        rt = np.where(columns[time] == MISSING_CODE, np.nan, columns[time])
        yield "mean rt", rt, _mean
        yield "median rt", rt, _median


def _mean(values: np.ndarray) -> np.ndarray:
    return np.nanmean(values, axis=1)


def _median(values: np.ndarray) -> np.ndarray:
    return np.nanmedian(values, axis=1)


def _flat(values: xr.DataArray) -> np.ndarray:
    """(chain, draw, ...) -> (n_draws, ...)."""
    array = values.transpose("chain", "draw", "__obs__", ...).to_numpy()
    return array.reshape(-1, *array.shape[2:])


def _table(first: Samples, second: Samples, interval: float) -> pd.DataFrame:
    outside = (1 - interval) / 2
    rows = {}
    for name in first:
        difference = second[name] - first[name]
        lower, upper = np.quantile(difference, [outside, 1 - outside])
        rows[name] = {
            "first": first[name].mean(),
            "second": second[name].mean(),
            "difference": difference.mean(),
            "lower": lower,
            "upper": upper,
            "p_positive": np.mean(difference > 0),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("quantity")
