"""``ddm_seq2_no_bias``: the convolution against adaptive quadrature, distribution functions, mass, edges."""

from itertools import pairwise

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.integrate import quad

from hssm.densities.blackbox import ddm_blackbox
from hssm.densities.two_stages import DDM_SEQ2_NO_BIAS
from tests.densities.compare import assert_close
from tests.tolerances import FINITE_DIFFERENCE, OTHER_ALGORITHM

PARAMETERS = ("vh", "vl1", "vl2", "a", "t")
T = 1 + PARAMETERS.index("t")


@pytest.fixture(scope="module")
def functions():
    inputs = {name: pt.vector(name) for name in ("rt", "response", *PARAMETERS)}

    def compiled(kind):
        value = getattr(DDM_SEQ2_NO_BIAS, kind)(inputs, inputs)
        slopes = pytensor.grad(value.sum(), [inputs[name] for name in PARAMETERS])
        return pytensor.function(list(inputs.values()), [value, *slopes], on_unused_input="ignore")

    return {kind: compiled(kind) for kind in ("log_density", "log_cdf", "log_survival")}


def scattered(rng, n=200):
    drifts = list(rng.normal(0, 2, (3, n)))
    t = rng.uniform(0, 0.5, n)
    return [t + np.exp(rng.uniform(-3, 3, n)), *drifts, np.exp(rng.uniform(np.log(0.3), np.log(2.5), n)), t]


def convolution(tau, choice, vh, vl1, vl2, a, log_scale):
    """Density of the sum of two passage times, relative to exp(log_scale)."""
    first, second = (1.0 if choice >= 2 else -1.0), (1.0 if choice % 2 else -1.0)
    drift = vl2 if choice >= 2 else vl1

    def product(s):
        one, two = ddm_blackbox([[s, first]], vh, a, 0.5, 0)[0], ddm_blackbox([[tau - s, second]], drift, a, 0.5, 0)[0]
        return np.exp(one + two - log_scale)

    scales = [min(k * a * a, 0.5 * tau) for k in (0.05, 0.2, 1.0, 3.0)]
    edges = sorted({0.0, tau, *scales, *(tau - s for s in scales)})
    return sum(quad(product, *pair, epsabs=1e-13, epsrel=1e-12, limit=300)[0] for pair in pairwise(edges))


def test_density_is_the_convolution(functions, rng):
    rt, *theta = scattered(rng, 24)
    choice = np.arange(24.0) % 4
    value = functions["log_density"](rt, choice, *theta)[0]
    for i, log_density in enumerate(value):
        vh, vl1, vl2, a, t = (x[i] for x in theta)
        assert_close(convolution(rt[i] - t, choice[i], vh, vl1, vl2, a, log_density), 1.0, OTHER_ALGORITHM)


def test_exits_and_stay_make_one_and_differentiate_to_the_density(functions, rng):
    rt, *theta = scattered(rng)
    choices = [np.full_like(rt, choice) for choice in range(4)]
    exits = [functions["log_cdf"](rt, choice, *theta) for choice in choices]
    stay = functions["log_survival"](rt, choices[0], *theta)
    assert_close(sum(np.exp(e[0]) for e in exits) + np.exp(stay[0]), 1.0, OTHER_ALGORITHM)
    densities = [np.exp(functions["log_density"](rt, choice, *theta)[0]) for choice in choices]
    for e, density in zip(exits, densities, strict=True):
        assert_close(-e[T] * np.exp(e[0]), density, OTHER_ALGORITHM)
    assert_close(stay[T] * np.exp(stay[0]), sum(densities), OTHER_ALGORITHM)


def test_total_mass_is_one(functions, rng):
    rt, *theta = scattered(rng)
    never = np.full_like(rt, np.inf)
    mass = sum(np.exp(functions["log_cdf"](never, np.full_like(rt, choice), *theta)[0]) for choice in range(4))
    assert_close(mass, 1.0, OTHER_ALGORITHM)


@pytest.mark.parametrize("kind", ["log_density", "log_cdf", "log_survival"])
def test_gradient_is_a_finite_difference(functions, rng, kind):
    rt, *theta = scattered(rng, 60)
    choice, step = np.arange(60.0) % 4, 1e-5
    value, *slopes = functions[kind](rt, choice, *theta)
    seen = value > -40
    for i, slope in enumerate(slopes):
        ends = [functions[kind](rt, choice, *(x + s * (i == j) for j, x in enumerate(theta)))[0] for s in (step, -step)]
        difference = ((ends[0] - ends[1]) / (2 * step))[seen & (rt > theta[-1] + 0.1)]
        scale = np.maximum(1.0, np.abs(difference))
        assert_close(slope[seen & (rt > theta[-1] + 0.1)] / scale, difference / scale, FINITE_DIFFERENCE)


@pytest.mark.parametrize("rt", [-999.0, 0.0, 0.2, 0.2 + 1e-12, 1e-8, 1e6, np.inf])
@pytest.mark.parametrize("a", [-1.0, 0.0, 1e-12, 1e-3, 1.0, 1e3])
def test_never_nan(functions, rt, a):
    for drift in (0.0, 1e-300, -30.0, 1e3):
        for kind, function in functions.items():
            point = (rt, 3.0, drift, 1.0, -drift, a, 0.2)
            value, *slopes = function(*(np.array([x]) for x in point))
            assert not np.isnan(value[0]) and np.all(np.isfinite(slopes)), (kind, point)
            if a < 1e-10:
                assert value[0] == -np.inf and np.all(np.array(slopes) == 0.0)
