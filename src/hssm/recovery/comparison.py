"""Posterior against truth: a row per number of the model, and the rank of every truth among the draws.

Ranks: Talts, Betancourt, Simpson, Vehtari & Gelman (2018), Validating Bayesian inference algorithms with
simulation-based calibration, arXiv:1804.06788; draws are thinned so that they count as independent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import arviz_stats
import numpy as np
import xarray as xr

from hssm.bambi_bridge.names import OBS_DIM, is_natural
from hssm.inference.draws import flatten, observed_arrays, trial_theta
from hssm.likelihoods.pointwise import evaluate_pointwise
from hssm.spec import BuiltModel

N_RANKS = 99
"""Thinned draws that a truth is ranked among; ranks are 0 to 99."""
INTERVAL = (0.025, 0.975)
LOG_LIKELIHOOD = "log_likelihood"


def compare(posterior: xr.Dataset, truth: xr.Dataset) -> list[dict[str, Any]]:
    """One row per number of every reported variable: truth, posterior mean, sd and interval, R-hat, effective size."""
    chosen = [name for name in _reported(posterior) if name in truth]
    with np.errstate(all="ignore"):  # a constant has neither
        r_hat, ess = arviz_stats.rhat(posterior[chosen]), arviz_stats.ess(posterior[chosen], method="bulk")
    rows = []
    for name in chosen:
        draws = posterior[name].transpose("chain", "draw", ...)
        values = draws.to_numpy().reshape(draws.sizes["chain"] * draws.sizes["draw"], -1)
        true = truth[name].to_numpy().reshape(-1)
        lower, upper = np.quantile(values, INTERVAL, axis=0)
        quality = [np.reshape(statistic[name].to_numpy(), -1) for statistic in (r_hat, ess)]
        columns = [true, values.mean(axis=0), values.std(axis=0, ddof=1), lower, upper, *quality]
        for label, *numbers in zip(_labels(draws), *columns, strict=True):
            keys = ("true", "mean", "sd", "lower", "upper", "r_hat", "ess_bulk")
            rows.append({"parameter": name, "level": label, **dict(zip(keys, map(float, numbers), strict=True))})
    return rows


def _reported(posterior: xr.Dataset) -> list[str]:
    """What is compared: no offsets, nothing trial-wise, and of natural-scale companions those of intercepts."""
    return [
        str(name)
        for name, variable in posterior.data_vars.items()
        if not str(name).endswith("_offset")
        and OBS_DIM not in variable.dims
        and (not is_natural(name) or str(name).endswith("_Intercept_natural"))
    ]


def _labels(draws: xr.DataArray) -> list[str]:
    """Coordinates of every number of a variable, such as the participant; empty for a scalar."""
    dims = draws.dims[2:]
    grids = np.meshgrid(*(draws[dim].to_numpy() for dim in dims), indexing="ij")
    if not dims:
        return [""]
    return [", ".join(map(str, values)) for values in zip(*(grid.ravel() for grid in grids), strict=True)]


def least_ess(posterior: xr.Dataset) -> float:
    """The smallest bulk effective sample size of what is ranked, at most the number of draws."""
    with np.errstate(all="ignore"):
        ess = arviz_stats.ess(posterior[_ranked(posterior)], method="bulk")
    n_draws = posterior.sizes["chain"] * posterior.sizes["draw"]
    return float(min(n_draws, *(np.nanmin(variable.to_numpy()) for variable in ess.data_vars.values())))


def _ranked(posterior: xr.Dataset) -> list[str]:
    """Natural-scale companions of intercepts have the ranks of the intercepts."""
    return [name for name in _reported(posterior) if not is_natural(name)]


def rank_statistics(
    built: BuiltModel, posterior: xr.Dataset, truth: xr.Dataset, rng: np.random.Generator
) -> dict[str, int]:
    """The number of thinned draws below the truth, for every variable (its first number) and the log-likelihood.

    Members of a group are exchangeable, so the first stands for all. Ties are broken at random: the log-likelihood is
    the same for every draw where all trials are omissions that were certain.
    """
    draws, true = flatten(posterior).values, flatten(truth).values
    n_draws = len(next(iter(draws.values())))
    places = np.linspace(0, n_draws - 1, N_RANKS).round().astype(int)
    ranks = {
        name: _rank(drawn, actual, rng)
        for name, drawn, actual in _first_numbers(_ranked(posterior), draws, true, places)
    }
    both = {name: np.concatenate([true[name], values[places]]) for name, values in draws.items() if name in true}
    density = evaluate_pointwise(built.likelihood, observed_arrays(built), trial_theta(built, both)).sum(axis=1)
    return {**ranks, LOG_LIKELIHOOD: _rank(density[1:], density[0], rng)}


def _rank(draws: np.ndarray, truth: float, rng: np.random.Generator) -> int:
    """The place of the truth among draws, uniform among those that equal it."""
    return int(np.sum(draws < truth)) + int(rng.integers(np.sum(draws == truth) + 1))


def _first_numbers(names: list[str], draws: Any, true: Any, places: np.ndarray) -> Iterator[tuple[str, Any, Any]]:
    """Name, thinned draws and truth of a variable; every coefficient of a categorical term by its own name."""
    for name in names:
        if name not in true:
            continue
        drawn, actual = draws[name][places].reshape(len(places), -1), true[name].reshape(-1)
        wide = "|" not in name and drawn.shape[1] > 1
        for i in range(drawn.shape[1] if wide else 1):
            yield f"{name}[{i}]" if wide else name, drawn[:, i], actual[i]
