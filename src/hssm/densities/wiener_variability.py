"""Diffusion whose drift, starting point and non-decision time vary between trials: densities of ``full_ddm``.

The drift is integrated out in closed form (``ddm_sdv``); start, uniform in z +- sz/2, and non-decision time, uniform in
t +- st/2, by Gauss-Legendre rules over the parts of their intervals that can matter: the log density falls off
like -(x + v tau)^2 / (2 tau (1 + sv^2 tau)) with the distance x from the start to the bound. Decision times are
equally dense in their logarithm, which suits the sudden rise near tau = 0. Ratcliff & Tuerlinckx (2002),
https://doi.org/10.3758/BF03196302.

This is the log density as one expression. On numba it comes from ``variability_op.py``, which gives each trial as many
nodes as it needs; its integrals are in ``variability_distribution.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import masked
from hssm.densities.path import FOREVER, NARROWEST_BOUNDS
from hssm.densities.quadrature import REACH, earliest, last_axis, log_panel, log_sum_over, unit_rule
from hssm.densities.special.first_passage import ell
from hssm.densities.special.held import held
from hssm.densities.special.logarithms import safe_log
from hssm.spec import Named

PARAMETERS = ("v", "a", "z", "t", "sz", "sv", "st")
_HARMLESS = {"v": 0.0, "a": 1.0, "z": 0.5, "t": 0.0, "sz": 0.0, "sv": 0.0, "st": 0.0}
N_TIMES, _N_STARTS = 32, 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A response seen from the bound that was hit; harmless numbers where the trial is outside the domain."""

    valid: TensorVariable
    upper: TensorVariable
    tau: TensorVariable
    drift: TensorVariable
    distance: TensorVariable
    w: TensorVariable
    wc: TensorVariable
    sz: TensorVariable
    sv: TensorVariable
    st: TensorVariable

    @property
    def nearest(self) -> TensorVariable:
        """Smallest distance from a start to the bound."""
        return self.distance * pt.maximum(self.w - 0.5 * self.sz, 0.0)


def oriented(observed: Named, theta: Named, upper: TensorVariable, narrowest_st: float = 0.0) -> Trial:
    """A trial seen from the upper or the lower bound; ``st`` counts as ``narrowest_st`` at least."""
    v, a, z, t, sz, sv, st = (pt.as_tensor_variable(theta[name]) for name in PARAMETERS)
    valid = pt.gt(a, NARROWEST_BOUNDS) & pt.gt(z, 0) & pt.lt(z, 1) & pt.ge(t, 0) & pt.ge(sv, 0)
    valid = valid & pt.ge(sz, 0) & pt.le(sz, 2.0 * pt.minimum(z, 1.0 - z)) & pt.ge(st, 0) & pt.le(st, 2.0 * t)
    safe = {name: pt.switch(valid, theta[name], value) for name, value in _HARMLESS.items()}
    z = safe["z"]
    return Trial(
        valid=valid,
        upper=upper,
        tau=pt.switch(valid, pt.minimum(observed["rt"] - t, FOREVER), 1.0),
        drift=pt.switch(upper, -safe["v"], safe["v"]),
        distance=2.0 * safe["a"],
        w=pt.switch(upper, 1.0 - z, z),
        wc=pt.switch(upper, z, 1.0 - z),
        sz=safe["sz"],
        sv=safe["sv"],
        st=pt.maximum(safe["st"], narrowest_st),
    )


def soonest(longest: TensorVariable, trial: Trial) -> TensorVariable:
    """Decision time before which nothing matters compared to the rest up to ``longest``."""
    return earliest(longest, trial.nearest**2, trial.drift**2, trial.sv**2)


def _starts(time: TensorVariable, trial: Trial) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    """Nodes w and 1 - w over the starts for times (..., n), and their log weights, (..., n, n_starts)."""
    w, sz = last_axis(trial.w), last_axis(trial.sz)
    variance = time * (1.0 + last_axis(trial.sv) ** 2 * time) / last_axis(trial.distance) ** 2
    centre = -last_axis(trial.drift) * time / last_axis(trial.distance) - w
    nearest = pt.clip(centre, -0.5 * sz, 0.5 * sz)
    # Starts matter up to so far from the nearest one; far from all of them that is a small difference of large numbers.
    away, nearest = pt.abs(nearest - centre), held(nearest)
    reach = held(REACH * variance / (away + pt.sqrt(away**2 + REACH * variance)))
    below, above = nearest + 0.5 * sz, 0.5 * sz - nearest
    cut_first, cut_last = pt.lt(reach, below), pt.lt(reach, above)
    left, right = pt.switch(cut_first, reach, below), pt.switch(cut_last, reach, above)
    share = pt.switch(cut_first | cut_last, safe_log(left + right) - safe_log(sz), 0.0)
    y, weights = unit_rule(_N_STARTS)
    offset = last_axis(nearest - left) + last_axis(left + right) * y
    wc = last_axis(last_axis(trial.wc))
    return last_axis(w) + offset, wc - offset, last_axis(share) + np.log(weights)


def _log_density_at(time: TensorVariable, trial: Trial) -> TensorVariable:
    """Log density at decision times (..., n), averaged over drifts and starts."""
    w, wc, log_weights = _starts(time, trial)
    t = last_axis(time)
    distance, drift, sv = (last_axis(last_axis(x)) for x in (trial.distance, trial.drift, trial.sv))
    spread, length = 1.0 + sv * sv * t, distance * w
    exponent = sv * sv * length * length - 2.0 * drift * length - drift * drift * t
    value = ell(t / (distance * distance), w, wc) + 0.5 * (exponent / spread - safe_log(spread))
    return log_sum_over(value - 2.0 * safe_log(distance) + log_weights)


def spread_times(trial: Trial) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    """Shortest and longest decision time that the spread of the non-decision time allows, and whether there is any."""
    late = trial.tau + 0.5 * trial.st
    started = pt.gt(late, 0.0)
    late = pt.switch(started, late, 1.0)
    early = pt.switch(started, trial.tau - 0.5 * trial.st, 1.0)
    return early, late, started


def log_density_graph(observed: Named, theta: Named, n_times: int = N_TIMES) -> TensorVariable:
    """Log density as one expression with a fixed number of nodes: for JAX and for second derivatives.

    One node in time is enough where ``st`` is 0.
    """
    trial = oriented(observed, theta, pt.gt(observed["response"], 0))
    early, late, started = spread_times(trial)
    cut = soonest(late, trial)
    truncated = pt.gt(cut, early) & pt.gt(trial.st, 0.0)
    first = pt.switch(truncated, cut, early)
    times, log_weights = log_panel(first, late, n_times)
    share = pt.switch(truncated, safe_log(late - first) - safe_log(trial.st), 0.0)
    value = share + log_sum_over(_log_density_at(times, trial) + log_weights)
    return masked(trial.valid & started & pt.lt(trial.tau, FOREVER), pt.cast(value, trial.tau.dtype))
