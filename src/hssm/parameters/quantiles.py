"""Numbers about a prior without a PyMC model: support, mass, quantiles and standard deviation under truncation.

Sits below :mod:`hssm.parameters.prior`: it decides whether a prior needs truncation, and gives the medians and
quantiles behind default priors on link scales and starting values. Families that SciPy knows are exact; any
other is summarised from fixed-seed draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import bambi as bmb
import numpy as np
import pymc as pm
from scipy import stats

from hssm.spec import Bounds

Q16, Q50, Q84 = stats.norm.cdf([-1.0, 0.0, 1.0])
"""One standard deviation below, at, and above the centre of a normal distribution."""

UNBOUNDED: Bounds = (-np.inf, np.inf)
N_DRAWS = 4_000
SEED = 20_260
VARIABLE_OPTIONS = ("transform", "default_transform")
"""Arguments that belong to the model's variable rather than to the distribution."""

Args = Mapping[str, Any]


def quantile(prior: bmb.Prior, q: Any) -> Any:
    """Quantiles of a prior truncated to its bounds; hyperpriors are held at their medians.

    Parameters
    ----------
    prior : Prior
        Its ``bounds`` (if any) truncate it.
    q : float or array
        Probabilities; they broadcast against array-valued arguments of the prior.
    """
    frozen = frozen_distribution(prior)
    if frozen is None:
        return _as_number(np.quantile(_draws_within(prior), q))
    lower, upper = bounds_of(prior)
    low, high = frozen.cdf(lower), frozen.cdf(upper)
    # In the upper tail 1 - cdf keeps the digits that cdf has lost.
    low_sf, high_sf = frozen.sf(lower), frozen.sf(upper)
    below = frozen.ppf(low + q * (high - low))
    above = frozen.isf(low_sf - q * (low_sf - high_sf))
    return _as_number(np.clip(np.where(low > 0.5, above, below), lower, upper))


def density(prior: bmb.Prior, x: Any) -> Any:
    """Density of a prior truncated to its bounds, inside them; None if SciPy has none for it."""
    frozen = frozen_distribution(prior)
    if frozen is None or not hasattr(frozen, "pdf"):
        return None
    return frozen.pdf(x) / mass(prior, bounds_of(prior))


def prior_median(prior: Any) -> Any:
    """Median of a prior under its bounds; a number stands for itself."""
    return quantile(prior, Q50) if isinstance(prior, bmb.Prior) else prior


def spread(prior: bmb.Prior) -> Any:
    """Half the distance between the 15.87 and 84.13 % quantiles: the standard deviation, for a normal."""
    return (quantile(prior, Q84) - quantile(prior, Q16)) / 2


def standard_deviation(prior: bmb.Prior) -> float:
    """Standard deviation under truncation, or :func:`spread` where there is none (as for a Cauchy)."""
    frozen = frozen_distribution(prior)
    if frozen is None:
        return float(np.std(_draws_within(prior)))
    lower, upper = bounds_of(prior)
    support_lower, support_upper = frozen.support()
    if np.all(support_lower >= lower) and np.all(support_upper <= upper):
        deviation = np.mean(frozen.std())
    else:
        deviation = np.sqrt(_truncated_variance(prior))
    return float(deviation) if np.isfinite(deviation) else float(np.mean(spread(prior)))


def mass(prior: bmb.Prior, bounds: Bounds) -> Any:
    """Probability that a prior, before truncation, puts inside bounds."""
    frozen = frozen_distribution(prior)
    if frozen is not None:
        lower, upper = bounds
        return np.maximum(frozen.cdf(upper) - frozen.cdf(lower), frozen.sf(lower) - frozen.sf(upper))
    if prior.name in _IMPROPER:
        support_lower, support_upper = _IMPROPER[prior.name]
        return float(max(bounds[0], support_lower) < min(bounds[1], support_upper))
    draws = _draws(prior)
    return np.mean((draws > bounds[0]) & (draws < bounds[1]))


