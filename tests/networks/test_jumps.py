"""The known part of levy: the diffusion at alpha = 2, one jump early on, and a bounded remainder between."""

import numpy as np

import hssm
from hssm.models.registry import get_model
from hssm.networks.domain import training_box
from hssm.networks.jumps import JUMPS
from hssm.networks.reference import density_rows
from hssm.networks.stable_exits import StableExits, jump_rate

LEVY = get_model("levy")


def known(rows):
    return np.asarray(JUMPS["levy"].split(np.asarray(rows, dtype=np.float32))[1])[:, 0]


def test_leading_edge_of_a_diffusion() -> None:
    rt = np.array([0.02, 0.03, 0.05])
    rows = [[0.8, 1.0, 0.3, 2.0, 0.0, at, -1.0] for at in rt]
    theta = {"v": 0.8 / np.sqrt(2), "a": 1 / np.sqrt(2), "z": 0.3, "t": 0.0}
    exact = hssm.log_density("ddm", {"rt": rt, "response": -np.ones(3)}, theta)
    np.testing.assert_allclose(known(rows), exact, atol=0.1)


def test_one_jump_early() -> None:
    rows = [[0.8, 1.0, 0.3, alpha, 0.0, 1e-4, 1.0] for alpha in (1.05, 1.5, 1.9)]
    exact = [np.log(jump_rate(alpha, 1.4)) for alpha in (1.05, 1.5, 1.9)]
    np.testing.assert_allclose(known(rows), exact, atol=0.1)


def test_remainder_is_bounded() -> None:
    rng, source = np.random.default_rng(5), StableExits(LEVY)
    rows, labels = density_rows(rng, source, source.vectors(rng, training_box(LEVY), 80))
    gap = np.abs(known(rows) - labels[:, 0])
    assert np.quantile(gap, 0.99) < 3.0
