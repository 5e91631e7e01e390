"""Compiled draws of the truncated normal against its distribution function, in every branch of the sampler."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from tests.tolerances import MONTE_CARLO

N_DRAWS = 5_000
CASES = [
    (0.0, 2.0, 0.0, np.inf),
    (1.0, 0.5, -np.inf, 0.0),
    (0.0, 1.0, 6.0, np.inf),
    (0.0, 1.0, -np.inf, -4.0),
    (0.0, 1.0, 2.0, 2.1),
    (0.0, 1.0, 3.0, 8.0),
    (2.0, 3.0, -3.0, 3.0),
    (0.0, 1.0, -0.3, 0.5),
    (5.0, 2.0, -np.inf, 8.0),
]


@pytest.fixture(scope="module")
def draws():
    import hssm.parameters.prior  # noqa: F401 (registers the sampler)

    variables = [
        pm.TruncatedNormal.dist(
            mu=mu,
            sigma=sigma,
            lower=None if np.isinf(lower) else lower,
            upper=None if np.isinf(upper) else upper,
            shape=(N_DRAWS,),
        )
        for mu, sigma, lower, upper in CASES
    ]
    return pm.draw(variables, random_seed=11)


@pytest.mark.parametrize("case", range(len(CASES)), ids=str)
def test_draws_follow_the_distribution(draws, case):
    mu, sigma, lower, upper = CASES[case]
    assert np.all((draws[case] >= lower) & (draws[case] <= upper))
    exact = stats.truncnorm((lower - mu) / sigma, (upper - mu) / sigma, loc=mu, scale=sigma)
    assert stats.kstest(draws[case], exact.cdf).pvalue > MONTE_CARLO.false_alarm
