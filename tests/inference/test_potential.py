"""Kinetic energies: a coordinate change, and what they learn from draws."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import hssm
from hssm.inference.potential import FEWEST, DensePotential, RoundedPotential
from tests.bambi_bridge.cases import assert_same
from tests.tolerances import MONTE_CARLO

COVARIANCE = np.array([[2.0, 0.9, 0.0], [0.9, 0.5, -0.1], [0.0, -0.1, 0.3]])
LOWER = np.linalg.cholesky(COVARIANCE)
MEAN = np.array([0.3, -1.0, 2.0])
ALL = np.ones(3, dtype=bool)
KINDS = [RoundedPotential, partial(DensePotential, correlated=ALL)]


@pytest.mark.parametrize("kind", KINDS)
def test_velocity_and_energy_are_those_of_the_covariance(kind) -> None:
    potential, momentum = kind(MEAN, LOWER, rng=1), np.array([0.2, -1.5, 0.7])
    assert_same(potential.velocity(momentum), COVARIANCE @ momentum)
    out = np.empty(3)
    assert_same(potential.velocity_energy(momentum, out), 0.5 * momentum @ COVARIANCE @ momentum)
    assert_same(out, COVARIANCE @ momentum)
    assert_same(potential.energy(momentum), 0.5 * momentum @ COVARIANCE @ momentum)


def test_momenta_have_the_inverse_covariance() -> None:
    potential = RoundedPotential(MEAN, LOWER, rng=1)
    n_draws = 20_000
    draws = np.array([potential.random() for _ in range(n_draws)])
    expected = np.linalg.inv(COVARIANCE)
    scale = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / n_draws)
    assert np.all(np.abs(np.cov(draws.T) - expected) < MONTE_CARLO.standard_errors * scale)


def test_it_adapts_to_draws_of_another_scale() -> None:
    rng, potential = np.random.default_rng(2), RoundedPotential(MEAN, LOWER, rng=1)
    for _ in range(600):
        potential.update(MEAN + 3.0 * LOWER @ rng.normal(size=3), np.zeros(3), tune=True)
    ratio = potential.velocity(np.eye(3)[0])[0] / COVARIANCE[0, 0]
    # A variance from at least 100 draws.
    assert abs(ratio / 9.0 - 1.0) < MONTE_CARLO.standard_errors * np.sqrt(2 / 100)


def _draws(covariance: np.ndarray, n: int) -> np.ndarray:
    return MEAN + np.random.default_rng(3).normal(size=(n, 3)) @ np.linalg.cholesky(covariance).T


def test_correlations_adapt_to_draws() -> None:
    other = np.array([[1.0, -0.5, 0.1], [-0.5, 2.0, 0.0], [0.1, 0.0, 0.1]])
    potential, n = DensePotential(MEAN, LOWER, ALL, rng=1), 4000
    for draw in _draws(other, n):
        potential.update(draw, np.zeros(3), tune=True)
    found = np.array([potential.velocity(row) for row in np.eye(3)])
    scale = np.sqrt((np.outer(np.diag(other), np.diag(other)) + other**2) / (n / 2))
    # The pseudo-draws, a quarter of a percent, are within the error of estimation.
    assert np.all(np.abs(found - other) < MONTE_CARLO.standard_errors * scale)
    momenta = np.array([potential.random() for _ in range(20_000)])
    expected = np.linalg.inv(found)
    scale = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / len(momenta))
    assert np.all(np.abs(np.cov(momenta.T) - expected) < MONTE_CARLO.standard_errors * scale)


def test_only_chosen_correlations_adapt() -> None:
    other = np.array([[1.0, -0.5, 0.1], [-0.5, 2.0, 0.0], [0.1, 0.0, 0.1]])
    potential, n = DensePotential(MEAN, np.eye(3), np.array([True, True, False]), rng=1), 4000
    for draw in _draws(other, n):
        potential.update(draw, np.zeros(3), tune=True)
    found = np.array([potential.velocity(row) for row in np.eye(3)])
    scale = np.sqrt((np.outer(np.diag(other), np.diag(other)) + other**2) / (n / 2))
    expected = np.where([[1, 1, 0], [1, 1, 0], [0, 0, 1]], other, 0.0)
    assert np.all(np.abs(found - expected) < MONTE_CARLO.standard_errors * scale)
    assert_same(found[2, :2], 0.0)


def test_it_keeps_what_it_began_with_until_it_knows_better() -> None:
    potential = DensePotential(MEAN, LOWER, ALL, rng=1)
    for draw in _draws(9.0 * COVARIANCE, FEWEST - 1):
        potential.update(draw, np.zeros(3), tune=True)
    for draw in _draws(9.0 * COVARIANCE, 500):
        potential.update(draw, np.zeros(3), tune=False)
    assert_same(potential.velocity(np.eye(3)[0]), COVARIANCE[0])


def test_a_chain_that_does_not_move_teaches_nothing() -> None:
    potential = DensePotential(MEAN, LOWER, ALL, rng=1)
    for _ in range(3 * FEWEST):
        potential.update(MEAN, np.zeros(3), tune=True)
    assert_same(potential.velocity(np.eye(3)[0]), COVARIANCE[0])


def test_the_next_chain_of_a_process_begins_anew() -> None:
    potential = DensePotential(MEAN, LOWER, ALL, rng=1)
    state = potential.sampling_state
    for draw in _draws(4.0 * np.eye(3), 300):
        potential.update(draw, np.zeros(3), tune=True)
    assert not np.allclose(potential.velocity(np.eye(3)[0]), COVARIANCE[0])
    potential.sampling_state = state
    assert_same(potential.velocity(np.eye(3)[0]), COVARIANCE[0])
    assert not potential._drawn


@pytest.mark.filterwarnings("ignore::UserWarning")  # of convergence: the chains are short
def test_chains_one_after_the_other_are_those_side_by_side() -> None:
    data = hssm.simulate_data("ddm", {"v": 0.7, "a": 1.2, "z": 0.5, "t": 0.3}, size=100, random_state=1)
    model = hssm.HSSM(data, model="ddm_sdv")
    settings = {"draws": 30, "tune": 150, "chains": 2, "random_seed": 3, "progressbar": False}
    first, second = (model.sample(cores=cores, **settings)["posterior"]["v"].to_numpy() for cores in (1, 2))
    np.testing.assert_array_equal(first, second)
