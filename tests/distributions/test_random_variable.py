"""The one random variable: shapes, draws and densities over any batch of parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from scipy import stats

from hssm.distributions.make import make_distribution_class
from hssm.distributions.random_variable import SSMRandomVariable, draw_responses, log_density_of, observed_columns
from hssm.spec import SimulationOptions
from tests.distributions.toy import COIN, TIMED, log_density_numpy
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM

PYTHON = Mode("py", None)
Timed = make_distribution_class(TIMED, name="Timed")
Coin = make_distribution_class(COIN, name="Coin")


def draw(distribution, seed: int = 1, **options) -> np.ndarray:
    return pm.draw(distribution, random_seed=seed, mode=PYTHON, **options)


@pytest.mark.parametrize(
    ("inputs", "size", "shape"),
    [
        ((1.0, 0.5, 0.1, 1.0), None, (2,)),
        ((1.0, 0.5, 0.1, 1.0), (5,), (5, 2)),
        ((np.ones(4), 0.5, 0.1, 1.0), None, (4, 2)),
        ((np.ones((3, 1)), np.full(4, 0.5), 0.1, np.ones(4)), None, (3, 4, 2)),
        ((np.ones(4), 0.5, 0.1, 1.0), (3, 4), (3, 4, 2)),
        ((np.ones((2, 3, 1)), 0.5, np.zeros(5), 1.0), None, (2, 3, 5, 2)),
    ],
)
def test_shape_of_draws(inputs, size, shape) -> None:
    distribution = Timed.dist(*inputs, size=size)
    assert distribution.ndim == len(shape)
    assert draw(distribution).shape == shape
    coin = Coin.dist(inputs[1] * np.ones(np.broadcast_shapes(*map(np.shape, inputs))), size=size)
    assert draw(coin).shape == shape[:-1]


def test_draws_follow_their_parameters() -> None:
    n = 2000
    rate = np.repeat([1.0, 4.0], n)
    dose = np.tile([1.0, 2.0], n)
    share = np.repeat([0.2, 0.9], n)
    draws = draw(Timed.dist(rate, share, 0.25, dose), seed=3)
    uniform = stats.expon.cdf(draws[:, 0], loc=0.25, scale=1 / (rate * dose))
    for part in (slice(0, n), slice(n, None)):
        assert stats.kstest(uniform[part], "uniform").pvalue > MONTE_CARLO.false_alarm
        p = share[part][0]
        error = np.sqrt(p * (1 - p) / n)
        assert abs(np.mean(draws[part, 1] == 1.0) - p) < MONTE_CARLO.standard_errors * error
    assert set(np.unique(draws[:, 1])) == {-1.0, 1.0}


def test_draws_follow_the_seed() -> None:
    distribution = Timed.dist(np.ones(6), 0.5, 0.1, 1.0)
    np.testing.assert_array_equal(draw(distribution, 7), draw(distribution, 7))
    assert not np.array_equal(draw(distribution, 7), draw(distribution, 8))
    two = draw(distribution, 7, draws=2)
    assert not np.array_equal(two[0], two[1])


def test_densities_broadcast_over_chain_draw_trial() -> None:
    rng = np.random.default_rng(4)
    value = np.column_stack([0.6 + rng.random(5), rng.choice([-1.0, 1.0], 5)])
    rate, share, dose = rng.uniform(0.5, 2, (2, 3, 1)), rng.uniform(0.2, 0.8, (2, 3, 5)), rng.uniform(1, 2, 5)
    found = pm.logp(Timed.dist(rate, share, 0.1, dose), value).eval(mode=PYTHON)
    assert found.shape == (2, 3, 5)
    expected = log_density_numpy(*value.T, rate, share, 0.1, dose)
    np.testing.assert_allclose(found, expected, rtol=OTHER_ALGORITHM.relative)


def test_density_of_a_single_column() -> None:
    found = pm.logp(Coin.dist(np.array([[0.2], [0.9]])), np.array([0.0, 1.0, 1.0])).eval(mode=PYTHON)
    np.testing.assert_allclose(found, np.log([[0.8, 0.2, 0.2], [0.1, 0.9, 0.9]]), rtol=OTHER_ALGORITHM.relative)


def test_columns_and_inputs_travel_by_name() -> None:
    value = pt.as_tensor_variable(np.array([[0.5, 1.0], [0.7, -1.0]]))
    columns = {name: column.eval(mode=PYTHON).tolist() for name, column in observed_columns(TIMED, value).items()}
    assert columns == {"rt": [0.5, 0.7], "response": [1.0, -1.0]}
    assert observed_columns(COIN, "the value itself") == {"response": "the value itself"}
    spy = replace(TIMED, log_density=lambda observed, theta: (sorted(observed), dict(theta)))
    seen = log_density_of(spy, value, ["r", "s", "t", "d"])
    assert seen == (["dose", "response", "rt"], {"rate": "r", "share": "s", "t": "t"})


def test_operators_differ_by_likelihood() -> None:
    one, same = SSMRandomVariable(TIMED, name="one"), SSMRandomVariable(TIMED, name="one")
    assert one == same
    assert hash(one) == hash(same)
    assert one != SSMRandomVariable(replace(TIMED, simulate=None), name="one")
    assert one.signature == "(),(),(),()->(k)"
    assert SSMRandomVariable(COIN).signature == "()->()"


def test_support_point_is_a_response_the_model_can_give() -> None:
    def start(distribution, **model):
        with pm.Model() as made:
            made.register_rv(distribution, "y")
        return made.initial_point()["y"]

    np.testing.assert_allclose(start(Timed.dist([1.0, 1.0], 0.5, [0.1, 0.4], 1.0)), [[1.1, -1.0], [1.4, -1.0]])
    np.testing.assert_allclose(start(Coin.dist([0.5, 0.5])), [0.0, 0.0])


def test_without_a_simulator_the_error_says_what_to_give() -> None:
    silent = replace(TIMED, simulate=None)
    with pytest.raises(ValueError, match="no simulator.*Give one as `rv` in `model_config`"):
        draw_responses(silent, np.random.default_rng(1), {}, SimulationOptions())
    # The density needs none.
    distribution = make_distribution_class(silent).dist(1.0, 0.5, 0.1, 1.0)
    assert np.isfinite(pm.logp(distribution, np.array([0.5, 1.0])).eval(mode=PYTHON))
