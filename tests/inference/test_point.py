import numpy as np
import pytest
from scipy import optimize

import hssm
from hssm.inference import point
from hssm.inference.point import as_reported, find_mode, laplace
from hssm.inference.unconstrained import sampled_values
from tests.fitted import INCLUDE, SIMPLE_TRUTH, TINY, hierarchical_frame, simple_frame

NEAR_MODE = 0.35
"""Posterior standard deviations between mode and mean of a nearly Gaussian posterior (500 trials)."""


@pytest.fixture(scope="module")
def posterior(default_fit):
    return default_fit[0].traces["posterior"].to_dataset()


@pytest.fixture(scope="module")
def mode(default_fit):
    return default_fit[0].find_MAP()


def test_the_mode_is_near_the_posterior_mean(mode, posterior):
    assert set(mode) == {"v", "a", "z", "t"}
    for name in mode:
        assert abs(mode[name] - float(posterior[name].mean())) < NEAR_MODE * float(posterior[name].std()), name


def test_no_point_nearby_is_better(default_fit, mode):
    model = default_fit[0]
    log_density = model.compile_logp(jacobian=False)
    best = log_density(mode)
    found = optimize.minimize(
        lambda point: -log_density(dict(zip("vazt", point, strict=True))),
        [float(mode[name]) for name in "vazt"],
        method="Nelder-Mead",
        options={"maxfev": 150},
    )
    assert -found.fun - best < 0.01


def test_it_is_stored(default_fit, mode):
    assert default_fit[0].map is mode


def test_the_mode_of_a_blackbox_needs_no_gradient():
    model = hssm.HSSM(simple_frame(), loglik_kind="blackbox", a=1.3, z=0.5, t=0.3)
    exact = hssm.HSSM(simple_frame(), a=1.3, z=0.5, t=0.3)
    np.testing.assert_allclose(model.find_MAP()["v"], exact.find_MAP()["v"], atol=1e-3)


def test_a_hierarchical_mode_is_reported_like_draws(hierarchical_fit):
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE)
    built = model._built
    posterior = hierarchical_fit.traces["posterior"].to_dataset()
    raw = find_mode(built, model.initvals)
    reported = as_reported(built, raw)
    centred, x = raw["v_Intercept"], hierarchical_frame()["x"].to_numpy()
    np.testing.assert_allclose(reported["v_Intercept"], centred - raw["v_x"] * x.mean())
    np.testing.assert_allclose(reported["v_x|participant_id"], raw["v_x|participant_id"] - raw["v_x"])
    assert {name for name in reported} <= set(posterior.data_vars)


@pytest.fixture(scope="module")
def gaussian(default_fit):
    model = default_fit[0]
    return laplace(model._built, model.initvals, draws=4000, rng=np.random.default_rng(1))["posterior"].to_dataset()


def test_laplace_has_the_moments_of_the_posterior(gaussian, posterior):
    draws = gaussian
    assert draws.sizes == {"chain": 1, "draw": 4000}
    for name in SIMPLE_TRUTH:
        sd = float(posterior[name].std())
        assert abs(float(draws[name].mean() - posterior[name].mean())) < NEAR_MODE * sd, name
        assert 0.8 < float(draws[name].std()) / sd < 1.25, name


def test_laplace_draws_stay_inside_the_bounds(gaussian):
    assert float(gaussian["t"].min()) > 0
    assert 0 < float(gaussian["z"].min()) <= float(gaussian["z"].max()) < 1


def test_laplace_says_when_there_is_no_gaussian_mode(monkeypatch):
    include = [{"name": "v", "formula": "v ~ 1 + (1|participant_id)"}]
    model = hssm.HSSM(hierarchical_frame(), include=include, noncentered=False, a=1.3, z=0.5, t=0.2)

    def saddle(negative, start):
        """Effects far beyond their sigma: the density falls towards both and rises along the funnel."""
        moved = start | {"v_1|participant_id": np.full(5, 30.0), "v_1|participant_id_sigma_log__": np.array(0.0)}
        return np.concatenate([np.ravel(moved[name]) for name in start])

    monkeypatch.setattr(point, "_unconstrained_mode", saddle)
    with pytest.raises(RuntimeError, match=r"Laplace approximation failed.*Use another sampler"):
        model.sample("laplace", **TINY)


def test_the_curvature_is_that_of_calculus():
    """f(x, y) = exp(x) + x^2 y^2 + 50 y^2: second derivatives exp(x) + 2 y^2, 4 x y, 2 x^2 + 100."""
    at = np.array([0.7, -1.3])

    def function(point):
        x, y = point
        return np.exp(x) + x**2 * y**2 + 50 * y**2, np.array([np.exp(x) + 2 * x * y**2, 2 * x**2 * y + 100 * y])

    x, y = at
    expected = [[np.exp(x) + 2 * y**2, 4 * x * y], [4 * x * y, 2 * x**2 + 100]]
    np.testing.assert_allclose(point._curvature(function, at), expected, rtol=1e3 * point.STEP**2)


def test_laplace_draws_know_their_densities(default_fit):
    model = default_fit[0]
    tree = laplace(model.built, model.initvals, draws=40, rng=np.random.default_rng(1))
    values = sampled_values(model.built, tree["posterior"].to_dataset(), reported=False)
    point_of_draw = {name: value[5] for name, value in values.items()}
    assert float(tree["sample_stats"]["lp"][0, 5]) == pytest.approx(float(model.compile_logp()(point_of_draw)))
    ratios = (tree["sample_stats"]["lp"] - tree["sample_stats"]["log_q"]).to_numpy()
    assert np.ptp(ratios) < 2  # nearly Gaussian with 500 trials; the evidence is their common height
