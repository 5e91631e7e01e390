"""Recipe for ``levy``: paths leave between the bounds by one jump or, like a diffusion, by creeping.

All is in units of the half distance of the bounds and its power alpha in time, where a response depends on four numbers
only: time, start, drift and alpha. At alpha = 2 the known part is that of the diffusion.
"""

from __future__ import annotations

import math

import jax.numpy as jnp

from hssm.networks.recipe import Columns, Recipe, as_is, column, decision_time, soft
from hssm.networks.two_bounds import passage

_NAMES = ("v", "a", "z", "alpha", "t")
_HALF = math.log(2.0)


def _levy(rows: Columns) -> tuple[Columns, Columns]:
    v, a, z, alpha, t = (column(rows, place) for place in range(5))
    response = column(rows, 6)
    tau, lost = decision_time(column(rows, 5) - t)
    log_a = jnp.log(a)
    s = tau * jnp.exp(-alpha * log_a)
    w = z + 0.5 * (1.0 + response) * (1.0 - 2.0 * z)
    pull = response * v * jnp.exp((alpha - 1.0) * log_a)
    features, creep = passage(0.5 * s, w)
    distance, excess = 2.0 * w, alpha - 1.0
    creep = creep + 0.5 * pull * distance - 0.25 * pull * pull * s - _HALF
    fall = 1.16 + 1.31 * excess + (0.75 - 0.5 * excess) * pull * pull
    coefficient = (2.0 - alpha + 1e-6) * (0.318 + 0.182 * excess)
    jump = jnp.log(coefficient) - alpha * jnp.log(distance) - fall * s
    known = jnp.maximum(creep, jump) + jnp.log(1.0 + jnp.exp(-jnp.abs(creep - jump)))
    log_s = jnp.log(s)
    ahead = (distance - pull * s) * jnp.exp(-log_s / alpha)
    own = [
        excess,
        pull / 9.0,
        soft(pull),
        0.1 * log_s,
        1.0 / (1.0 + jnp.exp(alpha * jnp.log(distance) - log_s)),
        s / (1.0 + s),
        0.1 * jnp.minimum(s, 20.0),
        soft(0.5 * (creep - jump)),
        soft(ahead),
        soft(pull * s),
        soft(fall * s),
    ]
    return jnp.concatenate([features, *own], axis=1), known + lost - alpha * log_a


JUMPS: dict[str, Recipe] = {
    "levy": Recipe(inputs=(*_NAMES, "rt", "response"), split=_levy, finish=as_is, huber=0.003),
}
