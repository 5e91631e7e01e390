"""Recipe for ``ornstein``: drift and both ends of a path are known exactly, leak by its first terms early, waves late.

Every response is seen as one at the lower bound, in units of the squared distance of the bounds. A pull and a leak of
the other signs differ by known factors only (Girsanov), so the leak is taken as positive. The layers learn what is left
where early and late forms meet: about a thousandth of a log density, so they answer in units of a hundredth. The series
are made for the box of ``domain.py``; beyond it they stay as at its ends, and more is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from hssm.networks.chebyshev import products
from hssm.networks.leak_early import ROOT_TIME, START, early_terms
from hssm.networks.leak_late import LEAK, N_WAVES, PULL, late_waves
from hssm.networks.recipe import Columns, Recipe, column, soft
from hssm.networks.two_bounds import hit, log_passage

UNIT = 0.01
"""Of what the layers learn, in log density."""

_NAMES = ("v", "a", "z", "g", "t")

_MEETING = 3.0
"""The time at which early and late forms meet, times the gap between the two lowest rates."""

_EARLY_UNTIL, _LATE_FROM = 1.5, 0.5
"""Shares of that time after which the terms of the early form, and before which the waves of the late, stand still."""

_STEEP = 8
"""Power of time by which one form gives way to the other."""

_LEAST = 0.003
"""About the least that a sum of waves can be, relative to the first one."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """To 0 from w, at time u; the pull is away from 0, the leak not negative."""

    u: Columns
    w: Columns
    pull: Columns
    leak: Columns


@dataclass(frozen=True, kw_only=True)
class Waves:
    """The lowest rate and what others have more; log size of the slowest wave, and others relative to it."""

    rate: Columns
    gaps: list[Columns]
    log_size: Columns
    others: list[Columns]


def at_most(x: Columns, top: float) -> Columns:
    """Positive numbers as they are up to about ``top``, which greater ones become."""
    ratio = jnp.minimum(x / top, 10.0)
    return top * ratio * jnp.exp(-jnp.log(1.0 + ratio**_STEEP) / _STEEP)


def early_gain(at: Passage, u: Columns) -> tuple[Columns, Columns]:
    """What leak adds to the log flux by time u: terms of first and of second order."""
    b, h = at.pull * at.leak, 0.5 * at.leak * at.leak
    basis = products(ROOT_TIME.polynomials(jnp.sqrt(u)), START.polynomials(at.w))
    terms = jnp.matmul(basis, early_terms().astype(np.float32))
    c1, c2, c3, c4, c5 = (column(terms, place) for place in range(5))
    return u * (b * c1 + h * c2), u**3 * (b * b * c3 + b * h * c4 + h * h * c5)


def waves_of(at: Passage) -> Waves:
    """The slowest waves of this pull, leak and start."""
    basis, series = products(PULL.polynomials(at.pull), LEAK.polynomials(at.leak)), late_waves()
    rates = jnp.matmul(basis, series.rates.astype(np.float32))
    by_start = jnp.matmul(basis, series.sizes.astype(np.float32))
    starts = jnp.matmul(START.polynomials(at.w), np.tile(np.eye(START.n, dtype=np.float32), (1, N_WAVES)))
    sizes = jnp.matmul(by_start * starts, np.repeat(np.eye(N_WAVES, dtype=np.float32), START.n, axis=0))
    return Waves(
        rate=column(rates, 0),
        gaps=[column(rates, k) for k in range(1, N_WAVES)],
        log_size=column(sizes, 0) + jnp.log(at.w * (1.0 - at.w)),
        others=[column(sizes, k) for k in range(1, N_WAVES)],
    )


def log_flux(at: Passage) -> tuple[Columns, Columns]:
    """Features, and the known part of the log flux at 0 of the driftless motion that ``leak_early.py`` describes."""
    waves = waves_of(at)
    meeting = _MEETING / waves.gaps[0]
    path = at.u / meeting
    share = 1.0 / (1.0 + jnp.minimum(path, 20.0) ** _STEEP)

    first, second = early_gain(at, meeting * at_most(path, _EARLY_UNTIL))
    early = log_passage(at.u, at.w) + first + second

    since = meeting / at_most(1.0 / path, 1.0 / _LATE_FROM)
    others = [size * jnp.exp(-gap * since) for size, gap in zip(waves.others, waves.gaps, strict=True)]
    total = 1.0 + sum(others)
    kept = 0.5 * (total + jnp.sqrt(total * total + _LEAST * _LEAST))
    late = waves.log_size + jnp.log(kept) - waves.rate * at.u

    features = [
        at.w,
        at.w * at.w,
        at.pull / PULL.high,
        at.leak / LEAK.high,
        soft(0.3 * at.pull),
        soft(0.3 * at.leak),
        0.1 * jnp.log(at.u),
        share,
        at_most(path, _EARLY_UNTIL),
        jnp.log(1.0 + path),
        soft(first),
        soft(second),
        soft(10.0 * second),
        *map(soft, others),
        soft(early - late),
        share * soft(early - late),
    ]
    return jnp.concatenate(features, axis=1), share * early + (1.0 - share) * late


def _ornstein(rows: Columns) -> tuple[Columns, Columns]:
    tau, lost, distance, w, drift = hit(rows, _NAMES)
    area = distance * distance
    u, pull, leak = tau / area, drift * distance, column(rows, 3) * area
    sign = jnp.sign(leak + 1e-30)
    features, known = log_flux(Passage(u=u, w=w, pull=sign * pull, leak=sign * leak))
    ends = -pull * w - 0.5 * leak * w * (1.0 - w)
    known = known + ends + 0.5 * (leak - pull * pull) * u - 2.0 * jnp.log(distance) + lost
    return features, known / UNIT


def _in_units(x: Columns) -> Columns:
    return UNIT * x


LEAKING: dict[str, Recipe] = {
    "ornstein": Recipe(inputs=(*_NAMES, "rt", "response"), split=_ornstein, finish=_in_units),
}
