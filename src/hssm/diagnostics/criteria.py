"""Predictive criteria of one model: PSIS-LOO by trial or by group, WAIC, DIC.

:mod:`hssm.diagnostics.comparison` ranks models by them.

References
----------
Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413-1432 (LOO, WAIC). Vehtari, Simpson, Gelman, Yao &
Gabry (2024), JMLR 25(72) (Pareto k). Watanabe (2010), JMLR 11, 3571-3594. Spiegelhalter, Best, Carlin & van der
Linde (2002), JRSS B 64, 583-639 (DIC).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import logsumexp

from hssm.bambi_bridge.names import OBS_DIM
from hssm.diagnostics.draws import built_of, column_of, log_likelihoods, tree_of
from hssm.inference.log_likelihood import pointwise_log_likelihood

WAIC_LIMIT = 0.4
"""A posterior variance of a trial's log density above which WAIC cannot be trusted (Vehtari et al., 2017)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """Expected log predictive density of one model, by unit (trial, or group of trials).

    ``elpd_i`` (n_units,) natural logarithms, ``p_i`` effective parameters by unit. ``pareto_k`` (n_units,) says how
    far single units can be trusted, with its limit ``k_limit``; for WAIC it is the variance of the log density.
    ``refitted`` marks units whose value is exact, from a fit without them.
    """

    method: str
    by: str | None
    elpd_i: xr.DataArray
    p_i: xr.DataArray
    pareto_k: np.ndarray
    k_limit: float
    refitted: np.ndarray

    @property
    def elpd(self) -> float:
        return float(self.elpd_i.sum())

    @property
    def se(self) -> float:
        """Standard error of ``elpd`` over units."""
        return float(np.sqrt(self.elpd_i.size * np.var(self.elpd_i.to_numpy())))

    @property
    def p(self) -> float:
        """Effective number of parameters."""
        return float(self.p_i.sum())

    @property
    def unreliable(self) -> np.ndarray:
        """(n_units,) mask of units that the approximation does not serve."""
        return (self.pareto_k > self.k_limit) & ~self.refitted

    @property
    def n_unreliable(self) -> int:
        return int(self.unreliable.sum())

    @property
    def reliability(self) -> str:
        """How far the number can be trusted, in words."""
        n, count, unit = self.pareto_k.size, self.n_unreliable, self.by or "trial"
        name = "k" if self.method == "loo" else "variance"
        exact = f", {int(self.refitted.sum())} refitted" if self.refitted.any() else ""
        if not count:
            return f"good (all {name} <= {self.k_limit:.2f}{exact})"
        verdict = "fair" if count <= 0.01 * n and np.max(self.pareto_k[self.unreliable]) <= 1 else "poor"
        return f"{verdict}: {count} of {n} ({unit}) with {name} > {self.k_limit:.2f}{exact}"

    def __str__(self) -> str:
        return f"elpd_{self.method} {self.elpd:.1f} (se {self.se:.1f}), p {self.p:.1f}; {self.reliability}"


def grouped(given: Any, by: str | None, name: str = "the draws") -> xr.DataArray:
    """(chain, draw, unit) log-likelihoods, summed within the levels of a column of the data if one is given."""
    values = log_likelihoods(given, name)
    if by is None:
        return values.rename({OBS_DIM: "unit"})
    levels = column_of(given, by).to_numpy()
    labels = np.array([str(level) for level in levels])
    units = list(dict.fromkeys(labels))
    sums = [values.isel({OBS_DIM: np.flatnonzero(labels == unit)}).sum(OBS_DIM) for unit in units]
    return xr.concat(sums, dim="unit", join="outer").assign_coords(unit=units).transpose("chain", "draw", "unit")


def loo(model_or_dt: Any, by: str | None = None, name: str = "the draws") -> Criterion:
    """Leave-one-out cross-validation by Pareto-smoothed importance sampling.

    Parameters
    ----------
    model_or_dt : HSSM or DataTree with log-likelihoods
    by : str, optional
        Column of the data: leave out its levels (participants) in place of single trials. Such units weigh much, so
        the approximation often fails for some: see :func:`hssm.diagnostics.refit_high_k`.
    name : str
        How messages call these draws.

    Returns
    -------
    Criterion
    """
    import arviz_stats

    values = grouped(model_or_dt, by, name)
    posterior = tree_of(model_or_dt)["posterior"].to_dataset()
    holder = xr.DataTree.from_dict({"posterior": posterior, "log_likelihood": xr.Dataset({"y": values})})
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # high Pareto k: said in words by `reliability`
        found = arviz_stats.loo(holder, pointwise=True, var_name="y")
    lpd = _log_mean_exp(values)
    return Criterion(
        method="loo",
        by=by,
        elpd_i=found.elpd_i,
        p_i=lpd - found.elpd_i,
        pareto_k=np.asarray(found.pareto_k, dtype=float),
        k_limit=float(found.good_k),
        refitted=np.zeros(values.sizes["unit"], dtype=bool),
    )


def waic(model_or_dt: Any, by: str | None = None, name: str = "the draws") -> Criterion:
    """The widely applicable information criterion as expected log predictive density (WAIC = -2 elpd).

    Parameters and result as :func:`loo`, which is more robust.
    """
    values = grouped(model_or_dt, by, name)
    variance = values.var(("chain", "draw"), ddof=1)
    lpd = _log_mean_exp(values)
    return Criterion(
        method="waic",
        by=by,
        elpd_i=lpd - variance,
        p_i=variance,
        pareto_k=variance.to_numpy(),
        k_limit=WAIC_LIMIT,
        refitted=np.zeros(values.sizes["unit"], dtype=bool),
    )


def _log_mean_exp(values: xr.DataArray) -> xr.DataArray:
    """(unit,) logarithm of the mean density over draws."""
    array = values.transpose("chain", "draw", "unit").to_numpy()
    flat = array.reshape(-1, array.shape[-1])
    return xr.DataArray(logsumexp(flat, axis=0) - np.log(len(flat)), dims="unit", coords={"unit": values["unit"]})


def dic(model: Any, dt: xr.DataTree | None = None) -> float:
    """The deviance information criterion, for continuity with older reports; prefer :func:`loo`.

    DIC = 2 mean(D) - D(mean), with the deviance D = -2 log-likelihood, and the mean over the coefficients that the
    model reports (on their link scale).

    Parameters
    ----------
    model : HSSM
        A sampled model: the deviance at the mean needs its likelihood.
    dt : DataTree, optional
        Draws to use in place of the model's ``traces``.
    """
    built = built_of(model, "dic()")
    tree = tree_of(model, dt)
    given = tree if "log_likelihood" in tree.children else model.log_likelihood(dt=tree, inplace=False)
    deviance = -2.0 * float(log_likelihoods(given).sum(OBS_DIM).mean())
    posterior = tree["posterior"].to_dataset()
    centre = posterior.mean(("chain", "draw")).expand_dims({"chain": [0], "draw": [0]})
    at_mean = pointwise_log_likelihood(built, centre)[built.observations.response_str]
    return 2.0 * deviance + 2.0 * float(at_mean.sum())
