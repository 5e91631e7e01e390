"""Numbers about priors against SciPy, against each other, and against PyMC's own distribution functions."""

import bambi as bmb
import numpy as np
import pymc as pm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hssm.parameters.prior import Prior
from hssm.parameters.quantiles import (
    Q16,
    Q50,
    Q84,
    density,
    frozen_distribution,
    mass,
    prior_median,
    quantile,
    spread,
    standard_deviation,
    support,
)
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM, QUADRATURE

INF = np.inf
FAMILIES = [
    Prior("Beta", alpha=2, beta=5),
    Prior("Beta", mu=0.3, sigma=0.1),
    Prior("Beta", mu=0.3, nu=7),
    Prior("Cauchy", alpha=1, beta=2),
    Prior("ChiSquared", nu=3),
    Prior("ExGaussian", mu=0.4, sigma=0.1, nu=0.3),
    Prior("Exponential", lam=3),
    Prior("Exponential", scale=3),
    Prior("Gamma", alpha=2, beta=0.5),
    Prior("Gamma", mu=1.5, sigma=0.75),
    Prior("Gumbel", mu=1, beta=2),
    Prior("HalfCauchy", beta=2),
    Prior("HalfNormal", sigma=2),
    Prior("HalfNormal", tau=4),
    Prior("HalfStudentT", nu=3, sigma=2),
    Prior("InverseGamma", alpha=3, beta=2),
    Prior("InverseGamma", mu=2, sigma=1),
    Prior("Laplace", mu=1, b=2),
    Prior("LogNormal", mu=0.3, sigma=0.6),
    Prior("Logistic", mu=1, s=0.5),
    Prior("Normal", mu=1, sigma=2),
    Prior("Normal", mu=1, tau=4),
    Prior("Pareto", alpha=3, m=1),
    Prior("SkewNormal", mu=0, sigma=1, alpha=3),
    Prior("StudentT", nu=4, mu=1, sigma=2),
    Prior("TruncatedNormal", mu=1, sigma=2, lower=0.5),
    Prior("Uniform", lower=-1, upper=3),
    Prior("Weibull", alpha=1.5, beta=0.3),
]


@pytest.fixture(scope="module")
def pymc_log_densities():
    """Log density of every family at its quartiles, evaluated by PyMC in one compiled function."""
    points = [np.asarray(quantile(prior, np.array([0.25, 0.5, 0.75]))) for prior in FAMILIES]
    logps = [
        pm.logp(getattr(pm, prior.name).dist(**prior.args), point)
        for prior, point in zip(FAMILIES, points, strict=True)
    ]
    return points, pm.compile([], logps, mode="FAST_COMPILE")()


@pytest.mark.parametrize("case", range(len(FAMILIES)), ids=[str(prior) for prior in FAMILIES])
def test_family_is_the_one_of_pymc(pymc_log_densities, case):
    points, log_densities = pymc_log_densities
    frozen = frozen_distribution(FAMILIES[case])
    step = 1e-5
    slope = (frozen.cdf(points[case] + step) - frozen.cdf(points[case] - step)) / (2 * step)
    np.testing.assert_allclose(np.log(slope), log_densities[case], rtol=QUADRATURE.relative, atol=1e-5)


@pytest.mark.parametrize("prior", FAMILIES, ids=str)
def test_quantiles_invert_the_mass(prior):
    for q in (Q16, Q50, Q84):
        assert mass(prior, (-INF, quantile(prior, q))) == pytest.approx(q, abs=OTHER_ALGORITHM.absolute)


@pytest.mark.parametrize("prior", FAMILIES, ids=str)
def test_truncated_quantiles_share_out_the_mass_inside(prior):
    lower, upper = quantile(prior, 0.3), quantile(prior, 0.9)
    inside = prior.replace(bounds=(lower, upper))
    for q in (0.1, 0.5, 0.9):
        value = quantile(inside, q)
        assert lower <= value <= upper
        share = mass(prior, (lower, value)) / mass(prior, (lower, upper))
        assert share == pytest.approx(q, abs=1e-6)


