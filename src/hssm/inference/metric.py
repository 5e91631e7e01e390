"""The metric of PyMC's NUTS, begun with what the quick fit knows about the posterior's shape.

Warm-up usually spends most of its time before the first estimate of the posterior's scales, in long trajectories
through a space that is a hundred times narrower in one direction than in another. Here the sampler moves in
coordinates that the Gaussian approximation of the quick fit makes round, correlations included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hssm.bambi_bridge.compat import Term
from hssm.bambi_bridge.partial import PartialCentering
from hssm.bambi_bridge.quick_fit import HALF_STEP, Effects
from hssm.bambi_bridge.transforms import unconstrain_draws
from hssm.inference.potential import DensePotential, RoundedPotential
from hssm.parameters.coordinates import Bent, BentSquare, Tangent
from hssm.spec import BuiltModel

MOST_DENSE = 20
"""Numbers up to which warm-up adapts correlations too, where there are widths between trials: their ridges are bent,
so that the quick fit's Gaussian knows little of them. Elsewhere it is better than a few hundred draws."""

WIDTHS = (Bent, BentSquare)
RIDGES = (*WIDTHS, Tangent)
"""Coordinates of parameters that others make up for, along ridges that no coordinate makes wholly straight."""


def moves_in(built: BuiltModel, coordinates: tuple[type, ...]) -> bool:
    """Whether a variable of the model moves in one of these coordinates."""
    return any(isinstance(transform, coordinates) for transform in built.pymc_model.rvs_to_transforms.values())


def rounded_potential(
    built: BuiltModel, start: Mapping[str, np.ndarray], mean: np.ndarray, rng: Any
) -> RoundedPotential | None:
    """A metric that begins with the quick fit's covariance; None where there is none.

    ``start`` is a starting point on the variables' own scales, ``mean`` the same, flat and unconstrained.
    """
    covariance = posterior_covariance(built, start)
    if covariance is None:
        return None
    lower, correlated = np.linalg.cholesky(covariance), correlated_numbers(built, start)
    if correlated.any():
        return DensePotential(mean, lower, correlated, rng=rng)
    return RoundedPotential(mean, lower, rng=rng)


def correlated_numbers(built: BuiltModel, start: Mapping[str, np.ndarray]) -> np.ndarray:
    """(n,) which unconstrained numbers' correlations adapt in warm-up: none, all, or those that all trials share.

    ``start`` is a starting point on the variables' own scales.
    """
    sizes = np.array([np.size(start[variable.name]) for variable in built.pymc_model.free_RVs])
    if not moves_in(built, WIDTHS):
        return np.zeros(sizes.sum(), dtype=bool)
    chosen = np.repeat(sizes == 1, sizes) | (sizes.sum() <= MOST_DENSE)
    return chosen & (chosen.sum() <= MOST_DENSE)


def posterior_covariance(built: BuiltModel, start: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """(n, n) approximate covariance of the free variables, unconstrained and in the model's order.

    None if there was no quick fit, or too large a one. Variables of which it knows nothing have unit variance.
    """
    fit = built.quick_fit
    if fit is None or fit.covariance is None:
        return None
    model = built.pymc_model
    terms = {term.variable: (predictor, term) for predictor in built.predictors.values() for term in predictor.terms}
    simple = _simple_rows(built, start)
    rows, extra = [], []
    for variable in model.free_RVs:
        size = np.size(start[variable.name])
        row, variance = np.zeros((size, len(fit.covariance))), np.ones(size)
        name, transform = variable.name, model.rvs_to_transforms.get(variable)
        term_name, _, ending = name.rpartition("_")
        if name in fit.effects:
            row, variance = _effect_rows(fit, *terms[name], isinstance(transform, PartialCentering)), np.zeros(size)
        elif term_name in fit.effects and ending == "offset":
            row[:, fit.places[term_name]] = np.eye(size) / fit.effects[term_name].scale
            variance = np.zeros(size)
        elif term_name in fit.effects and ending == "sigma":
            variance = np.full(size, 0.5 / len(fit.effects[term_name].value))
        elif name in simple:
            row, variance = simple[name], np.zeros(size)
        elif name in fit.coefficients and transform is None:
            row[:, fit.places[name]], variance = np.eye(size), np.zeros(size)
        rows.append(row)
        extra.append(variance)
    change = np.vstack(rows)
    return change @ fit.covariance @ change.T + np.diag(np.concatenate(extra))


def _simple_rows(built: BuiltModel, start: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Derivatives of the simple parameters' coordinates in their linked values, by central differences.

    A coordinate may depend on another parameter (a threshold above a starting range), so all are differenced in all.
    """
    fit = built.quick_fit
    names = [name for name in fit.simple if name in start]
    if not names:
        return {}
    sides = {name: np.repeat(np.asarray(value, dtype=float)[None], 2 * len(names), 0) for name, value in start.items()}
    for i, name in enumerate(names):
        centre = fit.links[name].link(start[name])
        for j, side in enumerate((-HALF_STEP, HALF_STEP)):
            sides[name][2 * i + j] = fit.links[name].linkinv(centre + side)
    moved = unconstrain_draws(built.pymc_model, sides)
    rows = {name: np.zeros((1, len(fit.covariance))) for name in names}
    for name, row in rows.items():
        slopes = (moved[name][1::2] - moved[name][::2]) / (2 * HALF_STEP)
        for other, slope in zip(names, slopes, strict=True):
            row[0, fit.places[other]] = slope if np.isfinite(slope) else float(name == other)
    return rows


def _effect_rows(fit: Any, predictor: Any, term: Term, is_partial: bool) -> np.ndarray:
    """Derivatives of a term's sampled effects in deviations and in the coefficient that they are drawn around."""
    effects: Effects = fit.effects[term.variable]
    ratio = effects.information * effects.scale**2 if is_partial else np.zeros(effects.value.shape)
    deviation = (effects.scale / np.sqrt(1 + ratio)) if is_partial else np.ones(effects.value.shape)
    share = ratio / (1 + ratio) if is_partial else np.ones(effects.value.shape)
    rows = np.zeros((effects.value.size, len(fit.covariance)))
    rows[:, fit.places[term.variable]] = np.diag(1 / deviation.ravel())
    mean = predictor.means.get(term.name)
    if mean is not None:
        place = fit.places[predictor.term(mean).variable]
        columns = place.start + np.arange(effects.value.size) % (place.stop - place.start)
        rows[np.arange(effects.value.size), columns] = (share / deviation).ravel()
    return rows
