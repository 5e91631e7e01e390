"""A response of a diffusion between two bounds, seen from the bound that was hit.

The densities of the diffusion family (``wiener.py``, ``linear_bounds.py``, ...) start here: decision time, distances
and drift such that every response is one at the lower bound, with harmless numbers where the trial is impossible.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.spec import Named

NARROWEST_BOUNDS = 1e-10
"""Bounds closer than this count as touching: the density is zero long before, and a^2 is still a number."""

SOONEST = 1e-60
"""Decision times up to here (s) count as not begun: slopes grow as 1 / tau^2 and would overflow."""

FOREVER = 2.0**50
"""Decision time in seconds that stands for infinity in distribution functions; exact in float32, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A response seen from the lower bound; harmless numbers stand in where ``valid`` or ``started`` is false."""

    valid: TensorVariable
    started: TensorVariable
    finite: TensorVariable
    tau: TensorVariable
    distance: TensorVariable
    w: TensorVariable
    wc: TensorVariable
    drift: TensorVariable

    @property
    def inside(self) -> TensorVariable:
        return self.valid & self.started & self.finite

    @property
    def u(self) -> TensorVariable:
        return self.tau / (self.distance * self.distance)


def path_to(observed: Named, theta: Named, upper: TensorVariable) -> Path:
    """The path seen from one bound: the upper where ``upper`` holds."""
    v, a, z, t = (pt.as_tensor_variable(theta[name]) for name in ("v", "a", "z", "t"))
    tau = pt.as_tensor_variable(observed["rt"]) - t
    wide = pt.gt(a, NARROWEST_BOUNDS)
    started, finite = pt.gt(tau, SOONEST), pt.lt(tau, FOREVER)
    return Path(
        valid=wide & pt.gt(z, 0) & pt.lt(z, 1) & pt.ge(t, 0),
        started=started,
        finite=finite,
        tau=pt.switch(started, pt.switch(finite, tau, FOREVER), 1.0),
        distance=pt.switch(wide, 2.0 * a, 1.0),
        w=pt.switch(upper, 1.0 - z, z),
        wc=pt.switch(upper, z, 1.0 - z),
        drift=pt.switch(upper, -v, v),
    )


def responded(observed: Named, theta: Named) -> Path:
    """The path to the bound that was hit."""
    return path_to(observed, theta, pt.gt(observed["response"], 0))
