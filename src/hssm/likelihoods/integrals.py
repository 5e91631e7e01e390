"""Distribution function and survivor of a likelihood that has only a density: by quadrature over rt.

The innermost step of assembly for users' own analytical and black-box functions, where data have outcomes that
need them. The rule of the races looks for the density in log time and integrates it there: with smooth densities (a
sudden start, as at a non-decision time, is smooth enough) distribution functions are right to 1e-8. The survivor is
one minus their sum, hence right to 1e-8 absolutely, not relatively.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytensor.tensor as pt

from hssm.densities.logspace import log1mexp, log_add_exp
from hssm.densities.quadrature import last_axis
from hssm.densities.race import log_integral
from hssm.likelihoods.columns import choice_column, rt_column
from hssm.spec import DensityFunction, Likelihood, Named

HORIZON = 1000.0
"""Seconds after which nobody responds."""

SOONEST = 1e-5
"""Share of the time to the horizon, or to the deadline, in which nobody has responded yet."""


def with_integrals(likelihood: Likelihood) -> Likelihood:
    """The likelihood with ``log_cdf`` and ``log_survival``, where it lacks them, from its density."""
    rt = rt_column(likelihood.columns)
    if rt is None or (likelihood.log_cdf is not None and likelihood.log_survival is not None):
        return likelihood
    log_cdf = likelihood.log_cdf or _integrated(likelihood.log_density, rt)
    choice = choice_column(likelihood.columns)

    def log_survival(observed: Named, theta: Named) -> Any:
        parts = [log_cdf({**observed, choice: pt.constant(float(code))}, theta) for code in likelihood.choices]
        return log1mexp(pt.minimum(log_add_exp(*parts), 0.0))

    return replace(likelihood, log_cdf=log_cdf, log_survival=likelihood.log_survival or log_survival)


def _integrated(log_density: DensityFunction, rt: str) -> DensityFunction:
    def log_cdf(observed: Named, theta: Named) -> Any:
        wide = {name: last_axis(value) for name, value in observed.items()}
        wide_theta = {name: last_axis(value) for name, value in theta.items()}

        def at(times: Any) -> Any:
            value = log_density({**wide, rt: times}, wide_theta)
            return pt.switch(pt.isnan(value), -np.inf, value)

        variables = [pt.as_tensor_variable(each) for each in (*observed.values(), *theta.values())]
        end = pt.minimum(pt.broadcast_arrays(*variables)[list(observed).index(rt)], HORIZON)
        return log_integral(end, at, reach=-np.log(SOONEST))

    return log_cdf
