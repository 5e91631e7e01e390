"""The PyMC model as a whole: its variables, coordinates and observed data, for every kind of parameter."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import hssm
from hssm.bambi_bridge.transforms import constrain, unconstrain
from hssm.inference.expert import value_point
from hssm.likelihoods.pointwise import evaluate_pointwise
from tests.bambi_bridge.cases import (
    PYTHON,
    assert_same,
    log_density,
    make_frame,
    make_model,
    one,
    reported,
    sampled_point,
)
from tests.tolerances import OTHER_ALGORITHM

FRAME = make_frame()
RESPONSES = FRAME[["rt", "response"]].to_numpy()


@pytest.fixture(scope="module")
def rich() -> hssm.HSSM:
    """A regression, a simple parameter, a fixed number, a fixed vector and a lapse."""
    include = [{"name": "v", "formula": "v ~ 1 + x + (1|p)"}]
    return hssm.HSSM(FRAME, include=include, z=0.45, t=np.linspace(0.1, 0.3, 36), p_outlier=0.1, noncentered=False)


def observed_density(model: hssm.HSSM):
    """Trial-wise log density of the responses, as a function of one draw of the free variables."""
    pymc_model = model.pymc_model
    function = pymc_model.compile_logp(vars=pymc_model.observed_RVs, sum=False, mode=PYTHON)
    return lambda point: function(value_point(pymc_model, point))[0]


def test_free_variables_are_what_is_unknown(rich: hssm.HSSM) -> None:
    assert {rv.name for rv in rich.pymc_model.free_RVs} == {"v_Intercept", "v_x", "v_1|p_sigma", "v_1|p", "a"}
    assert [rv.name for rv in rich.pymc_model.deterministics] == ["v"]
    assert [rv.name for rv in rich.pymc_model.observed_RVs] == ["rt,response"]


def test_coordinates_are_row_positions_and_levels(rich: hssm.HSSM) -> None:
    coords = {name: list(values) for name, values in rich.pymc_model.coords.items()}
    assert coords == {"__obs__": list(range(36)), "rt,response_dim": [0, 1], "p__factor_dim": list("012345")}


def test_data_are_held_in_row_order(rich: hssm.HSSM) -> None:
    held = {data.name: data.get_value() for data in rich.pymc_model.data_vars}
    assert_same(held["rt,response_data"], RESPONSES)
    assert_same(held["t_fixed"], np.linspace(0.1, 0.3, 36))
    np.testing.assert_array_equal(held["v_1|p_index"], FRAME["p"])


def test_every_kind_of_parameter_reaches_the_likelihood(rich: hssm.HSSM) -> None:
    built = rich._built
    points, v = sampled_point(built)
    theta = {"v": v, "a": points["a"][:, None], "z": 0.45, "t": np.linspace(0.1, 0.3, 36)[None], "p_outlier": 0.1}
    observed = {"rt": RESPONSES[:, 0], "response": RESPONSES[:, 1]}
    expected = evaluate_pointwise(built.likelihood, observed, theta)
    from_predictors = {name: predictor.value(reported(built, points)) for name, predictor in built.predictors.items()}
    assert_same(evaluate_pointwise(built.likelihood, observed, from_predictors), expected, OTHER_ALGORITHM)
    evaluate = observed_density(rich)
    for draw in range(len(v)):
        assert_same(evaluate(one(points, draw)), expected[draw], OTHER_ALGORITHM)


def test_parameterization_and_units(rich: hssm.HSSM) -> None:
    assert dict(rich._built.parameterization) == {"v_1|p": "centered"}
    assert set(rich._built.predictors) == {"v", "a", "z", "t", "p_outlier"}
    assert rich._built.units["t"] == "s"


def test_forms_that_the_user_chose_are_kept_apart(rich: hssm.HSSM) -> None:
    assert dict(rich.built.asked_forms) == {"v_1|p": "centered"}
    mixed = make_model("1 + (1|p) + (0 + x|p)", noncentered={"v_x|p": True})
    assert dict(mixed.built.asked_forms) == {"v_x|p": "noncentered"}


def test_permuted_rows_are_the_same_model(rich: hssm.HSSM) -> None:
    order = np.random.default_rng(8).permutation(36)
    include = [{"name": "v", "formula": "v ~ 1 + x + (1|p)"}]
    t = np.linspace(0.1, 0.3, 36)[order]
    other = hssm.HSSM(FRAME.iloc[order], include=include, z=0.45, t=t, p_outlier=0.1, noncentered=False)
    point = one(sampled_point(rich._built)[0])
    found = log_density(rich.pymc_model)(point), log_density(other.pymc_model)(point)
    assert_same(found[0], found[1], OTHER_ALGORITHM)


def test_regression_of_the_lapse_probability() -> None:
    model = hssm.HSSM(FRAME, p_outlier={"formula": "p_outlier ~ 1 + x"})
    points, values = sampled_point(model._built, "p_outlier")
    eta = reported(model._built, points, "p_outlier")
    linear = eta["p_outlier_Intercept"][:, None] + eta["p_outlier_x"][:, None] * FRAME["x"].to_numpy()
    assert_same(values, 1 / (1 + np.exp(-linear)))


def test_widths_end_where_start_and_onset_let_them() -> None:
    built = hssm.HSSM(FRAME, model="full_ddm")._built.pymc_model
    start = {name: np.asarray(value) for name, value in {"v": 0.5, "a": 1.2, "z": 0.6, "t": 0.2}.items()}
    free = unconstrain(built, {**start, "sz": np.asarray(0.1), "sv": np.asarray(0.3), "st": np.asarray(0.1)})
    widest = constrain(built, {**free, "sz": np.asarray(99.0), "st": np.asarray(99.0)})
    assert_same(widest["sz"], 2.0 * (1.0 - 0.6), OTHER_ALGORITHM)
    assert_same(widest["st"], 2.0 * 0.2, OTHER_ALGORITHM)
    assert widest["sv"] == pytest.approx(0.3)


def test_a_fixed_number_is_a_ceiling() -> None:
    model = hssm.HSSM(FRAME, model="full_ddm", z=0.4)
    built, free = model._built.pymc_model, unconstrain(model._built.pymc_model, model.initvals)
    assert constrain(built, {**free, "sz": np.asarray(99.0)})["sz"] == pytest.approx(0.8)
    assert np.isfinite(log_density(built)(one(sampled_point(model._built)[0])))


def test_a_regression_is_no_ceiling() -> None:
    entry = {"name": "z", "formula": "z ~ 1 + x"}
    model = hssm.HSSM(FRAME, model="full_ddm", include=[entry])
    built, start = model._built.pymc_model, dict(model.initvals)
    free = unconstrain(built, start)
    assert constrain(built, {**free, "sz": np.asarray(99.0)})["sz"] == pytest.approx(1.0)
    assert_same(constrain(built, {**free, "st": np.asarray(99.0)})["st"], 2.0 * start["t"], OTHER_ALGORITHM)


def test_potentials_are_added() -> None:
    plain = make_model("1 + x")
    potentials = [("v_x", lambda b: -3.0 * b**2), (("v_x", "a"), lambda b, a: b * a)]
    more = make_model("1 + x", potentials=potentials)
    point = one(sampled_point(plain._built)[0])
    extra = -3.0 * point["v_x"] ** 2 + point["v_x"] * point["a"]
    assert_same(log_density(more.pymc_model)(point), log_density(plain.pymc_model)(point) + extra, OTHER_ALGORITHM)


def test_nothing_given_is_changed() -> None:
    frame = make_frame()
    kept = frame.copy()
    include = [{"name": "v", "formula": "v ~ 1 + x + (1|p)", "prior": {"x": {"name": "Normal", "mu": 0, "sigma": 1}}}]
    noncentered = {"v": "auto", "v_1|p": True}
    before = copy.deepcopy((include, noncentered))
    hssm.HSSM(frame, include=include, noncentered=noncentered)
    assert (include, noncentered) == before
    assert frame.equals(kept)


def test_two_constructions_are_equal() -> None:
    models = [make_model("1 + x + g + (1|p)") for _ in range(2)]
    points = [one(sampled_point(model._built)[0]) for model in models]
    assert points[0].keys() == points[1].keys()
    densities = [model.pymc_model.compile_logp(mode=PYTHON)(model.initial_point(transformed=True)) for model in models]
    assert densities[0] == densities[1]
