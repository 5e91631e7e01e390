"""The quick fit: it stands at the top of the penalised likelihood, and knows how steep that is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hssm
from tests.bambi_bridge.cases import assert_same
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM

N_MEMBERS, N_EACH = 8, 150
TRUTH = {"v": 0.8, "a": 1.2, "z": 0.5, "t": 0.3}
INCLUDE = [{"name": "v", "formula": "v ~ 1 + x + (1|p)"}, {"name": "t", "formula": "t ~ 1 + (1|p)"}]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(20260411)
    member = np.repeat(np.arange(N_MEMBERS), N_EACH)
    x = rng.normal(size=len(member))
    effects = np.linspace(-0.6, 0.6, N_MEMBERS)
    theta = {**TRUTH, "v": TRUTH["v"] + effects[member] + 0.5 * x, "t": 0.25 + 0.01 * member}
    frame = hssm.simulate_data("ddm", theta, random_state=3)
    return frame.assign(p=member, x=x)


@pytest.fixture(scope="module")
def model(data: pd.DataFrame):
    return hssm.HSSM(data, include=INCLUDE)


def test_it_finds_what_made_the_data(model) -> None:
    fit = model._built.quick_fit
    errors = np.sqrt(np.diag(fit.covariance))
    assert abs(fit.coefficients["v_x"] - 0.5) < MONTE_CARLO.standard_errors * errors[fit.places["v_x"]]
    effects = fit.effects["v_1|p"]
    intercept = fit.coefficients["v_Intercept"]
    truth = TRUTH["v"] + np.linspace(-0.6, 0.6, N_MEMBERS)
    mean = model.data["x"].mean()
    found = intercept + effects.value - fit.coefficients["v_x"] * mean
    assert np.all(np.abs(found - truth) < MONTE_CARLO.standard_errors / np.sqrt(effects.information))
    assert abs(fit.simple["a"] - TRUTH["a"]) < 0.1 * TRUTH["a"]


def test_no_small_step_gains(model) -> None:
    """Moving any one number by a tenth of its standard deviation lowers the penalised log likelihood."""
    from hssm.bambi_bridge.quick_fit import _Problem

    built, fit = model._built, model._built.quick_fit
    made = model._construction
    start = {name: param.fixed_value for name, param in made.params.items() if param.is_fixed}
    start |= {"v": 0.5, "a": 1.0, "z": 0.5, "t": 0.2}
    problem = _Problem(built.likelihood, built.observations, made.params, built.predictors, start)
    scales = np.array([fit.effects[b.variable].scale if b.is_group else b.scale for b in problem.blocks])
    links = {layout.name: layout.link for layout in problem.layouts}
    beta = np.concatenate(
        [
            np.ravel(
                links[b.variable].link(fit.simple[b.variable])
                if b.term is None
                else fit.effects[b.variable].value
                if b.is_group
                else fit.coefficients[b.variable]
            )
            for b in problem.blocks
        ]
    )
    spread = np.sqrt(np.diag(fit.covariance))
    best = problem.objective(problem.point(beta), scales)
    for i in range(0, len(beta), 3):
        for side in (-0.5, 0.5):
            moved = beta.copy()
            moved[i] += side * spread[i]
            assert problem.objective(problem.point(moved), scales) < best


def test_information_is_the_curvature_of_the_log_likelihood(model, data) -> None:
    """Outer products of scores against second differences of the exact log density, summed over a member's trials."""
    fit = model._built.quick_fit
    mean = data["x"].mean()
    v = (
        fit.coefficients["v_Intercept"]
        + fit.effects["v_1|p"].value[data["p"]]
        + fit.coefficients["v_x"] * (data["x"] - mean)
    )
    t = np.exp(fit.coefficients["t_Intercept"] + fit.effects["t_1|p"].value[data["p"]])
    step = 0.02

    def by_member(shift: float) -> np.ndarray:
        theta = {"v": np.asarray(v) + shift, "a": fit.simple["a"], "z": fit.simple["z"], "t": np.asarray(t)}
        density = hssm.log_density("ddm", data, theta, p_outlier=0.05)
        return np.bincount(data["p"], density)

    curvature = -(by_member(step) - 2 * by_member(0.0) + by_member(-step)) / step**2
    ratio = fit.effects["v_1|p"].information / curvature
    # Two estimates of one expectation from 150 trials each.
    assert np.all(np.abs(np.log(ratio)) < MONTE_CARLO.standard_errors * np.sqrt(2 / N_EACH) * 2)


def test_equal_data_give_equal_fits(model, data) -> None:
    again = hssm.HSSM(data, include=INCLUDE)._built.quick_fit
    for name, value in model._built.quick_fit.coefficients.items():
        np.testing.assert_array_equal(again.coefficients[name], value)


def test_members_with_few_trials_are_told_by_the_group(data) -> None:
    few = pd.concat([data[data["p"] > 0], data[data["p"] == 0].head(2)])
    fit = hssm.HSSM(few, include=INCLUDE)._built.quick_fit
    effects = fit.effects["v_1|p"]
    assert effects.information[0] < effects.information[1:].min()
    assert np.isfinite(effects.pull).all()
    assert abs(effects.value[0]) < abs(effects.value[1:]).max()


def test_a_black_box_gives_the_same_fit(data) -> None:
    few = data[data["p"] < 3]
    exact = hssm.HSSM(few, include=INCLUDE)._built.quick_fit
    boxed = hssm.HSSM(few, include=INCLUDE, loglik_kind="blackbox")._built.quick_fit
    assert_same(boxed.effects["v_1|p"].value, exact.effects["v_1|p"].value, tolerance=OTHER_ALGORITHM)


def test_nothing_is_fitted_where_only_smooth_terms_are_free() -> None:
    frame = hssm.simulate_data("ddm", TRUTH, size=20, random_state=1).assign(x=np.linspace(-1, 1, 20))
    model = hssm.HSSM(frame, include=[{"name": "v", "formula": "v ~ 0 + hsgp(x, m=4, c=1.5)"}], a=1.0, z=0.5, t=0.1)
    assert model._built.quick_fit.coefficients == {}
    assert model._built.quick_fit.covariance is None
