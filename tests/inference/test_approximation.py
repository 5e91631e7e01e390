import numpy as np
import pytest
import xarray as xr
from scipy import stats

from hssm.inference.approximation import FEWEST_DRAWS, normal_log_density, tail_shape
from tests.tolerances import SAME_NUMERICS

MONTE_CARLO = 0.31
"""Four standard deviations of k over 60 repeats of 20,000 exponential log ratios with mean 0.9."""


def sample_stats(lp, log_q):
    return xr.Dataset({"lp": (("chain", "draw"), lp[None]), "log_q": (("chain", "draw"), log_q[None])})


def test_normal_log_densities_are_those_of_scipy(rng):
    mean, spread = np.array([0.3, -1.0, 2.0]), np.array([0.5, 2.0, 0.1])
    factor = np.tril(rng.normal(size=(3, 3))) + 3 * np.eye(3)
    rows = rng.normal(size=(7, 3))
    np.testing.assert_allclose(
        normal_log_density(mean, spread)(rows),
        stats.norm.logpdf(rows, mean, spread).sum(axis=1),
        rtol=SAME_NUMERICS.relative,
    )
    np.testing.assert_allclose(
        normal_log_density(mean, factor)(rows),
        stats.multivariate_normal(mean, factor @ factor.T).logpdf(rows),
        rtol=SAME_NUMERICS.relative,
    )


@pytest.mark.parametrize("k", [0.3, 0.6, 0.9])
def test_ratios_with_a_pareto_tail_have_its_shape(rng, k):
    """Exponential log ratios with mean k are the logarithms of a Pareto distribution with shape k."""
    log_ratios = k * rng.exponential(size=20_000)
    assert abs(tail_shape(sample_stats(log_ratios, np.zeros(20_000))) - k) < MONTE_CARLO


def test_impossible_draws_and_too_few_draws_are_said(rng):
    x = rng.normal(size=100)
    log_q = stats.norm.logpdf(x)
    assert tail_shape(sample_stats(np.where(x > 1, -np.inf, log_q), log_q)) == np.inf
    assert np.isnan(tail_shape(sample_stats(log_q[: FEWEST_DRAWS - 1], log_q[: FEWEST_DRAWS - 1])))
