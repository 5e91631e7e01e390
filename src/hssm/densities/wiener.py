"""Diffusion between two constant bounds: densities of ``ddm`` and ``ddm_sdv``.

Elementwise PyTensor algebra around one special function, ``special.first_passage.ell``. Columns and parameters come by
name and broadcast. Notation: A = 2a is the distance between the bounds, tau = rt - t the
decision time, (w, nu) = (z, v) for a lower and (1 - z, -v) for an upper response, so that every response
is one at the lower bound. Ratcliff (1978), https://doi.org/10.1037/0033-295X.85.2.59; Tuerlinckx (2004),
https://doi.org/10.3758/BF03206552 for the drift integrated out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import finite_or, masked
from hssm.densities.path import Path, path_to, responded
from hssm.densities.special.exit_time import log_exit, log_stay
from hssm.densities.special.first_passage import ell
from hssm.densities.special.held import held
from hssm.densities.special.logarithms import safe_log
from hssm.spec import Density, Named

_N_DRIFTS = 161
_REACH = 8.5
"""Drifts per integral over drift variability, and how many standard deviations they cover: the trapezoid rule converges
exponentially here; for sv up to 3 both probabilities and the survivor add to 1, slopes equal densities, to 1e-11."""


def ddm_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of response time and response of the diffusion model.

    Parameters
    ----------
    observed
        ``rt`` in seconds and ``response``, -1 (lower) or +1 (upper bound).
    theta
        ``v`` drift, ``a`` half the distance between the bounds, ``z`` relative start in (0, 1),
        ``t`` non-decision time in seconds.

    Returns
    -------
    TensorVariable
        -inf outside the domain, with zero gradient.
    """
    path = responded(observed, theta)
    travel = path.drift * path.distance * path.w + 0.5 * path.drift * path.drift * path.tau
    return masked(path.inside, ell(path.u, path.w, path.wc) - travel - 2.0 * safe_log(path.distance))


def ddm_sdv_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of the diffusion model whose drift varies between trials, N(v, sv^2).

    As :func:`ddm_log_density`, with ``sv`` >= 0 in ``theta``.
    """
    path = responded(observed, theta)
    sv = pt.as_tensor_variable(theta["sv"])
    variance = sv * sv
    spread = 1.0 + variance * path.tau
    length = path.distance * path.w
    exponent = variance * length * length - 2.0 * path.drift * length - path.drift * path.drift * path.tau
    value = ell(path.u, path.w, path.wc) + 0.5 * (exponent / spread - safe_log(spread)) - 2.0 * safe_log(path.distance)
    return masked(path.inside & pt.ge(sv, 0), value)


def ddm_log_cdf(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT <= rt, response) of the diffusion model; ``rt`` may be infinite (log choice probability)."""
    path = responded(observed, theta)
    value = log_exit(path.u, path.drift * path.distance, path.w, path.wc)
    return masked(path.valid & path.started, value)


def ddm_log_survival(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT > rt) of the diffusion model, any response; 0 while rt <= t."""
    path = path_to(observed, theta, pt.constant(np.array(False)))
    value = log_stay(path.u, path.drift * path.distance, path.w, path.wc)
    return _survival(path, path.valid, value)


def _survival(path: Path, valid: TensorVariable, value: TensorVariable) -> TensorVariable:
    return masked(valid & path.finite, pt.switch(path.started, value, 0.0))


def _over_drifts(path: Path, sv: TensorVariable, log_probability: Any, is_flat: bool) -> TensorVariable:
    """Log of the average of a probability over drifts N(drift, sv^2): a trapezoid rule in asinh(drift).

    In its tails the probability falls off as exp(m d - m^2 u / 2) with d = -w or d = wc, which moves the drifts
    that matter. ``is_flat`` says that it is one of leaving, which tends to 1 for drifts towards the bound and falls off
    no faster than exp(-2 m w) for others, so that the bulk of the drifts has to be covered too; the first ones then
    matter to derivatives only. Where they are far from the bulk, half of the nodes go to either. No gradient flows
    through the place of the nodes.
    """
    wide = [pt.expand_dims(x, -1) for x in pt.broadcast_arrays(path.u, path.distance, path.drift, path.w, path.wc, sv)]
    u, distance, drift, w, wc, sv = wide
    sigma, mean = sv * distance, drift * distance
    spread = 1.0 + sigma * sigma * u
    reach = _REACH / pt.sqrt(spread)
    low = -sigma * (w + mean * u) / spread - reach
    high = sigma * ((-w if is_flat else wc) - mean * u) / spread + reach
    unit, scale = pt.maximum(sigma, 1e-3), 2.0 + 0.3 / pt.sqrt(u)

    def panel(low: Any, high: Any, n: int) -> tuple[Any, Any]:
        first, last = (pt.arcsinh((mean + unit * end) / scale) for end in (low, high))
        return first, (last - first) / (n - 1)

    number = np.arange(_N_DRIFTS)
    if is_flat:
        half, bulk_low = _N_DRIFTS // 2, -2.0 * w * sigma - _REACH
        start, step = panel(pt.minimum(low, -_REACH), pt.maximum(high, _REACH), _N_DRIFTS)
        bulk_start, bulk_step = panel(bulk_low, _REACH, half)
        far_start, far_step = panel(low, high, _N_DRIFTS - half)
        is_apart = ((high < bulk_low) | (low > _REACH)) & (bulk_step < step)
        is_far = number >= half
        angle = pt.switch(is_far, far_start + far_step * (number - half), bulk_start + bulk_step * number)
        angle = pt.switch(is_apart, angle, start + step * number)
        step = pt.switch(is_apart, pt.switch(is_far, far_step, bulk_step), step)
    else:
        start, step = panel(low, high, _N_DRIFTS)
        angle = start + step * number
    nodes = held((scale * pt.sinh(angle) - mean) / unit)
    log_weights = held(pt.log(scale * pt.cosh(angle) * step / unit) - 0.5 * (nodes * nodes + np.log(2.0 * np.pi)))
    total = _log_sum(log_probability(u, mean + sigma * nodes, w, wc) + log_weights)
    return pt.cast(total, path.u.dtype)


def _log_sum(terms: TensorVariable) -> TensorVariable:
    """Log of the sum of exp(terms) over the last axis; -inf with zero gradient where all are."""
    top = held(finite_or(pt.max(terms, axis=-1)))
    return top + safe_log(pt.sum(pt.exp(terms - pt.expand_dims(top, -1)), axis=-1))


def ddm_sdv_log_cdf(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT <= rt, response) of the diffusion model with drift variability; ``rt`` may be infinite."""
    path = responded(observed, theta)
    sv, valid = _variability(path, theta)
    return masked(valid & path.started, _over_drifts(path, sv, log_exit, is_flat=True))


def ddm_sdv_log_survival(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT > rt) of the diffusion model with drift variability, any response; 0 while rt <= t."""
    path = path_to(observed, theta, pt.constant(np.array(False)))
    sv, valid = _variability(path, theta)
    return _survival(path, valid, _over_drifts(path, sv, log_stay, is_flat=False))


def _variability(path: Path, theta: Named) -> tuple[TensorVariable, TensorVariable]:
    sv = pt.as_tensor_variable(theta["sv"])
    return pt.maximum(sv, 0.0), path.valid & pt.ge(sv, 0)


DDM = Density(log_density=ddm_log_density, log_cdf=ddm_log_cdf, log_survival=ddm_log_survival)
DDM_SDV = Density(log_density=ddm_sdv_log_density, log_cdf=ddm_sdv_log_cdf, log_survival=ddm_sdv_log_survival)
