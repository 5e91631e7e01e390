"""Two diffusions in sequence, each from the middle between its bounds: densities of ``ddm_seq2_no_bias``.

The decision time is the sum of two passage times, so its density is one convolution,

    f(tau) = integral of f1(s) f2(tau - s) over 0 < s < tau,

with the densities of ``wiener.py``: a special function of time and of both squared drifts
(``special/two_passages.py``). The distribution function has the second stage's in place of f2, and the survivor is the
probability of still being in the first stage or in the second: sums of positive terms. Both factors of those integrals
may fall to zero faster than any power at their starts and live on different scales, so the integrals are cut in the
middle, and each half takes Gauss-Legendre nodes equally dense in the logarithm of the time from its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import log_add_exp, masked
from hssm.densities.path import FOREVER, NARROWEST_BOUNDS
from hssm.densities.quadrature import earliest, last_axis, latest, log_panel, log_sum_over, unit_rule
from hssm.densities.special.exit_time import log_exit, log_stay
from hssm.densities.special.first_passage import ell
from hssm.densities.special.logarithms import safe_log
from hssm.densities.special.two_passages import two_passages
from hssm.spec import Density, Named

_N_NODES, _N_SHORT = 40, 16

LogFunction = Callable[[TensorVariable], TensorVariable]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stages:
    """Two stages; drifts are away from the bounds that were hit. Harmless numbers where the trial is impossible."""

    valid: TensorVariable
    started: TensorVariable
    tau: TensorVariable
    distance: TensorVariable
    first: TensorVariable
    second: TensorVariable

    @property
    def nearest2(self) -> TensorVariable:
        return 0.25 * self.distance**2


def _stages(observed: Named, theta: Named, first_up: TensorVariable, second_up: TensorVariable) -> _Stages:
    vh, vl1, vl2, a, t = (pt.as_tensor_variable(theta[name]) for name in ("vh", "vl1", "vl2", "a", "t"))
    wide = pt.gt(a, NARROWEST_BOUNDS)
    tau = pt.as_tensor_variable(observed["rt"]) - t
    started = pt.gt(tau, 0.0)
    low = pt.switch(first_up, vl2, vl1)
    return _Stages(
        valid=wide & pt.ge(t, 0.0),
        started=started,
        tau=pt.switch(started, pt.minimum(tau, FOREVER), 1.0),
        distance=pt.switch(wide, 2.0 * a, 1.0),
        first=pt.switch(first_up, -vh, vh),
        second=pt.switch(second_up, -low, low),
    )


def _chosen(observed: Named, theta: Named) -> _Stages:
    choice = pt.as_tensor_variable(observed["response"])
    return _stages(observed, theta, pt.ge(choice, 2), pt.eq(choice, 1) | pt.eq(choice, 3))


def _log_passage(stages: _Stages, drift: TensorVariable) -> LogFunction:
    """Log density of one stage's passage at times (..., n)."""
    distance, nu = last_axis(stages.distance), last_axis(drift)

    def at(time: TensorVariable) -> TensorVariable:
        travel = 0.5 * nu * distance + 0.5 * nu * nu * time
        return ell(time / (distance * distance), 0.5, 0.5) - travel - 2.0 * safe_log(distance)

    return at


def _log_passed(stages: _Stages, drift: TensorVariable) -> LogFunction:
    """Log probability that one stage's passage is over by times (..., n)."""
    distance, nu = last_axis(stages.distance), last_axis(drift)
    return lambda time: log_exit(time / (distance * distance), nu * distance, 0.5, 0.5)


def _log_under_way(stages: _Stages, drift: TensorVariable) -> LogFunction:
    """Log probability that one stage is still under way at times (..., n)."""
    distance, nu = last_axis(stages.distance), last_axis(drift)
    return lambda time: log_stay(time / (distance * distance), nu * distance, 0.5, 0.5)


