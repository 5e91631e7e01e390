"""Diffusion between two constant bounds: densities of ``ddm`` and ``ddm_sdv``.

Elementwise PyTensor algebra around one special function, ``special.first_passage.ell``. Columns and parameters come by
name and broadcast. Notation: A = 2a is the distance between the bounds, tau = rt - t the
decision time, (w, nu) = (z, v) for a lower and (1 - z, -v) for an upper response, so that every response
is one at the lower bound. Ratcliff (1978), https://doi.org/10.1037/0033-295X.85.2.59; Tuerlinckx (2004),
https://doi.org/10.3758/BF03206552 for the drift integrated out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import masked
from hssm.densities.special.first_passage import ell
from hssm.densities.special.logarithms import safe_log
from hssm.spec import Density, Named


@dataclass(frozen=True, kw_only=True, slots=True)
class _Path:
    """A response seen from the lower bound; harmless numbers stand in where ``inside`` is false."""

    inside: TensorVariable
    tau: TensorVariable
    distance: TensorVariable
    w: TensorVariable
    wc: TensorVariable
    drift: TensorVariable

    @property
    def u(self) -> TensorVariable:
        return self.tau / (self.distance * self.distance)


def _path(observed: Named, theta: Named) -> _Path:
    v, a, z, t = (pt.as_tensor_variable(theta[name]) for name in ("v", "a", "z", "t"))
    tau = pt.as_tensor_variable(observed["rt"]) - t
    upper = pt.gt(observed["response"], 0)
    valid = pt.gt(a, 0) & pt.gt(z, 0) & pt.lt(z, 1) & pt.ge(t, 0)
    inside = valid & pt.gt(tau, 0) & pt.lt(tau, np.inf)
    return _Path(
        inside=inside,
        tau=pt.switch(inside, tau, 1.0),
        distance=pt.switch(pt.gt(a, 0), 2.0 * a, 1.0),
        w=pt.switch(upper, 1.0 - z, z),
        wc=pt.switch(upper, z, 1.0 - z),
        drift=pt.switch(upper, -v, v),
    )


def ddm_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of response time and response of the diffusion model.

    Parameters
    ----------
    observed
        ``rt`` in seconds and ``response``, -1 (lower) or +1 (upper bound).
    theta
        ``v`` drift, ``a`` half the distance between the bounds, ``z`` relative start in (0, 1),
        ``t`` non-decision time in seconds.

    Returns
    -------
    TensorVariable
        -inf outside the domain, with zero gradient.
    """
    path = _path(observed, theta)
    travel = path.drift * path.distance * path.w + 0.5 * path.drift * path.drift * path.tau
    return masked(path.inside, ell(path.u, path.w, path.wc) - travel - 2.0 * safe_log(path.distance))


def ddm_sdv_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of the diffusion model whose drift varies between trials, N(v, sv^2).

    As :func:`ddm_log_density`, with ``sv`` >= 0 in ``theta``.
    """
    path = _path(observed, theta)
    sv = pt.as_tensor_variable(theta["sv"])
    variance = sv * sv
    spread = 1.0 + variance * path.tau
    length = path.distance * path.w
    exponent = variance * length * length - 2.0 * path.drift * length - path.drift * path.drift * path.tau
    value = ell(path.u, path.w, path.wc) + 0.5 * (exponent / spread - safe_log(spread)) - 2.0 * safe_log(path.distance)
    return masked(path.inside & pt.ge(sv, 0), value)


DDM = Density(log_density=ddm_log_density)
DDM_SDV = Density(log_density=ddm_sdv_log_density)