@given(lower=st.floats(-30, 30), width=st.floats(0.01, 10), q=st.floats(0.001, 0.999))
def test_quantiles_stay_inside_even_far_in_a_tail(lower, width, q):
    prior = Prior("Normal", mu=0, sigma=1, bounds=(lower, lower + width))
    value = quantile(prior, q)
    assert lower <= value <= lower + width
    expected = stats.truncnorm(lower, lower + width).ppf(q)
    assert value == pytest.approx(expected, abs=1e-4 * width + 1e-9)


def test_spread_of_a_normal_is_its_standard_deviation():
    prior = Prior("Normal", mu=1, sigma=3)
    assert spread(prior) == pytest.approx(3.0)
    assert standard_deviation(prior) == pytest.approx(3.0)


def test_standard_deviation_under_truncation():
    prior = Prior("Normal", mu=2, sigma=3, bounds=(-3, 3))
    exact = stats.truncnorm(-5 / 3, 1 / 3, loc=2, scale=3).std()
    assert standard_deviation(prior) == pytest.approx(exact, rel=QUADRATURE.relative)


def test_a_prior_without_variance_is_described_by_its_spread():
    cauchy = Prior("Cauchy", alpha=0, beta=1)
    assert standard_deviation(cauchy) == pytest.approx(spread(cauchy))
    half = Prior("HalfStudentT", nu=1, sigma=2)
    assert standard_deviation(half) == pytest.approx(spread(half))


def test_median_of_a_hierarchy_takes_hyperpriors_at_their_medians():
    prior = Prior("Normal", mu=Prior("Uniform", lower=1, upper=3), sigma=Prior("HalfNormal", sigma=1))
    assert prior_median(prior) == pytest.approx(2.0)
    assert prior_median(0.7) == 0.7


def test_bambi_priors_have_medians_too():
    assert prior_median(bmb.Prior("Uniform", lower=0, upper=3)) == pytest.approx(1.5)


def test_vector_arguments_give_vector_quantiles():
    np.testing.assert_allclose(quantile(Prior("Normal", mu=np.array([0.0, 2.0]), sigma=1), 0.5), [0.0, 2.0], atol=1e-12)


def test_families_without_formula_are_summarised_from_draws():
    prior = Prior("Kumaraswamy", a=2, b=2)
    exact = np.sqrt(1 - np.sqrt(0.5))
    error = 0.5 / np.sqrt(4_000) / 1.3
    assert quantile(prior, 0.5) == pytest.approx(exact, abs=MONTE_CARLO.standard_errors * error)
    assert quantile(prior, 0.5) == quantile(prior, 0.5)
    assert quantile(prior.replace(bounds=(0.8, 1.0)), 0.5) > 0.8
    own = Prior("Mine", dist=lambda name, **kwargs: pm.Normal(name, mu=5, sigma=1))
    assert quantile(own, 0.5) == pytest.approx(5.0, abs=0.1)


def test_improper_priors_have_support_but_no_quantiles():
    assert support(Prior("HalfFlat")) == (0.0, INF)
    assert mass(Prior("HalfFlat"), (-2.0, -1.0)) == 0.0
    assert mass(Prior("Flat"), (-2.0, -1.0)) == 1.0
    with pytest.raises(ValueError, match="improper"):
        quantile(Prior("Flat"), 0.5)


@pytest.mark.parametrize("bounds", [None, (0.2, 1.7)])
def test_densities_are_derivatives_of_the_distribution_function(bounds):
    prior = Prior("Normal", mu=0.5, sigma=0.8, bounds=bounds)
    probability = np.linspace(0.05, 0.95, 19)
    step = 1e-5
    x, nearby = quantile(prior, probability), quantile(prior, probability + step) - quantile(prior, probability - step)
    np.testing.assert_allclose(density(prior, x) * nearby, 2 * step, rtol=QUADRATURE.relative)


def test_densities_that_scipy_does_not_have():
    assert density(Prior("VonMises", mu=0, kappa=1), 0.5) is None
    assert density(Prior("HalfStudentT", nu=3, sigma=2), 0.5) is None
