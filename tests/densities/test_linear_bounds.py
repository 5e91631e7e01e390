"""``angle``: reference values, backends, total mass, edges."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hssm.densities.linear_bounds import ANGLE
from hssm.densities.wiener import DDM
from tests.densities.compare import assert_close, columns, reference
from tests.tolerances import ANALYTIC_GRADIENT, OTHER_ALGORITHM, SAME_NUMERICS, SINGLE_PRECISION

PARAMETERS = ("v", "a", "z", "t", "theta")
KINDS = {
    "log_density": ("log_density", "d_"),
    "log_cdf": ("log_cdf", "cdf_d_"),
    "log_survival": ("log_survivor", "survivor_d_"),
}


def compiled(kind, mode="NUMBA", dtype="float64", density=ANGLE, parameters=PARAMETERS):
    """Value and gradients as a function of rt, response and the parameters, all vectors."""
    inputs = {key: pt.vector(key, dtype=dtype) for key in ("rt", "response", *parameters)}
    value = getattr(density, kind)(inputs, inputs)
    slopes = pytensor.grad(value.sum(), [inputs[p] for p in parameters])
    return pytensor.function(list(inputs.values()), [value, *slopes], mode=mode, on_unused_input="ignore")


@pytest.fixture(scope="module")
def functions():
    return {kind: compiled(kind) for kind in KINDS}


def check_reference(function, kind):
    column, slope = KINDS[kind]
    frame = reference("angle")
    value, *slopes = function(*columns(frame, ("rt", "response", *PARAMETERS)))
    assert_close(value, frame[column], SAME_NUMERICS)
    for parameter, computed in zip(PARAMETERS, slopes, strict=True):
        expected = frame[slope + parameter].to_numpy()
        known = np.isfinite(expected)
        assert_close(computed[known], expected[known], ANALYTIC_GRADIENT)
        assert np.all(np.isfinite(computed))


@pytest.mark.parametrize("kind", KINDS)
def test_reference(functions, kind):
    check_reference(functions[kind], kind)


@pytest.mark.parametrize("kind", KINDS)
def test_reference_on_jax(kind):
    check_reference(compiled(kind, "JAX"), kind)


def test_single_precision():
    frame = reference("angle").query("region == 'typical'")
    names = ("rt", "response", *PARAMETERS)
    value, *_ = compiled("log_density", dtype="float32")(*columns(frame, names, "float32"))
    assert value.dtype == np.float32
    assert_close(value, frame["log_density"], SINGLE_PRECISION)


def test_moments_table(functions):
    """Mass and choice probabilities, by the distribution function at infinity, for closing and opening bounds."""
    frame = reference("moments").query("family == 'angle'")
    theta = columns(frame, PARAMETERS)
    never, ones = np.full(len(frame), np.inf), np.ones(len(frame))
    upper, lower = (np.exp(functions["log_cdf"](never, sign * ones, *theta)[0]) for sign in (1, -1))
    assert_close(upper, frame["p_upper"], OTHER_ALGORITHM)
    assert_close(lower, frame["p_lower"], OTHER_ALGORITHM)
    assert_close(upper + lower, frame["total_mass"], OTHER_ALGORITHM)
    stay = np.exp(functions["log_survival"](never, ones, *theta)[0])
    assert_close(stay, 1.0 - frame["total_mass"], OTHER_ALGORITHM)


def scattered(rng, n=400):
    """rt and parameters; a fifth of the bounds move apart, a tenth of the rt is after the collapse."""
    theta = rng.uniform(-0.3, 1.3, n)
    a = rng.uniform(0.3, 3, n)
    tau = np.exp(rng.uniform(-3.5, 2.5, n))
    slope = np.tan(theta)
    closing = (slope > 0) & (tau > a / np.where(slope == 0, 1, slope)) & (rng.random(n) < 0.8)
    tau = np.where(closing, a / np.abs(slope) * rng.uniform(0.05, 0.98, n), tau)
    return [0.2 + tau, rng.normal(0, 2, n), a, rng.uniform(0.05, 0.95, n), np.full(n, 0.2), theta]


def test_exits_and_stay_make_one_and_differentiate_to_the_density(functions, rng):
    rt, *theta = scattered(rng)
    ones, t = np.ones_like(rt), 1 + PARAMETERS.index("t")
    exits = [functions["log_cdf"](rt, sign * ones, *theta) for sign in (1, -1)]
    stay = functions["log_survival"](rt, ones, *theta)
    assert_close(sum(np.exp(e[0]) for e in exits) + np.exp(stay[0]), 1.0, OTHER_ALGORITHM)
    densities = [np.exp(functions["log_density"](rt, sign * ones, *theta)[0]) for sign in (1, -1)]
    for e, density in zip(exits, densities, strict=True):
        assert_close(-e[t] * np.exp(e[0]), density, OTHER_ALGORITHM)
    assert_close(stay[t] * np.exp(stay[0]), sum(densities), OTHER_ALGORITHM)


@pytest.mark.parametrize("kind", KINDS)
def test_parallel_bounds_are_the_simple_model(functions, rng, kind):
    rt, *theta = scattered(rng, 100)
    ones = np.ones_like(rt)
    simple = compiled(kind, density=DDM, parameters=PARAMETERS[:-1])(rt, ones, *theta[:-1])[0]
    assert_close(functions[kind](rt, ones, *theta[:-1], 0 * ones)[0], simple, OTHER_ALGORITHM)


def test_smooth_through_parallel_bounds(functions):
    """The slope of tan(theta) and the derivative with respect to theta are one thing around 0."""
    angles = np.array([-1e-11, -1e-15, 0.0, 1e-15, 1e-11])
    ones = np.ones_like(angles)
    out = functions["log_density"](ones, ones, 0.5 * ones, ones, 0.4 * ones, 0.2 * ones, angles)
    for numbers in out:
        assert_close(numbers, numbers[2], OTHER_ALGORITHM)


def test_after_the_collapse(functions):
    a, theta = 1.0, np.pi / 4
    rt = np.array([0.999, 1.0 - 1e-12, 1.0, 1.0 + 1e-12, 5.0, np.inf])
    ones = np.ones_like(rt)
    point = (0.3 * ones, a * ones, 0.4 * ones, 0 * ones, theta * ones)
    density, *slopes = functions["log_density"](rt, ones, *point)
    assert density[0] < -900 and np.all(density[3:] == -np.inf) and np.all(np.isfinite(slopes))
    assert functions["log_survival"](rt, ones, *point)[0][3:].tolist() == [-np.inf] * 3
    cdf = functions["log_cdf"](rt, ones, *point)[0]
    assert_close(cdf, cdf[-1], SAME_NUMERICS)


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([-1.0, 1.0]),
    "v": st.one_of(st.floats(-30, 30), st.sampled_from([0.0, 1e-300, 1e3])),
    "a": st.one_of(st.floats(-1, 10), st.sampled_from([0.0, 1e-12, 2e-10, 1e-3, 1e3])),
    "z": st.one_of(st.floats(-0.2, 1.2), st.sampled_from([0.0, 1.0, 1e-300, 1e-15, 1e-8, 1 - 1e-13])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0, 1e-12])),
    "theta": st.one_of(st.floats(-1.6, 1.6), st.sampled_from([0.0, 1e-300, np.pi / 2, -np.pi / 2, 1.5707963])),
}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
def test_never_nan(functions, point):
    for kind, function in functions.items():
        value, *slopes = function(*(np.array([point[key]]) for key in ("rt", "response", *PARAMETERS)))
        assert not np.isnan(value) and np.all(np.isfinite(slopes)), (kind, value, slopes)
        valid = point["a"] > 1e-10 and 0 < point["z"] < 1 and point["t"] >= 0 and abs(point["theta"]) < np.pi / 2
        if not valid:
            assert value == -np.inf and np.all(np.array(slopes) == 0.0)
