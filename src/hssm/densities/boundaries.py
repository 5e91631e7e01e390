"""Boundaries of diffusions as functions of decision time: half the separation, under the names of ssm-simulators.

Taken by the numerical diffusions (``diffusions.py``) and ``hssm.diffusion_model``; they work on numbers and on symbols.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaln


def constant(tau: Any, p: Any) -> Any:
    """A."""
    return p.a


def angle(tau: Any, p: Any) -> Any:
    """A - tau tan(theta)."""
    return p.a - tau * np.tan(p.theta)


def weibull_cdf(tau: Any, p: Any) -> Any:
    """A exp(-(tau / beta)^alpha)."""
    return p.a * np.exp(-((tau / p.beta) ** p.alpha))


def generalized_logistic(tau: Any, p: Any) -> Any:
    """A + 1 - (1 + exp(-B (tau - M)))^(-1 / nu): falls by 1, around M (Richards 1959)."""
    # The power of a logarithm that does not overflow where the fall is far ahead.
    far = p.B * (p.M - tau)
    log = np.maximum(far, 0.0) + np.log1p(np.exp(-np.abs(far)))
    return p.a - np.expm1(-log / p.nu)


def conflict_gamma(tau: Any, p: Any) -> Any:
    """A - tau tan(theta) + scale times the gamma density with shape alphaGamma and scale scaleGamma."""
    units = tau / p.scaleGamma
    density = units ** (p.alphaGamma - 1.0) * np.exp(-units - gammaln(p.alphaGamma)) / p.scaleGamma
    return p.a - tau * np.tan(p.theta) + p.scale * density


def addm_collapse(tau: Any, p: Any) -> Any:
    """A - b tau."""
    return p.a - p.b * tau
