"""A likelihood on arrays: any mixture of shared and trial-wise parameters gives what one trial at a time gives."""

from functools import lru_cache

import numpy as np
import pytest
from numpy.testing import assert_allclose

import hssm
from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.lapse_density import resolve_lapse
from hssm.likelihoods.pointwise import compiled, evaluate_pointwise
from hssm.models.registry import get_model
from hssm.spec import Likelihood
from tests.tolerances import OTHER_ALGORITHM

N_DRAWS, N_TRIALS, P_OUTLIER = 3, 7, 0.05
FLOOR = 1e-100


@lru_cache
def likelihood(with_lapse: bool) -> Likelihood:
    spec = get_model("ddm")
    lapse = resolve_lapse(None) if with_lapse else None
    return assemble(spec, spec.likelihood("analytical"), bounds=spec.bounds("analytical"), lapse=lapse)


@pytest.fixture
def observed(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"rt": 0.4 + rng.gamma(2.0, 0.4, N_TRIALS), "response": rng.choice([-1.0, 1.0], N_TRIALS)}


def by_trial(observed: dict, theta: dict, with_lapse: bool) -> np.ndarray:
    """Log density of every draw and trial through the public function, a draw at a time."""
    rows = []
    p = P_OUTLIER if with_lapse else 0.0
    for draw in range(N_DRAWS):
        own = {
            name: np.broadcast_to(value, (N_DRAWS, N_TRIALS))[draw]
            for name, value in theta.items()
            if name != "p_outlier"
        }
        exact = np.exp(hssm.log_density("ddm", observed, own))
        rows.append(np.log((1 - p) * exact + p / (20.0 * 2) + FLOOR))
    return np.stack(rows)


@pytest.mark.parametrize("with_lapse", [True, False])
@pytest.mark.parametrize(
    "shapes",
    [
        {"v": (1, 1), "a": (1, 1), "z": (1, 1), "t": (1, 1)},
        {"v": (N_DRAWS, 1), "a": (N_DRAWS, 1), "z": (1, 1), "t": (N_DRAWS, 1)},
        {"v": (N_DRAWS, N_TRIALS), "a": (1, N_TRIALS), "z": (1, 1), "t": (N_DRAWS, 1)},
    ],
)
def test_every_shape_broadcasts(shapes: dict, with_lapse: bool, observed: dict, rng: np.random.Generator) -> None:
    bounds = {"v": (-1.0, 1.0), "a": (0.8, 1.5), "z": (0.4, 0.6), "t": (0.1, 0.3)}
    theta = {name: rng.uniform(*bounds[name], shape) for name, shape in shapes.items()}
    if with_lapse:
        theta["p_outlier"] = np.array([[P_OUTLIER]])
    found = evaluate_pointwise(likelihood(with_lapse), observed, theta)
    n_draws = max(shape[0] for shape in shapes.values())
    assert found.shape == (n_draws, N_TRIALS)
    assert_allclose(found, by_trial(observed, theta, with_lapse)[:n_draws], rtol=OTHER_ALGORITHM.relative)


def test_impossible_trials_have_the_floor_or_the_lapse(observed: dict) -> None:
    theta = {name: np.array([[value]]) for name, value in {"v": 0.5, "a": 1.0, "z": 0.5, "t": 100.0}.items()}
    found = evaluate_pointwise(likelihood(False), observed, theta)
    assert_allclose(found, np.log(FLOOR), rtol=OTHER_ALGORITHM.relative)
    found = evaluate_pointwise(likelihood(True), observed, {**theta, "p_outlier": np.array([[P_OUTLIER]])})
    assert_allclose(found, np.log(P_OUTLIER / 40.0), rtol=OTHER_ALGORITHM.relative)


def test_one_function_per_pattern_of_shapes(observed: dict) -> None:
    pattern = ((True, True),) * 4
    assert compiled(likelihood(False), "log_density", pattern) is compiled(likelihood(False), "log_density", pattern)
