"""How well an approximation (Laplace, variational) serves for the posterior: its draws' log densities compared.

The ratios of the posterior's density to the approximation's have a tail; its Pareto shape k says whether draws of the
approximation can stand for draws of the posterior. :mod:`hssm.diagnostics.checking` reads it out.

References
----------
Yao, Vehtari, Simpson & Gelman (2018), Yes, but did it work? Evaluating variational inference, ICML. Vehtari, Simpson,
Gelman, Yao & Gabry (2024), JMLR 25(72) (limits of k).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from hssm.inference.unconstrained import log_density_of_rows, sampled_values, unconstrained_matrix
from hssm.spec import BuiltModel

FEWEST_DRAWS = 25
"""With fewer ratios there is no tail to fit."""

FLAT = 1e-9
"""Log ratios that differ by less are those of an approximation without error: they have no tail."""


def approximation_stats(built: BuiltModel, posterior: xr.Dataset, log_q: Any = None) -> xr.Dataset:
    """``lp`` and, where the approximation has a density, ``log_q`` of one chain of draws, as ``sample_stats``.

    Parameters
    ----------
    posterior : one chain, as the approximation left it (intercepts still centred)
    log_q : function from (n_draws, n_dimensions) unconstrained points to (n_draws,) log densities, optional
    """
    values = sampled_values(built, posterior, reported=False)
    rows = unconstrained_matrix(built, values)
    with np.errstate(all="ignore"):
        columns = {"lp": log_density_of_rows(built, values)(rows)}
    if log_q is not None:
        columns["log_q"] = log_q(rows)
    coords = {"chain": posterior["chain"], "draw": posterior["draw"]}
    return xr.Dataset({name: (("chain", "draw"), column[None]) for name, column in columns.items()}, coords=coords)


def normal_log_density(mean: np.ndarray, cholesky: np.ndarray) -> Any:
    """Log density of a normal with a (d, d) lower factor of its covariance, or (d,) standard deviations."""

    def evaluate(rows: np.ndarray) -> np.ndarray:
        centred = (rows - mean).T
        if cholesky.ndim == 1:
            standard, log_det = centred / cholesky[:, None], np.sum(np.log(cholesky))
        else:
            standard, log_det = np.linalg.solve(cholesky, centred), np.sum(np.log(np.diag(cholesky)))
        return -0.5 * np.sum(standard**2, axis=0) - log_det - 0.5 * len(mean) * np.log(2 * np.pi)

    return evaluate


def tail_shape(stats: xr.Dataset) -> float:
    """Pareto k of the importance ratios; infinite if a draw is impossible, NaN with too few draws."""
    from arviz_stats.base import array_stats

    ratios = (stats["lp"] - stats["log_q"]).to_numpy().ravel()
    if len(ratios) < FEWEST_DRAWS:
        return float("nan")
    if not np.all(np.isfinite(ratios)):
        return float("inf")
    if np.ptp(ratios) < FLAT:
        return 0.0
    return float(array_stats.psislw(-ratios)[1])  # ArviZ takes log-likelihoods, the negative log ratios of LOO
