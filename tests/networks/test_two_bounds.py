"""The known part of a recipe is the model's density at both ends of time, where nothing is left to learn."""

import numpy as np
import pytest

from hssm import log_density
from hssm.networks.two_bounds import TWO_BOUNDS

THETA = {"v": 0.8, "a": 1.1, "z": 0.35, "t": 0.0, "sv": 0.7, "theta": 0.2}


def known_and_exact(model, rt):
    names = TWO_BOUNDS[model].inputs[:-2]
    response = np.resize([-1.0, 1.0], len(rt))
    rows = np.stack([np.full(len(rt), THETA[name]) for name in names] + [rt, response], axis=1).astype(np.float32)
    exact = log_density(model, {"rt": rt, "response": response}, {name: THETA[name] for name in names})
    return np.asarray(TWO_BOUNDS[model].split(rows)[1])[:, 0], exact


@pytest.mark.parametrize("model", ["ddm", "ddm_sdv", "angle"])
def test_leading_edge_is_known(model) -> None:
    known, exact = known_and_exact(model, np.repeat(np.geomspace(0.005, 0.02, 5), 2))
    np.testing.assert_allclose(known, exact, atol=0.1)


@pytest.mark.parametrize("model", ["ddm", "ddm_sdv", "angle"])
def test_remainder_is_bounded(model) -> None:
    rt = np.repeat(np.geomspace(0.005, 20.0 if model != "angle" else 5.0, 40), 2)
    known, exact = known_and_exact(model, rt)
    assert exact.min() < -20
    assert np.abs(known - exact).max() < 2.5


def test_a_mirrored_trial_has_the_same_features() -> None:
    row = np.array([[0.8, 1.1, 0.35, 0.2, 0.9, 1.0]], dtype=np.float32)
    mirrored = np.array([[-0.8, 1.1, 0.65, 0.2, 0.9, -1.0]], dtype=np.float32)
    for one, other in zip(*map(TWO_BOUNDS["ddm"].split, (row, mirrored)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
