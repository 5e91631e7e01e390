import numpy as np
import pytest
import xarray as xr
from scipy import stats
from scipy.special import gammaln, logsumexp

import hssm
from hssm.diagnostics import bayes_factor, log_evidence
from hssm.diagnostics.evidence import BayesFactor, Evidence, bridge
from tests.fitted import simple_frame
from tests.tolerances import MONTE_CARLO

N_CHAINS, N_DRAWS = 4, 1000


def within(found: Evidence, exact: float) -> bool:
    return abs(found.log_evidence - exact) < MONTE_CARLO.standard_errors * found.standard_error


@pytest.mark.parametrize("dimensions", [1, 5, 20])
def test_the_evidence_of_a_conjugate_normal_model(dimensions):
    """y_i ~ N(theta_i, 1), theta_i ~ N(0, 2^2): each y_i has marginal N(0, 1 + 4), the posterior is normal."""
    rng = np.random.default_rng(dimensions)
    y = rng.normal(0, 2, dimensions)
    exact = stats.norm(0, np.sqrt(5)).logpdf(y).sum()
    posterior = rng.normal(0.8 * y, np.sqrt(0.8), (N_CHAINS * N_DRAWS, dimensions))

    def joint(points):
        return (stats.norm.logpdf(y, points, 1) + stats.norm.logpdf(points, 0, 2)).sum(axis=1)

    found = bridge(joint, posterior, rng, N_CHAINS)
    assert within(found, exact)
    assert found.standard_error < 0.05


def test_a_skewed_posterior():
    """exp(3 x - exp(x)) integrates to Gamma(3) for x = log(gamma variate)."""
    rng = np.random.default_rng(3)
    points = np.log(rng.gamma(3.0, 1.0, (N_CHAINS * N_DRAWS, 2)))
    found = bridge(lambda x: (3 * x - np.exp(x)).sum(axis=1), points, rng, N_CHAINS)
    assert within(found, 2 * gammaln(3.0))


def test_the_standard_error_is_that_of_repetitions():
    """Seed of 60 repetitions fixed; the ratio of a standard deviation to its estimate is within a factor of 1.5."""
    rng = np.random.default_rng(5)
    runs = []
    for _ in range(60):
        points = np.log(rng.gamma(1.5, 1.0, (800, 3)))
        runs.append(bridge(lambda x: (1.5 * x - np.exp(x)).sum(axis=1), points, rng, 4))
    spread = np.std([run.log_evidence for run in runs])
    said = np.mean([run.standard_error for run in runs])
    assert 1 / 1.5 < spread / said < 1.5


def test_few_draws_are_refused():
    with pytest.raises(ValueError, match="at least 20 draws per dimension.*150 draws of 10 dimensions"):
        bridge(lambda x: -x.sum(axis=1), np.zeros((150, 10)), np.random.default_rng(1))


@pytest.fixture(scope="module")
def one_parameter():
    """A model with one free parameter, its draws by inversion on a grid, and its evidence by quadrature."""
    model = hssm.HSSM(simple_frame(40), v={"name": "Normal", "mu": 0.0, "sigma": 1.5}, a=1.3, z=0.5, t=0.3)
    grid = np.linspace(-3, 4, 1401)
    log_density = model.compile_logp(jacobian=False)
    values = np.array([float(log_density({"v": v})) for v in grid])
    exact = logsumexp(values) + np.log(grid[1] - grid[0])
    weights = np.exp(values - logsumexp(values))
    rng = np.random.default_rng(1)
    draws = rng.choice(grid, size=(4, 500), p=weights) + rng.uniform(-0.5, 0.5, (4, 500)) * (grid[1] - grid[0])
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"v": (("chain", "draw"), draws)})})
    return model, tree, exact


def test_the_evidence_of_a_model_is_its_integral(one_parameter):
    model, tree, exact = one_parameter
    found = log_evidence(model, tree, random_seed=1)
    assert within(found, exact)
    assert found.standard_error < 0.05
    assert found.reliability == "good"
    assert log_evidence(model, tree, random_seed=1) == found


def test_bayes_factors_are_differences_of_evidence(one_parameter):
    model, tree, _ = one_parameter
    found = log_evidence(model, tree, random_seed=1)
    against = bayes_factor(found, Evidence(found.log_evidence - np.log(20.0), 0.03))
    assert against.bayes_factor == pytest.approx(20.0)
    assert against.standard_error == pytest.approx(np.hypot(found.standard_error, 0.03))
    assert against.verdict == "strong evidence for the first model"
    assert BayesFactor(-np.log(200.0), 0.1).verdict == "extreme evidence for the second model"
    assert "poor" in Evidence(1.0, 0.5).reliability


def test_models_of_other_data_are_refused(simple_fit, default_fit):
    with pytest.raises(ValueError, match="different responses"):
        bayes_factor(simple_fit, default_fit[0])


def test_potentials_have_no_evidence():
    model = hssm.HSSM(simple_frame(12), z=0.5, potentials=[("v", lambda v: -(v**2))])
    with pytest.raises(ValueError, match="potentials"):
        log_evidence(model, xr.DataTree())
