"""Leapfrog steps with limited slopes: reversible, exact, and not thrown off by a cusp."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pymc.blocking import RaveledVars
from scipy import integrate

from hssm.inference.leapfrog import STEEPEST, LimitedIntegrator, limited
from hssm.inference.potential import RoundedPotential
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM, SAME_NUMERICS

CUSP, DEPTH = 0.7, 0.05
"""Where the density rises like a square root, from this."""


def _log_density(x):
    return pt.log(DEPTH + pt.sqrt(pt.maximum(x - CUSP, 0.0) + 1e-300)) - 0.5 * x * x


def _step(model: pm.Model, **options: object) -> pm.NUTS:
    with model:
        return pm.NUTS(potential=RoundedPotential(np.zeros(1), np.eye(1), rng=1), target_accept=0.9, **options)


@pytest.fixture(scope="module")
def model() -> pm.Model:
    with pm.Model() as made:
        x = pm.Flat("x", initval=1.5)
        pm.Potential("cusp", _log_density(x))
    return made


def test_a_slope_is_shortened_only_where_it_is_steep() -> None:
    covariance, slope = np.diag([4.0, 0.25]), np.array([3.0, -1.0])
    np.testing.assert_array_equal(limited(slope, covariance @ slope), slope)
    steep = 1e6 * slope
    short = limited(steep, covariance @ steep)
    np.testing.assert_allclose(
        short / np.linalg.norm(short), slope / np.linalg.norm(slope), rtol=SAME_NUMERICS.relative
    )
    assert np.sqrt(short @ covariance @ short / 2) == pytest.approx(STEEPEST)


def test_warm_up_is_left_alone(model: pm.Model) -> None:
    step = _step(model)
    place = RaveledVars(np.array([CUSP + 1e-12]), (("x", (), 1, np.dtype(float)),))
    own, ours = step.integrator, LimitedIntegrator(step)
    steep = own.compute_state(place, np.zeros(1)).q_grad
    assert ours.compute_state(place, np.zeros(1)).q_grad == steep > 1e3 * STEEPEST
    step.tune = False
    assert ours.compute_state(place, np.zeros(1)).q_grad == pytest.approx(STEEPEST)


def test_steps_over_the_cusp_are_reversible(model: pm.Model) -> None:
    step = _step(model)
    step.tune = False
    integrator = LimitedIntegrator(step)
    start = integrator.compute_state(RaveledVars(np.array([1.4]), (("x", (), 1, np.dtype(float)),)), np.array([-4.0]))
    path = [start]
    for _ in range(20):
        path.append(integrator.step(0.05, path[-1]))
    assert min(state.q.data[0] for state in path) < CUSP < path[0].q.data[0]
    state = path[-1]
    for _ in range(20):
        state = integrator.step(-0.05, state)
    np.testing.assert_allclose(state.q.data, start.q.data, rtol=OTHER_ALGORITHM.relative)
    np.testing.assert_allclose(state.p, start.p, rtol=OTHER_ALGORITHM.relative)


def test_draws_follow_the_density_with_the_cusp(model: pm.Model) -> None:
    """Share beyond the cusp and mean against numerical integration, at a fixed step that often lands near the cusp."""
    step = _step(model, adapt_step_size=False, step_scale=0.5)
    step.integrator = LimitedIntegrator(step)
    with model:
        traces = pm.sample(4000, tune=10, chains=1, step=step, random_seed=3, progressbar=False, quiet=True)
    draws = traces.posterior["x"].values.ravel()

    def moment(function, low=-9.0):
        density = lambda x: (DEPTH + np.sqrt(max(x - CUSP, 0.0))) * np.exp(-0.5 * x * x)  # noqa: E731
        return integrate.quad(lambda x: function(x) * density(x), low, 9.0, points=[CUSP], limit=200)[0]

    mass = moment(lambda x: 1.0)
    mean, square = moment(lambda x: x) / mass, moment(lambda x: x * x) / mass
    n_effective = 1000  # fewer than the draws, which are hardly correlated
    assert abs(draws.mean() - mean) < MONTE_CARLO.standard_errors * np.sqrt((square - mean**2) / n_effective)
    below = 1.0 - moment(lambda x: 1.0, CUSP) / mass
    assert abs((draws < CUSP).mean() - below) < MONTE_CARLO.standard_errors * np.sqrt(below / n_effective)
