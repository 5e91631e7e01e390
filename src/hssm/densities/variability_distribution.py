"""Distribution function and survivor of ``full_ddm``: integrals of its density over decision time.

Sums of positive terms, by Gauss-Legendre rules over panels of decision time that are equally fine in its logarithm; the
density at each node, averaged over drifts and starts, comes from ``variability_op.py``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import log_add_exp, masked
from hssm.densities.path import FOREVER
from hssm.densities.quadrature import last_axis, latest, log_panel, log_sum_over
from hssm.densities.special.logarithms import safe_log
from hssm.densities.variability_op import full_ddm_log_density, log_density_at
from hssm.densities.wiener_variability import Trial, oriented, soonest, spread_times
from hssm.spec import Density, Named

_PANELS = ((0.0, 24), (1e-3, 40), (0.1, 32))
"""Where panels begin, relative to the end of the integral, and their nodes: for 1e-9 up to drifts of 8."""
_NARROWEST_ST = 1e-9
"""A narrower spread of the non-decision time counts as this; results differ by its square."""


def _latest(start: TensorVariable, trial: Trial) -> TensorVariable:
    """Decision time after which nothing is left compared to the rest from ``start``."""
    area, drift2 = trial.distance**2, trial.drift**2
    rate = 0.5 * (np.pi**2 / area + drift2 / (1.0 + 10.0 * trial.sv**2 * area))
    far = trial.distance * (trial.w + 0.5 * trial.sz)
    return latest(start, far**2, drift2, rate)


def _absorbed(trial: Trial) -> tuple[TensorVariable, TensorVariable]:
    """Log P(RT <= rt) at the bound of ``trial``, and whether it is above 0."""
    early, late, started = spread_times(trial)
    cut = soonest(pt.minimum(late, _latest(0.0, trial)), trial)
    full = pt.gt(early, cut)
    end = pt.minimum(pt.switch(full, early, cut), _latest(cut, trial))
    certain = _log_integral(cut, pt.switch(full, end, cut * (1.0 + 1e-9)), trial)

    def share(times: TensorVariable) -> TensorVariable:
        return safe_log(last_axis(late) - times) - safe_log(last_axis(trial.st))

    return log_add_exp(masked(full, certain), _log_integral(pt.switch(full, early, cut), late, trial, share)), started


def _to_come(trial: Trial) -> TensorVariable:
    """Log P(RT > rt) at the bound of ``trial``."""
    early, late, _ = spread_times(trial)
    cut = soonest(_latest(late, trial), trial)
    start = pt.maximum(late, cut)
    certain = _log_integral(start, _latest(start, trial), trial)
    first = pt.switch(pt.gt(early, cut), early, cut)
    some = pt.gt(late, first)

    def share(times: TensorVariable) -> TensorVariable:
        return safe_log(times - last_axis(early)) - safe_log(last_axis(trial.st))

    return log_add_exp(certain, masked(some, _log_integral(first, pt.switch(some, late, first), trial, share)))


def _log_integral(
    low: TensorVariable, high: TensorVariable, trial: Trial, log_share: Callable[..., TensorVariable] | None = None
) -> TensorVariable:
    """Log of the integral of density times share over decision times."""
    ends = [*(pt.maximum(low, start * high) for start, _ in _PANELS), high]
    times, log_weights = [], []
    for (_, n), first, last in zip(_PANELS, ends[:-1], ends[1:], strict=True):
        nodes, log_shares = log_panel(first, last, n)
        times.append(nodes)
        log_weights.append(log_shares + last_axis(safe_log(last - first)))
    nodes, weights = pt.concatenate(times, axis=-1), pt.concatenate(log_weights, axis=-1)
    if log_share is not None:
        weights += log_share(nodes)
    return log_sum_over(_log_density_at(nodes, trial) + weights)


def _log_density_at(times: TensorVariable, trial: Trial) -> TensorVariable:
    """Log density at decision times (..., n) at the bound of the trial."""
    v, z = pt.switch(trial.upper, -trial.drift, trial.drift), pt.switch(trial.upper, trial.wc, trial.w)
    inputs = {"v": v, "a": 0.5 * trial.distance, "z": z, "sz": trial.sz, "sv": trial.sv}
    response = last_axis(pt.switch(trial.upper, 1.0, -1.0))
    return log_density_at(times, response, **{name: last_axis(value) for name, value in inputs.items()})


def full_ddm_log_cdf(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT <= rt, response) of the diffusion model with all variabilities; ``rt`` may be infinite."""
    trial = oriented(observed, theta, pt.gt(observed["response"], 0), _NARROWEST_ST)
    value, started = _absorbed(trial)
    return masked(trial.valid & started, pt.cast(value, trial.tau.dtype))


def full_ddm_log_survival(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT > rt) of the diffusion model with all variabilities, any response."""
    lower, upper = (oriented(observed, theta, pt.constant(np.array(side)), _NARROWEST_ST) for side in (False, True))
    _, _, started = spread_times(lower)
    value = pt.switch(started, log_add_exp(_to_come(lower), _to_come(upper)), 0.0)
    return masked(lower.valid & pt.lt(lower.tau, FOREVER), pt.cast(value, lower.tau.dtype))


FULL_DDM = Density(log_density=full_ddm_log_density, log_cdf=full_ddm_log_cdf, log_survival=full_ddm_log_survival)
