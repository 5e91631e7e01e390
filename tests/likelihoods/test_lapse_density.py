import bambi as bmb
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from hssm.likelihoods.lapse_density import resolve_lapse
from tests.tolerances import MONTE_CARLO, SAME_NUMERICS, UPSTREAM_NORMAL

X = pt.vector("x")
TIMES = np.array([-1.0, 0.05, 0.5, 2.0, 9.0, 25.0])

EXAMPLES = [
    (None, stats.uniform(0, 20), (0.0, np.inf)),
    ({"name": "Uniform", "lower": -2, "upper": 10}, stats.uniform(-2, 12), (0.0, np.inf)),
    ({"name": "Uniform", "lower": 0.1, "upper": 10}, stats.uniform(0.1, 9.9), (0.0, np.inf)),
    ({"name": "Normal", "mu": 1, "sigma": 2}, stats.norm(1, 2), (0.0, np.inf)),
    ({"name": "Normal", "mu": 1, "sigma": 2, "bounds": (0.2, 4)}, stats.norm(1, 2), (0.2, 4.0)),
    (bmb.Prior("Gamma", alpha=2, beta=0.5), stats.gamma(2, scale=2.0), (0.0, np.inf)),
    (bmb.Prior("HalfNormal", sigma=3), stats.halfnorm(scale=3), (0.0, np.inf)),
]


@pytest.mark.parametrize(("lapse", "reference", "bounds"), EXAMPLES, ids=lambda each: str(each)[:30])
def test_density_and_distribution_function(lapse, reference, bounds) -> None:
    density = resolve_lapse(lapse)
    lower, upper = bounds
    mass = reference.cdf(upper) - reference.cdf(lower)
    expressions = [density.log_density(X), density.log_cdf(X), density.log_survival(X)]
    g, below, above = pytensor.function([X], [pt.exp(each) for each in expressions])(TIMES)
    expected = np.where((lower < TIMES) & (upper > TIMES), reference.pdf(TIMES) / mass, 0.0)
    accuracy = UPSTREAM_NORMAL if "Normal" in density.name else SAME_NUMERICS
    tolerance = {"rtol": accuracy.relative, "atol": accuracy.absolute}
    np.testing.assert_allclose(g, expected, **tolerance)
    cdf = (reference.cdf(np.clip(TIMES, lower, upper)) - reference.cdf(lower)) / mass
    np.testing.assert_allclose(below, cdf, **tolerance)
    np.testing.assert_allclose(above, 1.0 - cdf, **tolerance)


@pytest.mark.parametrize(("lapse", "reference", "bounds"), EXAMPLES, ids=lambda each: str(each)[:30])
def test_samples_follow_the_density(lapse, reference, bounds) -> None:
    lower, upper = bounds
    sample = resolve_lapse(lapse).sample(np.random.default_rng(7), 5000)
    assert sample.shape == (5000,)
    assert (sample > 0.0).all()
    base, mass = reference.cdf(lower), reference.cdf(upper) - reference.cdf(lower)
    p = stats.kstest(sample, lambda x: (reference.cdf(x) - base) / mass).pvalue
    assert p > MONTE_CARLO.false_alarm


def test_sampling_is_seeded_and_may_be_empty() -> None:
    density = resolve_lapse({"name": "ExGaussian", "mu": 0.5, "sigma": 0.3, "nu": 0.5})
    first, second = (density.sample(np.random.default_rng(3), 50) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert density.sample(np.random.default_rng(3), 0).shape == (0,)


@pytest.mark.parametrize(
    "lapse", [None, {"name": "Normal", "mu": 1, "sigma": 2}, {"name": "Gamma", "alpha": 2, "beta": 1}]
)
def test_gradient_has_no_nan_at_and_beyond_the_ends(lapse) -> None:
    times = np.array([-1.0, 0.0, 20.0, 30.0])
    log_density = resolve_lapse(lapse).log_density(X)
    slope = pytensor.function([X], pt.grad(log_density.sum(), X, disconnected_inputs="ignore"))(times)
    assert not np.isnan(slope).any()


def test_a_lapse_is_a_value() -> None:
    assert repr(resolve_lapse()) == "Uniform(lower: 0, upper: 20)"
    assert resolve_lapse() == resolve_lapse({"name": "Uniform", "lower": 0, "upper": 20})
    assert resolve_lapse() != resolve_lapse({"name": "Uniform", "lower": 0, "upper": 10})
    assert len({resolve_lapse(), resolve_lapse()}) == 1
    assert resolve_lapse().support == (0.0, 20.0)


@pytest.mark.parametrize(
    ("lapse", "error", "message"),
    [
        (3, TypeError, "got int"),
        ("Uniform", TypeError, "got str"),
        ({"lower": 0, "upper": 1}, ValueError, "key 'name'"),
        ({"name": "Unifrom", "lower": 0}, ValueError, "Did you mean 'Uniform'"),
        ({"name": "Poisson", "mu": 3}, ValueError, "discrete"),
        ({"name": "Flat"}, ValueError, "not a proper"),
        ({"name": "Normal", "mu": 0, "sd": 1}, ValueError, "does not take 'sd'; it takes mu, sigma"),
        ({"name": "Normal", "mu": 0, "sigma": -1}, ValueError, "sigma > 0"),
        ({"name": "Normal", "mu": -30, "sigma": 1}, ValueError, "no mass on"),
        ({"name": "Uniform", "lower": -3, "upper": -1}, ValueError, "no mass on"),
        ({"name": "Uniform", "lower": 3, "upper": 1}, ValueError, "no mass on"),
        ({"name": "Uniform", "lower": 0, "upper": np.inf}, ValueError, "finite numbers"),
        (bmb.Prior("Normal", mu=bmb.Prior("Normal", mu=0, sigma=1), sigma=1), ValueError, "fixed finite numbers"),
        (bmb.Prior("x", dist=lambda name: None), ValueError, "dist="),
    ],
    ids=str,
)
def test_wrong_input_is_named(lapse, error, message) -> None:
    with pytest.raises(error, match=message):
        resolve_lapse(lapse)


def test_a_distribution_without_distribution_function_serves_complete_data() -> None:
    density = resolve_lapse({"name": "Rice", "nu": 1, "sigma": 1})
    value = pytensor.function([X], density.log_density(X))(TIMES)
    np.testing.assert_allclose(value, stats.rice(1.0).logpdf(TIMES), rtol=1e-9)
    with pytest.raises(ValueError, match="no distribution function"):
        density.log_survival(X)
