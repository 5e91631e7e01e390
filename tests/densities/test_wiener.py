"""``ddm`` and ``ddm_sdv``: reference values, backends, total mass, identities, edges, shapes."""

import numpy as np
import pandas as pd
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

import hssm
from hssm.densities.blackbox import ddm_sdv_blackbox
from hssm.densities.wiener import DDM, DDM_SDV
from tests.densities.compare import assert_close, columns, reference
from tests.tolerances import ANALYTIC_GRADIENT, FINITE_DIFFERENCE, OTHER_ALGORITHM, SAME_NUMERICS, SINGLE_PRECISION

PARAMETERS = {"ddm": ("v", "a", "z", "t"), "ddm_sdv": ("v", "a", "z", "t", "sv")}
DENSITIES = {"ddm": DDM, "ddm_sdv": DDM_SDV}
MODES = ("NUMBA", "JAX", "FAST_COMPILE")


def compiled(name, kind, mode="NUMBA", dtype="float64"):
    """Value and gradients as a function of rt, response and the parameters, all vectors."""
    names = ("rt", "response", *PARAMETERS[name])
    inputs = {key: pt.vector(key, dtype=dtype) for key in names}
    value = getattr(DENSITIES[name], kind)(inputs, inputs)
    slopes = pytensor.grad(value.sum(), [inputs[p] for p in PARAMETERS[name]])
    return pytensor.function(list(inputs.values()), [value, *slopes], mode=mode, on_unused_input="ignore")


@pytest.fixture(scope="module")
def functions():
    return {
        (name, kind): compiled(name, kind) for name in DENSITIES for kind in ("log_density", "log_cdf", "log_survival")
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", DENSITIES)
def test_density_and_gradient_against_reference(name, mode):
    frame = reference(name)
    value, *slopes = compiled(name, "log_density", mode)(*columns(frame, ("rt", "response", *PARAMETERS[name])))
    assert_close(value, frame["log_density"], SAME_NUMERICS)
    for parameter, slope in zip(PARAMETERS[name], slopes, strict=True):
        assert_close(slope, frame[f"d_{parameter}"], ANALYTIC_GRADIENT)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("kind", "column", "slopes"), [("log_cdf", "log_cdf", "cdf"), ("log_survival", "log_survivor", "survivor")]
)
def test_distribution_functions_against_reference(kind, column, slopes, mode):
    frame = reference("ddm")
    value, *gradient = compiled("ddm", kind, mode)(*columns(frame, ("rt", "response", *PARAMETERS["ddm"])))
    assert_close(value, frame[column], SAME_NUMERICS)
    for parameter, slope in zip(PARAMETERS["ddm"], gradient, strict=True):
        assert_close(slope, frame[f"{slopes}_d_{parameter}"], ANALYTIC_GRADIENT)


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
@pytest.mark.parametrize("name", DENSITIES)
def test_single_precision(name, mode):
    frame = reference(name).query("region == 'typical'")
    names = ("rt", "response", *PARAMETERS[name])
    value, *slopes = compiled(name, "log_density", mode, "float32")(*columns(frame, names, "float32"))
    assert value.dtype == np.float32
    assert_close(value, frame["log_density"], SINGLE_PRECISION)
    for parameter, slope in zip(PARAMETERS[name], slopes, strict=True):
        assert_close(slope, frame[f"d_{parameter}"], SINGLE_PRECISION)


@pytest.mark.parametrize("theta", [(0.0, 1.0, 0.5, 0.3, 0.0), (1.5, 0.7, 0.3, 0.2, 1.0), (-3.0, 2.0, 0.8, 0.0, 0.2)])
def test_total_mass_is_one(theta):
    def density(log_tau, response):
        tau = np.exp(log_tau)
        return tau * np.exp(ddm_sdv_blackbox([[theta[3] + tau, response]], *theta)[0])

    mass = sum(quad(density, -12, 6, args=(r,), epsabs=1e-12, limit=300)[0] for r in (-1, 1))
    assert_close(mass, 1.0, OTHER_ALGORITHM)


def scattered(rng, n=300):
    tau = np.exp(rng.uniform(-3.5, 2.5, n))
    return [
        0.2 + tau,
        rng.normal(0, 2, n),
        rng.uniform(0.3, 3, n),
        rng.uniform(0.05, 0.95, n),
        np.full(n, 0.2),
        rng.choice([0, 0.01, 0.3, 1, 3], n),
    ]


