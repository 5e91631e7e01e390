"""Truncated designs: reaction times outside a window were not recorded, so densities are those within it.

Outside of ``missing.py``: what was recorded, be it an rt or an omission, is divided by the probability of being
recorded. Ulrich & Miller (1994), Effects of truncation on reaction time analysis.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytensor.tensor as pt

from hssm.densities.logspace import finite_or, log1mexp, log_diff_exp
from hssm.likelihoods.columns import rt_column
from hssm.spec import MISSING_CODE, Bounds, DensityFunction, Likelihood, Named, SimulateFunction, SimulationOptions

MOST_ROUNDS = 1000
"""How often a trial is drawn anew before a window counts as out of the model's reach."""


def within_window(likelihood: Likelihood, window: Bounds) -> Likelihood:
    """The likelihood given that rt lies in ``window``, seconds; draws outside it are drawn again.

    The log density of a row is log f(row) - log P(low <= RT < high). Where no response can be in the window, it is log
    zero.
    """
    low, high = window
    rt = rt_column(likelihood.columns)
    if window == (0.0, math.inf) or rt is None:
        return likelihood
    survival = likelihood.log_survival
    if survival is None:
        raise ValueError(
            "`truncation` needs the probability of a response within the window, and this model cannot tell it. Use an "
            "analytical likelihood."
        )

    def log_density(observed: Named, theta: Named) -> Any:
        share = _log_share(survival, {**observed, rt: low}, {**observed, rt: high}, window, theta)
        possible = pt.gt(share, -np.inf)
        return pt.switch(possible, likelihood.log_density(observed, theta) - finite_or(share), -np.inf)

    simulate = likelihood.simulate
    return replace(
        likelihood,
        log_density=log_density,
        simulate=None if simulate is None else _redrawn(simulate, likelihood.columns.index(rt), window),
    )


def _log_share(survival: DensityFunction, start: Named, end: Named, window: Bounds, theta: Named) -> Any:
    low, high = window
    start, end = ({key: pt.as_tensor_variable(value) for key, value in each.items()} for each in (start, end))
    if not math.isfinite(high):
        return survival(start, theta)
    if low <= 0:
        return log1mexp(survival(end, theta))
    return log_diff_exp(survival(start, theta), survival(end, theta))


def _redrawn(simulate: SimulateFunction, rt: int, window: Bounds) -> SimulateFunction:
    low, high = window

    def draw(rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions) -> np.ndarray:
        responses = np.array(simulate(rng, theta, options), dtype=float)
        for _ in range(MOST_ROUNDS):
            # Omissions, which have no rt, were recorded.
            time = responses[:, rt]
            outside = np.flatnonzero((time >= 0) & ~((time >= low) & (time < high)))
            if not len(outside):
                return responses
            few = {name: np.asarray(value)[outside] for name, value in theta.items()}
            covariates = {name: np.asarray(value)[outside] for name, value in options.covariates.items()}
            responses[outside] = simulate(rng, few, replace(options, covariates=covariates))
        responses[outside] = MISSING_CODE
        warnings.warn(
            f"{len(outside)} of {len(responses)} simulated trials have no response between {low:g} and {high:g} s "
            f"(`truncation`) in {MOST_ROUNDS} draws; their rt and response are {MISSING_CODE:g}.",
            UserWarning,
            stacklevel=2,
        )
        return responses

    return draw
