"""NumPy versions of the densities of ``angle`` and ``full_ddm``, for black-box likelihoods: no graph, no gradient.

The same kernels as in ``linear_bounds.py`` and ``variability_op.py``, called in a compiled loop over trials.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hssm.densities import variability_kernel
from hssm.densities.blackbox import trial_columns
from hssm.densities.path import FOREVER, NARROWEST_BOUNDS
from hssm.densities.special import elementary
from hssm.densities.special.first_passage import ell
from hssm.densities.special.numba_backend import fingerprint, kernel
from hssm.densities.special.tangent import tangent

_ell_jet, _tangent_jet, _log = kernel(ell, 1), kernel(tangent, 1), elementary.log


def _compile_loop(version: str) -> Any:
    # Numba keys its cache on disk by this file and by what the loop closes over: ``version`` is the kernels' text.
    @numba.njit(cache=True, error_model="numpy", fastmath={"contract"})
    def loop(columns, out):
        if not version:
            return
        for i in range(out.size):
            rt, response, v, a = columns[0, i], columns[1, i], columns[2, i], columns[3, i]
            z, t, theta = columns[4, i], columns[5, i], columns[6, i]
            tau, distance, upper = rt - t, 2.0 * a, response > 0
            slope = _tangent_jet(theta)[0]
            left = 1.0 - 2.0 * slope * tau / distance
            w, wc = (1.0 - z if upper else z), (z if upper else 1.0 - z)
            drift = -v if upper else v
            approach = drift - slope
            tilt = distance * w * (slope * wc - drift) - 0.5 * approach * approach * tau
            value = _ell_jet(tau / (distance * distance * left), w, wc)[0] + tilt
            value -= 2.0 * _log(distance) + 1.5 * _log(left)
            inside = (tau > 0.0) & (tau < FOREVER) & (a > NARROWEST_BOUNDS) & (z > 0.0) & (z < 1.0) & (t >= 0.0)
            inside &= (left > 0.0) & (abs(theta) < 0.5 * np.pi)
            out[i] = value if inside else -np.inf

    return loop


_angle_loop = _compile_loop(ell.fingerprint + tangent.fingerprint + fingerprint())


def angle_blackbox(
    data: ArrayLike, v: ArrayLike, a: ArrayLike, z: ArrayLike, t: ArrayLike, theta: ArrayLike
) -> NDArray[np.float64]:
    """Log density of the diffusion model with linearly moving bounds, for every trial.

    Parameters
    ----------
    data : (n_trials, 2)
        Response time in seconds, and response, -1 or +1.
    v, a, z, t, theta : scalar or (n_trials,)
        Drift, half the initial distance between the bounds, relative start, non-decision time in seconds, angle in
        radians by which the bounds close in.

    Returns
    -------
    (n_trials,) array
        -inf outside the domain and once the bounds have met.
    """
    columns = trial_columns(data, (v, a, z, t, theta))
    out = np.empty(columns.shape[1])
    _angle_loop(columns, out)
    return out


def full_ddm_blackbox(
    data: ArrayLike,
    v: ArrayLike,
    a: ArrayLike,
    z: ArrayLike,
    t: ArrayLike,
    sz: ArrayLike,
    sv: ArrayLike,
    st: ArrayLike,
) -> NDArray[np.float64]:
    """Log density of the diffusion model with all variabilities, for every trial.

    Parameters
    ----------
    data : (n_trials, 2)
        Response time in seconds, and response, -1 or +1.
    v, a, z, t, sz, sv, st : scalar or (n_trials,)
        Drift, half the distance between the bounds, relative start, non-decision time in seconds; full width of the
        start, standard deviation of the drift, full width of the non-decision time between trials.

    Returns
    -------
    (n_trials,) array
        -inf outside the domain.
    """
    columns = trial_columns(data, (v, a, z, t, sz, sv, st))
    out = np.empty((variability_kernel.N_NUMBERS, columns.shape[1]))
    variability_kernel.loop(columns, out)
    return out[0]
