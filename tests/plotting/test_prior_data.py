import bambi as bmb
import numpy as np
import pytest
from scipy import stats

import hssm
from hssm.plotting.prior_data import bounded_density, known_density, prior_curves, shown_range
from tests.fitted import INCLUDE, hierarchical_frame
from tests.tolerances import BINNED, OTHER_ALGORITHM

N_DRAWS = 300
NODES = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
AREA = 0.005
"""Mass beyond the ends of a curve (0.001 to 0.002, more where smoothing widens it), and errors of the trapezoids."""

AREA_OF_FEW = 0.03
"""The same for some hundred draws, which are smoothed more."""


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(hierarchical_frame(), include=INCLUDE)


@pytest.fixture(scope="module")
def curves(model):
    return prior_curves(model, None, N_DRAWS, 1)


def test_a_curve_for_each_parameter_and_kind_of_member(curves):
    assert [(curve.parameter, curve.is_any_member) for curve in curves] == [
        ("v", False),
        ("v", True),
        ("a", False),
        ("z", False),
        ("t", False),
        ("t", True),
    ]
    for curve in curves:
        low, median, high = curve.quantiles
        assert low < median < high
        assert np.trapezoid(curve.density, curve.x) == pytest.approx(1.0, abs=AREA_OF_FEW)


def test_simple_parameters_have_the_density_of_their_prior(model, curves):
    z = next(curve for curve in curves if curve.parameter == "z")
    np.testing.assert_allclose(z.density, 1.0, rtol=OTHER_ALGORITHM.relative)  # uniform


@pytest.mark.parametrize(
    "prior",
    [
        bmb.Prior("HalfNormal", sigma=0.5),
        bmb.Prior("Gamma", mu=1.5, sigma=0.4),
        hssm.Prior("Normal", mu=0.0, sigma=1.0, bounds=(0.5, 1.5)),
    ],
    ids=str,
)
def test_known_densities_are_exact_within_their_bounds(prior):
    x, height = known_density(prior)
    assert np.trapezoid(height, x) == pytest.approx(1.0, abs=AREA)
    low, high = getattr(prior, "bounds", None) or (0.0, np.inf)
    assert np.all((x > low) & (x < high))


def test_hyperpriors_and_priors_without_a_formula_are_estimated():
    assert known_density(bmb.Prior("Normal", mu=bmb.Prior("Normal", mu=0, sigma=1), sigma=1.0)) is None
    assert known_density(bmb.Prior("HalfStudentT", nu=3, sigma=1.0)) is None  # SciPy has no density for it
    assert known_density(bmb.Prior("VonMises", mu=0, kappa=1.0)) is None


def test_estimates_stay_within_bounds_and_near_the_truth():
    x, density = bounded_density(np.exp(0.5 * NODES), (0.0, np.inf))
    assert x.min() > 0
    np.testing.assert_allclose(density, stats.lognorm(0.5).pdf(x), atol=4 * BINNED.absolute)
    x, density = bounded_density(stats.norm.cdf(NODES / 2), (0.0, 1.0))
    assert x.min() > 0 and x.max() < 1
    assert np.trapezoid(density, x) == pytest.approx(1.0, abs=AREA)


def test_draws_without_spread_are_a_point():
    x, density = bounded_density(np.full(10, 0.4), (0.0, 1.0))
    assert x.tolist() == [0.4] and density.tolist() == [1.0]


def test_the_axis_begins_at_a_bound_that_is_near(curves):
    t = [curve for curve in curves if curve.parameter == "t"]
    low, high = shown_range(t, (0.0, np.inf))
    assert low == 0.0
    assert high > max(curve.quantiles[2] for curve in t)
    z = [curve for curve in curves if curve.parameter == "z"]
    assert shown_range(z, (0.0, 1.0)) == (0.0, 1.0)
    v = [curve for curve in curves if curve.parameter == "v"]
    low, high = shown_range(v, (-np.inf, np.inf))
    assert low < v[0].quantiles[0] < v[0].quantiles[2] < high


def test_parameters_can_be_chosen(model):
    assert {curve.parameter for curve in prior_curves(model, ["t", "z"], N_DRAWS, 1)} == {"t", "z"}
    assert {curve.parameter for curve in prior_curves(model, "t", N_DRAWS, 1)} == {"t"}
    with pytest.raises(ValueError, match=r"'p_outlier' is no free parameter\. Free: v, a, z, t"):
        prior_curves(model, ["p_outlier"], N_DRAWS, 1)
    with pytest.raises(ValueError, match="`draws` must be a positive integer"):
        prior_curves(model, None, 0, 1)