def support(prior: bmb.Prior) -> tuple[Any, Any]:
    """Ends of the support before truncation; (-inf, inf) where it is not known."""
    frozen = frozen_distribution(prior)
    if frozen is not None:
        return frozen.support()
    return _IMPROPER.get(prior.name, UNBOUNDED) if prior.dist is None else UNBOUNDED


def is_improper(prior: bmb.Prior) -> bool:
    """Whether a prior has no mass to share out, and so no quantiles."""
    return prior.dist is None and prior.name in _IMPROPER


def bounds_of(prior: bmb.Prior) -> Bounds:
    """Bounds that a prior carries, (-inf, inf) if none."""
    return getattr(prior, "bounds", None) or UNBOUNDED


def frozen_distribution(prior: bmb.Prior) -> Any:
    """The prior as a frozen SciPy distribution, hyperpriors at their medians, or None if SciPy has none."""
    if prior.dist is not None or prior.name not in _SCIPY:
        return None
    args = numeric_args(prior)
    if all(np.ndim(value) == 0 for value in args.values()):
        return _frozen(prior.name, tuple((key, float(value)) for key, value in args.items()))
    return _SCIPY[prior.name](args)


@lru_cache(maxsize=256)
def _frozen(name: str, args: tuple[tuple[str, float], ...]) -> Any:
    """The distribution of these numbers: SciPy takes a millisecond to make one, and they are asked for repeatedly."""
    return _SCIPY[name](dict(args))


def numeric_args(prior: bmb.Prior) -> dict[str, Any]:
    """Arguments of the distribution, hyperpriors replaced by their medians."""
    return {key: prior_median(value) for key, value in prior.args.items() if key not in VARIABLE_OPTIONS}