def test_drift_variability_exits_and_stay_make_one_and_differentiate_to_the_density(functions, rng):
    rt, *theta = scattered(rng)
    t = PARAMETERS["ddm_sdv"].index("t") + 1
    up, down = np.ones_like(rt), -np.ones_like(rt)
    upper, lower = (functions["ddm_sdv", "log_cdf"](rt, r, *theta) for r in (up, down))
    stay = functions["ddm_sdv", "log_survival"](rt, up, *theta)
    assert_close(np.exp(upper[0]) + np.exp(lower[0]) + np.exp(stay[0]), 1.0, OTHER_ALGORITHM)
    densities = [functions["ddm_sdv", "log_density"](rt, r, *theta)[0] for r in (up, down)]
    for cdf, density in zip((upper, lower), densities, strict=True):
        seen = density > -300
        assert_close((-cdf[t] * np.exp(cdf[0] - density))[seen], 1.0, OTHER_ALGORITHM)
    both = np.logaddexp(*densities)
    seen = both > -300
    assert_close((stay[t] * np.exp(stay[0] - both))[seen], 1.0, OTHER_ALGORITHM)


@pytest.mark.parametrize("kind", ["log_cdf", "log_survival"])
def test_drift_variability_gradient_is_a_finite_difference(functions, rng, kind):
    rt, *theta = scattered(rng, 60)
    theta[-1] = rng.uniform(0.1, 2, 60)
    function, ones, step = functions["ddm_sdv", kind], np.ones(60), 1e-5
    slopes = function(rt, ones, *theta)[1:]
    seen = function(rt, ones, *theta)[0] > -50
    for i, slope in enumerate(slopes):
        ends = [function(rt, ones, *(x + s * step if j == i else x for j, x in enumerate(theta)))[0] for s in (1, -1)]
        assert_close(slope[seen], ((ends[0] - ends[1]) / (2 * step))[seen], FINITE_DIFFERENCE)


def test_no_variability_is_the_simple_model(functions, rng):
    rt, *theta = scattered(rng)
    for kind in ("log_density", "log_cdf", "log_survival"):
        simple = functions["ddm", kind](rt, np.ones_like(rt), *theta[:-1])[0]
        nested = functions["ddm_sdv", kind](rt, np.ones_like(rt), *theta[:-1], np.zeros_like(rt))[0]
        assert_close(nested, simple, OTHER_ALGORITHM)


def test_infinite_rt_gives_choice_probabilities(functions):
    v, a, z = np.array([0.0, 1.0, -2.0]), np.array([1.0, 0.8, 1.5]), np.array([0.3, 0.5, 0.9])
    inf, zero, one = np.full(3, np.inf), np.zeros(3), np.ones(3)
    value, *slopes = functions["ddm", "log_cdf"](inf, -one, v, a, z, zero)
    safe = np.where(v == 0, 1, v)
    closed = (np.exp(-4 * safe * a) - np.exp(-4 * safe * a * z)) / np.expm1(-4 * safe * a)
    assert_close(np.exp(value), np.where(v == 0, 1 - z, closed), OTHER_ALGORITHM)
    assert np.all(np.isfinite(slopes))
    assert functions["ddm", "log_survival"](inf, one, v, a, z, zero)[0].tolist() == [-np.inf] * 3
    assert functions["ddm", "log_density"](inf, one, v, a, z, zero)[0].tolist() == [-np.inf] * 3


def test_before_the_non_decision_time(functions):
    point = [np.array([x]) for x in (0.2, 1.0, 1.0, 1.0, 0.5, 0.2)]
    assert functions["ddm", "log_density"](*point)[0] == functions["ddm", "log_cdf"](*point)[0] == -np.inf
    assert functions["ddm", "log_survival"](*point)[0] == 0.0


