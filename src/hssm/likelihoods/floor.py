"""The floor: 1e-100 added to the density of every row, so that a model never returns -inf.

The outermost step of assembly, and the only place where a density is floored.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytensor.tensor as pt

from hssm.densities.logspace import LOG_FLOOR
from hssm.spec import Likelihood, Named


def with_floor(likelihood: Likelihood) -> Likelihood:
    """The likelihood with log(density + 1e-100).

    The gradient is scaled by the density's share of that sum, so it is 0, not NaN, where the density is 0.
    """

    def log_density(observed: Named, theta: Named) -> Any:
        value = likelihood.log_density(observed, theta)
        gap = value - LOG_FLOOR
        # Doubled, log(1 + e) is not rewritten to softplus, whose branches keep the fused loop from vectorising.
        excess = pt.log(2.0 + 2.0 * pt.exp(-pt.abs(gap))) - math.log(2.0)
        return pt.switch(pt.gt(gap, 0.0), value, LOG_FLOOR) + excess

    return replace(likelihood, log_density=log_density)
