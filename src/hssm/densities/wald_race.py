"""Race of diffusions to a linearly collapsing bound, without a reflecting floor: densities of ``wald_race{n}``.

Accumulator i diffuses with drift v_i and unit noise from z a to the bound a - tan(theta) tau. Relative to the bound it
has the drift v_i + tan(theta) and the fixed distance a (1 - z), so that its finishing time is inverse Gaussian (Wald):
Anders, Alario & Van Maanen (2016), https://doi.org/10.1037/met0000066.
"""

from __future__ import annotations

import math

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.race import TINIEST, Accumulator, Own, race
from hssm.densities.special.gaussian import HALF_LOG_2PI
from hssm.densities.special.logarithms import safe_log
from hssm.densities.special.tangent import tangent
from hssm.densities.special.wald_survival import log_wald_survivor
from hssm.spec import Density

_NO_WIDTH = np.int8(0)


def _standardised(tau: TensorVariable, own: Own) -> tuple[TensorVariable, TensorVariable]:
    """Distance and drift in units of sqrt(tau)."""
    unit = pt.sqrt(tau)
    return own["a"] * (1.0 - own["z"]) / unit, (own["v"] + tangent(own["theta"])) * unit


def log_density_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log density of an inverse Gaussian finishing time."""
    distance, drift = _standardised(tau, own)
    gap = distance - drift
    return safe_log(distance) - safe_log(tau) - 0.5 * gap * gap - HALF_LOG_2PI


def log_survivor_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log probability that the accumulator has not finished."""
    distance, drift = _standardised(tau, own)
    return log_wald_survivor(distance, _NO_WIDTH, drift)


def inside(own: Own) -> TensorVariable:
    """The domain of accumulators that start at z a and finish at a bound a - tan(theta) tau."""
    angle = own["theta"]
    place = (
        pt.gt(own["a"] * (1.0 - own["z"]), TINIEST) & pt.lt(own["a"], np.inf) & pt.ge(own["z"], 0) & pt.lt(own["z"], 1)
    )
    return place & pt.gt(angle, -0.5 * math.pi) & pt.lt(angle, 0.5 * math.pi)


def safe(own: Own, inside: TensorVariable) -> Own:
    """Harmless numbers in place of parameters outside that domain."""
    harmless = {"a": 1.0, "z": 0.5, "theta": 0.0}
    return {
        name: pt.switch(inside, value, harmless[name]) if name in harmless else value for name, value in own.items()
    }


WALD_RACE: Density = race(
    Accumulator(
        indexed=("v",),
        shared=("a", "z", "theta"),
        log_density=log_density_of_one,
        log_survivor=log_survivor_of_one,
        inside=inside,
        safe=safe,
    )
)
"""Parameters v0, v1, ..., a, z, t, theta."""
