"""The known part of a leaking diffusion is nearly all of it; mirror images and opposite leaks are exact."""

from functools import partial

import jax
import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.networks.domain import training_box
from hssm.networks.leaking import LEAKING, at_most
from hssm.networks.reference import Exact
from hssm.networks.rows import draw_vectors, spaced_times
from tests.networks.recipes import known_of
from tests.tolerances import SINGLE_PRECISION

ORNSTEIN, RECIPE = get_model("ornstein"), LEAKING["ornstein"]
known = partial(known_of, RECIPE)
SEEN, NOTICED = -30.0, -7.0
MEAN, NOTICED_REMAINDER, REMAINDER = 0.002, 0.2, 0.6
"""Mean and largest difference of known part and log density where responses fall; largest anywhere in the box."""


def test_what_is_left_to_the_layers_is_small_all_over_the_box() -> None:
    rng = np.random.default_rng(1)
    theta = draw_vectors(rng, training_box(ORNSTEIN), 100)
    theta["t"][:] = 0.0
    table = Exact(ORNSTEIN).table(theta, *spaced_times(rng, 100, 60, longest=30.0))
    shape = table.log_density.shape
    columns = [np.broadcast_to(part[:, None, None], shape) for part in theta.values()]
    columns += [np.broadcast_to(table.times[:, None, :], shape), np.broadcast_to([[-1.0], [1.0]], shape)]
    gap = np.abs(known(np.stack([column.ravel() for column in columns], axis=1)).reshape(shape) - table.log_density)
    mass = np.exp(table.log_density) * table.weights[:, None, :]
    assert (gap * mass)[table.log_density > SEEN].sum() / mass.sum() < MEAN
    assert gap[table.log_density > NOTICED].max() < NOTICED_REMAINDER
    assert gap[table.log_density > SEEN].max() < REMAINDER


@pytest.mark.parametrize("g", [0.0, 1e-9, -1e-9])
def test_without_leak_all_is_known(g) -> None:
    rt, response = np.array([0.1, 0.4, 1.5, 1.5]), np.array([1.0, -1.0, 1.0, -1.0])
    theta = {"v": 1.3, "a": 1.1, "z": 0.4, "t": 0.0}
    rows = np.stack([*(np.full(4, x) for x in (1.3, 1.1, 0.4, g, 0.0)), rt, response], axis=1)
    exact = hssm.log_density("ddm", {"rt": rt, "response": response}, theta)
    np.testing.assert_allclose(known(rows), exact, atol=5 * SINGLE_PRECISION.absolute)


def test_mirror_images_are_the_same() -> None:
    rows = np.array([[0.7, 1.2, 0.3, 0.6, 0.1, rt, 1.0] for rt in (0.3, 0.8, 2.0, 6.0)])
    mirrored = rows * [-1, 1, 1, 1, 1, 1, -1]
    mirrored[:, 2] = 1.0 - rows[:, 2]
    np.testing.assert_allclose(known(mirrored), known(rows), atol=SINGLE_PRECISION.absolute)


def test_opposite_leaks_differ_by_known_factors() -> None:
    """Girsanov: with drift and leak of the other signs, killing differs by the leak, and the ends' potentials twice."""
    v, a, z, g, rt = 0.7, 1.2, 0.3, 0.6, np.array([0.3, 0.8, 2.0, 6.0])
    rows, opposite = (np.array([[s * v, a, z, s * g, 0.0, at, -1.0] for at in rt]) for s in (1.0, -1.0))
    start = a * (2 * z - 1)
    factor = -2 * v * (start + a) + g * (start * start - a * a) + g * rt
    np.testing.assert_allclose(known(rows) - known(opposite), factor, atol=SINGLE_PRECISION.absolute)


def test_finite_with_finite_slopes_in_and_around_the_box() -> None:
    rng, n = np.random.default_rng(3), 2000
    box = {name: (low, 1.3 * high) for name, (low, high) in training_box(ORNSTEIN).items() if name != "z"}
    box["z"] = (0.02, 0.98)
    columns = {name: rng.uniform(low, high, n) for name, (low, high) in box.items()}
    columns["rt"] = columns["t"] + 10.0 ** rng.uniform(-6, 2, n)
    columns["response"] = rng.choice([-1.0, 1.0], n)
    rows = np.stack([columns[name] for name in RECIPE.inputs], axis=1).astype(np.float32)
    features, _ = RECIPE.split(rows)
    assert np.isfinite(features).all()
    assert np.abs(features).max() < 20
    assert np.isfinite(known(rows)).all()
    slopes = jax.grad(lambda x: RECIPE.finish(RECIPE.split(x)[1]).sum() + RECIPE.split(x)[0].sum())(rows)
    assert np.isfinite(slopes).all()


def test_nothing_before_the_non_decision_time() -> None:
    assert (known([[0.7, 1.2, 0.3, 0.6, 0.5, rt, 1.0] for rt in (0.0, 0.2, 0.4999)]) < -500).all()


def test_at_most() -> None:
    x = np.array([0.1, 0.5, 2.0, 3.0, 50.0], dtype=np.float32)
    np.testing.assert_allclose(at_most(x, 2.0), [0.1, 0.5, 2.0 * 0.5**0.125, 2.0, 2.0], atol=0.02)
