"""Exact samplers of models made of several plain diffusions: ``full_ddm`` and ``ddm_seq2_no_bias``.

Each trial of ``full_ddm`` draws its own drift, start and non-decision time; each trial of ``ddm_seq2_no_bias`` walks
two stages, one after the other. The walks are those of ``simulators.wiener``: nothing is discretised.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit

from hssm.simulators.wiener import first_passage
from hssm.spec import MISSING_CODE, SimulationOptions, Simulator


@njit(cache=True, error_model="numpy")
def _draw_full(rng, v, a, z, t, widths):  # type: ignore[no-untyped-def]
    sz, sv, st = widths
    n = v.shape[0]
    out = np.full((n, 2), MISSING_CODE)
    for i in range(n):
        inside = (sz[i] >= 0.0) & (sz[i] <= 2.0 * min(z[i], 1.0 - z[i])) & (st[i] >= 0.0) & (st[i] <= 2.0 * t[i])
        inside &= (sv[i] >= 0.0) & (z[i] > 0.0) & (z[i] < 1.0) & (a[i] > 0.0) & (a[i] < np.inf)
        drift = v[i] + sv[i] * rng.standard_normal()
        # Outside the domain there is no process to simulate, and no loop to be caught in.
        if not (inside and abs(drift) < np.inf):
            continue
        offset = sz[i] * (rng.random() - 0.5)
        below, above = 2.0 * a[i] * (z[i] + offset), 2.0 * a[i] * (1.0 - z[i] - offset)
        onset = t[i] + st[i] * (rng.random() - 0.5)
        if below > 0.0 and above > 0.0:
            tau, choice = first_passage(rng, drift, below, above)
        else:
            tau, choice = 0.0, 1 if above <= 0.0 else -1
        out[i, 0] = onset + tau
        out[i, 1] = choice
    return out


@njit(cache=True, error_model="numpy")
def _draw_stages(rng, vh, vl1, vl2, a, t):  # type: ignore[no-untyped-def]
    n = a.shape[0]
    out = np.full((n, 2), MISSING_CODE)
    for i in range(n):
        fastest = max(abs(vh[i]), abs(vl1[i]), abs(vl2[i]))
        if not (a[i] > 0.0 and a[i] < np.inf and fastest < np.inf):
            continue
        tau1, first = first_passage(rng, vh[i], a[i], a[i])
        tau2, second = first_passage(rng, vl1[i] if first < 0 else vl2[i], a[i], a[i])
        out[i, 0] = t[i] + tau1 + tau2
        out[i, 1] = (2 if first > 0 else 0) + (1 if second > 0 else 0)
    return out


def _vectors(theta: Mapping[str, np.ndarray], *names: str) -> list[np.ndarray]:
    return [np.ascontiguousarray(theta[name], dtype=np.float64) for name in names]


def _draw_full_ddm(rng: np.random.Generator, theta: Mapping[str, np.ndarray], _: SimulationOptions) -> np.ndarray:
    return _draw_full(rng, *_vectors(theta, "v", "a", "z", "t"), tuple(_vectors(theta, "sz", "sv", "st")))


def _draw_two_stages(rng: np.random.Generator, theta: Mapping[str, np.ndarray], _: SimulationOptions) -> np.ndarray:
    return _draw_stages(rng, *_vectors(theta, "vh", "vl1", "vl2", "a", "t"))


FULL_DDM = Simulator(draw=_draw_full_ddm, exact=True)
"""Exact responses of ``full_ddm``; rows of ``MISSING_CODE`` where a parameter is outside its domain."""

DDM_SEQ2_NO_BIAS = Simulator(draw=_draw_two_stages, exact=True)
"""Exact responses of ``ddm_seq2_no_bias``, codes 0 to 3: 2 x (first stage up) + (second stage up)."""
