"""Race of diffusions with a reflecting floor to a linearly collapsing bound: densities of ``race_no_bias_angle_{n}``.

Accumulator i diffuses with drift v_i and unit noise from z a, is reflected at 0 and has finished at a - tan(theta) tau.
Its density is the solution of an integral equation (``passage/floor.py``) in units of the bound's height a:
time is tau / a^2, drifts are v a, and s = (tau / a^2) / (1 - tan(theta) tau / a) is what the solution is a function of.
"""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.passage.floor import FloorOp
from hssm.densities.race import Accumulator, Own, race
from hssm.densities.special.logarithms import safe_log
from hssm.densities.special.tangent import tangent
from hssm.densities.wald_race import inside, safe
from hssm.spec import Density

NARROWEST = 1e-10
"""Of the height with which it began, the least that a bound may have left."""


def log_density_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log density of a finishing time; -inf once the bound has come down to the floor."""
    height, inputs = _scaled(tau, own)
    value = _solved(FloorOp(survival=False), inputs)
    return pt.switch(pt.gt(height, NARROWEST), value - 2.0 * safe_log(own["a"]) - 2.0 * safe_log(height), -np.inf)


def log_survivor_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log probability that the accumulator has not finished."""
    height, inputs = _scaled(tau, own)
    return pt.switch(pt.gt(height, NARROWEST), _solved(FloorOp(survival=True), inputs), -np.inf)


def _scaled(tau: TensorVariable, own: Own) -> tuple[TensorVariable, list[TensorVariable]]:
    """The height that the bound has left, in units of a, and s, V, z and C."""
    a = own["a"]
    time, closing = tau / (a * a), a * tangent(own["theta"])
    height = 1.0 - closing * time
    left = pt.switch(pt.gt(height, NARROWEST), height, 1.0)
    return height, [time / left, own["v"] * a, own["z"], closing]


def _solved(op: FloorOp, inputs: list[TensorVariable]) -> TensorVariable:
    full = pt.broadcast_arrays(*inputs)
    value, _ = op(pt.stack([pt.cast(x, "float64").ravel() for x in full]))
    return pt.cast(value.reshape(full[0].shape, ndim=full[0].ndim), full[0].dtype)


REFLECTED_RACE: Density = race(
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
