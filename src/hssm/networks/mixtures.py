"""Recipes for sums and averages of diffusions: two stages in ``ddm_seq2_no_bias``, varying starts in ``full_ddm``."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from hssm.networks.recipe import SOONEST, Columns, Recipe, as_is, column, decision_time
from hssm.networks.two_bounds import passage

_SEQUENCE = ("vh", "vl1", "vl2", "a", "t")


def _log_sinhc(x: Columns) -> Columns:
    """Log of sinh(x) / x for x >= 0, bounded at 0."""
    size = jnp.sqrt(x * x + 1e-4)
    return size + jnp.log((1.0 - jnp.exp(-2.0 * size)) / (2.0 * size))


def _two_stages(rows: Columns) -> tuple[Columns, Columns]:
    """Choices by both drifts, and the sum of two exits from the middle, which depends on two numbers only.

    With u the time over the squared distance of the bounds and x the difference of the squared drifts over 4 in that
    unit, what is left of the drifts is exp(-x (u1 - u2)) in the convolution of two driftless exits.
    """
    vh, vl1, vl2, a, t = (column(rows, place) for place in range(5))
    tau, lost = decision_time(column(rows, 5) - t)
    response = column(rows, 6)
    first = jnp.minimum(jnp.maximum(response - 1.0, 0.0), 1.0)
    second = response - 2.0 * first
    vl = vl1 + first * (vl2 - vl1)
    distance = 2.0 * a
    area = distance * distance
    u = tau / area
    ends = a * ((2.0 * first - 1.0) * vh + (2.0 * second - 1.0) * vl) - 0.25 * (vh * vh + vl * vl) * tau
    x = 0.25 * jnp.abs(vh * vh - vl * vl) * area
    features, known = passage(u, 1.0 + 0.0 * u)
    spread = _log_sinhc(x * u) * u / (0.2 + u)
    own = [jnp.log(1.0 + x), x / (1.0 + x), 0.01 * x, jnp.log(1.0 + x * u), x * u / (1.0 + x * u), 0.1 * jnp.log(u)]
    own += [u / (0.1 + u), 0.2 * jnp.minimum(u, 6.0), jnp.exp(-1.0 / u), 0.1 * spread]
    known = known + ends + spread + jnp.log(1.0 + u) - 2.0 * jnp.log(distance)
    return jnp.concatenate([features[:, 2:], *own], axis=1), known + lost


_FULL = ("v", "a", "z", "t", "sz", "sv", "st")
N_TIMES, N_STARTS = 6, 4


def _rule(n: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (0.5 * (1.0 + nodes))[None, :].astype(np.float32), 0.5 * weights.astype(np.float32)


_OF_TIMES, _TIME_WEIGHTS = _rule(N_TIMES)
_OF_STARTS, _START_WEIGHTS = _rule(N_STARTS)
_LOG_WEIGHTS = np.log(np.outer(_TIME_WEIGHTS, _START_WEIGHTS).reshape(1, -1))
_EACH_TIME = np.kron(np.eye(N_TIMES, dtype=np.float32), np.ones((1, N_STARTS), dtype=np.float32))
_EACH_START = np.kron(np.ones((1, N_TIMES), dtype=np.float32), np.eye(N_STARTS, dtype=np.float32))


def _full_ddm(rows: Columns) -> tuple[Columns, Columns]:
    """The known part of ``ddm_sdv``, averaged over nodes of start and of non-decision time."""
    v, a, z, t, sz, sv, st = (column(rows, place) for place in range(7))
    response = column(rows, 8)
    since = column(rows, 7) - t
    last, lost = decision_time(since + 0.5 * st)
    soonest = jnp.maximum(since - 0.5 * st, 0.5 * SOONEST)
    begun = (last - soonest + 1e-5) / (st + 1e-5)
    distance, drift = 2.0 * a, -response * v
    w = z + 0.5 * (1.0 + response) * (1.0 - 2.0 * z)
    tau = jnp.matmul(soonest + (last - soonest) * _OF_TIMES, _EACH_TIME)
    starts = jnp.matmul(w + sz * (_OF_STARTS - 0.5), _EACH_START)
    area, variance = distance * distance, sv * sv
    u = jnp.minimum(tau / area, 40.0)
    early = 1.5 * (jnp.log(u) - jnp.log(1.0 + 4.0 * u)) + 0.5 * starts * starts / u + 0.5 * math.pi**2 * u
    spread, length = 1.0 + variance * tau, distance * starts
    travel = (variance * length * length - 2.0 * drift * length - drift * drift * tau) / spread
    each = jnp.log(starts) - early + 0.5 * (travel - jnp.log(spread)) + _LOG_WEIGHTS
    top = jnp.max(each, axis=1, keepdims=True)
    known = top + jnp.log(jnp.sum(jnp.exp(each - top), axis=1, keepdims=True)) - 0.5 * math.log(2.0 * math.pi)
    middle = 0.5 * (soonest + last)
    features, _ = passage(middle / area, w)
    width = (last - soonest) / area
    own = [0.1 * jnp.log(middle / area), width, width / (width + middle / area), sz, sz * sz, sv * distance / 5.0]
    own += [drift * distance / 15.0, drift * distance / (2.0 + jnp.abs(drift) * distance), variance * middle]
    own[-1] = own[-1] / (1.0 + own[-1])
    return jnp.concatenate([features, *own], axis=1), known + jnp.log(begun) - 2.0 * jnp.log(distance) + lost


MIXTURES: dict[str, Recipe] = {
    "ddm_seq2_no_bias": Recipe(inputs=(*_SEQUENCE, "rt", "response"), split=_two_stages, finish=as_is),
    "full_ddm": Recipe(inputs=(*_FULL, "rt", "response"), split=_full_ddm, finish=as_is),
}
