"""NumPy versions of the diffusion densities, for black-box likelihoods: no graph, no gradient.

The same kernels as in ``wiener.py``, called in a compiled loop over trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hssm.densities.path import FOREVER, NARROWEST_BOUNDS
from hssm.densities.special import elementary
from hssm.densities.special.first_passage import ell
from hssm.densities.special.numba_backend import fingerprint, kernel

_ell_jet, _log = kernel(ell, 1), elementary.log


def _compile_loop(version: str) -> Any:
    # Numba keys its cache on disk by this file and by what the loop closes over: ``version`` is the kernels' text.
    @numba.njit(cache=True, error_model="numpy", fastmath={"contract"})
    def loop(columns, out):
        if not version:
            return
        for i in range(out.size):
            rt, response, v, a = columns[0, i], columns[1, i], columns[2, i], columns[3, i]
            z, t, sv = columns[4, i], columns[5, i], columns[6, i]
            tau, distance, upper = rt - t, 2.0 * a, response > 0
            w, wc = (1.0 - z if upper else z), (z if upper else 1.0 - z)
            drift, variance = (-v if upper else v), sv * sv
            spread, length = 1.0 + variance * tau, distance * w
            exponent = variance * length * length - 2.0 * drift * length - drift * drift * tau
            value = _ell_jet(tau / (distance * distance), w, wc)[0] + 0.5 * exponent / spread
            value -= 0.5 * _log(spread) + 2.0 * _log(distance)
            inside = (tau > 0.0) & (tau < FOREVER) & (a > NARROWEST_BOUNDS) & (z > 0.0) & (z < 1.0)
            out[i] = value if inside & (t >= 0.0) & (sv >= 0.0) else -np.inf

    return loop


_loop = _compile_loop(ell.fingerprint + fingerprint())


def trial_columns(data: ArrayLike, parameters: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Response time, response and parameters of every trial, (2 + n_parameters, n_trials).

    Raises
    ------
    ValueError
        ``data`` is not an (n_trials, 2) array.
    """
    rows = np.asarray(data, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 2:
        raise ValueError(f"data must be an (n_trials, 2) array of rt and response; its shape is {rows.shape}.")
    columns = np.empty((2 + len(parameters), len(rows)))
    columns[:2] = rows.T
    for column, parameter in zip(columns[2:], parameters, strict=True):
        column[:] = parameter
    return columns


def ddm_sdv_blackbox(
    data: ArrayLike, v: ArrayLike, a: ArrayLike, z: ArrayLike, t: ArrayLike, sv: ArrayLike
) -> NDArray[np.float64]:
    """Log density of the diffusion model with drift variability, for every trial.

    Parameters
    ----------
    data : (n_trials, 2)
        Response time in seconds, and response, -1 or +1.
    v, a, z, t, sv : scalar or (n_trials,)
        Drift, half the distance between the bounds, relative start, non-decision time in seconds, standard
        deviation of the drift between trials.

    Returns
    -------
    (n_trials,) array
        -inf outside the domain.
    """
    columns = trial_columns(data, (v, a, z, t, sv))
    out = np.empty(columns.shape[1])
    _loop(columns, out)
    return out


def ddm_blackbox(data: ArrayLike, v: ArrayLike, a: ArrayLike, z: ArrayLike, t: ArrayLike) -> NDArray[np.float64]:
    """Log density of the diffusion model, for every trial; as :func:`ddm_sdv_blackbox` with ``sv`` = 0."""
    return ddm_sdv_blackbox(data, v, a, z, t, 0.0)
