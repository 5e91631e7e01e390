"""Truths: the prior of the model, with values set where they were given."""

from __future__ import annotations

import numpy as np
import pytest

import hssm
from hssm.recovery.truth import draw_truths, read_theta, simulate_responses
from tests.bambi_bridge.cases import make_frame
from tests.tolerances import MONTE_CARLO

GROUPS = [{"name": "v", "formula": "v ~ 1 + x + (1|p)"}, {"name": "a", "formula": "a ~ 1 + (1|p)"}]


@pytest.fixture(scope="module")
def model() -> hssm.HSSM:
    return hssm.HSSM(make_frame(), include=GROUPS, p_outlier=0)


def test_given_values_are_the_truth(model) -> None:
    theta = {"v": 0.7, "v_x": -0.3, "v_1|p_sigma": 0.2, "a": 1.3, "t": 0.25}
    values = read_theta(model.built, theta)
    truths = draw_truths(model.built, values, 400, np.random.default_rng(1))
    for name, value in (("v_Intercept", 0.7), ("v_x", -0.3), ("v_1|p_sigma", 0.2), ("t", 0.25)):
        np.testing.assert_allclose(truths[name], value)
    np.testing.assert_allclose(truths["a_Intercept"], np.log(1.3))
    np.testing.assert_allclose(truths["a_Intercept_natural"], 1.3)
    effects = truths["v_1|p"].to_numpy()
    n = effects.size
    assert abs(effects.std() / 0.2 - 1) < MONTE_CARLO.standard_errors / np.sqrt(2 * n)
    assert abs(effects.mean()) < MONTE_CARLO.standard_errors * 0.2 / np.sqrt(n)
    assert truths["z"].std() > 0.0
    assert truths["a_1|p_sigma"].std() > 0.0


def test_without_values_they_are_the_prior(model) -> None:
    truths = draw_truths(model.built, {}, 50, np.random.default_rng(1))
    prior = model.sample_prior_predictive(50, random_seed=np.random.default_rng(1))["prior"]
    for name in prior.data_vars:
        np.testing.assert_allclose(truths[name], prior[name])


def test_names_and_shapes_are_checked(model) -> None:
    with pytest.raises(ValueError, match="'vv'"):
        read_theta(model.built, {"vv": 1.0})
    with pytest.raises(ValueError, match="shape"):
        read_theta(model.built, {"t": [0.1, 0.2]})


def test_responses_follow_the_truth(model) -> None:
    values = read_theta(model.built, {"v": 3.0, "v_x": 0.0, "v_1|p_sigma": 0.01, "t": 0.25})
    truth = draw_truths(model.built, values, 1, np.random.default_rng(1))
    matrix = simulate_responses(model.built, truth, np.random.default_rng(2))
    assert matrix.shape == (model.built.observations.n_trials, 2)
    assert matrix[:, 0].min() > 0.25
    assert (matrix[:, 1] == 1).mean() > 0.7
