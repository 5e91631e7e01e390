"""Compiled density of the diffusion model with all three variabilities: value and gradient of one trial.

The fast path of ``wiener_variability.py``, which says what is computed. Here the numbers of nodes follow the
trial: a narrow panel, or one over which the density hardly changes, needs few. Nodes are laid out in flat scratch
arrays, so that LLVM vectorises the loop over them.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from hssm.densities.path import FOREVER, NARROWEST_BOUNDS, SOONEST
from hssm.densities.quadrature import REACH, SHORTEST_SHARE, unit_rule
from hssm.densities.special import elementary
from hssm.densities.special.first_passage import ell
from hssm.densities.special.numba_backend import fingerprint, kernel

_MOST_TIMES, _MOST_STARTS = 48, 24
_LEAST_VARIANCE = 1e-290
N_NUMBERS = 8
"""Value and seven derivatives."""

_FIELDS = 15
_T, _PLACE, _W, _WC, _LOG, _BY_W, _BY_SZ, _ADD_W, _ADD_SZ, _F, _F_T, _F_DRIFT, _F_A, _F_W, _F_SV = range(_FIELDS)

_ell_jet, _exp, _log = kernel(ell, 1), elementary.exp, elementary.log


def _rules(most: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.zeros((most + 1, most)), np.zeros((most + 1, most))
    for n in range(1, most + 1):
        nodes[n, :n], weights[n, :n] = unit_rule(n)
    return nodes, weights


_NODES, _WEIGHTS = _rules(_MOST_TIMES)
_LOG_WEIGHTS = np.log(np.where(_WEIGHTS > 0.0, _WEIGHTS, 1.0))
_FLAGS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract", "reassoc", "nsz"}}


@numba.njit(**_FLAGS)
def _count(change: float, length: float, most: int) -> int:
    """Nodes for a panel over which the log density changes by ``change``, ``length`` e-folds of time long."""
    return min(most, int(5.0 + 2.7 * math.sqrt(min(change, 400.0)) + 1.5 * min(length, 50.0)))


@numba.njit(**_FLAGS)
def _earliest(longest: float, nearest: float, drift: float, sv: float) -> float:
    """As ``quadrature.earliest``, for one trial."""
    if nearest <= 0.0:
        return SHORTEST_SHARE * longest
    squared, variance = nearest * nearest, sv * sv
    peak = min(longest, squared / (1.5 + math.sqrt(2.25 + drift * drift * squared)))
    crossed = 2.0 * abs(drift) * nearest if sv > 0.0 else 0.0
    cut = 1.0 / (1.0 / peak + (REACH + 10.0 + drift * drift * peak + crossed) / squared)
    return max(2.0 * cut / (1.0 + math.sqrt(1.0 + 4.0 * variance * cut)), SHORTEST_SHARE * longest)


@numba.njit(**_FLAGS)
def _lay_starts(x, n, trial, time):  # type: ignore[no-untyped-def]
    """Fill in the nodes over the starts for one time; returns how many there are then."""
    t, place, log_weight = time
    drift, distance, w, wc, sz, sv = trial
    centre = -drift * t / distance
    variance = max(t * (1.0 + sv * sv * t) / (distance * distance), _LEAST_VARIANCE)
    low, high = w - 0.5 * sz, w + 0.5 * sz
    nearest = min(max(centre, low), high)
    # Starts matter up to so far from the nearest one; far from all of them that is a small difference of large numbers.
    away = abs(nearest - centre)
    reach = REACH * variance / (away + math.sqrt(away * away + REACH * variance))
    cut_low, cut_high = reach < nearest - low, reach < high - nearest
    left, right = min(reach, nearest - low), min(reach, high - nearest)
    wide, most = left + right, max(left, right)
    count = 1
    if wide > 0.0:
        change = most * (2.0 * away + most) / (2.0 * variance)
        # Close to the opposite bound the density falls off within t / (2 distance), as exp(-2 wc distance^2 / t).
        steep = 2.0 * distance * distance / t
        rise = 0.5 * right * (2.0 * (nearest - centre) + right) / variance
        if steep * (1.0 - (nearest + right)) + rise < 0.5 * REACH:
            change += min(steep * wide, 0.5 * REACH)
        count = _count(change, 2.0 * wide, _MOST_STARTS)
    cut = cut_low or cut_high
    shift = nearest - w + 0.5 * (right - left) if cut else 0.0
    keep_low, keep_high = 0.0 if cut_low else 1.0, 0.0 if cut_high else 1.0
    add_w = (keep_high - keep_low) / wide if cut else 0.0
    add_sz = 0.5 * (keep_high + keep_low) / wide - 1.0 / sz if cut else 0.0
    scale = log_weight + (math.log(wide / sz) if cut else 0.0)
    for j in range(count):
        y = _NODES[count, j]
        offset = shift + wide * (y - 0.5)
        x[_T, n], x[_PLACE, n], x[_W, n], x[_WC, n] = t, place, w + offset, wc - offset
        x[_LOG, n] = scale + _LOG_WEIGHTS[count, j]
        x[_BY_W, n] = (1.0 - y) * keep_low + y * keep_high
        x[_BY_SZ, n] = 0.5 * (y * keep_high - (1.0 - y) * keep_low)
        x[_ADD_W, n], x[_ADD_SZ, n] = add_w, add_sz
        n += 1
    return n


@numba.njit(**_FLAGS)
def _evaluate_nodes(x, n, drift, distance, sv):  # type: ignore[no-untyped-def]
    """Log density of ``ddm_sdv`` times the weight, and its derivatives, at every node."""
    area, variance, log_area = 1.0 / (distance * distance), sv * sv, 2.0 * _log(distance)
    for i in range(n):
        t, w = x[_T, i], x[_W, i]
        value, by_u, by_w = _ell_jet(t * area, w, x[_WC, i])
        spread = 1.0 + variance * t
        inverse, length = 1.0 / spread, distance * w
        exponent = (variance * length * length - 2.0 * drift * length - drift * drift * t) * inverse
        pull = (variance * length - drift) * inverse
        x[_F, i] = value + 0.5 * (exponent - _log(spread)) - log_area + x[_LOG, i]
        x[_F_T, i] = by_u * area - 0.5 * (drift * drift + variance * (1.0 + exponent)) * inverse
        x[_F_DRIFT, i] = -(length + drift * t) * inverse
        x[_F_A, i] = (pull * length - 2.0 * by_u * t * area - 2.0) / distance
        x[_F_W, i] = by_w + pull * distance
        x[_F_SV, i] = sv * (length * length - t * (1.0 + exponent)) * inverse


@numba.njit(**_FLAGS)
def _sum_nodes(x, n, out):  # type: ignore[no-untyped-def]
    """Log of the sum over the nodes, and the means of the derivatives."""
    top = -np.inf
    for i in range(n):
        top = max(top, x[_F, i])
    if not top > -np.inf:
        out[0], out[1:] = -np.inf, 0.0
        return
    total, by_t, by_place, by_drift, by_a, by_w, by_sz, by_sv = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        p = _exp(x[_F, i] - top)
        total += p
        by_t += p * x[_F_T, i]
        by_place += p * x[_PLACE, i] * x[_F_T, i]
        by_drift += p * x[_F_DRIFT, i]
        by_a += p * x[_F_A, i]
        by_w += p * (x[_BY_W, i] * x[_F_W, i] + x[_ADD_W, i])
        by_sz += p * (x[_BY_SZ, i] * x[_F_W, i] + x[_ADD_SZ, i])
        by_sv += p * x[_F_SV, i]
    out[0] = top + _log(total)
    out[1], out[2], out[3], out[4] = by_t / total, by_drift / total, by_a / total, by_w / total
    out[5], out[6], out[7] = by_sz / total, by_sv / total, by_place / total


@numba.njit(**_FLAGS)
def _average(x, tau, st, trial, out):  # type: ignore[no-untyped-def]
    """Log density of a trial inside the domain into ``out`` (N_NUMBERS,), by way of the scratch array ``x``."""
    drift, distance, w, _, sz, sv = trial
    late, early = tau + 0.5 * st, tau - 0.5 * st
    nearest = distance * max(w - 0.5 * sz, 0.0)
    cut = early
    if st > 0.0:
        cut = _earliest(late, nearest, drift, sv)
    truncated = cut > early
    first = cut if truncated else early
    growth, n_times, length = (late - first) / first, 1, 0.0
    if growth > 0.0:
        length = math.log1p(growth)
        start = distance * w
        rate = 0.5 * (drift * drift + 10.0 / (distance * distance))
        n_times = _count(0.5 * start * start * (1.0 / first - 1.0 / late) + rate * (late - first), length, _MOST_TIMES)
    scale = math.log((late - first) / st) if truncated else 0.0
    n = 0
    for i in range(n_times):
        s = _NODES[n_times, i]
        place = math.expm1(length * s) / growth if growth > 1e-12 else s
        t = first + (late - first) * place
        density = length * t / (late - first) if growth > 1e-12 else 1.0
        log_weight = scale + math.log(density * _WEIGHTS[n_times, i])
        n = _lay_starts(x, n, trial, (t, place, log_weight))
    _evaluate_nodes(x, n, drift, distance, sv)
    _sum_nodes(x, n, out)
    if truncated:
        by_place, add = out[7], 1.0 / (late - first)
        out[1], out[7] = by_place + add, 0.5 * (by_place + add) - 1.0 / st
    else:
        out[7] -= 0.5 * out[1]


def _compile_loop(version: str) -> Any:
    # Numba keys its cache on disk by this file and by what the loop closes over: ``version`` is the kernels' text.
    @numba.njit(cache=True, **_FLAGS)
    def loop(columns, out):
        scratch = np.empty((_FIELDS, _MOST_TIMES * _MOST_STARTS))
        jet = np.empty(N_NUMBERS)
        for i in range(out.shape[1] if version else 0):
            rt, response, v, a = columns[0, i], columns[1, i], columns[2, i], columns[3, i]
            z, t, sz, sv, st = columns[4, i], columns[5, i], columns[6, i], columns[7, i], columns[8, i]
            valid = (a > NARROWEST_BOUNDS) & (a < np.inf) & (z > 0.0) & (z < 1.0) & (abs(v) < np.inf)
            valid &= (t >= 0.0) & (sv >= 0.0) & (sv < np.inf)
            valid &= (sz >= 0.0) & (sz <= 2.0 * min(z, 1.0 - z)) & (st >= 0.0) & (st <= 2.0 * t)
            tau = rt - t
            if not (valid & (tau + 0.5 * st > SOONEST) & (tau < FOREVER)):
                out[0, i], out[1:, i] = -np.inf, 0.0
                continue
            sign, w, wc = (-1.0, 1.0 - z, z) if response > 0 else (1.0, z, 1.0 - z)
            _average(scratch, tau, st, (sign * v, 2.0 * a, w, wc, sz, sv), jet)
            out[:, i] = jet
            out[2, i] *= sign
            out[3, i] *= 2.0
            out[4, i] *= sign

    return loop


loop = _compile_loop(ell.fingerprint + fingerprint())
"""``loop(columns, out)``: trials in, (9, n) rt, response, v, a, z, t, sz, sv, st; log densities and derivatives out,
(8, n): the value, then with respect to rt, v, a, z, sz, sv, st."""
