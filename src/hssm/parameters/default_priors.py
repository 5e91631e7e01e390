"""Default priors: on the natural scale by role, and of regression coefficients on the link scale.

Used by :mod:`hssm.parameters.resolve` for whatever the user leaves open. Roles are shared between models, so that
nested models have the same priors. The reference priors of v and a are those of Wiecki, T. V., Sofer, I., & Frank,
M. J. (2013), HDDM, Frontiers in Neuroinformatics, 7, 14, with a as half the separation. Priors are carried to a link
scale by their quantiles, so that a prior means the same on every scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import bambi as bmb
import numpy as np

from hssm.parameters.link import Link
from hssm.parameters.prior import Prior, as_prior, check_mass, is_number
from hssm.parameters.quantiles import Q16, Q50, Q84, quantile, standard_deviation
from hssm.spec import Bounds, LikelihoodSpec, ModelSpec, ParameterSpec

DIFFUSION_ROLES = ("v", "a", "z", "t", "sv", "sz", "st", "theta", "p_outlier")
PROBABILITY: Bounds = (0.0, 1.0)
SLOPE_SIGMA = 0.25
LAPSE_START = 0.05
"""Lapse probability to start from."""
ROUNDING = 1e-12
T_SIMPLE_WITH_NETWORK = ("ddm", "ddm_sdv")

P_OUTLIER = ParameterSpec(
    name="p_outlier", role="p_outlier", bounds=PROBABILITY, closed=(True, False), description="lapse probability"
)


def _half_normal(sigma: float) -> Callable[[], Prior]:
    return lambda: Prior("HalfNormal", sigma=sigma)


def _theta() -> Prior:
    return Prior("Uniform", lower=-0.1, upper=1.3)


_SIMPLE: Mapping[str, Callable[[], Prior]] = {
    "v": lambda: Prior("Normal", mu=0, sigma=2),
    "a": _half_normal(2),
    "z": lambda: Prior("Uniform", lower=0, upper=1),
    "t": _half_normal(2),
    "sv": _half_normal(2),
    "sz": _half_normal(0.5),
    "st": _half_normal(0.3),
    "theta": _theta,
    "p_outlier": lambda: Prior("Beta", alpha=5, beta=100),
    "A": _half_normal(0.5),
    "r": _half_normal(5),
    "k": _half_normal(20),
    "beta": lambda: Prior("Gamma", alpha=2, beta=0.5),
    "logit": lambda: Prior("Normal", mu=0, sigma=1),
}
"""Priors of simple parameters, by role."""

_REFERENCE: Mapping[str, Callable[[], Prior]] = {
    **_SIMPLE,
    "v": lambda: Prior("Normal", mu=2, sigma=3),
    "a": lambda: Prior("Gamma", mu=1.5, sigma=0.75),
    "z": lambda: Prior("Beta", alpha=10, beta=10),
    "t": lambda: Prior("Gamma", mu=0.2, sigma=0.2),
}
"""Reference priors D behind regression intercepts, by role."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """Default priors of one parameter: ``simple``, and the reference prior ``reference`` of a regression intercept."""

    role: str
    bounds: Bounds
    simple: Prior | float
    reference: Prior


def defaults_for(
    spec: ModelSpec,
    likelihood: LikelihoodSpec | None,
    parameter: ParameterSpec,
    bounds: Bounds,
    given: Mapping[str, Any] | None = None,
) -> Defaults:
    """Default priors of a parameter: the user's (``given``), the likelihood's, the model's, then the tables.

    A default of the user or of the likelihood stands for the intercept too. One that belongs to the model
    replaces the table's simple prior only, unless the table has no row for the role.
    """
    name, role = parameter.name, parameter.role
    stated = {**(likelihood.default_priors if likelihood else {}), **(given or {})}.get(name)
    reference = _REFERENCE[role]() if role in _REFERENCE else by_bounds(bounds)
    if stated is not None:
        simple = float(stated) if is_number(stated) else as_prior(stated)
        reference = simple if isinstance(simple, Prior) else reference
    elif likelihood is not None and (box := _network_box(spec, likelihood, parameter)) is not None:
        simple = Prior("Uniform", lower=box[0], upper=box[1])
    elif parameter.default_prior is not None:
        simple = as_prior(parameter.default_prior)
        reference = reference if role in _REFERENCE else simple
    else:
        simple = _SIMPLE[role]() if role in _SIMPLE else by_bounds(bounds)
    return Defaults(role=role, bounds=bounds, simple=simple, reference=reference)


def by_bounds(bounds: Bounds) -> Prior:
    """The prior of a parameter of which nothing but its bounds is known."""
    lower, upper = bounds
    if np.isfinite(lower) and np.isfinite(upper):
        return Prior("Uniform", lower=lower, upper=upper)
    if np.isinf(lower) and np.isinf(upper):
        return Prior("Normal", mu=0, sigma=2)
    if np.isinf(upper):
        return Prior("HalfNormal", sigma=2) if lower == 0 else Prior("TruncatedNormal", mu=lower, sigma=2, lower=lower)
    return Prior("TruncatedNormal", mu=upper, sigma=2, upper=upper)


def _network_box(spec: ModelSpec, likelihood: LikelihoodSpec, parameter: ParameterSpec) -> Bounds | None:
    """The training box of a network parameter that gets a uniform prior over it."""
    box = likelihood.bounds.get(parameter.name)
    if likelihood.kind != "approx_differentiable" or box is None or not np.all(np.isfinite(box)):
        return None
    return None if parameter.name == "t" and spec.name in T_SIMPLE_WITH_NETWORK else box


# ---------------------------------------------------------------------- coefficients


@dataclass(frozen=True, kw_only=True, slots=True)
class CoefficientPriors:
    """Default priors of the terms of one regression.

    ``user_intercept`` is the user's intercept prior, if any: it sets the scale of the others.
    """

    name: str
    defaults: Defaults
    link: Link
    user_intercept: Any = None

    @property
    def is_diffusion(self) -> bool:
        return self.defaults.role in DIFFUSION_ROLES

    @property
    def scale(self) -> float:
        """Standard deviation of the intercept prior on its link scale."""
        own = self.user_intercept
        usable = isinstance(own, bmb.Prior) and own.dist is None and own.name not in ("Flat", "HalfFlat")
        return standard_deviation(own if usable else self.intercept())

    def intercept(self) -> Prior:
        """The reference prior, truncated to the bounds, on the scale of the link.

        On the identity link it is that prior itself. On another link it is the normal distribution with the median
        of the transformed prior, and half the distance of its 15.87 and 84.13 % quantiles as standard deviation.

        Raises
        ------
        ValueError
            If the link has no finite values over the prior, or the prior no mass inside the bounds.
        """
        reference = within(self.defaults.reference, self.defaults.bounds)
        check_mass(reference, self.name)
        if self.link.is_identity:
            return reference
        to_link: Any = self.link.link
        low, centre, high = (float(np.asarray(to_link(quantile(reference, q)))) for q in (Q16, Q50, Q84))
        sigma = abs(high - low) / 2
        if not (np.isfinite(centre) and np.isfinite(sigma) and sigma > 0):
            raise ValueError(
                f"Link {self.link} does not fit parameter {self.name!r} with bounds {self.defaults.bounds}: it has no "
                f"finite values over the prior {reference}. Take 'log_logit', which follows the bounds, or give a "
                "prior for 'Intercept'."
            )
        # A prior that is symmetric on its interval is centred at exactly zero.
        return Prior("Normal", mu=0.0 if abs(centre) < ROUNDING else centre, sigma=sigma)

    def slope(self) -> Prior:
        """Prior of a common slope."""
        return Prior("Normal", mu=0, sigma=SLOPE_SIGMA if self.is_diffusion else self.scale / 2)

    def group_scale(self) -> Prior:
        """Prior of the standard deviation of a group-specific term."""
        if self.is_diffusion:
            return Prior("Weibull", alpha=1.5, beta=0.3)
        return Prior("HalfNormal", sigma=self.scale / 2)

    def group(self) -> Prior:
        """Prior of a group-specific term whose mean is a common term."""
        return Prior("Normal", mu=0, sigma=self.group_scale())

    def group_only_slope(self) -> Prior:
        """Prior of a group-specific slope with a mean of its own."""
        return Prior("Normal", mu=self.slope(), sigma=self.group_scale())

    def group_only_intercept(self) -> Prior:
        """Prior of a group-specific intercept with a mean of its own.

        Raises
        ------
        ValueError
            For a bounded parameter on the identity link that has no distribution of its own for this.
        """
        if not self.link.is_identity or np.all(np.isinf(self.defaults.bounds)):
            drift = self.link.is_identity and self.defaults.role == "v"
            sigma = Prior("HalfNormal", sigma=2) if drift else self.group_scale()
            return Prior("Normal", mu=self.intercept(), sigma=sigma)
        if self.defaults.role not in _BOUNDED_GROUPS:
            raise ValueError(
                f"Parameter {self.name!r} has bounds {self.defaults.bounds} and the identity link: no default prior "
                "exists for its group-specific intercepts without a common one. Give a link, such as link='log_logit', "
                "a prior for the term, or add the common intercept '1'."
            )
        return _BOUNDED_GROUPS[self.defaults.role]()


_BOUNDED_GROUPS: Mapping[str, Callable[[], Prior]] = {
    "a": lambda: Prior("Gamma", mu=Prior("Gamma", mu=1.5, sigma=0.75), sigma=Prior("HalfNormal", sigma=0.1)),
    "z": lambda: Prior("Beta", alpha=Prior("Gamma", mu=10, sigma=10), beta=Prior("Gamma", mu=10, sigma=10)),
    "t": lambda: Prior("Gamma", mu=Prior("Gamma", mu=0.2, sigma=0.2), sigma=Prior("HalfNormal", sigma=0.2)),
}


def within(prior: Prior, bounds: Bounds) -> Prior:
    """A prior truncated to bounds, in addition to its own."""
    if prior.dist is not None or np.all(np.isinf(bounds)):
        return prior
    lower, upper = prior.bounds or bounds
    lower, upper = max(lower, bounds[0]), min(upper, bounds[1])
    if not lower < upper:
        raise ValueError(f"The prior {prior} with bounds {prior.bounds} has no mass inside the bounds {bounds}.")
    return prior.replace(bounds=(lower, upper))
