"""Trials put together by their parameters, so that an equation is solved once for all trials that share them."""

from __future__ import annotations

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS


@numba.njit(**FLAGS)
def same(trials, first, i, j) -> bool:  # type: ignore[no-untyped-def]
    """Whether two trials, columns of ``trials``, have the same parameters, which are the rows from ``first`` on."""
    for q in range(first, trials.shape[0]):  # noqa: SIM110  (numba has no generators here)
        if trials[q, i] != trials[q, j]:
            return False
    return True


@numba.njit
def grouped(trials, first):  # type: ignore[no-untyped-def]
    """Trials in an order in which those with the same parameters follow each other."""
    n = trials.shape[1]
    alike = True
    for i in range(1, n):
        if not same(trials, first, 0, i):
            alike = False
            break
    if alike:
        return np.arange(n)
    bits, keys = trials.view(np.uint64), np.empty(n, np.uint64)
    for i in range(n):
        key = np.uint64(1469598103934665603)
        for q in range(first, trials.shape[0]):
            key = (key ^ bits[q, i]) * np.uint64(1099511628211)
            key ^= key >> np.uint64(29)
        keys[i] = key
    return np.argsort(keys, kind="mergesort")
