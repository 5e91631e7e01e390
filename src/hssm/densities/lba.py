"""Linear ballistic accumulators: densities of ``lba{n}`` and ``lba{n}_t``.

Accumulator i starts uniformly in (0, A), rises with a drift that is normal around v_i between trials, and finishes at
the threshold b: Brown & Heathcote (2008), https://doi.org/10.1016/j.cogpsych.2007.12.002. An accumulator whose drift
is negative never finishes. Two conventions are in use:

* ``LBA``: drifts N(v, 0.1^2), given that at least one of them is positive; no non-decision time.
* ``LBA_T``: drifts N(v, 1), each of them given that it is positive, and non-decision time t. Of the normalisations in
use this is the default of rtdists (``posdrift = TRUE``) and the one of EMC2.

In units of s tau, the distance to the threshold less the mean drift is uniform on (c - d, c + d); see
``special.normal_panel``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import log_add_exp
from hssm.densities.race import TINIEST, Accumulator, Own, race
from hssm.densities.special.gaussian import log_ndtr
from hssm.densities.special.logarithms import safe_log
from hssm.densities.special.normal_panel import log_mean_ndtr, log_ramp
from hssm.densities.special.normal_rise import log_rise

DRIFT_SD = 0.1
"""Standard deviation of the drifts of ``LBA`` between trials; ``s`` in the parameters replaces it."""


def _sd(own: Own, default: float) -> Any:
    return own.get("s", default)


def _standardised(tau: TensorVariable, own: Own, sd: float) -> tuple[TensorVariable, ...]:
    """Centre c and half-width d of the standardised distance, and the distance b - A, all in units of s tau."""
    unit = _sd(own, sd) * tau
    half = 0.5 * own["A"]
    return (own["b"] - half - own["v"] * tau) / unit, half / unit, (own["b"] - own["A"]) / unit


def log_density_of_one(tau: TensorVariable, own: Own, sd: float) -> TensorVariable:
    """Log density of the finishing time of one accumulator with normal drift, defective."""
    return log_ramp(*_standardised(tau, own, sd)) - safe_log(tau)


def log_survivor_of_one(tau: TensorVariable, own: Own, sd: float) -> TensorVariable:
    """Log probability that one accumulator with normal drift has not finished, be it that it never will."""
    centre, half, _ = _standardised(tau, own, sd)
    return log_mean_ndtr(centre, half)


def log_still_to_come(tau: TensorVariable, own: Own, sd: float) -> TensorVariable:
    """Log probability that one accumulator has not finished but will."""
    centre, half, gap = _standardised(tau, own, sd)
    return log_rise(centre, half, gap)


def _log_positive(own: Own, sd: float) -> TensorVariable:
    return log_ndtr(own["v"] / _sd(own, sd))


def _log_never(own: Own, sd: float) -> TensorVariable:
    return log_ndtr(-own["v"] / _sd(own, sd))


def _log_any_positive(accumulators: list[Own], sd: float) -> TensorVariable:
    """The first accumulator with a positive drift is number i, summed over i: 1 - P(none) would cancel far below 0."""
    terms = []
    for i, own in enumerate(accumulators):
        terms.append(sum((_log_never(earlier, sd) for earlier in accumulators[:i]), _log_positive(own, sd)))
    return log_add_exp(*terms)


def _log_survivor_given_any(tau: TensorVariable, accumulators: list[Own], sd: float) -> TensorVariable:
    """Log P(not yet, but some time): the first accumulator that will finish is number i, summed over i."""
    terms = []
    for i, own in enumerate(accumulators):
        never = [_log_never(earlier, sd) for earlier in accumulators[:i]]
        later = [log_survivor_of_one(tau, other, sd) for other in accumulators[i + 1 :]]
        terms.append(sum([*never, *later], log_still_to_come(tau, own, sd)))
    return log_add_exp(*terms)


def threshold_inside(own: Own) -> TensorVariable:
    """0 <= A < b, and a positive s where there is one."""
    inside = pt.ge(own["A"], 0) & pt.gt(own["b"] - own["A"], TINIEST) & pt.lt(own["b"], np.inf)
    return inside & pt.gt(own["s"], TINIEST) if "s" in own else inside


def safe_threshold(own: Own, inside: TensorVariable) -> Own:
    """Parameters with harmless thresholds (and s) where they are outside the domain."""
    harmless = {"A": 0.5, "b": 1.0, "s": 1.0}
    return {
        name: pt.switch(inside, value, harmless[name]) if name in harmless else value for name, value in own.items()
    }


_PARAMETERS = ("A", "b", "s")

LBA = race(
    Accumulator(
        indexed=("v",),
        shared=_PARAMETERS,
        log_density=partial(log_density_of_one, sd=DRIFT_SD),
        log_survivor=partial(log_survivor_of_one, sd=DRIFT_SD),
        inside=threshold_inside,
        safe=safe_threshold,
        log_condition=partial(_log_any_positive, sd=DRIFT_SD),
        log_survivor_of_race=partial(_log_survivor_given_any, sd=DRIFT_SD),
    )
)
"""Drifts N(v, 0.1^2) given that at least one is positive; parameters A, b, v0, v1, ... (and s)."""

LBA_T = race(
    Accumulator(
        indexed=("v",),
        shared=_PARAMETERS,
        log_density=lambda tau, own: log_density_of_one(tau, own, 1.0) - _log_positive(own, 1.0),
        log_survivor=lambda tau, own: log_still_to_come(tau, own, 1.0) - _log_positive(own, 1.0),
        inside=threshold_inside,
        safe=safe_threshold,
    )
)
"""Drifts N(v, 1), each given that it is positive; parameters A, b, v0, v1, ..., t (and s)."""
