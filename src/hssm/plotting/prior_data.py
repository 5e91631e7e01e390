"""Draws of the prior on the natural scale -> densities to draw; nothing here draws.

Priors of simple parameters are drawn as they are. Other densities are estimated where the parameter's bounds are at
infinity (on its log or generalised logit) and carried back, so that none of it leaks over a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bambi as bmb
import numpy as np
from scipy.stats import gaussian_kde

from hssm.inference.prior_natural import ANY_MEMBER, QUANTILES, natural_prior
from hssm.parameters.link import link_for_bounds
from hssm.parameters.quantiles import density, frozen_distribution, quantile
from hssm.seeds import as_generator
from hssm.spec import Bounds, ResolvedParam
from hssm.suggest import close_matches

N_POINTS = 400
SHOWN = (0.002, 0.975)
"""Quantiles between which an unbounded side is shown; heavy tails would squeeze everything else."""

TRIMMED = 0.001
"""Share of the draws on each side beyond which the curve ends: near a bound the noise of so few would be magnified."""

SMOOTHING = 1.4
"""Bandwidth in units of Scott's rule: priors are smooth, and draws of them few."""

ENDS = (0.0005, 0.9995)
"""Quantiles at which the curve of a known density ends."""


@dataclass(frozen=True, slots=True)
class PriorCurve:
    """One parameter for one kind of member: its density, and the median between the ends of the 90 % interval."""

    parameter: str
    of: str
    x: np.ndarray
    density: np.ndarray
    quantiles: tuple[float, float, float]

    @property
    def is_any_member(self) -> bool:
        return self.of == ANY_MEMBER


def prior_curves(model: Any, parameters: Sequence[str] | None, draws: int, random_state: Any) -> list[PriorCurve]:
    """Curves of all free parameters, or of those named, in the model's order.

    Raises
    ------
    ValueError
        A parameter that the model does not have, or that is fixed.
    """
    free = [name for name, param in model.params.items() if not param.is_fixed]
    wanted = [parameters] if isinstance(parameters, str) else parameters
    for name in wanted or ():
        if name not in free:
            raise ValueError(f"{name!r} is no free parameter.{close_matches(name, free)} Free: {', '.join(free)}.")
    found = natural_prior(model.built, draws, as_generator(random_state))
    return [
        _curve(key, values, model.params[key[0]]) for key, values in found.items() if wanted is None or key[0] in wanted
    ]


def _curve(key: tuple[str, str], values: np.ndarray, param: ResolvedParam) -> PriorCurve:
    known = None if param.is_regression else known_density(param.prior)
    x, height = bounded_density(values, param.bounds) if known is None else known
    low, median, high = (float(value) for value in np.quantile(values, QUANTILES))
    return PriorCurve(*key, x, height, (low, median, high))


def known_density(prior: bmb.Prior) -> tuple[np.ndarray, np.ndarray] | None:
    """Points and the density there, (n_points,) each, of a prior that has a formula and no hyperpriors."""
    if any(isinstance(value, bmb.Prior) for value in prior.args.values()) or frozen_distribution(prior) is None:
        return None
    low, high = (float(quantile(prior, q)) for q in ENDS)
    x = np.linspace(low, high, N_POINTS)
    height = density(prior, x)
    return None if height is None or not np.all(np.isfinite(height)) else (x, height)


def bounded_density(values: np.ndarray, bounds: Bounds) -> tuple[np.ndarray, np.ndarray]:
    """Points within the bounds and the density of draws there, (n_points,) each."""
    link: Any = link_for_bounds(bounds)
    inside = values[(values > bounds[0]) & (values < bounds[1])]
    if np.ptp(inside) == 0.0:
        return inside[:1], np.ones(1)
    eta = link.link(inside)
    kernel = gaussian_kde(eta, bw_method=lambda estimate: SMOOTHING * estimate.scotts_factor())
    low, high = (float(end) for end in np.quantile(eta, [TRIMMED, 1 - TRIMMED]))
    grid = np.linspace(low, high, N_POINTS)
    x = link.linkinv(grid)
    return x, kernel(grid) / np.gradient(x, grid)


def shown_range(curves: Sequence[PriorCurve], bounds: Bounds) -> tuple[float, float]:
    """Where the axis of a parameter begins and ends: where its curves have nearly all their mass."""
    ends = []
    for curve in curves:
        mass = np.cumsum(curve.density * np.gradient(curve.x)) if len(curve.x) > 1 else np.ones(1)
        mass = mass / mass[-1]
        low, high = SHOWN if np.isfinite(bounds[0]) else (1 - SHOWN[1], SHOWN[1])
        ends.append([float(curve.x[np.searchsorted(mass, q)]) for q in (low, high)])
    lower, upper = min(low for low, _ in ends), max(high for _, high in ends)
    if np.isfinite(bounds[0]) and lower - bounds[0] < 0.25 * (upper - lower):
        lower = bounds[0]
    if np.isfinite(bounds[1]) and bounds[1] - upper < 0.25 * (upper - lower):
        upper = bounds[1]
    return (lower, upper) if upper > lower else (lower - 0.5, lower + 0.5)
