"""Labels of races: those of the model, from accumulators that vectors share."""

import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.networks.accumulators import N_DRIFTS, PER_SET, ROWS, Accumulators, single_logs
from hssm.networks.domain import training_box
from hssm.networks.rows import LOWEST, draw_vectors, spaced_times
from tests.tolerances import SOLVER

SPEC = get_model("race_no_bias_angle_3")
SOURCE, BOX = Accumulators(SPEC), training_box(SPEC)


@pytest.fixture
def theta() -> dict:
    return draw_vectors(np.random.default_rng(3), BOX, 4)


def test_log_densities_are_the_models(theta) -> None:
    times, weights = spaced_times(np.random.default_rng(4), 4, 30)
    found = SOURCE.table(theta, times, weights).log_density
    assert found.shape == (4, 3, 30)
    for k in range(3):
        data = {"rt": times.ravel(), "response": np.full(120, k)}
        at = {name: np.repeat(part, 30) for name, part in theta.items()} | {"t": np.zeros(120)}
        exact = hssm.log_density(SPEC, data, at).reshape(4, 30)
        np.testing.assert_array_equal(found[:, k] > -np.inf, exact > -np.inf)
        seen = exact > -20
        np.testing.assert_allclose(found[:, k][seen], exact[seen], atol=SOLVER.absolute)


def test_probabilities_are_the_models(theta) -> None:
    deadline = theta["t"][:, None] + np.array([[0.3, 1.0]])
    at = {name: np.repeat(part, 2) for name, part in theta.items()}
    exact = np.exp(hssm.log_survival(SPEC, {"rt": deadline.ravel()}, at)).reshape(4, 2, 1)
    np.testing.assert_allclose(SOURCE.probabilities(theta, "opn", deadline), exact, atol=SOLVER.absolute)
    choices = SOURCE.probabilities(theta, "cpn", deadline[:, :1])
    assert choices.shape == (4, 1, 3)
    ever = [hssm.log_cdf(SPEC, {"rt": np.full(4, np.inf), "response": np.full(4, k)}, theta) for k in range(3)]
    np.testing.assert_allclose(choices[:, 0].T, np.exp(ever), atol=SOLVER.absolute)
    with pytest.raises(NotImplementedError, match="gonogo"):
        SOURCE.probabilities(theta, "gonogo", deadline)


def test_vectors_share_solutions() -> None:
    theta = SOURCE.vectors(np.random.default_rng(1), BOX, 2 * PER_SET + 5)
    assert list(theta) == list(SPEC.parameter_names)
    for name, (low, high) in BOX.items():
        assert low <= theta[name].min() and theta[name].max() <= high
    assert [len(np.unique(theta[name])) for name in ("a", "z", "theta")] == [3, 3, 3]
    first = np.concatenate([theta[name][:PER_SET] for name in ("v0", "v1", "v2")])
    assert len(np.unique(first)) <= N_DRIFTS


def test_rows_are_of_single_accumulators() -> None:
    rng = np.random.default_rng(1)
    theta = SOURCE.vectors(rng, BOX, 4)
    rows, labels = SOURCE.rows(rng, theta, "lan")
    n = len(np.unique(np.concatenate([theta[name] for name in ("v0", "v1", "v2")])))
    assert rows.shape == (n * ROWS, 5)
    assert (labels > LOWEST).all()
    v, a, z, angle, tau = rows.astype(float).T
    exact = single_logs({"v": v, "a": a, "z": z, "theta": angle}, tau[:, None])
    early = tau > 0.01  # before, and near the end, it feels the rounding of the stored numbers
    open_ = early & (1.0 - tau * np.tan(angle) / a > 0.02)
    np.testing.assert_allclose(labels[open_].T, exact[:, open_, 0], atol=0.01)


def test_rows_of_choices_exchange_drifts_within_a_set() -> None:
    rng = np.random.default_rng(1)
    theta = SOURCE.vectors(rng, BOX, 2 * PER_SET)
    rows, labels = SOURCE.rows(rng, theta, "cpn")
    assert len(rows) > 2 * len(theta["a"])
    np.testing.assert_allclose(labels.sum(axis=1), 1.0, rtol=1e-5)
    for k in range(2):
        own = slice(k * PER_SET, (k + 1) * PER_SET)
        drifts = np.concatenate([theta[name][own] for name in ("v0", "v1", "v2")]).astype(np.float32)
        seen = rows[rows[:, 3] == np.float32(theta["a"][own][0])]
        assert np.isin(seen[:, :3], drifts).all()
        assert len(np.unique(seen[:, :3], axis=0)) > PER_SET
