"""Integral equations of the two first-passage densities, solved forward in time with their derivatives.

A diffusion with drift mu(tau) - g x and unit noise is a Gauss-Markov process: without bounds its law is known. Its
first-passage densities f+ and f- through moving bounds +b and -b satisfy two coupled Volterra equations of the second
kind (Buonocore, Nobile & Ricciardi 1987, https://doi.org/10.2307/1427102; for two bounds Buonocore, Giorno, Nobile &
Ricciardi 1990, https://doi.org/10.2307/3214598), written here in the coordinates of the process itself:

    f_s(t) = -k_s(t; start) + sum over r of the integral over t' of k_s(t; r, t') f_r(t'),
    k_s(t; r, t') = s N(D; 0, V) (c_s(t) - D / V),  D = p_s(t) - rho p_r(t'),

with *places* p_s = s b - m, where m is the mean path, *speeds* c_s = s (b' + g b) - mu, rho = exp(-g (t - t')) and V
the variance that the noise adds between t' and t. For a start that is d above the mean start D is p_s(t) - rho d; its
term is averaged where trials begin at different places. The kernel of a bound with itself vanishes like sqrt(t - t').

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
_BLOCK = 16
"""Sources are summed in whole blocks, so that loops have no rest that is done one by one."""
_exp = elementary.exp

_S0, _S1, _S2, _S3, _S4, _S5, _S6, _S7, _S8 = ((-1.0) ** k / math.factorial(k + 1) for k in range(9))

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


class Starts(NamedTuple):
    """Where trials begin: places from their mean, with shares of the trials and derivatives by P parameters."""

    share: np.ndarray  # (k,)
    offset: np.ndarray  # (k,)
    d_offset: np.ndarray  # (P, k)


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
    starts: Starts


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
def _spread_of(x: float, squared: float) -> tuple[float, float]:
    """As :func:`spread`, given exp(-2 x), without a branch or a loop."""
    y = 2.0 * x
    low = _S0 + y * (_S1 + y * (_S2 + y * (_S3 + y * (_S4 + y * (_S5 + y * (_S6 + y * (_S7 + y * _S8)))))))
    rest = y * (5.0 * _S5 + y * (6.0 * _S6 + y * (7.0 * _S7 + y * 8.0 * _S8)))
    by_y = _S1 + y * (2.0 * _S2 + y * (3.0 * _S3 + y * (4.0 * _S4 + rest)))
    value = (1.0 - squared) / y
    slope = 2.0 * (squared - value) / y
    small = abs(x) < _SMALL_LEAK
    return low if small else value, 2.0 * by_y if small else slope


@numba.njit(**FLAGS)
def blocks(n: int) -> int:
    """``n`` or the next number that fills blocks."""
    return -(-n // _BLOCK) * _BLOCK


@numba.njit(**FLAGS)
def _lags(time, leak, i, lag):  # type: ignore[no-untyped-def]
    """Rows of ``lag`` for the sources j < i: rho, 1 / V, 1 / sqrt(2 pi V), derivatives of V and rho by the leak.

    The sources that fill the last block have no weight.
    """
    t, many = time[i], blocks(i)
    if leak == 0.0:
        for j in range(many):
            step = t - time[j]
            lag[0, j], lag[1, j] = 1.0, 1.0 / step
            lag[3, j], lag[4, j] = -step * step, -step
    else:
        for j in range(many):
            step = t - time[j]
            rho = _exp(-leak * step)
            share, slope = _spread_of(leak * step, rho * rho)
            lag[0, j], lag[1, j] = rho, 1.0 / (step * share)
            lag[3, j], lag[4, j] = step * step * slope, -step * rho
    for j in range(i):
        lag[2, j] = _ROOT * math.sqrt(lag[1, j])
    for j in range(i, many):
        lag[0, j], lag[1, j], lag[2, j], lag[3, j], lag[4, j] = 0.0, 1.0, 0.0, 0.0, 0.0


@numba.njit(**FLAGS)
def origin(t, leak, lag):  # type: ignore[no-untyped-def]
    """Into ``lag`` (5,) what :func:`_lags` says of sources, for the start."""
    share, slope = spread(leak * t)
    lag[0], lag[1] = math.exp(-leak * t), 1.0 / (t * share)
    lag[2], lag[3], lag[4] = _ROOT * math.sqrt(lag[1]), t * t * slope, -t * lag[0]


@numba.njit(**FLAGS)
def _terms(here, weights, places, densities, lag, many, work):  # type: ignore[no-untyped-def]  # noqa: PLR0913, PLR0917
    """Terms of ``many`` sources at either bound: into ``work`` the kernel times the weight, and its slope by rho p_r.

    ``here`` is (sign, place, speed) of the bound that is hit; ``weights``, ``places`` and ``densities`` are the
    sources'. Returns the sum, its size, and the slopes of the sum by the place, the speed and the leak (through rho
    and V).
    """
    sign, own, speed = here
    total, size, by_place, by_speed, by_leak = 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(many):
        rho, per, root, by_g, rho_by_g = lag[0, j], lag[1, j], sign * lag[2, j], lag[3, j], lag[4, j]
        for r in range(2):
            gap = own - rho * places[r, j]
            pull = gap * per
            bell = weights[r, j] * root * _exp(-0.5 * gap * pull)
            slack = speed - pull
            k = bell * slack
            bell *= densities[r, j]
            slope = -bell * (pull * slack + per)
            work[r, j], work[2 + r, j] = k, slope * rho
            term = k * densities[r, j]
            total += term
            size += abs(term)
            by_place += slope
            by_speed += bell
            by_variance = bell * (0.5 * (pull * pull - per) * slack + pull * per)
            by_leak += by_variance * by_g - slope * rho_by_g * places[r, j]
    return total, size, by_place, by_speed, by_leak


@numba.njit(**FLAGS)
def free_term(here, starts, lag, moved):  # type: ignore[no-untyped-def]
    """The term of the starts: its sign, the log of its size, and slopes of that.

    ``here`` is (sign, place, speed) of the bound that is hit. The slopes are by place, by speed, by variance and by the
    log of rho; into ``moved`` (P,) go those by parameters that move the starts from their mean. The term is positive
    early on; later the mean path may have left the bounds.
    """
    sign, place, speed = here
    rho, per = lag[0], lag[1]
    top = -np.inf
    for k in range(starts.share.size):
        gap = place - rho * starts.offset[k]
        top = max(top, -0.5 * gap * gap * per)
    total, by_place, by_speed, by_variance, by_log_rho = 0.0, 0.0, 0.0, 0.0, 0.0
    moved[:] = 0.0
    for k in range(starts.share.size):
        gap = place - rho * starts.offset[k]
        pull = gap * per
        bell = starts.share[k] * math.exp(-0.5 * gap * pull - top)
        slack = sign * (pull - speed)
        slope = bell * (sign * per - pull * slack)
        total += bell * slack
        by_place += slope
        by_speed -= sign * bell
        by_variance += bell * (0.5 * (pull * pull - per) * slack - sign * pull * per)
        by_log_rho -= slope * rho * starts.offset[k]
        for q in range(moved.size):
            moved[q] -= slope * rho * starts.d_offset[q, k]
    size = max(abs(total), 1e-290)
    sense = 1.0 if total >= 0.0 else -1.0
    part = sense / size
    for q in range(moved.size):
        moved[q] *= part
    value = top + math.log(size * lag[2])
    return sense, value, by_place * part, by_speed * part, by_variance * part, by_log_rho * part


@numba.njit(**FLAGS)
def _one(edges, solution, at, lags, work):  # type: ignore[no-untyped-def]
    """Fill in the density at node i of bound s and its slopes."""
    i, s, weights, slopes = at
    since, lag = lags
    sign, many, n_slopes = 1.0 - 2.0 * s, blocks(i), edges.d_place.shape[0]
    place, speed = edges.place[s, i], edges.speed[s, i]
    here = (sign, place, speed)
    f_moved = np.empty(n_slopes)
    sense, free, f_place, f_speed, f_variance, f_log_rho = free_term(here, edges.starts, since, f_moved)
    f_leak = f_variance * since[3] - f_log_rho * edges.time[i]
    start = sense * math.exp(free)
    total, size = start, abs(start)
    by_place, by_speed, by_leak = start * f_place, start * f_speed, start * f_leak
    found = _terms(here, weights[s], edges.place, solution.density, lag, many, work)
    total, size = total + found[0], size + found[1]
    by_place, by_speed, by_leak = by_place + found[2], by_speed + found[3], by_leak + found[4]
    for q in range(n_slopes):
        change = 0.0
        for j in range(many):
            one = work[0, j] * solution.slopes[q, 0, j] - work[2, j] * edges.d_place[q, 0, j]
            other = work[1, j] * solution.slopes[q, 1, j] - work[3, j] * edges.d_place[q, 1, j]
            change += one + other
        slopes[q] = change
    solution.density[s, i], solution.size[s, i] = total, size
    for q in range(n_slopes):
        moved = (edges.d_place[q, s, i], edges.d_speed[q, s, i], edges.d_leak[q])
        slopes[q] += moved[0] * by_place + moved[1] * by_speed + moved[2] * by_leak + start * f_moved[q]
        solution.slopes[q, s, i] = slopes[q]
        # Where the density underflows it is the free term, and so is its logarithm.
        early = moved[0] * f_place + moved[1] * f_speed + moved[2] * f_leak + f_moved[q]
        solution.log_slopes[q, s, i] = slopes[q] / total if free > -_UNDERFLOW else early
    solution.log_density[s, i] = free if free < -_UNDERFLOW else (math.log(total) if total > 0.0 else -np.inf)


@numba.njit(**FLAGS)
def _filled(edges: Edges, n):  # type: ignore[no-untyped-def]
    """Edges with ``n`` columns; those that are added are harmless numbers."""
    before, n_slopes = edges.time.shape[0], edges.d_place.shape[0]
    time, weight, place = np.full(n, -1.0), np.zeros(n), np.zeros((2, n))
    time[:before], weight[:before], place[:, :before] = edges.time, edges.weight, edges.place
    d_place = np.zeros((n_slopes, 2, n))
    d_place[:, :, :before] = edges.d_place
    return Edges(time, weight, place, edges.speed, d_place, edges.d_speed, edges.leak, edges.d_leak, edges.starts)


@numba.njit(**FLAGS)
def march(edges: Edges) -> Passage:
    """Solve on nodes that are equidistant in the mesh variable and begin where the densities are flat zero."""
    n, n_slopes = edges.time.shape[0], edges.d_place.shape[0]
    wide = blocks(n)
    edges = _filled(edges, wide)
    slopes, log_slopes = np.zeros((n_slopes, 2, wide)), np.zeros((n_slopes, 2, n))
    solution = Passage(np.zeros((2, wide)), slopes, np.empty((2, n)), log_slopes, np.empty((2, n)))
    since, lag, work = np.empty(5), np.empty((5, wide)), np.empty((4, wide))
    # By the bound that is hit, of either source: only a bound's own kernel has a square root at the end.
    weights, sums = np.zeros((2, 2, wide)), np.empty(n_slopes)
    for i in range(n):
        origin(edges.time[i], edges.leak, since)
        _lags(edges.time, edges.leak, i, lag)
        for k in range(min(i, END_WEIGHTS.size + 1)):
            usual = edges.weight[i - 1 - k]
            own = usual * END_WEIGHTS[k] if k < END_WEIGHTS.size else usual
            weights[0, 0, i - 1 - k] = weights[1, 1, i - 1 - k] = own
            weights[0, 1, i - 1 - k] = weights[1, 0, i - 1 - k] = usual
        for s in range(2):
            _one(edges, solution, (i, s, weights, sums), (since, lag), work)
    return Passage(
        solution.density[:, :n].copy(),
        solution.slopes[:, :, :n].copy(),
        solution.log_density,
        solution.log_slopes,
        solution.size,
    )
