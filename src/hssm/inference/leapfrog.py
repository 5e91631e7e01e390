"""Leapfrog steps of PyMC's NUTS that survive a slope without end.

A density may have a cusp. Where starting points reach a boundary, that of a diffusion rises like a square root at the
onset of the decision, as that of a Poisson counter of one event and a half; with lapses to fall back on, its logarithm
has any slope there, though it hardly changes. A step that happens to end on such a place sends a chain off, which
counts as a divergence. Here the slope that moves the chain has an upper limit.
Leapfrog steps are reversible and keep volumes with any force that is a function of the place alone, and energies are
those of the true density, so draws follow the same distribution; only steps at such places differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pymc.step_methods.hmc.integration import CpuLeapfrogIntegrator

STEEPEST = 10.0
"""Largest slope, in units of what a Gaussian with the covariance of the metric has on average."""


class LimitedIntegrator(CpuLeapfrogIntegrator):
    """As PyMC's, with slopes of at most ``STEEPEST`` once warm-up is over: before, chains may be far away.

    Parameters
    ----------
    step : pm.NUTS
        The step whose trajectories it integrates.
    """

    def __init__(self, step: Any) -> None:
        super().__init__(step.potential, step._logp_dlogp_func)
        self._step_method = step
        self._unlimited: Any = self.__dict__["_logp_dlogp_func"]
        self._logp_dlogp_func: Any = self._limited

    def _limited(self, q: np.ndarray, point_map_info: Any) -> tuple[Any, np.ndarray]:
        value, slope = self._unlimited(q, point_map_info)
        if self._step_method.tune:
            return value, slope
        return value, limited(slope, self._potential.velocity(slope))


def limited(slope: np.ndarray, whitened: np.ndarray) -> np.ndarray:
    """A slope, shortened where it is steeper than ``STEEPEST``.

    Parameters
    ----------
    slope : (n,) array
        Of a log density.
    whitened : (n,) array
        The covariance of the metric times the slope.
    """
    steepness = np.sqrt(max(slope.dot(whitened), 0.0) / len(slope))
    return slope if not steepness > STEEPEST else slope * (STEEPEST / steepness)
