"""Labels: exact ones are the model's density, simulated ones approach it, rows follow the model."""

import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.networks.domain import training_box
from hssm.networks.reference import Exact, Simulated, density_rows
from hssm.networks.rows import draw_vectors, outcome_rows, spaced_times

DDM = get_model("ddm")


def test_exact_rows_hold_the_model_and_its_density() -> None:
    rng = np.random.default_rng(1)
    theta = draw_vectors(rng, training_box(DDM), 50)
    rows, labels = density_rows(rng, Exact(DDM), theta)
    v, a, z, t, rt, response = rows.astype(float).T
    exact = hssm.log_density("ddm", {"rt": rt, "response": response}, {"v": v, "a": a, "z": z, "t": t})
    clear = rt - t > 0.01  # nearer to t the density feels the rounding of the stored times
    np.testing.assert_allclose(labels[clear, 0], exact[clear], atol=0.02)
    drifting = np.abs(v) > 1.5
    assert (np.sign(v) == response)[drifting].mean() > 0.7


def test_simulated_density_approaches_the_exact_one() -> None:
    theta = {"v": np.array([0.7]), "a": np.array([0.9]), "z": np.array([0.45]), "t": np.array([0.3])}
    times, weights = spaced_times(np.random.default_rng(2), 1, 300)
    one, other = Exact(DDM).table(theta, times, weights), Simulated(DDM).table(theta, times, weights)
    gap = np.abs(np.exp(one.log_density) - np.exp(other.log_density)) * weights[:, None]
    assert 0.5 * gap.sum() < 0.07
    np.testing.assert_allclose((np.exp(other.log_density) * weights[:, None]).sum(), 1.0, atol=0.01)


@pytest.mark.parametrize("kind", ["cpn", "opn", "gonogo"])
def test_simulated_outcomes_agree_with_exact_ones(kind) -> None:
    theta = draw_vectors(np.random.default_rng(5), {"v": (-1, 1), "a": (0.5, 1.0), "z": (0.3, 0.7), "t": (0, 1)}, 6)
    deadline = theta["t"] + np.linspace(0.2, 1.5, 6)
    one, other = (source(DDM).probabilities(theta, kind, deadline[:, None])[:, 0] for source in (Exact, Simulated))
    np.testing.assert_allclose(one, other, atol=0.05)
    rows, labels = outcome_rows(np.random.default_rng(6), Exact(DDM), theta, kind)
    assert rows.shape == ((6, 4) if kind == "cpn" else (12, 5))
    assert labels.shape == ((6, 2) if kind == "cpn" else (12, 1))
    assert ((labels >= 0) & (labels <= 1)).all()
