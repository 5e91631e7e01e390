"""Starting values: EZ recovers what made the moments, and every start is admissible on any data."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hssm.models.registry import get_model
from hssm.parameters.initial_values import data_driven_start, ez_diffusion, inside, response_times
from hssm.parameters.param import Param
from hssm.parameters.prior import Prior
from hssm.parameters.resolve import resolve_parameters
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec
from tests.tolerances import OTHER_ALGORITHM

INF = math.inf
LIKELIHOOD = LikelihoodSpec(kind="analytical", source=None)
POSITIVE = (0.0, INF)


def parameter(name, bounds=(-INF, INF), role=None, closed=(False, False)):
    return ParameterSpec(name=name, role=role or name, bounds=bounds, closed=closed)


DIFFUSION = ModelSpec(
    name="everything",
    parameters=(
        parameter("v"),
        parameter("a", POSITIVE),
        parameter("z", (0.0, 1.0)),
        parameter("t", POSITIVE, closed=(True, False)),
        parameter("sz", (0.0, 1.0), closed=(True, False)),
        parameter("sv", POSITIVE, closed=(True, False)),
        parameter("st", POSITIVE, closed=(True, False)),
        parameter("theta", (-math.pi / 2, math.pi / 2)),
    ),
    choices=(-1, 1),
)
LBA = ModelSpec(
    name="lba",
    parameters=(
        parameter("A", POSITIVE),
        parameter("b", POSITIVE, "generic"),
        parameter("v0", POSITIVE, "generic"),
        parameter("v1", POSITIVE, "generic"),
    ),
    choices=(0, 1),
)
RDM = ModelSpec(name="rdm", parameters=(*LBA.parameters, parameter("t", POSITIVE)), choices=(0, 1))
POISSON = ModelSpec(
    name="poisson",
    parameters=tuple(parameter(name, POSITIVE, name[0]) for name in ("r1", "r2", "k1", "k2", "t")),
    choices=(-1, 1),
)
CHOICE_ONLY = ModelSpec(
    name="softmax",
    parameters=(parameter("beta", POSITIVE), parameter("logit1", role="logit")),
    choices=(-1, 1),
    response=("response",),
)
MODELS = {spec.name: spec for spec in (DIFFUSION, LBA, RDM, POISSON, CHOICE_ONLY)}
FRAMES = {
    "one row": {"rt": [0.5], "response": [1]},
    "equal times": {"rt": [0.5] * 8, "response": [1] * 8},
    "one choice": {"rt": np.linspace(0.3, 2, 30), "response": [-1] * 30},
    "missing": {"rt": [0.4, -999.0, np.nan, 0.9], "response": [1, -1, 1, -1]},
    "nothing but missing": {"rt": [-999.0, -999.0], "response": [1, -1]},
    "lapses": {"rt": [*np.linspace(0.4, 1.2, 50), 19.0, 18.0], "response": [1, -1] * 26},
    "fast guesses": {"rt": [0.004, *np.linspace(0.4, 1.2, 49)], "response": [1, -1] * 25},
}


def start(spec, frame, **options):
    data = pd.DataFrame(frame)
    return data_driven_start(spec, resolve_parameters(spec, LIKELIHOOD, data, **options), data)


@pytest.mark.parametrize("case", FRAMES)
@pytest.mark.parametrize("name", MODELS)
def test_every_start_is_admissible(name, case):
    spec = MODELS[name]
    frame = {**FRAMES[case]}
    if 0 in spec.choices:
        frame["response"] = [max(code, 0) for code in frame["response"]]
    values = start(spec, frame)
    assert set(values) == set(spec.parameter_names)
    for parameter_spec in spec.parameters:
        lower, upper = parameter_spec.bounds
        assert lower < values[parameter_spec.name] < upper
    rt = np.asarray(frame["rt"], dtype=float)
    accepted = rt[np.isfinite(rt) & (rt > 0)]
    if "t" in values and accepted.size:
        assert values["t"] < accepted.min()
    if "b" in values:
        assert values["b"] > values["A"]
    if "sz" in values:
        assert values["sz"] <= 2 * min(values["z"], 1 - values["z"])
        assert values["st"] <= 2 * values["t"]
        if accepted.size:
            assert values["a"] > np.tan(values["theta"]) * (accepted.max() - values["t"])


def moments(v, a):
    """Accuracy, mean and variance of decision times for an unbiased start (Wagenmakers et al. 2007, eq. 2, 6, 9)."""
    y = -2 * v * a
    accuracy = 1 / (1 + math.exp(y))
    mean = a / v * (1 - math.exp(y)) / (1 + math.exp(y))
    # Equation 6 with separation 2a and s = 1.
    variance = (2 * a) / (2 * v**3) * (2 * y * math.exp(y) - math.exp(2 * y) + 1) / (math.exp(y) + 1) ** 2
    return accuracy, mean, variance


@pytest.mark.parametrize("v", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("a", [0.6, 1.2, 1.8])
def test_ez_inverts_the_moments(v, a):
    accuracy, mean, variance = moments(v, a)
    found = ez_diffusion(accuracy, mean + 0.3, variance, 10**9)
    assert found == pytest.approx((v, a, 0.3), rel=1e-6)
    mirrored = ez_diffusion(1 - accuracy, mean + 0.3, variance, 10**9)
    assert mirrored == pytest.approx((-v, a, 0.3), rel=1e-6)


def test_ez_without_drift_has_the_limiting_moments():
    a = 1.3
    drift, half, non_decision = ez_diffusion(0.5, a**2 + 0.25, 2 * a**4 / 3, 100)
    assert (drift, half, non_decision) == pytest.approx((0.0, a, 0.25), abs=OTHER_ALGORITHM.absolute)


@settings(max_examples=200)
@given(share=st.floats(0, 1), mean=st.floats(0.01, 10), variance=st.floats(1e-4, 20), n=st.integers(1, 10_000))
def test_ez_is_finite_everywhere(share, mean, variance, n):
    assert np.all(np.isfinite(ez_diffusion(share, mean, variance, n)))


def test_start_is_near_the_truth_for_many_trials():
    rng = np.random.default_rng(3)
    # First passage of a random walk, fine enough for a start.
    paths = np.cumsum(rng.normal(1.0 * 0.002, math.sqrt(0.002), size=(400, 4000)), axis=1)
    crossed = np.abs(paths) >= 1.0
    first = np.where(crossed.any(axis=1), crossed.argmax(axis=1), 3999)
    frame = {"rt": 0.3 + 0.002 * (first + 1), "response": np.sign(paths[np.arange(400), first]).astype(int)}
    values = start(DIFFUSION, frame)
    assert values["v"] == pytest.approx(1.0, abs=0.4)
    assert values["a"] == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("spread", [1e-8, 1e-4, 0.3])
def test_the_start_has_the_scale_of_the_data(spread):
    """The decision takes about a squared seconds, however short that is."""
    frame = {"rt": 1.0 + spread * np.random.default_rng(3).exponential(size=50), "response": [-1, 1] * 25}
    values = start(DIFFUSION, frame)
    assert 0.3 < values["a"] ** 2 / spread < 3.0
    assert 0.0 < 1.0 - values["t"] < 3.0 * spread


def test_prior_and_bounds_confine_the_start():
    frame = FRAMES["lapses"]
    options = {"shortcuts": {"t": Prior("Uniform", lower=0.05, upper=0.1), "a": Param(bounds=(2.5, 4))}}
    values = start(DIFFUSION, frame, **options)
    assert 0.05 < values["t"] < 0.1 and 2.5 < values["a"] < 4
    stated = start(DIFFUSION, frame, shortcuts={"a": Prior("Gamma", mu=1, sigma=1, initval=1.7)})
    assert stated["a"] == 1.7


def test_fixed_parameters_have_no_start_but_count():
    values = start(DIFFUSION, FRAMES["lapses"], shortcuts={"z": 0.99, "st": 0.2, "a": 0.5})
    assert "z" not in values and "a" not in values and "st" not in values
    assert values["sz"] <= 2 * 0.01
    assert values["t"] + 0.1 < 0.4
    assert np.tan(values["theta"]) * (19.0 - values["t"]) < 0.5
    assert start(LBA, FRAMES["one row"], shortcuts={"b": 0.2})["A"] < 0.2
    assert start(LBA, FRAMES["one row"], shortcuts={"A": 2.0})["b"] > 2.0


def test_regressions_and_the_lapse_start_on_the_natural_scale():
    frame = {**FRAMES["lapses"], "x": np.linspace(-1, 1, 52)}
    values = start(DIFFUSION, frame, global_formula="1 + x", p_outlier={"formula": "1 + x"})
    assert 0.3 <= values["a"] <= 3.0 and values["t"] < 0.4
    assert values["p_outlier"] == pytest.approx(0.05)


def test_equal_calls_give_equal_starts():
    assert start(DIFFUSION, FRAMES["lapses"]) == start(DIFFUSION, FRAMES["lapses"])


def test_moments_are_robust_against_lapses():
    clean = response_times(pd.DataFrame({"rt": np.linspace(0.4, 1.2, 50)}))
    dirty = response_times(pd.DataFrame(FRAMES["lapses"]))
    assert dirty.mean == pytest.approx(clean.mean, rel=0.2)
    assert dirty.slowest == 19.0


@given(value=st.floats(-1e6, 1e6), lower=st.floats(-100, 100), width=st.floats(1e-3, 100))
def test_inside(value, lower, width):
    assert lower < inside(value, (lower, lower + width)) < lower + width
    assert inside(value, (lower, INF)) > lower
    assert inside(value, (-INF, lower)) < lower
    assert inside(value, (lower, lower + width), (lower + 2 * width, INF)) < lower + width


@pytest.mark.parametrize("name", ["lnr3", "wald_race3", "lba3_t", "racing_diffusion_4", "poisson_race"])
def test_races_start_where_every_trial_is_possible(name):
    spec = get_model(name)
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"rt": rng.gamma(4, 0.1, 60) + 0.2, "response": rng.choice(spec.choices, 60)})
    start = data_driven_start(spec, resolve_parameters(spec, spec.likelihood(), data), data)
    assert set(start) == set(spec.parameter_names)
    assert 0 < start["t"] < data["rt"].min()
    assert "A" not in start or start["b"] > start["A"]
