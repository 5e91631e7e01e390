"""Diffusion between two bounds that move linearly, +-(a - tan(theta) tau): density of ``angle``.

Elementwise PyTensor algebra around the special function of ``wiener.py``. With beta = 1 - tan(theta) tau / a for the
share that is left of the bounds' distance, X / beta is driftless Brownian motion between fixed bounds at time
tau / beta, up to a Gaussian factor: Anderson (1960), https://doi.org/10.1214/aoms/1177705996. Negative angles, bounds
that move apart, need no case of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import finite_or, log_add_exp, masked
from hssm.densities.path import Path, path_to, responded
from hssm.densities.quadrature import REACH, last_axis, log_sum_over, unit_rule
from hssm.densities.special.first_passage import NARROWEST, ell
from hssm.densities.special.gaussian import log_ndtr
from hssm.densities.special.held import held
from hssm.densities.special.logarithms import safe_log
from hssm.densities.special.tangent import tangent
from hssm.spec import Density, Named

_LATEST = 8.0
"""Time, in units of the squared distance of fixed bounds, after which less than exp(-39) of the paths are left."""

_N_IMAGES, _N_PLACES = 26, 48
_KERNEL_SWITCH = 0.4
_LOG_TWO, _HALF_LOG_2PI = math.log(2.0), 0.5 * math.log(2.0 * math.pi)
_SIGNS = np.tile([1.0, -1.0], _N_IMAGES // 2)
"""Images are at the distances w, 1 + wc, 2 + w, 3 + wc, ... from the bound, with alternating signs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Collapse:
    """How far the bounds have moved: ``slope`` tan(theta), ``left`` the share of the initial distance, > 0."""

    valid: TensorVariable
    apart: TensorVariable
    slope: TensorVariable
    left: TensorVariable


def _collapse(path: Path, theta: Named) -> _Collapse:
    angle = pt.as_tensor_variable(theta["theta"])
    slope = tangent(angle)
    left = 1.0 - 2.0 * slope * path.tau / path.distance
    apart = pt.gt(left, 0.0)
    return _Collapse(
        valid=path.valid & pt.gt(angle, -0.5 * math.pi) & pt.lt(angle, 0.5 * math.pi),
        apart=apart,
        slope=slope,
        left=pt.switch(apart, left, 1.0),
    )


def angle_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of response time and response between linearly moving bounds.

    Parameters
    ----------
    observed
        ``rt`` in seconds and ``response``, -1 (lower) or +1 (upper bound).
    theta
        ``v`` drift, ``a`` half the initial distance between the bounds, ``z`` relative start in (0, 1), ``t``
        non-decision time in seconds, ``theta`` the angle in (-pi/2, pi/2) by which the bounds close in, in radians.

    Returns
    -------
    TensorVariable
        -inf outside the domain and once the bounds have met, with zero gradient.
    """
    path = responded(observed, theta)
    collapse = _collapse(path, theta)
    approach = path.drift - collapse.slope
    tilt = path.distance * path.w * (collapse.slope * path.wc - path.drift) - 0.5 * approach * approach * path.tau
    value = ell(path.u / collapse.left, path.w, path.wc) + tilt - 2.0 * safe_log(path.distance)
    inside = collapse.valid & collapse.apart & path.started & path.finite
    return masked(inside, value - 1.5 * safe_log(collapse.left))


def angle_log_cdf(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT <= rt, response) between linearly moving bounds; ``rt`` may be infinite.

    Every image of the start integrates to two normal tails; the images alternate in sign and add up to a number of the
    size of the first, unless the start all but touches the other bound: digits are lost as 1 / (distance from it).
    """
    path = responded(observed, theta)
    collapse = _collapse(path, theta)
    time = path.tau / path.distance**2
    collapsing = 2.0 * collapse.slope * path.distance
    # Nothing is left to come once the fixed bounds' clock shows _LATEST; past a collapse it stands still.
    late = ~collapse.apart | pt.gt(time, _LATEST * collapse.left)
    end = pt.switch(late, 1.0 + _LATEST * collapsing, 1.0)
    time = pt.switch(late, _LATEST / end, time)
    speed = last_axis(pt.abs(path.drift - collapse.slope) * path.distance)
    y = np.arange(float(_N_IMAGES)) + pt.switch(_SIGNS > 0.0, last_axis(path.w), last_axis(path.wc))
    root, drifted = pt.sqrt(last_axis(time)), speed * last_axis(time)
    tails = log_add_exp(
        log_ndtr((drifted - y) / root) - y * speed,
        log_ndtr(-(drifted + y) / root) + y * speed,
    )
    terms = tails + 0.5 * last_axis(collapsing) * y * y
    top = held(finite_or(pt.max(terms, axis=-1)))
    total = safe_log(pt.sum(_SIGNS * pt.exp(terms - last_axis(top)), axis=-1)) + top
    tilt = path.w * (0.5 * collapsing * path.wc - path.drift * path.distance)
    return masked(collapse.valid & path.started, pt.cast(total + tilt, path.tau.dtype))


