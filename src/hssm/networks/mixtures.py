"""Recipes for sums and averages of diffusions: two stages in ``ddm_seq2_no_bias``, varying starts in ``full_ddm``."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from hssm.networks.recipe import Columns, Recipe, as_is, column, decision_time
from hssm.networks.two_bounds import log_passage

_SEQUENCE = ("vh", "vl1", "vl2", "a", "t")

_ODD = np.arange(3, 15, 2, dtype=np.float64)[None, :] * math.pi
_FACTORS = (1.0 / _ODD**2).astype(np.float32)
_OTHER_FACTORS = 1.0 / 8.0 - 1.0 / math.pi**2 - float(np.sum(1.0 / _ODD**2))
"""cosh(sqrt(y) / 2) is the product of 1 + y / (k pi)^2 over odd k: six factors after the first, which cancels with
delta, and the sum of the rest of 1 / (k pi)^2."""

_CROSSING = 0.2
"""Where the early and the late form meet, in time over squared distance: both are within 0.7 of the sum there."""


def _log_reached(delta: Columns) -> Columns:
    """Log of delta times the Laplace transform of a driftless exit at delta - pi^2 / 2, an infinite product."""
    beyond = 2.0 * delta - math.pi**2
    factors = jnp.sum(jnp.log(1.0 + _FACTORS * beyond), axis=1, keepdims=True)
    return math.log(0.25 * math.pi**2) - factors - _OTHER_FACTORS * beyond


def _two_stages(rows: Columns) -> tuple[Columns, Columns]:
    """Choices by both drifts, and the sum of two exits from the middle, which depends on two numbers only.

    With u the time over the squared distance of the bounds and delta the difference of the rates nu^2 / 2 in that unit,
    the smaller rate is a factor, and exp(-delta s) stays under the convolution. Early that is the leading edge of one
    passage over the whole distance; late the slowest wave, as strong as the Laplace transform of the other stage.
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
    ends = a * ((2.0 * first - 1.0) * vh + (2.0 * second - 1.0) * vl) - 0.5 * jnp.minimum(vh * vh, vl * vl) * tau
    delta = 0.5 * jnp.abs(vh * vh - vl * vl) * area + 1e-3
    path, crossed = delta * u, (u / _CROSSING) ** 4
    slowed = path / (1.0 + _CROSSING * path * u)
    early = -0.5 / u - 1.5 * jnp.log(u) - 0.5 * slowed
    reached = _log_reached(delta)
    size = jnp.sqrt(path * path + 1e-4)
    late = jnp.log(u * (1.0 - jnp.exp(-size)) / size) + reached - 0.5 * math.pi**2 * u
    share = 1.0 / (1.0 + crossed)
    known = share * (early - 0.5 * math.log(2.0 * math.pi)) + (1.0 - share) * (late + math.log(math.pi))
    log_u, log_path = jnp.log(u), jnp.log(1.0 + path)
    features = [
        0.2 * log_u,
        1.0 / (1.0 + _CROSSING / u),
        share,
        jnp.exp(-0.25 / u),
        jnp.exp(-5.0 * u),
        jnp.log(1.0 + 10.0 * u),
        0.01 * delta,
        jnp.log(1.0 + delta),
        1.0 / (1.0 + delta),
        0.2 * reached,
        log_path,
        path / (1.0 + path),
        jnp.log(1.0 + path * u),
        slowed / (1.0 + slowed),
    ]
    return jnp.concatenate(features, axis=1), known + ends - 2.0 * jnp.log(distance) + lost


_FULL = ("v", "a", "z", "t", "sz", "sv", "st")
N_TIMES, N_STARTS = 6, 4
_NEGLIGIBLE = 14.0
"""Exponent below the largest at which starts that are too far and times that are too soon are left out."""


