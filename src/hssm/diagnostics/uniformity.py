"""Are ranks uniform? Chi-square, and the ECDF with a band that holds at all ranks together.

References
----------
Saeilynoja, Buerkner & Vehtari (2022), Graphical test for discrete uniformity and its applications in goodness-of-fit
evaluation and multiple sample comparison, Statistics and Computing 32, 32.
Talts et al. (2018), arXiv:1804.06788.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

SIMULATIONS = 4000
"""Sets of uniform ranks by which the band is adjusted: the 5 % have a standard error of 0.3 %."""
LEVEL = 0.95
PER_BIN = 10
"""Least expected count in a bin of the chi-square test."""
MOST_BINS = 20
SEED = 20_261


@dataclass(frozen=True, slots=True)
class EcdfTest:
    """The largest deviation of the ECDF, its simultaneous p-value, and whether it stays inside the band."""

    largest: float
    p_value: float
    inside: bool


def chi_square(ranks: np.ndarray, n_ranks: int) -> tuple[float, float]:
    """Statistic and p-value of ranks 0 to ``n_ranks`` in bins of equal width."""
    bins = n_bins(len(ranks), n_ranks)
    counts = np.bincount(ranks * bins // (n_ranks + 1), minlength=bins)
    test = stats.chisquare(counts)
    return float(test.statistic), float(test.pvalue)


def n_bins(n: int, n_ranks: int) -> int:
    """The largest number of equal bins, at most 20, with ten expected ranks each; at least 2."""
    allowed = [k for k in range(2, MOST_BINS + 1) if (n_ranks + 1) % k == 0]
    return max([k for k in allowed if n / k >= PER_BIN], default=allowed[0])


def ecdf_test(ranks: np.ndarray, n_ranks: int) -> EcdfTest:
    """Test of the whole ECDF of ranks 0 to ``n_ranks``."""
    n = len(ranks)
    counts = _cumulative(ranks[None, :], n_ranks)
    least = _least_probability(counts, n, n_ranks)[0]
    null = _null(n, n_ranks)
    p_value = float((1 + np.sum(null <= least)) / (1 + len(null)))
    largest = float(np.max(np.abs(counts[0] / n - _uniform(n_ranks))))
    return EcdfTest(largest, p_value, bool(least >= _threshold(n, n_ranks)))


def ecdf_difference(ranks: np.ndarray, n_ranks: int) -> tuple[np.ndarray, np.ndarray]:
    """Uniform probabilities of the ranks, and how far the ECDF lies above them."""
    expected = _uniform(n_ranks)
    return expected, _cumulative(np.asarray(ranks)[None, :], n_ranks)[0] / len(ranks) - expected


def ecdf_band(n: int, n_ranks: int) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of the simultaneous 95 % band of ECDF differences at ranks 0 to ``n_ranks`` - 1."""
    expected, tail = _uniform(n_ranks), _threshold(n, n_ranks) / 2
    lower, upper = stats.binom.ppf(tail, n, expected), stats.binom.ppf(1 - tail, n, expected)
    return lower / n - expected, upper / n - expected


def _uniform(n_ranks: int) -> np.ndarray:
    return np.arange(1, n_ranks + 1) / (n_ranks + 1)


def _cumulative(ranks: np.ndarray, n_ranks: int) -> np.ndarray:
    """(n_sets, n_ranks) counts of ranks up to 0, 1, ... ``n_ranks`` - 1."""
    counts = np.stack([np.bincount(row, minlength=n_ranks + 1) for row in ranks])
    return np.cumsum(counts, axis=1)[:, :-1]


def _least_probability(counts: np.ndarray, n: int, n_ranks: int) -> np.ndarray:
    """The smallest two-sided pointwise tail probability along each ECDF."""
    below, above = _tails(n, n_ranks)
    place = np.arange(n_ranks)
    return 2 * np.minimum(below[place, counts], above[place, counts]).min(axis=1)


@lru_cache(maxsize=16)
def _tails(n: int, n_ranks: int) -> tuple[Any, Any]:
    """(n_ranks, n + 1) probabilities of at most, and at least, so many ranks up to each."""
    k, p = np.arange(n + 1)[None, :], _uniform(n_ranks)[:, None]
    return stats.binom.cdf(k, n, p), stats.binom.sf(k - 1, n, p)


@lru_cache(maxsize=16)
def _null(n: int, n_ranks: int) -> np.ndarray:
    """Smallest pointwise probabilities of sets of uniform ranks."""
    rng = np.random.default_rng(SEED)
    sets = rng.integers(0, n_ranks + 1, size=(SIMULATIONS, n))
    return _least_probability(_cumulative(sets, n_ranks), n, n_ranks)


def _threshold(n: int, n_ranks: int) -> float:
    """Pointwise probability below which an ECDF leaves the band in 5 % of sets."""
    return float(np.quantile(_null(n, n_ranks), 1 - LEVEL))
