"""Distribution of ``ddm`` and ``ddm_sdv`` responses by numerical integration, for comparison with samplers.

Written for certainty, not speed, and sharing nothing with the package: the density by image and sine series
with many terms (Feller 1968; drift variability after Tuerlinckx 2004), integrated on a fine logarithmic grid.
"""

from collections.abc import Mapping

import numpy as np
from scipy.integrate import cumulative_trapezoid

N_TERMS = 60
N_GRID = 20_001
SWITCH = 0.4


def _log_driftless(u: np.ndarray, w: float) -> np.ndarray:
    """Log density of the first passage of driftless Brownian motion from w in (0, 1) through 0."""
    k = np.arange(-N_TERMS, N_TERMS + 1)
    with np.errstate(all="ignore"):
        images = (w + 2 * k) * np.exp(-((w + 2 * k) ** 2 - w**2) / (2 * u[:, None]))
        small = -(w**2) / (2 * u) - 0.5 * np.log(2 * np.pi * u**3) + np.log(images.sum(1))
        n = np.arange(1, N_TERMS + 1)
        waves = n * np.sin(n * np.pi * w) * np.exp(-(n**2 - 1) * np.pi**2 * u[:, None] / 2)
        large = np.log(np.pi) - np.pi**2 * u / 2 + np.log(waves.sum(1))
    return np.where(u < SWITCH, small, large)


def density(tau: np.ndarray, choice: int, theta: Mapping[str, float]) -> np.ndarray:
    """Joint density of choice and decision time."""
    v, z = (theta["v"], theta["z"]) if choice < 0 else (-theta["v"], 1 - theta["z"])
    width, sv = 2 * theta["a"], theta.get("sv", 0.0)
    spread = 1 + sv**2 * tau
    exponent = ((sv * width * z) ** 2 - 2 * v * width * z - v**2 * tau) / (2 * spread)
    driftless = _log_driftless(tau / width**2, z)
    return np.exp(driftless - 2 * np.log(width) - 0.5 * np.log(spread) + exponent)


class Reference:
    """Choice probabilities and conditional distribution functions at one parameter point."""

    def __init__(self, theta: Mapping[str, float]) -> None:
        nearest = 2 * theta["a"] * min(theta["z"], 1 - theta["z"])
        self._t = theta["t"]
        self._tau = np.geomspace(nearest**2 / 200, 100 * theta["a"] ** 2, N_GRID)
        # d tau = tau d log tau
        self._mass = {
            choice: cumulative_trapezoid(density(self._tau, choice, theta) * self._tau, np.log(self._tau), initial=0.0)
            for choice in (-1, 1)
        }

    def probability(self, choice: int) -> float:
        return float(self._mass[choice][-1])

    def cdf(self, rt: np.ndarray, choice: int) -> np.ndarray:
        """P(rt' <= rt | choice)."""
        return np.interp(rt - self._t, self._tau, self._mass[choice], left=0.0) / self.probability(choice)
