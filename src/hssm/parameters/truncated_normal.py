"""Draws of PyMC's truncated normal in compiled code.

PyTensor has no numba version of them and would fall back to Python with a warning, for every model with a truncated
normal prior. Registered once by :mod:`hssm.parameters.prior`. Rejection sampling after Robert, C. P. (1995),
Simulation of truncated normal variables, Statistics and Computing, 5, 121-125.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pymc.distributions.continuous import TruncatedNormalRV
from pytensor.link.numba.dispatch.basic import numba_njit
from pytensor.link.numba.dispatch.random import numba_core_rv_funcify


def upper_tail(rng: np.random.Generator, lower: float, upper: float) -> float:
    """A standard normal draw in (lower, upper), lower > 0: from a translated exponential with the best rate."""
    rate = (lower + np.sqrt(lower * lower + 4.0)) / 2.0
    while True:
        x = lower + rng.standard_exponential() / rate
        if x <= upper and rng.random() <= np.exp(-((x - rate) ** 2) / 2.0):
            return x


def narrow(rng: np.random.Generator, lower: float, upper: float) -> float:
    """A standard normal draw in a short interval: from the uniform distribution, accepted by relative density."""
    mode = min(max(0.0, lower), upper)
    while True:
        x = lower + (upper - lower) * rng.random()
        if rng.random() <= np.exp((mode * mode - x * x) / 2.0):
            return x


def plain(rng: np.random.Generator, lower: float, upper: float) -> float:
    """A standard normal draw, again until it lies in an interval of much mass."""
    while True:
        x = rng.standard_normal()
        if lower <= x <= upper:
            return x


_upper_tail, _narrow, _plain = numba_njit(upper_tail), numba_njit(narrow), numba_njit(plain)


def register_numba_draws() -> None:
    """Tell PyTensor's numba backend how to draw from PyMC's truncated normal, unless it knows by itself."""
    known = numba_core_rv_funcify.dispatch(TruncatedNormalRV)
    if known is numba_core_rv_funcify.dispatch(object):
        numba_core_rv_funcify.register(TruncatedNormalRV)(numba_truncated_normal)


def numba_truncated_normal(op: Any, node: Any) -> Any:
    """The function that numba compiles for one draw."""

    @numba_njit
    def draw(rng, mu, sigma, lower, upper):  # type: ignore[no-untyped-def]
        low, high = (lower - mu) / sigma, (upper - mu) / sigma
        sign = 1.0
        if high < 0.0:
            low, high, sign = -high, -low, -1.0
        if low > 0.0:
            # The exponential would often overshoot an interval shorter than its own length.
            x = (
                _narrow(rng, low, high)
                if low * (high - low) < 1.0 and high - low < 1.0
                else _upper_tail(rng, low, high)
            )
        elif high - low < 2.0:
            x = _narrow(rng, low, high)
        else:
            x = _plain(rng, low, high)
        return mu + sigma * sign * x

    return draw
