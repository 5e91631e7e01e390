"""Exact samplers of races: every accumulator's finishing time is drawn, the first one is the response.

They draw the responses that ``densities.lba``, ``racing_diffusion``, ``lognormal_race``, ``wald_race`` and
``poisson_race`` describe. The number of accumulators is read off the parameters' names. A race in which nobody ever
finishes is a row of ``MISSING_CODE``, as is a trial with a parameter outside its domain.

References
----------
.. [1] Michael, Schucany & Haas (1976). Generating random variates using transformations with multiple roots.
   The American Statistician 30. (inverse Gaussian)
.. [2] Robert (1995). Simulation of truncated normal variables. Statistics and Computing 5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numba import njit

from hssm.spec import MISSING_CODE, SimulationOptions, Simulator

Theta = Mapping[str, np.ndarray]
LBA_DRIFT_SD = 0.1


@njit(cache=True, error_model="numpy")
def positive_normal(rng: np.random.Generator, mean: float) -> float:
    """A normal variable of standard deviation 1, given that it is positive."""
    if mean > -0.5:
        while True:
            x = mean + rng.standard_normal()
            if x > 0.0:
                return x
    rate = 0.5 * (-mean + math.sqrt(mean * mean + 4.0))
    while True:
        x = rng.standard_exponential() / rate
        gap = x - mean - rate
        if rng.random() < math.exp(-0.5 * gap * gap):
            return x


@njit(cache=True, error_model="numpy")
def passage_time(rng: np.random.Generator, drift: float, distance: float) -> float:
    """Time at which Brownian motion with a drift reaches a point at ``distance`` > 0; infinite if it never does."""
    if drift < 0.0 and rng.random() > math.exp(2.0 * drift * distance):
        return np.inf
    scaled = abs(drift) * distance
    y = rng.standard_normal() ** 2
    # The smaller root of the quadratic of [1]_, in a form that holds for drift 0 too.
    s = 2.0 / (2.0 * scaled + y + math.sqrt(y * (y + 4.0 * scaled)))
    if rng.random() * (1.0 + scaled * s) > 1.0:
        s = 1.0 / (scaled * scaled * s)
    return distance * distance * s


@njit(cache=True, error_model="numpy")
def _respond(out, i, winner, tau, t):  # type: ignore[no-untyped-def]
    finished = winner >= 0 and tau < np.inf
    out[i, 0] = t + tau if finished else MISSING_CODE
    out[i, 1] = winner if finished else MISSING_CODE


@njit(cache=True, error_model="numpy")
def _draw_lba(rng, a_start, b, v, t, sd, each_positive):  # type: ignore[no-untyped-def]
    n, m = v.shape
    out = np.empty((n, 2))
    for i in range(n):
        best, winner = np.inf, -1
        if 0.0 <= a_start[i] < b[i] and b[i] < np.inf and t[i] >= 0.0:
            # All drifts are drawn anew until one is positive; none of them can be when v is far below zero.
            for _ in range(100_000):
                for j in range(m):
                    drift = positive_normal(rng, v[i, j]) if each_positive else v[i, j] + sd * rng.standard_normal()
                    distance = b[i] - a_start[i] * rng.random()
                    if drift > 0.0 and distance < best * drift:
                        best, winner = distance / drift, j
                if winner >= 0:
                    break
        _respond(out, i, winner, best, t[i])
    return out


@njit(cache=True, error_model="numpy")
def _draw_diffusions(rng, a_start, b, v, t):  # type: ignore[no-untyped-def]
    n, m = v.shape
    out = np.empty((n, 2))
    for i in range(n):
        best, winner = np.inf, -1
        if 0.0 <= a_start[i] < b[i] and b[i] < np.inf and t[i] >= 0.0:
            for j in range(m):
                tau = passage_time(rng, v[i, j], b[i] - a_start[i] * rng.random())
                if tau < best:
                    best, winner = tau, j
        _respond(out, i, winner, best, t[i])
    return out


@njit(cache=True, error_model="numpy")
def _draw_lognormal(rng, mean, sd, t):  # type: ignore[no-untyped-def]
    n, m = mean.shape
    out = np.empty((n, 2))
    for i in range(n):
        best, winner = np.inf, -1
        for j in range(m):
            log_tau = mean[i, j] + sd[i, j] * rng.standard_normal()
            if sd[i, j] > 0.0 and log_tau < best:
                best, winner = log_tau, j
        _respond(out, i, winner if t[i] >= 0.0 else -1, math.exp(best), t[i])
    return out


@njit(cache=True, error_model="numpy")
def _draw_gamma(rng, rate, shape, t):  # type: ignore[no-untyped-def]
    n, m = rate.shape
    out = np.empty((n, 2))
    for i in range(n):
        best, winner = np.inf, -1
        if (rate[i] > 0.0).all() and (shape[i] > 0.0).all() and t[i] >= 0.0:
            for j in range(m):
                tau = rng.standard_gamma(shape[i, j]) / rate[i, j]
                if tau < best:
                    best, winner = tau, j
        _respond(out, i, winner, best, t[i])
        if out[i, 1] != MISSING_CODE:
            out[i, 1] = 2.0 * winner - 1.0
    return out


@njit(cache=True, error_model="numpy")
def _draw_choices(rng, utilities):  # type: ignore[no-untyped-def]
    n, m = utilities.shape
    out = np.empty((n, 1))
    for i in range(n):
        best, winner = -np.inf, -1
        for j in range(m):
            # The largest of utilities with Gumbel noise is a softmax choice.
            value = utilities[i, j] - math.log(rng.standard_exponential())
            if value > best:
                best, winner = value, j
        out[i, 0] = winner if winner >= 0 else MISSING_CODE
    return out


def vector(theta: Theta, name: str) -> np.ndarray:
    """(n_trials,) values of a parameter."""
    return np.ascontiguousarray(theta[name], dtype=np.float64)


def matrix(theta: Theta, name: str, first: int = 0) -> np.ndarray:
    """(n_trials, n_accumulators) values of an indexed parameter; one that is common to all is one column."""
    if name in theta:
        return vector(theta, name)[:, None]
    columns: list[np.ndarray] = []
    while f"{name}{first + len(columns)}" in theta:
        columns.append(np.asarray(theta[f"{name}{first + len(columns)}"], dtype=np.float64))
    return np.column_stack(columns)


def _lba(rng: np.random.Generator, theta: Theta, _: SimulationOptions) -> np.ndarray:
    start, v = vector(theta, "A"), matrix(theta, "v")
    return _draw_lba(rng, start, vector(theta, "b"), v, np.zeros_like(start), LBA_DRIFT_SD, False)


def _lba_t(rng: np.random.Generator, theta: Theta, _: SimulationOptions) -> np.ndarray:
    a_start, b, t = (vector(theta, name) for name in ("A", "b", "t"))
    return _draw_lba(rng, a_start, b, matrix(theta, "v"), t, 1.0, True)


def _racing_diffusion(rng: np.random.Generator, theta: Theta, _: SimulationOptions) -> np.ndarray:
    a_start, b, t = (vector(theta, name) for name in ("A", "b", "t"))
    return _draw_diffusions(rng, a_start, b, matrix(theta, "v"), t)


def _wald_race(rng: np.random.Generator, theta: Theta, _: SimulationOptions) -> np.ndarray:
    a, z, t, angle = (vector(theta, name) for name in ("a", "z", "t", "theta"))
    inside = (a > 0) & (z >= 0) & (z < 1) & (np.abs(angle) < 0.5 * math.pi)
    distance = np.where(inside, a * (1.0 - z), -1.0)
    return _draw_diffusions(rng, np.zeros_like(a), distance, matrix(theta, "v") + np.tan(angle)[:, None], t)


def _lognormal_race(rng: np.random.Generator, theta: Theta, _: SimulationOptions) -> np.ndarray:
    mean = matrix(theta, "m")
    return _draw_lognormal(rng, mean, np.broadcast_to(matrix(theta, "s"), mean.shape).copy(), vector(theta, "t"))


def _poisson_race(rng: np.random.Generator, theta: Theta, _: SimulationOptions) -> np.ndarray:
    return _draw_gamma(rng, matrix(theta, "r", 1), matrix(theta, "k", 1), vector(theta, "t"))


def _softmax(rng: np.random.Generator, theta: Theta, _: SimulationOptions) -> np.ndarray:
    beta, logits = vector(theta, "beta")[:, None], matrix(theta, "logit", 1)
    beta = np.where(beta >= 0, beta, np.nan)
    choice = _draw_choices(rng, np.column_stack([0.0 * beta, beta * logits]))
    if logits.shape[1] == 1:
        choice = np.where(choice == MISSING_CODE, MISSING_CODE, 2.0 * choice - 1.0)
    return choice


LBA = Simulator(draw=_lba, exact=True)
"""Exact responses of ``lba{n}``: drifts with standard deviation 0.1, given that at least one is positive."""

LBA_T = Simulator(draw=_lba_t, exact=True)
"""Exact responses of ``lba{n}_t``: drifts with standard deviation 1, each given that it is positive."""

RACING_DIFFUSION = Simulator(draw=_racing_diffusion, exact=True)
"""Exact responses of ``racing_diffusion_{n}``."""

WALD_RACE = Simulator(draw=_wald_race, exact=True)
"""Exact responses of ``wald_race{n}``."""

LOGNORMAL_RACE = Simulator(draw=_lognormal_race, exact=True)
"""Exact responses of ``lnr{n}``."""

POISSON_RACE = Simulator(draw=_poisson_race, exact=True)
"""Exact responses of ``poisson_race``."""

SOFTMAX = Simulator(draw=_softmax, exact=True)
"""Exact choices of ``softmax_inv_temperature_{n}``."""
