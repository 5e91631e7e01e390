"""The best source of labels of every kind of model, and what a user may mean by a model."""

import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.networks.accumulators import Accumulators
from hssm.networks.reference import Exact, Simulated
from hssm.networks.solved import Solved
from hssm.networks.sources import source_for, specification_of
from hssm.networks.stable_exits import StableExits


@pytest.mark.parametrize(
    ("model", "kind", "expected"),
    [
        ("ddm", "lan", Exact),
        ("full_ddm", "cpn", Exact),
        ("weibull", "lan", Solved),
        ("weibull", "gonogo", Solved),
        ("levy", "lan", StableExits),
        ("levy", "opn", Simulated),
        ("race_no_bias_angle_4", "lan", Accumulators),
        ("race_no_bias_angle_2", "cpn", Accumulators),
    ],
)
def test_the_best_source_there_is(model, kind, expected) -> None:
    assert isinstance(source_for(get_model(model), kind), expected)


def test_models_of_users() -> None:
    config = hssm.ModelConfig(list_params=["v"], choices=[0, 1], bounds={"v": (0, 1)}, rv=some_simulator)
    spec = specification_of(config)
    assert spec.name == "some_simulator"
    assert isinstance(source_for(spec, "lan"), Simulated)
    with pytest.raises(ValueError, match="rv"):
        specification_of(hssm.ModelConfig(list_params=["v"], choices=[0, 1]))
    with pytest.raises(TypeError, match="int"):
        specification_of(3)


def some_simulator(theta, n_samples, random_state):
    """Choice 1 with probability v; log-normal times."""
    rng = np.random.default_rng(random_state)
    return np.stack([np.exp(0.3 * rng.normal(size=len(theta))), rng.random(len(theta)) < theta[:, 0]], axis=1)