def _truncated_variance(prior: bmb.Prior) -> Any:
    """Variance through the quantile function, by Gauss-Legendre nodes in probability."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    values = np.stack([np.asarray(quantile(prior, q)) for q in (nodes + 1) / 2])
    weights = (weights / 2).reshape(-1, *([1] * (values.ndim - 1)))
    mean = np.sum(weights * values, axis=0)
    return np.mean(np.sum(weights * (values - mean) ** 2, axis=0))


def _draws(prior: bmb.Prior) -> np.ndarray:
    if is_improper(prior):
        raise ValueError(f"The prior {prior} is improper: it has no quantiles. Give a proper one, such as 'Normal'.")
    args = numeric_args(prior)
    with pm.Model():
        variable = getattr(pm, prior.name).dist(**args) if prior.dist is None else prior.dist("prior", **args)
    return np.asarray(pm.draw(variable, N_DRAWS, random_seed=SEED), dtype=float)


def _draws_within(prior: bmb.Prior) -> np.ndarray:
    draws = _draws(prior)
    lower, upper = bounds_of(prior)
    inside = draws[(draws >= lower) & (draws <= upper)]
    return inside if inside.size else np.asarray([np.clip(np.median(draws), lower, upper)])


def _as_number(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else np.asarray(value, dtype=float)


def _scale(args: Args, default: float = 1.0) -> Any:
    """Standard deviation from whichever of sigma, tau (precision) or lam is given."""
    if args.get("sigma") is not None:
        return args["sigma"]
    precision = args.get("tau") if args.get("tau") is not None else args.get("lam")
    return default if precision is None else np.asarray(precision) ** -0.5


def _gamma(args: Args) -> Any:
    if args.get("mu") is not None:
        mean, sigma = args["mu"], args["sigma"]
        return stats.gamma((mean / sigma) ** 2, scale=sigma**2 / mean)
    return stats.gamma(args["alpha"], scale=1 / np.asarray(args["beta"]))


def _inverse_gamma(args: Args) -> Any:
    if args.get("mu") is not None:
        alpha = 2 + (args["mu"] / np.asarray(args["sigma"])) ** 2
        return stats.invgamma(alpha, scale=args["mu"] * (alpha - 1))
    return stats.invgamma(args["alpha"], scale=args.get("beta", 1.0))


def _beta(args: Args) -> Any:
    if args.get("mu") is None:
        return stats.beta(args.get("alpha", 1.0), args.get("beta", 1.0))
    mean = np.asarray(args["mu"])
    total = args["nu"] if args.get("nu") is not None else mean * (1 - mean) / np.asarray(args["sigma"]) ** 2 - 1
    return stats.beta(mean * total, (1 - mean) * total)


def _exponential(args: Args) -> Any:
    return stats.expon(scale=args["scale"] if args.get("scale") is not None else 1 / np.asarray(args.get("lam", 1.0)))


def _truncated_normal(args: Args) -> Any:
    mean, sigma = args.get("mu", 0.0), _scale(args)
    lower, upper = args.get("lower", -np.inf), args.get("upper", np.inf)
    lower = -np.inf if lower is None else lower
    upper = np.inf if upper is None else upper
    return stats.truncnorm((lower - mean) / sigma, (upper - mean) / sigma, loc=mean, scale=sigma)


def _student(args: Args) -> Any:
    return stats.t(args["nu"], loc=args.get("mu", 0.0), scale=_scale(args))


def _half_student(args: Args) -> Any:
    nu, scale = args["nu"], _scale(args)
    return _Folded(stats.t(nu, scale=scale))


class _Folded:
    """The absolute value of a variable that is symmetric around zero."""

    def __init__(self, symmetric: Any) -> None:
        self.symmetric = symmetric

    def cdf(self, x: Any) -> Any:
        return np.maximum(2 * self.symmetric.cdf(x) - 1, 0.0)

    def sf(self, x: Any) -> Any:
        return np.minimum(2 * self.symmetric.sf(x), 1.0)

    def ppf(self, q: Any) -> Any:
        return self.symmetric.ppf((1 + q) / 2)

    def isf(self, q: Any) -> Any:
        return self.symmetric.isf(q / 2)

    def support(self) -> tuple[Any, Any]:
        return np.zeros_like(self.symmetric.support()[0]), self.symmetric.support()[1]

    def std(self) -> Any:
        """Not finite, so that the spread stands in for it."""
        return np.inf


def _uniform(args: Args) -> Any:
    lower, upper = args.get("lower", 0.0), args.get("upper", 1.0)
    return stats.uniform(lower, np.asarray(upper) - lower)


_IMPROPER: dict[str, Bounds] = {"Flat": UNBOUNDED, "HalfFlat": (0.0, np.inf)}

_SCIPY: dict[str, Callable[[Args], Any]] = {
    "Beta": _beta,
    "Cauchy": lambda a: stats.cauchy(a["alpha"], a["beta"]),
    "ChiSquared": lambda a: stats.chi2(a["nu"]),
    "ExGaussian": lambda a: stats.exponnorm(a["nu"] / np.asarray(a["sigma"]), loc=a.get("mu", 0.0), scale=a["sigma"]),
    "Exponential": _exponential,
    "Gamma": _gamma,
    "Gumbel": lambda a: stats.gumbel_r(a["mu"], a["beta"]),
    "HalfCauchy": lambda a: stats.halfcauchy(scale=a["beta"]),
    "HalfNormal": lambda a: stats.halfnorm(scale=_scale(a)),
    "HalfStudentT": _half_student,
    "InverseGamma": _inverse_gamma,
    "Laplace": lambda a: stats.laplace(a["mu"], a["b"]),
    "LogNormal": lambda a: stats.lognorm(_scale(a), scale=np.exp(a.get("mu", 0.0))),
    "Lognormal": lambda a: stats.lognorm(_scale(a), scale=np.exp(a.get("mu", 0.0))),
    "Logistic": lambda a: stats.logistic(a.get("mu", 0.0), a.get("s", 1.0)),
    "Normal": lambda a: stats.norm(a.get("mu", 0.0), _scale(a)),
    "Pareto": lambda a: stats.pareto(a["alpha"], scale=a["m"]),
    "SkewNormal": lambda a: stats.skewnorm(a["alpha"], a.get("mu", 0.0), _scale(a)),
    "StudentT": _student,
    "TruncatedNormal": _truncated_normal,
    "Uniform": _uniform,
    "Weibull": lambda a: stats.weibull_min(a["alpha"], scale=a["beta"]),
}
