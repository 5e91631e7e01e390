"""The race combinator on accumulators whose race is known: independent exponential finishing times."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.race import Accumulator, race
from tests.densities.compare import assert_close
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS

RATES = (0.7, 1.9, 0.4)
RT = np.array([0.3, 0.31, 0.9, 2.5, 7.0, 0.1])
RESPONSE = np.array([0, 1, 2, 1, 0, 2])
T = 0.2

EXPONENTIAL = Accumulator(
    indexed=("r",),
    shared=(),
    log_density=lambda tau, own: pt.log(own["r"]) - own["r"] * tau,
    log_survivor=lambda tau, own: -own["r"] * tau,
    inside=lambda own: pt.gt(own["r"], 0.0),
    safe=lambda own, inside: {"r": pt.switch(inside, own["r"], 1.0)},
)


@pytest.fixture(scope="module")
def evaluate():
    """Log density, distribution function and survivor, with the gradient of the density by the rates."""
    density = race(EXPONENTIAL)
    rt, response, rates = pt.dvector("rt"), pt.dvector("response"), pt.dvector("rates")
    theta = {f"r{i}": rates[i] for i in range(len(RATES))} | {"t": pt.constant(T)}
    observed = {"rt": rt, "response": response}
    value = density.log_density(observed, theta)
    outputs = [value, density.log_cdf(observed, theta), density.log_survival(observed, theta)]
    outputs.append(pytensor.grad(value.sum(), rates))
    return pytensor.function([rt, response, rates], outputs)


def expected(rates):
    total, own, tau = np.sum(rates), np.asarray(rates)[RESPONSE], np.maximum(RT - T, 0.0)
    with np.errstate(divide="ignore"):
        density = np.where(tau > 0, np.log(own) - total * tau, -np.inf)
        cdf = np.log(own / total * -np.expm1(-total * tau))
    return density, cdf, -total * tau


def test_winner_times_survivors(evaluate):
    found = evaluate(RT, RESPONSE.astype(float), np.array(RATES))
    density, cdf, survivor = expected(RATES)
    assert_close(found[0], density, SAME_NUMERICS)
    assert_close(found[1], cdf, OTHER_ALGORITHM)
    assert_close(found[2], survivor, SAME_NUMERICS)


def test_gradient(evaluate):
    gradient = evaluate(RT, RESPONSE.astype(float), np.array(RATES))[3]
    tau = (RT - T)[RT > T]
    wins = np.bincount(RESPONSE[RT > T], minlength=len(RATES))
    assert_close(gradient, wins / np.array(RATES) - tau.sum(), OTHER_ALGORITHM)


def test_outside_the_domain_is_log_zero(evaluate):
    density, cdf, survivor, gradient = evaluate(RT, RESPONSE.astype(float), np.array([0.7, -1.0, 0.4]))
    assert np.all(density == -np.inf) and np.all(cdf == -np.inf) and np.all(survivor == -np.inf)
    assert np.all(np.isfinite(gradient))