def _rule(n: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (0.5 * (1.0 + nodes))[None, :].astype(np.float32), (0.5 * weights)[None, :].astype(np.float32)


_OF_TIMES, _TIME_WEIGHTS = _rule(N_TIMES)
_OF_STARTS, _START_WEIGHTS = _rule(N_STARTS)
_EACH_TIME = np.kron(np.eye(N_TIMES, dtype=np.float32), np.ones((1, N_STARTS), dtype=np.float32))
_EACH_START = np.kron(np.ones((1, N_TIMES), dtype=np.float32), np.eye(N_STARTS, dtype=np.float32))


def _log_mean(logs: Columns, weights: np.ndarray) -> Columns:
    """Log of the weighted mean of exponentials, (n, k) -> (n, 1)."""
    top = jnp.max(logs, axis=1, keepdims=True)
    return top + jnp.log(jnp.sum(jnp.exp(logs - top) * weights, axis=1, keepdims=True))


def _log_travel(u: Columns, w: Columns, pull: Columns, scatter: Columns) -> Columns:
    """Log factor of drifts with mean ``pull`` away from the bound and variance ``scatter``, in unit distance."""
    spread = 1.0 + scatter * u
    return 0.5 * ((scatter * w * w - 2.0 * pull * w - pull * pull * u) / spread - jnp.log(spread))


def _full_ddm(rows: Columns) -> tuple[Columns, Columns]:
    """The density of ``ddm_sdv`` averaged over starts and non-decision times by Gauss-Legendre rules.

    Times are spread evenly in their logarithm, from where the nearest start gives a density that counts; starts up to
    where they are too far for the time.
    """
    v, a, z, t, sz, sv, st = (column(rows, place) for place in range(7))
    response, since = column(rows, 8), column(rows, 7) - t
    distance, w = 2.0 * a, z + 0.5 * (1.0 + response) * (1.0 - 2.0 * z)
    area, pull, scatter = distance * distance, -response * v * distance, sv * sv * distance * distance
    nearest, farthest = w - 0.5 * sz, w + 0.5 * sz

    elapsed, lost = decision_time(since + 0.5 * st)
    last = elapsed / area
    edge = jnp.minimum(0.5 * nearest * nearest / _NEGLIGIBLE, 0.5 * last)
    soonest = jnp.maximum((since - 0.5 * st) / area, edge)
    ratio = jnp.log(last / soonest)
    width = st / area
    begun = (jnp.minimum(width, last - edge) + 1e-5) / (width + 1e-5)

    times = soonest * jnp.exp(ratio * _OF_TIMES)
    size = 1.0 + scatter * times
    gone = nearest + pull * times
    near = jnp.maximum(gone, 0.0)
    reach = jnp.sqrt(near * near + 2.0 * _NEGLIGIBLE * times * size) - pull * times
    far = jnp.minimum(farthest, jnp.maximum(reach, nearest + 1e-4))
    share = (far - nearest + 1e-5) / (sz + 1e-5)

    u = jnp.matmul(times, _EACH_TIME)
    starts = nearest + jnp.matmul(far - nearest, _EACH_TIME) * jnp.matmul(_OF_STARTS, _EACH_START)
    each = log_passage(u, starts) + _log_travel(u, starts, pull, scatter) + jnp.log(jnp.matmul(share, _EACH_TIME))
    weights = _TIME_WEIGHTS * times
    weights = weights / jnp.sum(weights, axis=1, keepdims=True)
    weights = jnp.matmul(weights, _EACH_TIME) * np.matmul(_START_WEIGHTS, _EACH_START)
    known = _log_mean(each, weights) + jnp.log(begun) - 2.0 * jnp.log(distance) + lost

    middle = 0.5 * (soonest + last)
    spread = jnp.log(soonest / nearest / nearest)
    features = [
        w,
        sz,
        pull / 15.0,
        pull / (2.0 + jnp.abs(pull)),
        sv * distance / 12.5,
        scatter * middle / (1.0 + scatter * middle),
        0.1 * jnp.log(last),
        jnp.log(1.0 + 4.0 * middle),
        0.1 * spread,
        jnp.exp(-4.0 * middle),
        0.1 * ratio,
        ratio / (1.0 + ratio),
        begun,
        width / (0.3 + width),
        nearest * nearest / (nearest * nearest + last),
        farthest * farthest / (farthest * farthest + last),
    ]
    return jnp.concatenate(features, axis=1), known


MIXTURES: dict[str, Recipe] = {
    "ddm_seq2_no_bias": Recipe(inputs=(*_SEQUENCE, "rt", "response"), split=_two_stages, finish=as_is),
    "full_ddm": Recipe(inputs=(*_FULL, "rt", "response"), split=_full_ddm, finish=as_is),
}
