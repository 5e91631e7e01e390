"""Labels from integral equations: looser, hardly different, and integrals of them are the distribution function."""

import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.networks.domain import training_box
from hssm.networks.rows import draw_vectors, spaced_times
from hssm.networks.solved import Solved, is_solved

WEIBULL = get_model("weibull")
NAMES = WEIBULL.parameter_names


@pytest.fixture
def theta() -> dict:
    return draw_vectors(np.random.default_rng(3), training_box(WEIBULL), 3)


def test_what_is_solved_for() -> None:
    def density(name):
        return get_model(name).likelihood("analytical").source.load()

    assert is_solved(density("weibull"))
    assert not is_solved(density("ddm"))


@pytest.mark.slow
def test_labels_are_the_models_densities(theta) -> None:
    times, weights = spaced_times(np.random.default_rng(4), 3, 12, longest=10.0)
    found = Solved(WEIBULL).table(theta, times, weights).log_density
    for i in range(3):
        for k, response in enumerate(WEIBULL.choices):
            data = {"rt": times[i], "response": np.full(12, response)}
            exact = hssm.log_density("weibull", data, {**{n: theta[n][i] for n in NAMES}, "t": 0.0})
            seen = exact > -12
            np.testing.assert_allclose(found[i, k, seen], exact[seen], atol=1e-4)


@pytest.mark.slow
def test_probabilities_are_those_of_the_distribution_function(theta) -> None:
    deadline = theta["t"][:, None] + np.array([[0.1, 1.0], [0.4, 2.0], [0.3, 3.0]])
    flat = {name: np.repeat(part, 2) for name, part in theta.items()}
    reached = np.exp(
        [hssm.log_cdf("weibull", {"rt": deadline.ravel(), "response": np.full(6, c)}, flat) for c in (-1, 1)]
    )
    source = Solved(WEIBULL)
    np.testing.assert_allclose(source.probabilities(theta, "opn", deadline).ravel(), 1 - reached.sum(axis=0), atol=2e-4)
    np.testing.assert_allclose(source.probabilities(theta, "gonogo", deadline).ravel(), 1 - reached[1], atol=2e-4)
    choices = source.probabilities(theta, "cpn", deadline[:, :1])
    assert choices.shape == (3, 1, 2)
    np.testing.assert_allclose(choices.sum(axis=2), 1.0)
    data = {"rt": np.full(3, np.inf), "response": np.ones(3)}
    np.testing.assert_allclose(choices[:, 0, 1], np.exp(hssm.log_cdf("weibull", data, theta)), atol=1e-3)
