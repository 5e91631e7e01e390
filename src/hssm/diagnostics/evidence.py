"""Marginal likelihoods by bridge sampling, and Bayes factors from them.

The posterior on the unconstrained scale is standardised and symmetrised (Warp-III), so that a standard normal is a
good bridge to it even where it is skewed.

References
----------
Meng & Wong (1996), Statistica Sinica 6, 831-860 (the estimator). Meng & Schilling (2002), J. Comp. Graph. Stat. 11,
552-586 (Warp-III). Gronau et al. (2017), J. Math. Psych. 81, 80-97, equations 14 and 16. Fruehwirth-Schnatter (2004),
Econometrics Journal 7, 143-167 (the standard error).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats
from scipy.special import logsumexp

from hssm.diagnostics.draws import built_of, tree_of
from hssm.inference.unconstrained import log_density_of_rows, sampled_values, unconstrained_matrix
from hssm.seeds import as_generator, one_seed

LogDensity = Callable[[np.ndarray], np.ndarray]
STEPS, ENOUGH = 1000, 1e-10
TRUSTED = 0.1
"""A standard error of the log evidence above which a Bayes factor is no more than an order of magnitude."""

STRENGTH = ((1, "no"), (3, "anecdotal"), (10, "moderate"), (30, "strong"), (100, "very strong"), (np.inf, "extreme"))
"""Upper ends of the customary words for Bayes factors (after Jeffreys, 1961)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A log marginal likelihood with its standard error."""

    log_evidence: float
    standard_error: float

    @property
    def reliability(self) -> str:
        if self.standard_error <= TRUSTED:
            return "good"
        return f"poor: standard error {self.standard_error:.2f} > {TRUSTED}; draw more samples"

    def __str__(self) -> str:
        return f"log evidence {self.log_evidence:.2f} (se {self.standard_error:.3f}); {self.reliability}"


@dataclass(frozen=True, slots=True)
class BayesFactor:
    """Evidence for the first model over the second."""

    log_bayes_factor: float
    standard_error: float

    @property
    def bayes_factor(self) -> float:
        return float(np.exp(self.log_bayes_factor))

    @property
    def verdict(self) -> str:
        """The customary words, which say nothing about priors: they are part of the answer."""
        size = np.exp(abs(self.log_bayes_factor))
        word = next(word for end, word in STRENGTH if size <= end)
        favoured = "first" if self.log_bayes_factor > 0 else "second"
        return "no evidence either way" if word == "no" else f"{word} evidence for the {favoured} model"

    def __str__(self) -> str:
        return (
            f"Bayes factor {self.bayes_factor:.3g} (log {self.log_bayes_factor:.2f}, se {self.standard_error:.3f}): "
            f"{self.verdict}"
        )


def log_evidence(
    model: Any, dt: xr.DataTree | None = None, *, random_seed: Any = None, random_state: Any = None
) -> Evidence:
    """The log marginal likelihood of the data under a sampled model, by bridge sampling.

    Priors matter here as much as the likelihood does: vague ones are punished. Several thousand draws are needed.

    Parameters
    ----------
    model : HSSM
    dt : DataTree, optional
        Draws to use in place of the model's ``traces``.
    random_seed : int or Generator, optional

    Returns
    -------
    Evidence
        ``.log_evidence``, ``.standard_error``.

    Raises
    ------
    ValueError
        Fewer than 20 draws per dimension, draws that are not of this model, or potentials (no normalised prior).
    """
    built = built_of(model, "log_evidence()")
    if built.pymc_model.potentials:
        raise ValueError("The model has potentials: its prior is not normalised, so it has no marginal likelihood.")
    posterior = tree_of(model, dt)["posterior"].to_dataset()
    sampled = sampled_values(built, posterior)
    points = unconstrained_matrix(built, sampled)
    rng = as_generator(one_seed(random_state, random_seed))
    return bridge(log_density_of_rows(built, sampled), points, rng, n_chains=posterior.sizes["chain"])


def bayes_factor(first: Any, second: Any, *, random_seed: Any = None, random_state: Any = None) -> BayesFactor:
    """How much more probable the data are under the first model than under the second.

    Parameters
    ----------
    first, second : HSSM or Evidence
        Sampled models of the same data, or results of :func:`log_evidence`.
    random_seed : int or Generator, optional

    Returns
    -------
    BayesFactor
        ``.bayes_factor``, ``.log_bayes_factor``, ``.standard_error``, ``.verdict``.
    """
    from hssm.diagnostics.comparison import check_same_data

    rng = as_generator(one_seed(random_state, random_seed))
    models = {"first": first, "second": second}
    check_same_data({name: given for name, given in models.items() if not isinstance(given, Evidence)})
    one, other = (
        given if isinstance(given, Evidence) else log_evidence(given, random_seed=rng) for given in models.values()
    )
    error = float(np.hypot(one.standard_error, other.standard_error))
    return BayesFactor(one.log_evidence - other.log_evidence, error)


def bridge(log_density: LogDensity, points: np.ndarray, rng: np.random.Generator, n_chains: int = 1) -> Evidence:
    """Bridge sampling between a density known up to its integral and a normal distribution.

    Parameters
    ----------
    log_density : function from (n, d) points to (n,) log densities
    points : (n, d) draws from it, chains one after the other; one half fits the normal, the other is bridged
    rng : Generator
    n_chains : number of chains

    Returns
    -------
    Evidence
        The log of the integral of the density.
    """
    n, dimensions = points.shape
    if n < 20 * dimensions or n < 100:
        raise ValueError(
            f"Bridge sampling needs at least 20 draws per dimension and 100 in all; there are {n} draws of "
            f"{dimensions} dimensions. Sample longer."
        )
    by_chain = points.reshape(n_chains, n // n_chains, dimensions)
    half = by_chain.shape[1] // 2
    fitting, bridging = by_chain[:, :half].reshape(-1, dimensions), by_chain[:, half:].reshape(-1, dimensions)
    centre = fitting.mean(axis=0)
    root = np.linalg.cholesky(np.atleast_2d(np.cov(fitting, rowvar=False)))

    def warped(z: np.ndarray) -> np.ndarray:
        """Log density of the standardised and symmetrised posterior."""
        both = np.stack([log_density(centre + z @ root.T), log_density(centre - z @ root.T)])
        return logsumexp(both, axis=0) - np.log(2.0) + np.log(np.diag(root)).sum()

    signs = rng.choice([-1.0, 1.0], size=len(bridging))
    from_posterior = signs[:, None] * np.linalg.solve(root, (bridging - centre).T).T
    from_normal = rng.normal(size=(len(bridging), dimensions))
    normal = stats.multivariate_normal(np.zeros(dimensions), np.eye(dimensions))
    posterior, proposal = (warped(z) - normal.logpdf(z) for z in (from_posterior, from_normal))
    value = _iterate(posterior, proposal)
    return Evidence(value, _standard_error(posterior, proposal, value, n_chains))


def _iterate(posterior: np.ndarray, proposal: np.ndarray) -> float:
    """The fixed point of Meng & Wong (1996), Gronau et al. (2017, equation 14), from log ratios density / normal."""
    shift = float(np.median(posterior))
    one, two = posterior - shift, proposal - shift
    share = len(one) / (len(one) + len(two))
    log_r = 0.0
    for _ in range(STEPS):
        numerator = logsumexp(two - np.logaddexp(np.log(share) + two, np.log1p(-share) + log_r)) - np.log(len(two))
        denominator = logsumexp(-np.logaddexp(np.log(share) + one, np.log1p(-share) + log_r)) - np.log(len(one))
        updated = float(numerator - denominator)
        if abs(updated - log_r) < ENOUGH:
            log_r = updated
            break
        log_r = updated
    return log_r + shift


def _standard_error(posterior: np.ndarray, proposal: np.ndarray, value: float, n_chains: int) -> float:
    """Of the log evidence: relative error of the ratio, the posterior's part with its effective number of draws."""
    import arviz_stats

    share = len(posterior) / (len(posterior) + len(proposal))
    # Densities relative to the evidence, p and g, in the mixture s p + (1 - s) g.
    first = np.exp(proposal - value - np.logaddexp(np.log(share) + proposal - value, np.log1p(-share)))
    second = np.exp(-np.logaddexp(np.log(share) + posterior - value, np.log1p(-share)))
    draws = xr.DataArray(second.reshape(n_chains, -1), dims=("chain", "draw"))
    effective = float(arviz_stats.ess(draws, method="mean")) if draws.sizes["draw"] > 3 else float(second.size)
    effective = effective if np.isfinite(effective) else float(second.size)
    error = first.var() / first.mean() ** 2 / len(first) + second.var() / second.mean() ** 2 / effective
    return float(np.sqrt(error))
