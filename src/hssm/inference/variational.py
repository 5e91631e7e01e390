"""Variational fits, with draws in the same layout as those of a sampler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from hssm.inference.approximation import approximation_stats, normal_log_density
from hssm.inference.results import stored_names
from hssm.spec import BuiltModel
from hssm.suggest import close_matches

METHODS = ("advi", "asvgd", "fullrank_advi", "svgd")
GAUSSIAN = ("advi", "fullrank_advi")
"""Methods whose approximation is a normal distribution on the unconstrained scale."""

LEARNING_RATE = 0.01


def fit_variational(
    built: BuiltModel,
    method: str,
    niter: int,
    start: Mapping[str, np.ndarray] | None,
    *,
    random_seed: Any = None,
    **options: Any,
) -> Any:
    """Fit an approximation with ``pm.fit``.

    Raises
    ------
    ValueError
        Unknown method, or a likelihood without gradients.
    """
    if method not in METHODS:
        raise ValueError(f"Unknown method {method!r}. Allowed: {', '.join(METHODS)}.{close_matches(method, METHODS)}")
    if not built.likelihood.differentiable:
        raise ValueError("A variational fit needs gradients, which a blackbox likelihood does not have: use sample().")
    require_count("niter", niter)
    options.pop("backend", None)
    if method in GAUSSIAN:  # PyMC's own optimiser needs some 100,000 steps where this one needs 3000
        options.setdefault("obj_optimizer", pm.adam(learning_rate=LEARNING_RATE))
    if start is not None and method in GAUSSIAN:
        options.setdefault("start", dict(start))
    with built.pymc_model:
        return pm.fit(n=niter, method=method, random_seed=random_seed, **options)


def require_count(name: str, value: Any) -> None:
    """ValueError unless it is a positive integer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"`{name}` must be a positive integer, got {value!r}.")


def draw_variational(built: BuiltModel, approximation: Any, draws: int, random_seed: Any) -> xr.DataTree:
    """Draws of an approximation: groups ``posterior``, one chain, and ``sample_stats`` with their log densities."""
    require_count("draws", draws)
    tree = approximation.sample(draws, random_seed=random_seed)
    dataset = tree["posterior"].to_dataset()
    dataset = dataset[[name for name in stored_names(built) if name in dataset]]
    stats = approximation_stats(built, dataset, _log_q(built, approximation))
    return xr.DataTree.from_dict({"posterior": dataset, "sample_stats": stats})


def _log_q(built: BuiltModel, approximation: Any) -> Any:
    """Log density of a normal approximation by rows of unconstrained values; None for particles."""
    kind = type(approximation).__name__
    if kind not in ("MeanField", "FullRank"):
        return None
    model = built.pymc_model
    places = [approximation.ordering[model.rvs_to_values[rv].name][1] for rv in model.free_RVs]
    order = np.concatenate([np.arange(place.start, place.stop) for place in places])
    mean = approximation.mean.eval()[order]
    if kind == "MeanField":
        return normal_log_density(mean, approximation.std.eval()[order])
    return normal_log_density(mean, np.linalg.cholesky(approximation.cov.eval()[np.ix_(order, order)]))
