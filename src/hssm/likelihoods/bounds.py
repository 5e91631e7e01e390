"""Bounds as the domain of a likelihood: outside, every observation has log zero.

The innermost wrapper after the model's density. The density itself is evaluated at a point inside the domain
wherever a parameter is outside, so that neither value nor gradient is NaN there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from operator import and_
from typing import Any

import pytensor.tensor as pt

from hssm.densities.logspace import masked
from hssm.spec import Bounds, DensityFunction, Likelihood, Named

OPEN = (False, False)
Closed = tuple[bool, bool]


def within_bounds(
    likelihood: Likelihood, bounds: Mapping[str, Bounds], closed: Mapping[str, Closed] | None = None
) -> Likelihood:
    """The likelihood with log zero wherever a parameter is outside its bounds.

    Parameters
    ----------
    likelihood
        What is to be bounded.
    bounds
        ``(lower, upper)`` by parameter name; infinite ends and absent parameters cost nothing.
    closed
        Whether the lower and upper end are inside, by parameter name; absent means open.
    """
    finite = {name: pair for name, pair in bounds.items() if any(map(math.isfinite, pair))}
    unknown = sorted(set(finite) - set(likelihood.params))
    if unknown:
        raise ValueError(f"Bounds for {unknown}, which are no parameters of {', '.join(likelihood.params)}.")
    if not finite:
        return likelihood
    ends = {name: (pair, (closed or {}).get(name, OPEN)) for name, pair in finite.items()}

    def bounded(function: DensityFunction | None) -> DensityFunction | None:
        return None if function is None else _bounded(function, ends)

    return replace(
        likelihood,
        log_density=_bounded(likelihood.log_density, ends),
        log_cdf=bounded(likelihood.log_cdf),
        log_survival=bounded(likelihood.log_survival),
        log_withheld=bounded(likelihood.log_withheld),
    )


def _bounded(function: DensityFunction, ends: Mapping[str, tuple[Bounds, Closed]]) -> DensityFunction:
    def evaluate(observed: Named, theta: Named) -> Any:
        inside = {name: _is_inside(theta[name], *ends[name]) for name in ends}
        safe = {name: pt.switch(inside[name], theta[name], _interior(ends[name][0])) for name in ends}
        return masked(reduce(and_, inside.values()), function(observed, {**theta, **safe}))

    return evaluate


def _is_inside(value: Any, bounds: Bounds, closed: Closed) -> Any:
    (lower, upper), (closed_below, closed_above) = bounds, closed
    conditions = []
    if math.isfinite(lower):
        conditions.append(pt.ge(value, lower) if closed_below else pt.gt(value, lower))
    if math.isfinite(upper):
        conditions.append(pt.le(value, upper) if closed_above else pt.lt(value, upper))
    return reduce(and_, conditions)


def _interior(bounds: Bounds) -> float:
    lower, upper = bounds
    if math.isfinite(lower) and math.isfinite(upper):
        return 0.5 * (lower + upper)
    return lower + 1.0 if math.isfinite(lower) else upper - 1.0
