"""The lapse mixture: with probability ``p_outlier`` a trial says nothing about the model.

The outermost wrapper before the floor, so that a row which the model cannot produce (rt <= t, a parameter
outside its domain) is explained by the lapse. The lapse density is a density over (rt, choice): g(rt) / n.
Ratcliff & Tuerlinckx (2002), Estimating parameters of the diffusion model: contaminant reaction times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytensor.tensor as pt

from hssm.densities.logspace import log_add_exp, masked
from hssm.likelihoods.columns import choice_column, rt_column
from hssm.likelihoods.lapse_density import LapseDensity, resolve_lapse
from hssm.spec import DensityFunction, Likelihood, Named, SimulateFunction, SimulationOptions

P_OUTLIER = "p_outlier"

__all__ = ["P_OUTLIER", "LapseDensity", "log_mixture", "resolve_lapse", "with_lapse"]


def with_lapse(likelihood: Likelihood, lapse: LapseDensity) -> Likelihood:
    """The likelihood in which each trial is a lapse with probability ``p_outlier``, its new last parameter.

    With p = ``p_outlier``, n choices, g and G the density and distribution function of ``lapse``:
    rt and choice (1-p) f_c(rt) + p g(rt)/n; choice only (1-p) P(c) + p/n; ``log_cdf`` (1-p) F_c(rt) + p G(rt)/n;
    ``log_survival`` (1-p) S(rt) + p (1 - G(rt)); ``log_withheld`` (1-p) W(rt) + p (1 - G(rt) + G(rt)/n).
    Log zero where p is not in [0, 1].
    """
    rt = rt_column(likelihood.columns)
    log_n = math.log(len(likelihood.choices))

    def mixed(function: DensityFunction | None, log_lapse: Callable[[Any], Any]) -> DensityFunction | None:
        return None if function is None or rt is None else _mixed(function, lambda observed: log_lapse(observed[rt]))

    if rt is None:
        log_density = _mixed(likelihood.log_density, lambda _: pt.constant(-log_n))
    else:
        log_density = _mixed(likelihood.log_density, lambda observed: lapse.log_density(observed[rt]) - log_n)
    return replace(
        likelihood,
        params=(*likelihood.params, P_OUTLIER),
        log_density=log_density,
        log_cdf=mixed(likelihood.log_cdf, lambda time: lapse.log_cdf(time) - log_n),
        log_survival=mixed(likelihood.log_survival, lapse.log_survival),
        log_withheld=mixed(
            likelihood.log_withheld, lambda time: log_add_exp(lapse.log_survival(time), lapse.log_cdf(time) - log_n)
        ),
        simulate=None if likelihood.simulate is None else _simulate(likelihood, likelihood.simulate, lapse),
    )


def log_mixture(x: Any, y: Any, p: Any) -> Any:
    """log[(1 - p) exp(x) + p exp(y)], log zero where that is 0 or p is outside [0, 1].

    Value and gradient are free of NaN for x or y at -inf and for p at 0 and 1.
    """
    valid = pt.ge(p, 0.0) & pt.le(p, 1.0)
    p = pt.switch(valid, p, 0.5)
    gap = pt.switch(pt.gt(y, -np.inf), x - y, np.inf)
    x_is_larger = pt.ge(gap, 0.0)
    ratio = pt.exp(-pt.abs(gap))
    # Relative to the larger term: the logarithm of p is never taken, so its gradient at 0 is no trouble.
    share = pt.switch(x_is_larger, (1.0 - p) + p * ratio, (1.0 - p) * ratio + p)
    possible = valid & pt.gt(share, 0.0)
    return masked(possible, pt.switch(x_is_larger, x, y) + pt.log(pt.switch(possible, share, 1.0)))


def _mixed(function: DensityFunction, log_lapse: Callable[[Named], Any]) -> DensityFunction:
    def evaluate(observed: Named, theta: Named) -> Any:
        model = {name: value for name, value in theta.items() if name != P_OUTLIER}
        return log_mixture(function(observed, model), log_lapse(observed), theta[P_OUTLIER])

    return evaluate


def _simulate(likelihood: Likelihood, simulate: SimulateFunction, lapse: LapseDensity) -> SimulateFunction:
    columns = likelihood.columns
    rt, choice = rt_column(columns), choice_column(columns)

    def draw(rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions) -> np.ndarray:
        p = np.asarray(theta[P_OUTLIER], dtype=float)
        rows = np.array(simulate(rng, {k: v for k, v in theta.items() if k != P_OUTLIER}, options), dtype=float)
        is_lapse = rng.random(len(rows)) < p
        n = int(is_lapse.sum())
        if rt is not None:
            rows[is_lapse, columns.index(rt)] = lapse.sample(rng, n)
        rows[is_lapse, columns.index(choice)] = rng.choice(np.asarray(likelihood.choices, dtype=float), size=n)
        return rows

    return draw
