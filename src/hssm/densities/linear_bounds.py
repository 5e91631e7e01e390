"""Diffusion between two bounds that move linearly, +-(a - tan(theta) tau): density of ``angle``.

Elementwise PyTensor algebra around the special function of ``wiener.py``. With beta = 1 - tan(theta) tau / a for the
share that is left of the bounds' distance, X / beta is driftless Brownian motion between fixed bounds at time
tau / beta, up to a Gaussian factor: Anderson (1960), https://doi.org/10.1214/aoms/1177705996. Negative angles, bounds
that move apart, need no case of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import masked
from hssm.densities.path import Path, responded
from hssm.densities.special.first_passage import ell
from hssm.densities.special.logarithms import safe_log
from hssm.densities.special.tangent import tangent
from hssm.spec import Density, Named


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


ANGLE = Density(log_density=angle_log_density)
