"""Recipes for diffusions whose bounds or drift change: ``weibull``, ``gamma_drift``.

Known are the exact factor of a constant drift, what a linear bound or a mean drift would give, and how late paths
decline; coordinates are those of ``two_bounds.py``.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from hssm.networks.recipe import Columns, Recipe, as_is, column
from hssm.networks.two_bounds import hit, passage

_X, _W = (part.astype(np.float32) for part in np.polynomial.legendre.leggauss(12))
_NODES, _WEIGHTS = 0.5 * (1.0 + _X)[None, :], (0.5 * _W)[None, :]
"""Gauss-Legendre rule on (0, 1)."""

_LATE = 0.5 * math.pi**2
_LONGEST_CLOCK = 40.0
_LOWEST_SHARE = 1e-3
_DOWN = 6.0


def soft(x: Columns) -> Columns:
    """Bounded by 1, linear around 0."""
    return x / (1.0 + jnp.abs(x))


def integral(values: Columns) -> Columns:
    """Mean over the nodes of the rule, (n, 12) -> (n, 1)."""
    return jnp.sum(values * _WEIGHTS, axis=1, keepdims=True)


def collapse(alpha: Columns, beta: Columns, tau: Columns) -> Columns:
    """How far Weibull bounds are down: minus the logarithm of their share of the distance."""
    return jnp.exp(jnp.minimum(alpha * (jnp.log(tau) - jnp.log(beta)), 3.0))


def weibull_clock(alpha: Columns, beta: Columns, tau: Columns) -> Columns:
    """Integral of 1 / share^2 over time: nodes crowd at the end, where bounds are closest."""
    rest = 1.0 - _NODES
    times = tau * (1.0 - rest * rest)
    return tau * integral(2.0 * rest * jnp.exp(jnp.minimum(2.0 * collapse(alpha, beta, times), 2.0 * _DOWN)))


_VAZT = ("v", "a", "z", "t")
_WEIBULL = (*_VAZT, "alpha", "beta")


def _weibull(rows: Columns) -> tuple[Columns, Columns]:
    """A linear bound through the same start and end, and the true clock late."""
    tau, lost, distance, w, drift = hit(rows, _WEIBULL)
    alpha, beta, area = column(rows, 4), column(rows, 5), distance * distance
    down = collapse(alpha, beta, tau)
    left = jnp.maximum(jnp.exp(-down), _LOWEST_SHARE)
    slope = 0.5 * distance * (1.0 - left) / tau
    chord = jnp.minimum(tau / (area * left), _LONGEST_CLOCK)
    clock = jnp.minimum(weibull_clock(alpha, beta, tau) / area, _LONGEST_CLOCK)
    features, known = passage(chord, w)
    approach = drift - slope
    tilt = distance * w * (slope * (1.0 - w) - drift) - 0.5 * approach * approach * tau
    known = known + tilt - 2.0 * jnp.log(distance) - 1.5 * jnp.log(left) - _LATE * (clock - chord)
    sweep = 0.25 * alpha * down * area * left * left / tau
    closing = 0.5 * slope * distance * left
    own = [
        jnp.log(1.0 + 4.0 * clock),
        jnp.exp(-clock),
        jnp.exp(-8.0 * clock),
        soft(down),
        left,
        0.2 * alpha,
        0.2 * jnp.log(beta / area),
        0.1 * jnp.log(tau / area),
        jnp.log(1.0 + sweep),
        soft(sweep),
        soft(closing),
        soft(slope * distance * w * (1.0 - w)),
        soft(_LATE * (clock - chord)),
    ]
    return jnp.concatenate([features, *own], axis=1), known + lost


_GAMMA = (*_VAZT, "shape", "scale", "c")


def _gamma_drift(rows: Columns) -> tuple[Columns, Columns]:
    """As if the drift had been constant at its mean until now."""
    tau, lost, distance, w, drift = hit(rows, _GAMMA)
    power, scale = column(rows, 4) - 1.0, column(rows, 5)
    height = -column(rows, 8) * column(rows, 6)
    area, peak = distance * distance, power * scale
    end = jnp.minimum(tau, peak + 8.0 * scale * jnp.sqrt(power + 1.0))

    def pulse(time: Columns) -> Columns:
        ratio = time / peak
        return jnp.exp(power * (jnp.log(ratio) + 1.0 - ratio))

    pushed = height * end * integral(pulse(end * _NODES))
    mean = drift + pushed / tau
    u = tau / area
    features, known = passage(u, w)
    known = known - mean * distance * w - 0.5 * mean * mean * tau - 2.0 * jnp.log(distance)
    now = height * pulse(tau) * distance
    own = [
        drift * distance / 18.0,
        soft(0.3 * drift * distance),
        height * distance / 18.0,
        soft(0.3 * now),
        pushed / distance,
        soft(pushed / distance),
        tau / (tau + peak),
        0.2 * jnp.log(peak / area),
        0.2 * jnp.log(tau / peak),
        0.1 * power,
        0.1 * jnp.log(u),
        u / (0.1 + u),
        soft(0.3 * mean * distance),
        soft((w + mean * tau / distance) / jnp.sqrt(u)),
    ]
    return jnp.concatenate([features, *own], axis=1), known + lost


MOVING: dict[str, Recipe] = {
    "weibull": Recipe(inputs=(*_WEIBULL, "rt", "response"), split=_weibull, finish=as_is),
    "gamma_drift": Recipe(inputs=(*_GAMMA, "rt", "response"), split=_gamma_drift, finish=as_is),
}
