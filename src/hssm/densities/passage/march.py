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
D between bounds is the same with any other path that follows the drift and the leak in place of m. With a leak below 0
the mean path runs away, and D would be a small difference of large numbers: *levels* are places from a path that does
not.

On nodes that are equidistant in a mesh variable the integral is a trapezoidal sum. At the start the densities are flat
zero, so nothing is lost there; the square root at the end is put right by weights for the last nodes, from the
generalised Euler-Maclaurin formula (Navot 1961, https://doi.org/10.1002/sapm1961401271). The sum holds earlier nodes
only: there is no system to solve. Derivatives with respect to parameters are those of the same sums. As soon as a node
is solved, its terms are added to the sums of many later nodes at once: such loops have no sums across them to wait for.
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

PANEL, LANES = 128, 8
"""The sums of PANEL nodes are formed together, source by source; always for whole groups of LANES nodes, so that loops
have no rest that is done one by one. What this puts into nodes that are solved, or do not exist, is never read."""

_N_ROWS = 23
_TIME, _LEVEL, _SPEED, _KERNEL, _TILT, _TOTAL, _SIZE, _BY_LEVEL, _BY_SPEED, _BY_LEAK = (
    PANEL * row for row in (0, 1, 3, 5, 9, 13, 15, 17, 19, 21)
)
"""Rows of a panel, one after the other in one array: their distances are constants, so LLVM sees that they do not
overlap, and vectorises. By the bound that is hit there are two rows of each, of _KERNEL and _TILT one for either source
at either bound."""

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
    level: np.ndarray  # (2, n)
    d_level: np.ndarray  # (P, 2, n)


class Passage(NamedTuple):
    """Solution at the nodes: density, its derivatives, log density, and the sum of the sizes of the density's terms."""

    density: np.ndarray  # (2, n)
    slopes: np.ndarray  # (P, 2, n)
    log_density: np.ndarray  # (2, n), -inf where not positive
    log_slopes: np.ndarray  # (P, 2, n)
    size: np.ndarray  # (2, n)


@numba.njit(forceinline=True, **FLAGS)
def spread_of(x: float, squared: float) -> tuple[float, float]:
    """(1 - exp(-2 x)) / (2 x), the share of the noise's variance that a leak leaves, and its derivative.

    ``squared`` is exp(-2 x). No branches, no loops.
    """
    y = 2.0 * x
    low = _S0 + y * (_S1 + y * (_S2 + y * (_S3 + y * (_S4 + y * (_S5 + y * (_S6 + y * (_S7 + y * _S8)))))))
    rest = y * (5.0 * _S5 + y * (6.0 * _S6 + y * (7.0 * _S7 + y * 8.0 * _S8)))
    by_y = _S1 + y * (2.0 * _S2 + y * (3.0 * _S3 + y * (4.0 * _S4 + rest)))
    value = (1.0 - squared) / y
    slope = 2.0 * (squared - value) / y
    small = abs(x) < _SMALL_LEAK
    return low if small else value, 2.0 * by_y if small else slope


@numba.njit(**FLAGS)
def spread(x: float) -> tuple[float, float]:
    """As :func:`spread_of`, for one number."""
    return spread_of(x, math.exp(-2.0 * x))


@numba.njit(forceinline=True, **FLAGS)
def origin(t, leak, lag):  # type: ignore[no-untyped-def]
    """Into ``lag`` (5,), between the start and ``t``: rho, 1 / V, 1 / sqrt(2 pi V), slopes of V and rho by the leak."""
    share, slope = spread(leak * t)
    lag[0], lag[1] = math.exp(-leak * t), 1.0 / (t * share)
    lag[2], lag[3], lag[4] = _ROOT * math.sqrt(lag[1]), t * t * slope, -t * lag[0]


@numba.njit(forceinline=True, **FLAGS)
def _term(here, lag, source, weight):  # type: ignore[no-untyped-def]
    """A source at a bound: the kernel times its weight, and the term that it is of the density, with its slopes.

    ``here`` is (sign, level, speed) of the bound that is hit; ``lag`` is rho, 1 / V and the derivatives of V and rho by
    the leak; ``source`` is (level, density) and ``weight`` that of the sum over 1 / sqrt(2 pi V). Slopes are those by
    the level, the speed and the leak (through rho and V).
    """
    sign, own, speed = here
    rho, per, by_g, rho_by_g = lag
    level, density = source
    gap = own - rho * level
    pull = gap * per
    bell = sign * weight * _exp(-0.5 * gap * pull)
    slack = speed - pull
    kernel = bell * slack
    term = kernel * density
    bell *= density
    by_level = -bell * (pull * slack + per)
    by_variance = 0.5 * (per * (pull * bell - term) - pull * by_level)
    return kernel, term, by_level, bell, by_variance * by_g - by_level * rho_by_g * level


@numba.njit(forceinline=True, **FLAGS)
def _add_at_bound(panel, at, lag, sources, weights):  # type: ignore[no-untyped-def]
    """Terms of both ``sources``, upper first, at node i of bound s; returns the slope of their sum by the leak."""
    i, s = at
    here = (1.0 - 2.0 * s, panel[_LEVEL + s * PANEL + i], panel[_SPEED + s * PANEL + i])
    upper, lower = _term(here, lag, sources[0], weights[0]), _term(here, lag, sources[1], weights[1])
    panel[_KERNEL + 2 * s * PANEL + i], panel[_KERNEL + (2 * s + 1) * PANEL + i] = upper[0], lower[0]
    panel[_TILT + 2 * s * PANEL + i], panel[_TILT + (2 * s + 1) * PANEL + i] = upper[2] * lag[0], lower[2] * lag[0]
    panel[_TOTAL + s * PANEL + i] += upper[1] + lower[1]
    panel[_SIZE + s * PANEL + i] += abs(upper[1]) + abs(lower[1])
    panel[_BY_LEVEL + s * PANEL + i] += upper[2] + lower[2]
    panel[_BY_SPEED + s * PANEL + i] += upper[3] + lower[3]
    return upper[4] + lower[4]


@numba.njit(**FLAGS)
def _add_source(panel, ends, when, sources, many):  # type: ignore[no-untyped-def]
    """Add the terms of a node, as a source at either bound, to the sums of ``many`` nodes at either bound.

    ``when`` is the time and the weight of the source; ``ends`` are the factors of the weight where a bound hits itself:
    only there is a square root at the end.
    """
    time, weight = when
    for i in range(many):
        per = 1.0 / (panel[_TIME + i] - time)
        usual = weight * _ROOT * math.sqrt(per)
        own = usual * ends[i]
        _add_at_bound(panel, (i, 0), (1.0, per, 0.0, 0.0), sources, (own, usual))
        _add_at_bound(panel, (i, 1), (1.0, per, 0.0, 0.0), sources, (usual, own))


@numba.njit(**FLAGS)
def _add_leaking(panel, ends, when, sources, leak, many):  # type: ignore[no-untyped-def]  # noqa: PLR0913, PLR0917
    """As :func:`_add_source`, with a leak."""
    time, weight = when
    for i in range(many):
        step = panel[_TIME + i] - time
        rho = _exp(-leak * step)
        share, slope = spread_of(leak * step, rho * rho)
        per = 1.0 / (step * share)
        usual = weight * _ROOT * math.sqrt(per)
        own, lag = usual * ends[i], (rho, per, step * step * slope, -step * rho)
        panel[_BY_LEAK + i] += _add_at_bound(panel, (i, 0), lag, sources, (own, usual))
        panel[_BY_LEAK + PANEL + i] += _add_at_bound(panel, (i, 1), lag, sources, (usual, own))


@numba.njit(forceinline=True, **FLAGS)
def _changes(panel, i, s, one, other):  # type: ignore[no-untyped-def]
    """What the source's slopes by ``one`` parameter and an ``other`` change at node i of bound s."""
    upper, lower = panel[_KERNEL + 2 * s * PANEL + i], panel[_KERNEL + (2 * s + 1) * PANEL + i]
    high, low = panel[_TILT + 2 * s * PANEL + i], panel[_TILT + (2 * s + 1) * PANEL + i]
    first = upper * one[0] + lower * one[1] - high * one[2] - low * one[3]
    return first, upper * other[0] + lower * other[1] - high * other[2] - low * other[3]


@numba.njit(**FLAGS)
def _add_slopes(panel, sums, one, other, many):  # type: ignore[no-untyped-def]
    """Add the source's slopes by two parameters to their ``sums``: derivatives of both densities, then of levels."""
    for i in range(many):
        upper, lower = _changes(panel, i, 0, one, other), _changes(panel, i, 1, one, other)
        sums[i] += upper[0]
        sums[PANEL + i] += lower[0]
        sums[2 * PANEL + i] += upper[1]
        sums[3 * PANEL + i] += lower[1]


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


@numba.njit(forceinline=True, **FLAGS)
def _one(edges, solution, at, origins, sums):  # type: ignore[no-untyped-def]
    """Fill in the density at node i of bound s, which is place c of a panel, and its slopes."""
    i, s, c = at
    panel, by_sources = sums
    place, speed = edges.place[s, i], edges.speed[s, i]
    since, f_moved = origins
    here = (1.0 - 2.0 * s, place, speed)
    sense, free, f_place, f_speed, f_variance, f_log_rho = free_term(here, edges.starts, since, f_moved)
    f_leak = f_variance * since[3] - f_log_rho * edges.time[i]
    start, c = sense * math.exp(free), s * PANEL + c
    total, size = start + panel[_TOTAL + c], abs(start) + panel[_SIZE + c]
    by_level, by_speed, by_leak = panel[_BY_LEVEL + c], panel[_BY_SPEED + c], panel[_BY_LEAK + c]
    solution.density[s, i], solution.size[s, i] = total, size
    for q in range(edges.d_place.shape[0]):
        faster, leaking = edges.d_speed[q, s, i], edges.d_leak[q]
        early = edges.d_place[q, s, i] * f_place + faster * f_speed + leaking * f_leak + f_moved[q]
        slope = by_sources[2 * PANEL * q + c] + start * early
        slope += edges.d_level[q, s, i] * by_level + faster * by_speed + leaking * by_leak
        solution.slopes[q, s, i] = slope
        # Where the density underflows it is the free term, and so is its logarithm.
        solution.log_slopes[q, s, i] = slope / total if free > -_UNDERFLOW else early
    solution.log_density[s, i] = free if free < -_UNDERFLOW else (math.log(total) if total > 0.0 else -np.inf)


@numba.njit(forceinline=True, **FLAGS)
def _add_node(edges, solution, j, later, leaks):  # type: ignore[no-untyped-def]
    """Add node j, which is solved, to the sums of the ``many`` later nodes."""
    panel, sums, ends, many = later
    n_slopes = edges.d_place.shape[0]
    when = (edges.time[j], edges.weight[j])
    sources = ((edges.level[0, j], solution.density[0, j]), (edges.level[1, j], solution.density[1, j]))
    if leaks:
        _add_leaking(panel, ends, when, sources, edges.leak, many)
    else:
        _add_source(panel, ends, when, sources, many)
    slopes, moved = solution.slopes, edges.d_level
    for q in range(0, n_slopes, 2):
        p = min(q + 1, n_slopes - 1)
        one = (slopes[q, 0, j], slopes[q, 1, j], moved[q, 0, j], moved[q, 1, j])
        other = (slopes[p, 0, j], slopes[p, 1, j], moved[p, 0, j], moved[p, 1, j])
        _add_slopes(panel, sums[2 * PANEL * q :], one, other, many)


@numba.njit(**FLAGS)
def march(edges: Edges) -> Passage:
    """Solve on nodes that are equidistant in the mesh variable and begin where the densities are flat zero."""
    n, n_slopes = edges.time.shape[0], edges.d_place.shape[0]
    slopes, log_slopes = np.empty((n_slopes, 2, n)), np.empty((n_slopes, 2, n))
    solution = Passage(np.empty((2, n)), slopes, np.empty((2, n)), log_slopes, np.empty((2, n)))
    since, panel, sums = np.empty(5), np.zeros(_N_ROWS * PANEL), np.zeros(2 * PANEL * (n_slopes + 1))
    ends = np.ones(n + 2 * LANES)  # by the distance from the source; LANES is the next node
    ends[LANES : LANES + END_WEIGHTS.size] = END_WEIGHTS
    moved, leaks = np.empty(n_slopes), edges.leak != 0.0 or np.any(edges.d_leak != 0.0)
    for begin in range(0, n, PANEL):
        end = min(begin + PANEL, n)
        panel[_TIME : _TIME + end - begin] = edges.time[begin:end]
        for s in range(2):
            row = s * PANEL
            panel[_LEVEL + row : _LEVEL + row + end - begin] = edges.level[s, begin:end]
            panel[_SPEED + row : _SPEED + row + end - begin] = edges.speed[s, begin:end]
        panel[_TOTAL:], sums[:] = 0.0, 0.0
        for j in range(end):
            if j >= begin:
                origin(edges.time[j], edges.leak, since)
                for s in range(2):
                    _one(edges, solution, (j, s, j - begin), (since, moved), (panel, sums))
            first = max(j + 1 - begin, 0) // LANES * LANES
            many = -(-(end - begin - first) // LANES) * LANES
            later = (panel[first:], sums[first:], ends[LANES + begin + first - j - 1 :], many)
            _add_node(edges, solution, j, later, leaks)
    return solution
