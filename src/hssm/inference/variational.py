"""Variational fits, with draws in the same layout as those of a sampler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from hssm.inference.results import stored_names
from hssm.spec import BuiltModel
from hssm.suggest import close_matches

METHODS = ("advi", "asvgd", "fullrank_advi", "svgd")


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
    if start is not None and method in ("advi", "fullrank_advi"):
        options.setdefault("start", dict(start))
    with built.pymc_model:
        return pm.fit(n=niter, method=method, random_seed=random_seed, **options)


def require_count(name: str, value: Any) -> None:
    """ValueError unless it is a positive integer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"`{name}` must be a positive integer, got {value!r}.")


def draw_variational(built: BuiltModel, approximation: Any, draws: int, random_seed: Any) -> xr.Dataset:
    """Draws of an approximation as a posterior group with one chain."""
    require_count("draws", draws)
    tree = approximation.sample(draws, random_seed=random_seed)
    dataset = tree["posterior"].to_dataset()
    return dataset[[name for name in stored_names(built) if name in dataset]]
