"""The recipe of ``ornstein``: known are what a mean drift would give and how late paths decline.

Coordinates are those of ``two_bounds.py``.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from hssm.networks.recipe import Columns, Recipe, as_is, column, soft
from hssm.networks.two_bounds import hit, passage

_X, _W = (part.astype(np.float32) for part in np.polynomial.legendre.leggauss(12))
_NODES, _WEIGHTS = 0.5 * (1.0 + _X)[None, :], (0.5 * _W)[None, :]
"""Gauss-Legendre rule on (0, 1)."""

_LATE = 0.5 * math.pi**2


def integral(values: Columns) -> Columns:
    """Mean over the nodes of the rule, (n, 12) -> (n, 1)."""
    return jnp.sum(values * _WEIGHTS, axis=1, keepdims=True)


_ORNSTEIN = ("v", "a", "z", "g", "t")


def _slowest_rate(pull: Columns, leak: Columns) -> Columns:
    """Rayleigh's bound of the slowest decline between bounds at 0 and 1 with drift pull - leak (x - 1/2).

    Between a wave without leak and the Gaussian that a strong leak, of either sign, makes of it.
    """
    x = _NODES - 0.5
    drift = pull - leak * x
    size = jnp.abs(leak)
    narrow, aside = leak * leak / (size + 10.0), pull * leak / (size + 10.0)
    log_weight = 2.0 * (aside * x - 0.5 * narrow * x * x)
    weight = jnp.exp(log_weight - jnp.max(log_weight, axis=1, keepdims=True))
    wave, slope = np.sin(np.pi * _NODES).astype(np.float32), (np.pi * np.cos(np.pi * _NODES)).astype(np.float32)
    slope = slope + wave * (aside - narrow * x)
    energy = 0.5 * slope * slope + 0.5 * (drift * drift - leak) * wave * wave
    return integral(energy * weight) / integral(wave * wave * weight)


def _ornstein(rows: Columns) -> tuple[Columns, Columns]:
    """Early: drift along the straight way to the bound. Late: the slowest decline."""
    tau, lost, distance, w, drift = hit(rows, _ORNSTEIN)
    area = distance * distance
    u, pull, leak = tau / area, drift * distance, column(rows, 3) * area
    features, known = passage(u, w)
    # Distance from the bound that is hit, x in (0, 1): drift pull - leak (x - 1/2).
    ends = -pull * w - 0.5 * leak * (0.25 - (w - 0.5) * (w - 0.5))
    at_start, at_bound = pull - leak * (w - 0.5), pull + 0.5 * leak
    along = (at_start * at_start + at_start * at_bound + at_bound * at_bound) / 3.0
    early, rate = 0.5 * (leak - along) * u, _slowest_rate(pull, leak)
    late = (_LATE - rate) * u
    share = 1.0 / (1.0 + 10.0 * u)
    known = known + ends + share * early + (1.0 - share) * late - 2.0 * jnp.log(distance)
    steep = jnp.sqrt(1.0 + leak * leak)
    own = [
        leak / 36.0,
        soft(0.25 * leak),
        pull / 12.0,
        soft(0.5 * pull),
        0.1 * jnp.log(u),
        u / (0.1 + u),
        jnp.minimum(u, 4.0),
        soft(0.2 * rate),
        jnp.log(1.0 + steep * u),
        soft(steep * u),
        soft(leak * u),
        soft(pull * u),
        soft(early),
        soft(late),
        soft(ends),
    ]
    return jnp.concatenate([features, *own], axis=1), known + lost


MOVING: dict[str, Recipe] = {
    "ornstein": Recipe(inputs=(*_ORNSTEIN, "rt", "response"), split=_ornstein, finish=as_is),
}