def test_density_vanishes_as_the_bounds_meet(functions):
    a = np.array([0.1, 0.03, 0.01, 1e-4, 1e-9, 1e-12])
    ones = np.ones_like(a)
    value, *slopes = functions["ddm", "log_density"](ones, ones, ones, a, 0.5 * ones, 0 * ones)
    assert np.all(value[1:] <= value[:-1]) and np.all(value[2:] < -1e3) and np.all(np.isfinite(slopes))


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([-1.0, 1.0]),
    "v": st.one_of(st.floats(-30, 30), st.sampled_from([0.0, 1e-300, 1e3])),
    "a": st.one_of(st.floats(-1, 10), st.sampled_from([0.0, 1e-12, 1e-10, 2e-10, 1e-3, 1e3])),
    "z": st.one_of(st.floats(-0.2, 1.2), st.sampled_from([0.0, 1.0, 1e-300, 1e-15, 1e-13, 1e-8, 1 - 1e-13, 1 - 1e-8])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0, 1e-12])),
    "sv": st.one_of(st.floats(-0.5, 5), st.sampled_from([0.0, 1e-200, 1e-8])),
}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
def test_never_nan(functions, point):
    for (name, kind), function in functions.items():
        value, *slopes = function(*(np.array([point[key]]) for key in ("rt", "response", *PARAMETERS[name])))
        assert not np.isnan(value) and np.all(np.isfinite(slopes)), (name, kind, value, slopes)
        valid = point["a"] > 1e-10 and 0 < point["z"] < 1 and point["t"] >= 0 and (name == "ddm" or point["sv"] >= 0)
        if not valid:
            assert value == -np.inf and np.all(np.array(slopes) == 0.0)


def test_broadcasts_chain_draw_and_trial(rng):
    theta = {
        "v": pt.tensor3("v"),
        "a": pt.tensor("a", shape=(None, None, 1)),
        "z": pt.dscalar("z"),
        "t": pt.constant(0.1),
    }
    observed = {"rt": pt.dvector("rt"), "response": pt.dvector("response")}
    out = DDM.log_density(observed, theta)
    function = pytensor.function([*observed.values(), theta["v"], theta["a"], theta["z"]], out)
    v, a = rng.normal(size=(2, 3, 4)), rng.uniform(0.5, 2, (2, 3, 1))
    rt, response = rng.uniform(0.2, 2, 4), np.array([1.0, -1, 1, -1])
    whole = function(rt, response, v, a, 0.4)
    one = function(rt[2:3], response[2:3], v[1:, 1:2, 2:3], a[1:, 1:2], 0.4)
    assert whole.shape == (2, 3, 4)
    assert_close(one.item(), whole[1, 1, 2], SAME_NUMERICS)


def test_hessian_is_a_finite_difference_of_the_gradient(functions):
    names = PARAMETERS["ddm"]
    theta, point, step = pt.dvector("theta"), np.array([0.8, 1.1, 0.4, 0.2]), 1e-5
    rt, response = np.array([0.4, 0.7, 1.9]), np.array([1.0, -1.0, 1.0])
    observed = {"rt": pt.constant(rt), "response": pt.constant(response)}
    total = DDM.log_density(observed, {name: theta[i] for i, name in enumerate(names)}).sum()
    hessian = pytensor.function([theta], pytensor.gradient.hessian(total, theta))(point)

    def gradient(x):
        return np.array(
            [s.sum() for s in functions["ddm", "log_density"](rt, response, *(np.full(3, p) for p in x))[1:]]
        )

    for i in range(len(names)):
        shift = step * np.eye(len(names))[i]
        assert_close(hessian[i], (gradient(point + shift) - gradient(point - shift)) / (2 * step), FINITE_DIFFERENCE)


@pytest.mark.parametrize("rt", [1e3, 1e6, 1e12, np.inf])
@pytest.mark.parametrize("v", [-2.6, 0.4, 2.6])
@pytest.mark.parametrize("sv", [0.008, 0.5])
def test_choice_probabilities_with_variable_drift_however_late(rt: float, v: float, sv: float) -> None:
    """Drifts that would not have ended yet are a hundred standard deviations off, and must not draw nodes there."""
    a, z = 1.8, 0.22
    drift = v + sv * np.linspace(-12, 12, 4001)
    weight = stats.norm.pdf((drift - v) / sv) * (24 / 4000)
    upper = np.sum(weight * np.expm1(-4 * drift * a * z) / np.expm1(-4 * drift * a))
    theta = {"v": v, "a": a, "z": z, "t": 0.3, "sv": sv}
    found = np.exp(hssm.log_cdf("ddm_sdv", pd.DataFrame({"rt": [rt, rt], "response": [-1, 1]}), theta))
    np.testing.assert_allclose(found, [1 - upper, upper], rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute)
