"""Recipes for diffusions between two bounds: drift, scale and leading edge are known, a smooth remainder is learned.

Every response is seen as one at the lower bound (w the relative distance from the start to the bound that was hit, nu
the drift away from it), time in units of the squared distance of the bounds. With unit noise a constant drift enters
exactly (Girsanov): -nu A w - nu^2 tau / 2; linear bounds by a change of time (Anderson, 1960,
https://doi.org/10.1214/aoms/1177705996). What is left, log first-passage density of driftless motion less its leading
edge and its late decline, is bounded and smooth.
"""

from __future__ import annotations

import math

import jax.numpy as jnp

from hssm.networks.recipe import Columns, Recipe, as_is, column, decision_time

_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_LATE = 4.0
"""Time scale at which the early factor u^-1.5 stops: a bounded remainder at both ends."""

_LATEST = 40.0
CLOSED = 1e-3
"""Share of the bounds' distance below which linear bounds count as closed."""


def passage(u: Columns, w: Columns) -> tuple[Columns, Columns]:
    """Features and known part of the log first-passage density at time u, distance w, of unit-width motion."""
    u = jnp.minimum(u, _LATEST)
    log_u, late = jnp.log(u), jnp.log(1.0 + _LATE * u)
    known = jnp.log(w) - _HALF_LOG_2PI - 1.5 * (log_u - late) - 0.5 * w * w / u - 0.5 * math.pi**2 * u
    image = jnp.exp(-2.0 * (1.0 - w) / u)
    decays = [jnp.exp(-1.5 * math.pi**2 * u), 1.0 / (1.0 + _LATE * u)]
    return jnp.concatenate([w, w * w, late, image, *decays], axis=1), known


_IMAGES_UNTIL = 0.8
"""Until then two images of the start at either side give the passage to 1e-5, from then on the slowest wave does."""


def log_passage(u: Columns, w: Columns) -> Columns:
    """All of what ``passage`` splits."""
    early = jnp.minimum(u, _IMAGES_UNTIL)
    images = w
    for k in (1, 2):
        images = images - (2 * k - w) * jnp.exp(-2.0 * k * (k - w) / early)
        images = images + (2 * k + w) * jnp.exp(-2.0 * k * (k + w) / early)
    edge = jnp.log(jnp.maximum(images, 1e-6)) - 0.5 * w * w / early - 1.5 * jnp.log(early)
    return edge - _HALF_LOG_2PI - 0.5 * math.pi**2 * (u - early)


def hit(rows: Columns, names: tuple[str, ...]) -> tuple[Columns, ...]:
    """Decision time, its penalty, distance of the bounds, relative distance to the bound hit, drift away from it."""
    v, a, z, t = (column(rows, names.index(name)) for name in "vazt")
    rt, response = column(rows, len(names)), column(rows, len(names) + 1)
    tau, lost = decision_time(rt - t)
    upper = 0.5 * (1.0 + response)
    return tau, lost, 2.0 * a, z + upper * (1.0 - 2.0 * z), -response * v


_DDM = ("v", "a", "z", "t")


def _ddm(rows: Columns) -> tuple[Columns, Columns]:
    tau, lost, distance, w, drift = hit(rows, _DDM)
    features, known = passage(tau / (distance * distance), w)
    travel = drift * distance * w + 0.5 * drift * drift * tau
    return features, known - travel - 2.0 * jnp.log(distance) + lost


_SDV = (*_DDM, "sv")


def _ddm_sdv(rows: Columns) -> tuple[Columns, Columns]:
    """The drift is integrated out: Tuerlinckx (2004), https://doi.org/10.3758/BF03206552."""
    tau, lost, distance, w, drift = hit(rows, _SDV)
    features, known = passage(tau / (distance * distance), w)
    variance = column(rows, 4) * column(rows, 4)
    spread, length = 1.0 + variance * tau, distance * w
    travel = (variance * length * length - 2.0 * drift * length - drift * drift * tau) / spread
    return features, known + 0.5 * (travel - jnp.log(spread)) - 2.0 * jnp.log(distance) + lost


_ANGLE = (*_DDM, "theta")


def _angle(rows: Columns) -> tuple[Columns, Columns]:
    tau, lost, distance, w, drift = hit(rows, _ANGLE)
    slope = jnp.tan(column(rows, 4))
    share = 1.0 - 2.0 * slope * tau / distance
    left = jnp.maximum(share, CLOSED)
    closed = 1000.0 * jnp.minimum(jnp.maximum(1.0 - share / CLOSED, 0.0), 1.0)
    features, known = passage(tau / (distance * distance * left), w)
    approach = drift - slope
    tilt = distance * w * (slope * (1.0 - w) - drift) - 0.5 * approach * approach * tau
    return features, known + tilt - 2.0 * jnp.log(distance) - 1.5 * jnp.log(left) + lost - closed


def _recipe(names: tuple[str, ...], split: object) -> Recipe:
    return Recipe(inputs=(*names, "rt", "response"), split=split, finish=as_is)  # type: ignore[arg-type]


TWO_BOUNDS: dict[str, Recipe] = {
    "ddm": _recipe(_DDM, _ddm),
    "ddm_sdv": _recipe(_SDV, _ddm_sdv),
    "angle": _recipe(_ANGLE, _angle),
    "angle_extended": _recipe(_ANGLE, _angle),
}
