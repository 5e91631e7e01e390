"""Integral equations of the two first-passage densities, solved forward in time with their derivatives.

A diffusion with drift mu(tau) - g x and unit noise is a Gauss-Markov process: without bounds its law is known. Its
first-passage densities f+ and f- through moving bounds +b and -b satisfy two coupled Volterra equations of the second
kind (Buonocore, Nobile & Ricciardi 1987, https://doi.org/10.2307/1427102; for two bounds Buonocore, Giorno, Nobile &
Ricciardi 1990, https://doi.org/10.2307/3214598), written here in the coordinates of the process itself:

    f_s(t) = -k_s(t; start) + sum over r of the integral over t' of k_s(t; r, t') f_r(t'),
    k_s(t; r, t') = s N(D; 0, V) (c_s(t) - D / V),  D = p_s(t) - rho p_r(t'),

with *places* p_s = s b - m, where m is the mean path, *speeds* c_s = s (b' + g b) - mu, rho = exp(-g (t - t')) and V
the variance that the noise adds between t' and t. For the start D is p_s(t). The kernel of a bound with itself vanishes
like sqrt(t - t').

On nodes that are equidistant in a mesh variable the integral is a trapezoidal sum. At the start the densities are flat
zero, so nothing is lost there; the square root at the end is put right by weights for the last nodes, from the
generalised Euler-Maclaurin formula (Navot 1961, https://doi.org/10.1002/sapm1961401271). The sum holds earlier nodes
only: there is no system to solve. Derivatives with respect to parameters are those of the same sums.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np

from hssm.densities.special import elementary

FLAGS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract", "reassoc", "nsz", "arcp"}}

_ROOT = 1.0 / math.sqrt(2.0 * math.pi)
_LOG_ROOT = math.log(_ROOT)
_UNDERFLOW = 600.0
_SMALL_LEAK = 0.05
_exp = elementary.exp

END_WEIGHTS = np.array(
    [
        2.248697540869486238,
        -1.766034066241665256,
        5.326756568484317329,
        -3.581423275135908353,
        4.234708278405107571,
        -0.4633307892260732911,
        1.384623842690225772,
        0.9552412158346344812,
    ]
)
"""Weights of the nodes at distances h, 2 h, ... from an end with a square root: sum of (w_k - 1) k^(1/2 + j) is
-zeta(-1/2 - j) for j = 0 .. 7, so that sqrt(x) times a polynomial of degree 7 is integrated without error."""


class Edges(NamedTuple):
    """Both bounds (axis of length 2: upper, lower) at n nodes, with derivatives by P parameters.

    ``weight`` is the step of the mesh variable times the derivative of time by it.
    """

    time: np.ndarray  # (n,)
    weight: np.ndarray  # (n,)
    place: np.ndarray  # (2, n)
    speed: np.ndarray  # (2, n)
    d_place: np.ndarray  # (P, 2, n)
    d_speed: np.ndarray  # (P, 2, n)
    leak: float
    d_leak: np.ndarray  # (P,)


class Passage(NamedTuple):
    """Solution at the nodes: density, its derivatives, log density, and the sum of the sizes of the density's terms."""

    density: np.ndarray  # (2, n)
    slopes: np.ndarray  # (P, 2, n)
    log_density: np.ndarray  # (2, n), -inf where not positive
    log_slopes: np.ndarray  # (P, 2, n)
    size: np.ndarray  # (2, n)


@numba.njit(**FLAGS)
def spread(x: float) -> tuple[float, float]:
    """(1 - exp(-2 x)) / (2 x), the share of the noise's variance that a leak leaves, and its derivative."""
    if abs(x) > _SMALL_LEAK:
        squared = math.exp(-2.0 * x)
        value = 0.5 * (1.0 - squared) / x
        return value, (squared - value) / x
    value, slope, coefficient, power = 1.0, 0.0, 1.0, 1.0
    for k in range(1, 11):
        coefficient *= -2.0 / (k + 1)
        slope += k * coefficient * power
        power *= x
        value += coefficient * power
    return value, slope


@numba.njit(**FLAGS)
def _lags(time, leak, i, lag):  # type: ignore[no-untyped-def]
    """Rows of ``lag`` for the sources j < i, and for the start in column i.

    They are rho, 1 / V, 1 / sqrt(2 pi V), and the derivatives of V and rho by the leak.
    """
    t = time[i]
    for j in range(i + 1):
        step = t - time[j] if j < i else t
        if leak == 0.0:
            lag[0, j], lag[1, j] = 1.0, 1.0 / step
            lag[3, j], lag[4, j] = -step * step, -step
        else:
            share, slope = spread(leak * step)
            lag[0, j] = math.exp(-leak * step)
            lag[1, j] = 1.0 / (step * share)
            lag[3, j], lag[4, j] = step * step * slope, -step * lag[0, j]
        lag[2, j] = _ROOT * math.sqrt(lag[1, j])


