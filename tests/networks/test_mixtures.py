"""The known part of two stages and of varying starts leaves a bounded remainder."""

import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.networks.domain import training_box
from hssm.networks.mixtures import MIXTURES
from hssm.networks.reference import Exact
from hssm.networks.rows import draw_vectors, spaced_times
from tests.densities.compare import reference

SEEN = -30.0
REMAINDER = {"ddm_seq2_no_bias": 0.6, "full_ddm": 0.4}
"""Largest difference of known part and log density in the box."""


@pytest.mark.parametrize("response", [0, 1, 2, 3])
def test_two_stages_are_a_convolution(response) -> None:
    vh, vl1, vl2, a, rt = 0.9, -0.7, 1.4, 0.8, np.array([0.25, 0.6, 1.2, 2.5])
    first, second = divmod(response, 2)
    exact = []
    for end in rt:
        times = end * (np.arange(4000) + 0.5) / 4000
        parts = []
        for v, up, at in ((vh, first, times), (vl2 if first else vl1, second, end - times)):
            data = {"rt": at, "response": np.full(len(at), 2 * up - 1)}
            parts.append(np.exp(hssm.log_density("ddm", data, {"v": v, "a": a, "z": 0.5, "t": 0.0})))
        exact.append(np.log(np.sum(parts[0] * parts[1]) * end / 4000))
    rows = np.array([[vh, vl1, vl2, a, 0.0, end, response] for end in rt], dtype=np.float32)
    known = np.asarray(MIXTURES["ddm_seq2_no_bias"].split(rows)[1])[:, 0]
    np.testing.assert_allclose(known, exact, atol=REMAINDER["ddm_seq2_no_bias"])


def test_varying_starts_and_times_are_averaged() -> None:
    table = reference("full_ddm")
    table = table[(table["region"] == "all") & (table["log_density"] > -6) & (table["sz"] < 1.6 * table["z"])]
    table = table[table["sz"] < 1.6 * (1 - table["z"])]
    assert len(table) >= 20
    recipe = MIXTURES["full_ddm"]
    known = np.asarray(recipe.split(table[list(recipe.inputs)].to_numpy(dtype=np.float32))[1])[:, 0]
    assert np.quantile(np.abs(known - table["log_density"]), 0.9) < 0.005


@pytest.mark.parametrize("model", sorted(MIXTURES))
def test_what_is_left_to_the_layers_is_small_all_over_the_box(model) -> None:
    spec, rng = get_model(model), np.random.default_rng(1)
    theta = draw_vectors(rng, training_box(spec), 100)
    table = Exact(spec).table(theta, *spaced_times(rng, 100, 40))
    shape = table.log_density.shape
    onset = theta["t"] - 0.5 * theta.get("st", 0.0)
    columns = [np.broadcast_to(part[:, None, None], shape) for part in theta.values()]
    columns += [np.broadcast_to((table.times + onset[:, None])[:, None, :], shape)]
    columns += [np.broadcast_to(np.array(spec.choices)[None, :, None], shape)]
    rows = np.stack([column.ravel() for column in columns], axis=1).astype(np.float32)
    known = np.asarray(MIXTURES[model].split(rows)[1]).reshape(shape)
    seen = table.log_density > SEEN
    assert np.abs(known - table.log_density)[seen].max() < REMAINDER[model]
