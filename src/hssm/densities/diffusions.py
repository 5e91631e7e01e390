"""Diffusions without a closed form, given by their drift and bound: densities from ``densities.passage``.

Each is one :class:`~hssm.densities.passage.trace.Process` in the conventions of the field: decision time tau in
seconds, bounds at +-b(tau) with b(0) = a, start at a (2 z - 1), unit noise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import erf

from hssm.densities.boundaries import angle, constant, weibull_cdf
from hssm.densities.passage.process import passage_density
from hssm.densities.passage.trace import Process


def constant_drift(tau: Any, p: Any) -> Any:
    """V."""
    return p.v


def gamma_pulse(tau: Any, p: Any) -> Any:
    """V + c (tau / m)^(shape - 1) exp((shape - 1) (1 - tau / m)), whose peak c is at m = (shape - 1) scale."""
    power = p["shape"] - 1.0
    return p.v + p.c * (tau / (power * p.scale)) ** power * np.exp(power - tau / p.scale)


def two_attentions(tau: Any, p: Any) -> Any:
    """V + tcoh w_t + dcoh w_d; the weight of the target goes from tinit to tfixedp, that of the distractor to 0."""
    target = p.tfixedp + (p.tinit - p.tfixedp) * np.exp(-p.tslope * tau)
    distractor = p.dinit * np.exp(-p.dslope * tau)
    return p.v + p.tcoh * target + p.dcoh * distractor


def spotlight(tau: Any, p: Any) -> Any:
    """V + what a normal density of attention with sd max(sda - r tau, NARROWEST) leaves of target and flankers.

    Items are as wide as the unit of sda: the target is at (-1/2, 1/2), two inner flankers follow on either side up to
    3/2, two outer ones have the rest.
    """
    per = np.sqrt(0.5) / np.maximum(p.sda - p.r * tau, NARROWEST)
    target, inner = erf(0.5 * per), erf(1.5 * per)
    return p.v + p.ptarget * target + p.pinner * (inner - target) + p.pouter * (1.0 - inner)


def spotlight_closes(p: Any) -> tuple[Any, Any]:
    """When flankers lose the spotlight, and within how long."""
    rate = np.maximum(p.r, SLOWEST)
    return (p.sda - CLOSING) / rate, CLOSING / rate


def leak(p: Any) -> Any:
    """G."""
    return p.g


NARROWEST = 1e-3
"""Spotlight (sd) in which nothing but the target is seen."""

CLOSING = 0.2
"""Spotlight (sd) at which the drift changes fastest, nearly: its density is solved with smaller steps around there."""

SLOWEST = 1e-6
"""Rate of a spotlight that stays as it is."""

_VAZ = ("v", "a", "z")

WEIBULL_PROCESS = Process(
    name="weibull", parameters=(*_VAZ, "alpha", "beta"), drift=constant_drift, bound=weibull_cdf, smooth=True
)
ORNSTEIN_PROCESS = Process(
    name="ornstein", parameters=(*_VAZ, "g"), drift=constant_drift, bound=constant, leak=leak, smooth=True
)
ORNSTEIN_ANGLE_PROCESS = Process(
    name="ornstein_angle",
    parameters=(*_VAZ, "g", "theta"),
    drift=constant_drift,
    bound=angle,
    leak=leak,
    smooth=True,
)
GAMMA_DRIFT_PROCESS = Process(
    name="gamma_drift", parameters=(*_VAZ, "shape", "scale", "c"), drift=gamma_pulse, bound=constant
)
GAMMA_DRIFT_ANGLE_PROCESS = Process(
    name="gamma_drift_angle",
    parameters=(*_VAZ, "theta", "shape", "scale", "c"),
    drift=gamma_pulse,
    bound=angle,
)
CONFLICT_DS_PROCESS = Process(
    name="conflict_ds",
    parameters=(*_VAZ, "tinit", "dinit", "tslope", "dslope", "tfixedp", "tcoh", "dcoh"),
    drift=two_attentions,
    bound=constant,
)
SHRINK_SPOT_PROCESS = Process(
    name="shrink_spot",
    parameters=(*_VAZ, "ptarget", "pouter", "pinner", "r", "sda"),
    drift=spotlight,
    bound=constant,
    turn=spotlight_closes,
)

WEIBULL = passage_density(WEIBULL_PROCESS)
ORNSTEIN = passage_density(ORNSTEIN_PROCESS)
ORNSTEIN_ANGLE = passage_density(ORNSTEIN_ANGLE_PROCESS)
GAMMA_DRIFT = passage_density(GAMMA_DRIFT_PROCESS)
GAMMA_DRIFT_ANGLE = passage_density(GAMMA_DRIFT_ANGLE_PROCESS)
CONFLICT_DS = passage_density(CONFLICT_DS_PROCESS)
SHRINK_SPOT = passage_density(SHRINK_SPOT_PROCESS)