def angle_log_survival(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT > rt) between linearly moving bounds, any response; 0 while rt <= t, -inf once the bounds have met.

    The integral of the density of the paths that are still between the bounds, a sum of positive terms.
    """
    path = path_to(observed, theta, pt.constant(np.array(False)))
    collapse = _collapse(path, theta)
    left = collapse.left
    time = path.tau / path.distance**2
    centre = 0.5 + (path.drift * path.distance * time + path.w - 0.5) / left
    spread = pt.sqrt(time) / left
    places, offsets, log_weights = _places(centre, spread)
    free = -0.5 * (offsets / last_axis(spread)) ** 2 - last_axis(safe_log(spread))
    value = log_sum_over(free + _log_share(time / left, path, places) + log_weights) - _HALF_LOG_2PI
    inside = collapse.valid & pt.gt(path.w, NARROWEST) & pt.gt(path.wc, NARROWEST)
    inside = inside & (path.finite | pt.lt(collapse.slope, 0.0)) & (collapse.apart | ~path.started)
    return masked(inside, pt.cast(pt.switch(path.started, value, 0.0), path.tau.dtype))


def _places(centre: TensorVariable, spread: TensorVariable) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    """Places between the fixed bounds 0 and 1 where paths around ``centre`` may be: fixed nodes and log weights.

    The offsets from the centre, which are kept to full precision, move with it.
    """
    nearest = pt.clip(centre, 0.0, 1.0)
    reach = pt.sqrt((nearest - centre) ** 2 + REACH * spread**2)
    low, high = pt.maximum(-reach, -centre), pt.minimum(reach, 1.0 - centre)
    x, weights = unit_rule(_N_PLACES)
    fixed = held(centre)
    offsets = held(last_axis(low) + last_axis(high - low) * x)
    log_weights = held(last_axis(safe_log(high - low)) + np.log(weights))
    return last_axis(fixed) + offsets, offsets - last_axis(centre - fixed), log_weights


def _log_share(u: TensorVariable, path: Path, nodes: TensorVariable) -> TensorVariable:
    """Log share of free Brownian paths, from w to ``nodes`` in time ``u``, that stay between 0 and 1."""
    mirrored = pt.gt(path.w, path.wc)
    w = last_axis(pt.maximum(pt.switch(mirrored, path.wc, path.w), NARROWEST))
    x = pt.switch(last_axis(mirrored), 1.0 - nodes, nodes)
    u = last_axis(u)
    short, long = pt.minimum(u, _KERNEL_SWITCH), pt.maximum(u, _KERNEL_SWITCH)
    images = 0.0
    for k in (0.0, 2.0, 4.0):
        # Every image with its reflection at the nearer bound, so that nothing cancels as the start nears it.
        for place, sign in ((k + x, 1.0), (k + 2.0 - x, -1.0)):
            weight = pt.exp(-0.5 * (place - x) * (place + x - 2.0 * w) / short)
            images = images - sign * weight * pt.expm1(-2.0 * place * w / short)
    waves = 0.0
    for n in range(1, 6):
        decay = pt.exp(-0.5 * (n * n - 1) * np.pi**2 * long)
        waves = waves + decay * pt.sin(n * np.pi * w) * pt.sin(n * np.pi * x)
    late = safe_log(waves) + 0.5 * ((x - w) ** 2 / long - np.pi**2 * long + pt.log(long)) + _LOG_TWO + _HALF_LOG_2PI
    return pt.switch(pt.lt(u, _KERNEL_SWITCH), safe_log(images), late)


ANGLE = Density(log_density=angle_log_density, log_cdf=angle_log_cdf, log_survival=angle_log_survival)
