"""``full_ddm``: distribution function and survivor against the density, each other and the plain model."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.blackbox_extended import full_ddm_blackbox
from hssm.densities.variability_distribution import FULL_DDM
from hssm.densities.wiener import DDM
from hssm.densities.wiener_variability import PARAMETERS
from tests.densities.compare import assert_close
from tests.densities.test_variability_kernel import scattered
from tests.tolerances import FIXED_QUADRATURE, OTHER_ALGORITHM

T = 1 + PARAMETERS.index("t")


def compiled(density, kind, parameters):
    inputs = {name: pt.vector(name) for name in ("rt", "response", *parameters)}
    value = getattr(density, kind)(inputs, inputs)
    slopes = pytensor.grad(value.sum(), [inputs[name] for name in parameters])
    return pytensor.function(list(inputs.values()), [value, *slopes], on_unused_input="ignore")


@pytest.fixture(scope="module")
def functions():
    return {kind: compiled(FULL_DDM, kind, PARAMETERS) for kind in ("log_density", "log_cdf", "log_survival")}


def test_exits_and_stay_make_one_and_differentiate_to_the_density(functions, rng):
    rt, _, *theta = scattered(rng, 200)
    ones = np.ones_like(rt)
    exits = [functions["log_cdf"](rt, sign * ones, *theta) for sign in (1, -1)]
    stay = functions["log_survival"](rt, ones, *theta)
    assert_close(sum(np.exp(e[0]) for e in exits) + np.exp(stay[0]), 1.0, FIXED_QUADRATURE)
    densities = [np.exp(functions["log_density"](rt, sign * ones, *theta)[0]) for sign in (1, -1)]
    for e, density in zip(exits, densities, strict=True):
        assert_close(-e[T] * np.exp(e[0]), density, FIXED_QUADRATURE)
    assert_close(stay[T] * np.exp(stay[0]), sum(densities), FIXED_QUADRATURE)
    assert all(np.isfinite(numbers).all() for group in (*exits, stay) for numbers in group[1:])


def test_total_mass_is_one(functions, rng):
    rt, _, *theta = scattered(rng, 200)
    never, ones = np.full_like(rt, np.inf), np.ones_like(rt)
    mass = sum(np.exp(functions["log_cdf"](never, sign * ones, *theta)[0]) for sign in (1, -1))
    assert_close(mass, 1.0, FIXED_QUADRATURE)
    assert np.all(functions["log_survival"](never, ones, *theta)[0] == -np.inf)


def test_the_density_adds_up_to_it_fast_drifts_included(functions, rng):
    """Fine panels over the density, which the kernel averages over non-decision times, not over decision times."""
    n = 30
    v, a, sv = rng.uniform(-9, 9, n), rng.uniform(0.3, 2.5, n), rng.uniform(0, 2.5, n)
    z, t = rng.uniform(0.1, 0.9, n), rng.uniform(0.05, 0.6, n)
    sz, st = rng.uniform(0, 2, n) * np.minimum(z, 1 - z), rng.uniform(0, 2, n) * t
    response, rt = rng.choice([-1.0, 1.0], n), t + rng.exponential(0.7, n)
    x, weights = np.polynomial.legendre.leggauss(10)
    expected = np.empty(n)
    for i in range(n):
        ends = t[i] - 0.5 * st[i], t[i] + 0.5 * st[i]
        after = np.concatenate([[0.0], np.geomspace(1e-6, 10.0, 160)])
        edges = np.unique(np.clip(np.concatenate([end + after for end in ends]), None, rt[i]))
        half = 0.5 * np.diff(edges)[:, None]
        nodes = edges[:-1, None] + half * (1.0 + x)
        data = np.column_stack([nodes.ravel(), np.full(nodes.size, response[i])])
        density = np.exp(full_ddm_blackbox(data, v[i], a[i], z[i], t[i], sz[i], sv[i], st[i])).reshape(nodes.shape)
        expected[i] = (half * weights * density).sum()
    value, *_ = functions["log_cdf"](rt, response, v, a, z, t, sz, sv, st)
    assert_close(np.exp(value), expected, OTHER_ALGORITHM)


@pytest.mark.parametrize("kind", ["log_cdf", "log_survival"])
def test_no_variability_is_the_simple_model(functions, rng, kind):
    rt, response, v, a, z, t, *_ = scattered(rng, 100)
    rt, zero = np.maximum(rt, t + 0.05), np.zeros_like(t)
    simple, *_ = compiled(DDM, kind, PARAMETERS[:4])(rt, response, v, a, z, t)
    assert_close(functions[kind](rt, response, v, a, z, t, zero, zero, zero)[0], simple, OTHER_ALGORITHM)


def test_outside_and_before(functions):
    point = {"v": 0.5, "a": 1.0, "z": 0.4, "t": 0.2, "sz": 0.3, "sv": 1.0, "st": 0.2}
    for kind, before in (("log_cdf", -np.inf), ("log_survival", 0.0)):
        for wrong, expected in (({}, before), ({"sz": 0.9}, -np.inf), ({"st": 0.5}, -np.inf), ({"a": 0.0}, -np.inf)):
            theta = [np.array([x]) for x in {**point, **wrong}.values()]
            value, *slopes = functions[kind](np.array([0.09]), np.ones(1), *theta)
            assert value[0] == expected and np.all(np.isfinite(slopes))