def _half(
    stages: _Stages, near: LogFunction, far: LogFunction, excess: TensorVariable, rate: TensorVariable
) -> TensorVariable:
    """Log of the integral of exp(near(s) + far(tau - s)) over s up to tau / 2.

    ``excess`` is the drift squared of the near stage relative to the far one, ``rate`` how fast the integrand declines.
    """
    middle, distance2 = 0.5 * stages.tau, stages.nearest2
    low = earliest(middle, distance2, pt.abs(excess))
    high = pt.minimum(middle, latest(low, distance2, pt.abs(excess), rate))
    nodes, log_weights = log_panel(low, high, _N_NODES)
    return log_sum_over(near(nodes) + far(last_axis(stages.tau) - nodes) + log_weights) + safe_log(high - low)


def _rate(excess: TensorVariable) -> TensorVariable:
    """Decline per second of a half's integrand, which the common factor of both stages takes no part in."""
    return pt.maximum(0.5 * excess, 1e-12)


def two_stages_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of response time and response of two diffusions in sequence.

    Parameters
    ----------
    observed
        ``rt`` in seconds and ``response``: 2 if the first stage ended at the upper bound, plus 1 if the second did.
    theta
        ``vh`` drift of the first stage, ``vl1`` and ``vl2`` drifts of the second after a lower and an upper end of the
        first, ``a`` half the distance between the bounds, ``t`` non-decision time in seconds.

    Returns
    -------
    TensorVariable
        -inf outside the domain, with zero gradient; accurate to 1e-11.
    """
    stages = _chosen(observed, theta)
    one, two = stages.first * stages.distance, stages.second * stages.distance
    u = stages.tau / (stages.distance * stages.distance)
    value = two_passages(u, 0.5 * one * one, 0.5 * two * two) - 0.5 * (one + two) - 2.0 * safe_log(stages.distance)
    return masked(stages.valid & stages.started & pt.lt(stages.tau, FOREVER), pt.cast(value, stages.tau.dtype))


def two_stages_log_cdf(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT <= rt, response) of two diffusions in sequence; ``rt`` may be infinite."""
    stages = _chosen(observed, theta)
    first, second = _log_passage(stages, stages.first), _log_passed(stages, stages.second)
    drift2 = stages.first**2
    slow = 0.5 * (np.pi / stages.distance) ** 2
    value = log_add_exp(
        _half(stages, first, second, drift2, slow + 0.5 * drift2),
        _half(stages, second, first, -drift2, _rate(-drift2)),
    )
    return masked(stages.valid & stages.started, pt.cast(value, stages.tau.dtype))


def two_stages_log_survival(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT > rt) of two diffusions in sequence, any response; 0 while rt <= t."""
    lower, upper = (
        _stages(observed, theta, pt.constant(np.array(up)), pt.constant(np.array(False))) for up in (False, True)
    )
    in_first = log_stay(lower.tau / lower.distance**2, lower.first * lower.distance, 0.5, 0.5)
    value = pt.switch(lower.started, log_add_exp(in_first, _in_second(lower), _in_second(upper)), 0.0)
    return masked(lower.valid & pt.lt(lower.tau, FOREVER), pt.cast(value, lower.tau.dtype))


def _in_second(stages: _Stages) -> TensorVariable:
    """Log probability that the first stage ended where it did, and the second is under way."""
    first, second = _log_passage(stages, stages.first), _log_under_way(stages, stages.second)
    excess = stages.first**2 - stages.second**2
    early = _half(stages, first, second, excess, _rate(excess))
    # The second stage has only just begun: nobody has left it, down to no time at all.
    middle = 0.5 * stages.tau
    start = pt.minimum(middle, stages.nearest2 / 90.0)
    x, weights = unit_rule(_N_SHORT)
    nodes = last_axis(start) * x
    begun = log_sum_over(first(last_axis(stages.tau) - nodes) + second(nodes) + np.log(weights)) + safe_log(start)
    nodes, log_weights = log_panel(start, middle, _N_NODES)
    later = log_sum_over(first(last_axis(stages.tau) - nodes) + second(nodes) + log_weights)
    return log_add_exp(early, begun, later + safe_log(middle - start))


DDM_SEQ2_NO_BIAS = Density(
    log_density=two_stages_log_density, log_cdf=two_stages_log_cdf, log_survival=two_stages_log_survival
)
