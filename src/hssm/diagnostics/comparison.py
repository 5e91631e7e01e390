"""``compare``: which of several fitted models predicts new data best, and how sure that is.

References
----------
Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413-1432. Yao, Vehtari, Simpson & Gelman (2018),
Bayesian Analysis 13, 917-1007 (stacking).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.diagnostics.criteria import Criterion, loo, waic
from hssm.diagnostics.draws import tree_of
from hssm.suggest import close_matches


class Comparison(pd.DataFrame):
    """The table of :func:`compare`: a DataFrame that prints all of its columns, however narrow the terminal is."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def __repr__(self) -> str:
        width = shutil.get_terminal_size().columns
        return self.to_string(line_width=width, float_format="{:.2f}".format)


METHODS = {"loo": loo, "waic": waic}
CLEAR = 4.0
"""Differences of elpd below this are small whatever their standard error (Sivula et al., 2020, arXiv:2008.10296)."""

STEPS, ENOUGH = 20_000, 1e-12
NOTHING = 1e-6
"""Weights below this are none at all: the maximiser only approaches zero."""


def compare(models: Mapping[str, Any], method: str = "loo", by: str | None = None) -> pd.DataFrame:
    """Rank fitted models by their expected log predictive density for new data.

    Parameters
    ----------
    models : dict
        Name to a sampled model, a DataTree with log-likelihoods, or a result of :func:`hssm.diagnostics.loo`,
        :func:`~hssm.diagnostics.waic` or :func:`~hssm.diagnostics.refit_high_k`.
    method : {"loo", "waic"}
    by : str, optional
        Column of the data whose levels (participants) are left out in place of single trials.

    Returns
    -------
    pandas.DataFrame
        One row per model, best first: ``rank``, ``elpd`` and its ``se``, ``p`` (effective parameters), ``elpd_diff``
        to the best and its standard error ``dse``, stacking ``weight``, ``unreliable`` (units that the approximation
        does not serve), ``reliability`` and ``verdict`` in words.

    Raises
    ------
    ValueError
        Unknown method, fewer than two models, different data, no log-likelihoods, unknown column.
    """
    if method not in METHODS:
        raise ValueError(f"Unknown method {method!r}. Allowed: {', '.join(sorted(METHODS))}.{_hint(method)}")
    if not isinstance(models, Mapping):
        raise TypeError(f"`models` must be a dict from names to models, got {type(models).__name__}.")
    if len(models) < 2:
        raise ValueError(f"There must be at least two models to compare, got {len(models)}.")
    check_same_data(models)
    criteria = {
        str(name): given if isinstance(given, Criterion) else METHODS[method](given, by, f"the draws of {name!r}")
        for name, given in models.items()
    }
    check_same_units(criteria)
    return ranking(criteria)


def _hint(method: Any) -> str:
    return close_matches(method, METHODS)


def check_same_data(models: Mapping[str, Any]) -> None:
    """ValueError unless all models were fitted to the same responses in the same order."""
    first: tuple[str, np.ndarray] | None = None
    for name, given in models.items():
        if isinstance(given, Criterion):
            continue
        if not (hasattr(given, "traces") or isinstance(given, xr.DataTree)):
            raise TypeError(f"{name!r} must be a sampled model, a DataTree or a score, got {type(given).__name__}.")
        tree = tree_of(given)
        if "observed_data" not in tree.children:
            raise ValueError(f"The draws of {name!r} have no observed data, so nothing says what they were fitted to.")
        observed = next(iter(tree["observed_data"].to_dataset().data_vars.values())).to_numpy()
        if first is None:
            first = (str(name), observed)
        elif observed.shape != first[1].shape or not np.array_equal(observed, first[1], equal_nan=True):
            raise ValueError(
                f"The models {first[0]!r} ({len(first[1])} trials) and {name!r} ({len(observed)} trials) were fitted "
                "to different responses, or to the same in another order: their scores cannot be compared."
            )


def check_same_units(criteria: Mapping[str, Criterion]) -> None:
    """ValueError unless all scores are of one kind and of the same units."""
    kinds = {name: (c.method, c.by or "trial", c.elpd_i.size) for name, c in criteria.items()}
    if len(set(kinds.values())) > 1:
        found = "; ".join(f"{name!r}: {method} by {by}, {size} units" for name, (method, by, size) in kinds.items())
        raise ValueError(f"These scores cannot be compared with each other: {found}.")


def ranking(criteria: Mapping[str, Criterion]) -> pd.DataFrame:
    """The table of :func:`compare` from the scores of the models."""
    names = sorted(criteria, key=lambda name: -criteria[name].elpd)
    best = criteria[names[0]].elpd_i.to_numpy()
    weights = stacking_weights(np.stack([criteria[name].elpd_i.to_numpy() for name in names], axis=1))
    rows = []
    for rank, name in enumerate(names):
        score = criteria[name]
        behind = best - score.elpd_i.to_numpy()
        difference, error = float(behind.sum()), float(np.sqrt(behind.size * np.var(behind)))
        rows.append(
            {
                "rank": rank,
                "elpd": score.elpd,
                "se": score.se,
                "p": score.p,
                "elpd_diff": difference,
                "dse": error,
                "weight": weights[rank],
                "unreliable": score.n_unreliable,
                "reliability": score.reliability,
                "verdict": verdict(rank, difference, error),
            }
        )
    return Comparison(rows, index=pd.Index(names, name="model"))


def verdict(rank: int, difference: float, error: float) -> str:
    """What a difference to the best model means, in words."""
    if rank == 0:
        return "best"
    if difference < CLEAR:
        return "as good as the best"
    if difference < 2 * error:
        return "perhaps worse"
    return "worse" if difference < 4 * error else "clearly worse"


def stacking_weights(elpd: np.ndarray) -> np.ndarray:
    """Weights of the mixture of predictive distributions with the highest leave-one-out score.

    Parameters
    ----------
    elpd : (n_units, n_models) log predictive densities

    Returns
    -------
    (n_models,) weights that sum to 1, by expectation maximisation (the problem is concave).
    """
    density = np.exp(elpd - elpd.max(axis=1, keepdims=True))
    weights = np.full(elpd.shape[1], 1.0 / elpd.shape[1])
    for _ in range(STEPS):
        shares = density * weights
        updated = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.max(np.abs(updated - weights)) < ENOUGH:
            break
        weights = updated
    kept = np.where(updated < NOTHING, 0.0, updated)
    return kept / kept.sum()