@numba.njit(**FLAGS)
def _kernel(here, there, lag, i, work):  # type: ignore[no-untyped-def]
    """Terms of all sources j < i at one bound: into ``work`` the kernel times the weight, and its slope by rho p_r.

    ``here`` is (sign, place, speed) of the bound that is hit; ``there`` (weights, places, densities) of the sources.
    Returns the sum, its size, and the slopes of the sum by the place, the speed and the leak (through rho and V).
    """
    sign, place, speed = here
    weight, places, density = there
    total, size, by_place, by_speed, by_leak = 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(i):
        gap = place - lag[0, j] * places[j]
        pull = gap * lag[1, j]
        bell = sign * weight[j] * lag[2, j] * _exp(-0.5 * gap * pull)
        slack = speed - pull
        k = bell * slack
        bell *= density[j]
        slope = -bell * (pull * slack + lag[1, j])
        work[0, j] = k
        work[1, j] = slope * lag[0, j]
        total += k * density[j]
        size += abs(k * density[j])
        by_place += slope
        by_speed += bell
        by_variance = bell * (0.5 * (pull * pull - lag[1, j]) * slack + pull * lag[1, j])
        by_leak += by_variance * lag[3, j] - slope * lag[4, j] * places[j]
    return total, size, by_place, by_speed, by_leak


@numba.njit(**FLAGS)
def free_term(sign, place, speed, lag):  # type: ignore[no-untyped-def]
    """The term of the start: its sign, the log of its size, and the slopes of that by place, speed and leak.

    It is positive early on; later the mean path may have left the bounds.
    """
    pull = place * lag[1]
    slack = sign * (pull - speed)
    size = max(abs(slack), 1e-290)
    value = math.log(size * lag[2]) - 0.5 * place * pull
    towards = (sign if slack >= 0.0 else -sign) / size
    by_place = towards * lag[1] - pull
    by_variance = 0.5 * (pull * pull - lag[1]) - towards * pull * lag[1]
    return 1.0 if slack >= 0.0 else -1.0, value, by_place, -towards, by_variance * lag[3]


@numba.njit(**FLAGS)
def _one(edges, solution, at, lag, work):  # type: ignore[no-untyped-def]
    """Fill in the density at node i of bound s and its slopes."""
    i, s, own = at
    sign = 1.0 - 2.0 * s
    place, speed = edges.place[s, i], edges.speed[s, i]
    sense, free, f_place, f_speed, f_leak = free_term(sign, place, speed, lag[:, i])
    start = sense * math.exp(free)
    total, size = start, abs(start)
    by_place, by_speed, by_leak = start * f_place, start * f_speed, start * f_leak
    n_slopes = edges.d_place.shape[0]
    slopes = np.zeros(n_slopes)
    for r in range(2):
        weight = own if r == s else edges.weight
        there = (weight, edges.place[r], solution.density[r])
        part, part_size, part_place, part_speed, part_leak = _kernel((sign, place, speed), there, lag, i, work)
        total, size = total + part, size + part_size
        by_place, by_speed, by_leak = by_place + part_place, by_speed + part_speed, by_leak + part_leak
        for q in range(n_slopes):
            moved, inherited = edges.d_place[q, r], solution.slopes[q, r]
            change = 0.0
            for j in range(i):
                change += work[0, j] * inherited[j] - work[1, j] * moved[j]
            slopes[q] += change
    solution.density[s, i], solution.size[s, i] = total, size
    for q in range(n_slopes):
        moved = (edges.d_place[q, s, i], edges.d_speed[q, s, i], edges.d_leak[q])
        slopes[q] += moved[0] * by_place + moved[1] * by_speed + moved[2] * by_leak
        solution.slopes[q, s, i] = slopes[q]
        # Where the density underflows it is the free term, and so is its logarithm.
        early = moved[0] * f_place + moved[1] * f_speed + moved[2] * f_leak
        solution.log_slopes[q, s, i] = slopes[q] / total if free > -_UNDERFLOW else early
    solution.log_density[s, i] = free if free < -_UNDERFLOW else (math.log(total) if total > 0.0 else -np.inf)


@numba.njit(**FLAGS)
def march(edges: Edges) -> Passage:
    """Solve on nodes that are equidistant in the mesh variable and begin where the densities are flat zero."""
    n, n_slopes = edges.time.shape[0], edges.d_place.shape[0]
    slopes, log_slopes = np.zeros((n_slopes, 2, n)), np.zeros((n_slopes, 2, n))
    solution = Passage(np.zeros((2, n)), slopes, np.empty((2, n)), log_slopes, np.empty((2, n)))
    lag, work, own = np.empty((5, n)), np.empty((2, n)), np.empty(n)
    for i in range(n):
        _lags(edges.time, edges.leak, i, lag)
        own[:i] = edges.weight[:i]
        for k in range(min(i, END_WEIGHTS.size)):
            own[i - 1 - k] *= END_WEIGHTS[k]
        for s in range(2):
            _one(edges, solution, (i, s, own), lag, work)
    return solution
