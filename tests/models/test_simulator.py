import numpy as np
import pytest

from hssm.models.registry import get_model
from hssm.models.simulator import as_simulator
from hssm.spec import SimulationOptions

RESPONSE = ("rt", "response")
THETA = {"v": np.array([1.0, 2.0, 3.0]), "t": np.array([0.1, 0.2, 0.3])}


def simulate(theta, n_samples, random_state, **_):
    rng = np.random.default_rng(random_state)
    return np.column_stack([theta.sum(axis=1) + rng.random(len(theta)), np.ones(len(theta))])


def test_a_name_stands_for_that_models_simulator() -> None:
    assert as_simulator("ddm", ("v", "a", "z", "t"), RESPONSE) is get_model("ddm").simulator
    assert as_simulator(None, ("v",), RESPONSE) is None
    with pytest.raises(ValueError, match="'ddmm'.*'ddm'"):
        as_simulator("ddmm", ("v",), RESPONSE)


def test_a_function_gets_parameters_in_order_then_covariates_and_a_seed() -> None:
    simulator = as_simulator(simulate, ("t", "v"), RESPONSE, ("x",))
    options = SimulationOptions(covariates={"x": np.array([10.0, 20.0, 30.0])})
    rows = simulator.draw(np.random.default_rng(1), THETA, options)
    again = simulator.draw(np.random.default_rng(1), THETA, options)
    np.testing.assert_array_equal(rows, again)
    np.testing.assert_array_equal(np.floor(rows[:, 0] - THETA["t"]), [11.0, 22.0, 33.0])
    assert (rows[:, 1] == 1.0).all()


def test_a_function_may_return_rts_and_choices() -> None:
    def as_dict(theta, n_samples, random_state):
        return {"rts": theta[:, :1][None], "choices": np.zeros((1, len(theta), 1))}

    rows = as_simulator(as_dict, ("v",), RESPONSE).draw(np.random.default_rng(1), THETA, SimulationOptions())
    np.testing.assert_array_equal(rows, [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])


def test_a_random_variable_class_draws_by_its_generator_function() -> None:
    class Variable:
        @classmethod
        def rng_fn(cls, rng, v, t, size=None):
            return np.column_stack([t, np.sign(v)])

    rows = as_simulator(Variable, ("v", "t"), RESPONSE).draw(np.random.default_rng(1), THETA, SimulationOptions())
    np.testing.assert_array_equal(rows[:, 0], THETA["t"])


def test_wrong_results_and_types_are_named() -> None:
    wrong = as_simulator(lambda theta, n_samples, random_state: np.zeros(5), ("v",), RESPONSE)
    with pytest.raises(ValueError, match=r"shape \(5,\) for 3 trials.*\(3, 2\)"):
        wrong.draw(np.random.default_rng(1), THETA, SimulationOptions())
    with pytest.raises(TypeError, match="got int"):
        as_simulator(3, ("v",), RESPONSE)
