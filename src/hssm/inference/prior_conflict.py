"""Prior-data conflict: coefficients whose posterior lies where their prior did not expect them.

Draws are carried to the scale on which their prior is standard normal. If the posterior is about normal there, with
mean m and standard deviation s, the data alone favour m / (1 - s^2), a value that under the prior is normal around zero
with variance 1 / (1 - s^2). Its distance from zero is

    z = m / sqrt(1 - s^2),

and |z| > 3.29 has a prior predictive probability below 0.001.

References
----------
Evans & Moshonov (2006), Bayesian Analysis 1, 893-914: the prior predictive probability of the minimal sufficient
statistic, here in its normal case. Box (1980), JRSS A 143, 383-430.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bambi as bmb
import numpy as np
import xarray as xr
from scipy import stats

from hssm.bambi_bridge import names
from hssm.inference.draws import flatten
from hssm.parameters.quantiles import bounds_of, frozen_distribution, quantile
from hssm.spec import BuiltModel

CONFLICT_PROBABILITY = 0.001
CONFLICT_Z = float(stats.norm.isf(CONFLICT_PROBABILITY / 2))

LEAST_GAIN = 0.05
"""``1 - s^2`` does not fall below it: where the data say next to nothing, it would magnify the noise of the draws."""

CONFLICT_ADVICE = (
    "Check data, coding and units of these first. If they are right, give a wider prior (`include=[{'name': ..., "
    "'prior': {...}}]`): this one pulls the estimate towards where it expected it. See model.plot_prior()."
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A number, its posterior mean on the scale of its prior, the prior's central 99.9 % and its distance from it."""

    name: str
    mean: float
    central: tuple[float, float]
    z: float

    def __str__(self) -> str:
        low, high = self.central
        return f"{self.name} (posterior mean {self.mean:.3g}; 99.9 % of its prior are in {low:.3g} to {high:.3g})"


def warn_about_priors(built: BuiltModel, tree: xr.DataTree) -> None:
    """One UserWarning that names at most three conflicts, worst first; silent if there are none."""
    found = conflicts(built, tree["posterior"].to_dataset())
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        listed = "; ".join(map(str, found[:3]))
        warnings.warn(f"Prior and data disagree about {listed}{more}. {CONFLICT_ADVICE}", UserWarning, stacklevel=4)


def conflicts(built: BuiltModel, posterior: xr.Dataset) -> list[Conflict]:
    """Numbers in conflict with their prior, worst first; priors that SciPy does not know are not judged."""
    draws = flatten(posterior).values
    found = [
        conflict
        for variable, prior, values, labels in _with_priors(built, draws)
        if not any(isinstance(value, bmb.Prior) for value in prior.args.values())
        for conflict in _of_variable(variable, prior, values, labels)
    ]
    return sorted(found, key=lambda conflict: -abs(conflict.z))


def _with_priors(built: BuiltModel, draws: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Any, np.ndarray, Any]]:
    """Variables with priors of their own: name, prior, (n_draws, ...) values as sampled, labels of a vector."""
    for name, predictor in built.predictors.items():
        if not predictor.param.is_regression:
            if isinstance(predictor.param.prior, bmb.Prior) and name in draws:
                yield name, predictor.param.prior, draws[name], ()
            continue
        for term in predictor.terms:
            if term.kind == "group":
                for key, prior in term.prior.args.items():
                    variable = f"{term.variable}_{key}"
                    if isinstance(prior, bmb.Prior) and variable in draws:
                        yield variable, prior, draws[variable], term.levels
            elif term.kind in ("intercept", "common") and isinstance(term.prior, bmb.Prior) and term.variable in draws:
                values = draws[term.variable]
                if term.variable == names.variable(name, "Intercept") and predictor.center:
                    values = values + predictor.shift(draws)
                yield term.variable, term.prior, values, term.levels


def _of_variable(variable: str, prior: bmb.Prior, values: np.ndarray, labels: Any) -> Iterator[Conflict]:
    scores = normal_scores(prior, values)
    if scores is None:
        return
    mean, variance = scores.mean(axis=0), scores.var(axis=0)
    z = np.asarray(mean / np.sqrt(np.maximum(1.0 - variance, LEAST_GAIN)))
    centres = np.asarray(values.mean(axis=0))
    ends = [
        np.broadcast_to(quantile(prior, q), z.shape) for q in (CONFLICT_PROBABILITY / 2, 1 - CONFLICT_PROBABILITY / 2)
    ]
    for place in zip(*np.nonzero(np.atleast_1d(np.abs(z) > CONFLICT_Z)), strict=True):
        at = place if z.ndim else ()
        label = labels[place[0]] if z.ndim and len(labels) == z.shape[0] else ", ".join(map(str, at))
        name = f"{variable}[{label}]" if z.ndim else variable
        yield Conflict(name, float(centres[at]), (float(ends[0][at]), float(ends[1][at])), float(z[at]))


def normal_scores(prior: bmb.Prior, values: np.ndarray) -> np.ndarray | None:
    """Draws on the scale on which their prior, truncated to its bounds, is standard normal; None if it is not known."""
    frozen = frozen_distribution(prior)
    if frozen is None:
        return None
    lower, upper = bounds_of(prior)
    inside = frozen.cdf(upper) - frozen.cdf(lower)
    below = (frozen.cdf(values) - frozen.cdf(lower)) / inside
    above = (frozen.sf(values) - frozen.sf(upper)) / inside
    tiny = np.finfo(float).tiny
    return np.where(below < 0.5, stats.norm.ppf(np.maximum(below, tiny)), stats.norm.isf(np.maximum(above, tiny)))
