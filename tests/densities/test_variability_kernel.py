"""The compiled density of ``full_ddm``: reference values, gradients, scattered trials against the fixed rule, edges."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hssm.densities.variability_kernel import N_NUMBERS, loop
from hssm.densities.wiener_variability import PARAMETERS, log_density_graph
from tests.densities.compare import assert_close, columns, reference
from tests.tolerances import ANALYTIC_GRADIENT, OTHER_ALGORITHM, SAME_NUMERICS

NAMES = ("rt", "response", *PARAMETERS)
OUTPUTS = ("rt", "v", "a", "z", "sz", "sv", "st")


def numbers(trials):
    out = np.empty((N_NUMBERS, len(trials[0])))
    loop(np.array(trials, dtype=float), out)
    return out


def scattered(rng, n):
    a, z, t = np.exp(rng.uniform(np.log(0.3), np.log(3), n)), rng.uniform(0.1, 0.9, n), rng.uniform(0.05, 0.6, n)
    sz = rng.uniform(0, 2, n) * np.minimum(z, 1 - z) * rng.choice([1, 0.3, 0.05, 0], n)
    st = 2 * t * rng.uniform(0, 1, n) * rng.choice([1, 0.3, 0.05, 0], n)
    sv, v = rng.gamma(2, 0.5, n) * rng.choice([0, 1], n), rng.normal(0, 2.5, n)
    rt = np.maximum(
        t + rng.choice([-1, 1], n, p=[0.1, 0.9]) * np.exp(rng.uniform(-3.5, 1.4, n)), t - st / 2 + 0.02 * a**2
    )
    return [rt, rng.choice([-1.0, 1.0], n), v, a, z, t, sz, sv, st]


def test_reference():
    frame = reference("full_ddm")
    value, *slopes = numbers(columns(frame, NAMES))
    assert_close(value, frame["log_density"], SAME_NUMERICS)
    for parameter, slope in zip(OUTPUTS, slopes, strict=True):
        assert_close(slope, frame[f"d_{parameter}"], ANALYTIC_GRADIENT)


def test_scattered_trials_agree_with_the_fixed_rule(rng):
    trials = scattered(rng, 1500)
    inputs = {name: pt.vector(name) for name in NAMES}
    graph = log_density_graph(inputs, inputs)
    slopes = pytensor.grad(graph.sum(), [inputs[name] for name in OUTPUTS])
    fixed = np.array(pytensor.function(list(inputs.values()), [graph, *slopes])(*trials))
    own = numbers(trials)
    seen = own[0] > -300
    assert seen.sum() > 1000
    assert_close(own[0][seen], fixed[0][seen], OTHER_ALGORITHM)
    scale = np.maximum(1, np.abs(fixed[1:, seen]))
    np.testing.assert_allclose(own[1:, seen] / scale, fixed[1:, seen] / scale, atol=100 * OTHER_ALGORITHM.absolute)


@pytest.mark.parametrize(
    "wrong", [{"sz": 0.81}, {"sz": -1e-9}, {"st": 0.41}, {"st": -1e-9}, {"sv": -1e-9}, {"a": 0}, {"z": 1}, {"t": -0.1}]
)
def test_log_zero_outside(wrong):
    point = {"rt": 1.0, "response": 1.0, "v": 0.5, "a": 1.0, "z": 0.4, "t": 0.2, "sz": 0.8, "sv": 1.0, "st": 0.4}
    assert np.isfinite(numbers([[x] for x in point.values()])).all()
    out = numbers([[x] for x in {**point, **wrong}.values()])
    assert out[0, 0] == -np.inf and np.all(out[1:] == 0.0)


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([-1.0, 1.0]),
    "v": st.one_of(st.floats(-30, 30), st.sampled_from([0.0, 1e-300])),
    "a": st.one_of(st.floats(-1, 10), st.sampled_from([0.0, 1e-12, 1e-3])),
    "z": st.one_of(st.floats(-0.2, 1.2), st.sampled_from([0.0, 1.0, 1e-15, 1 - 1e-13])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0, 1e-12])),
    "sz": st.one_of(st.floats(-0.1, 1.1), st.sampled_from([0.0, 1e-300, 1e-12, 0.5, 1.0])),
    "sv": st.one_of(st.floats(-0.5, 5), st.sampled_from([0.0, 1e-200])),
    "st": st.one_of(st.floats(-0.1, 2), st.sampled_from([0.0, 1e-300, 1e-12])),
}


FAR = {"rt": 1.7369577617807233, "response": 1.0, "v": -50500596.96091952, "a": 27815607.958320457} | {
    "z": 0.00012203885814053258,
    "t": 1.7292759320551634,
    "sz": 3.7225044251535513e-09,
    "sv": 0.78220288152292,
    "st": 2.739623635762097e-07,
}
"""All starts that matter are closer together than doubles tell apart."""


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
@example({"rt": 0.5, "response": 1.0, "v": 0.0, "a": 1.0, "z": 0.5, "t": 0.5, "sz": 0.0, "sv": 0.0, "st": 1e-300})
@example(FAR)
def test_never_nan(point):
    out = numbers([[point[name]] for name in NAMES])
    assert not np.isnan(out[0, 0]) and np.all(np.isfinite(out[1:])), out
