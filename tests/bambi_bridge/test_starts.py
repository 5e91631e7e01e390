"""Starting values: all free variables have one, inside their support, by the documented precedence."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest

import hssm
from hssm.bambi_bridge.starts import starting_values
from tests.bambi_bridge.cases import PYTHON, assert_same, log_density, make_frame, make_model

SCALE = {"name": "HalfNormal", "sigma": 1.0}
FORMULAS = [
    ("v", "1 + x + g + x:w", {}),
    ("v", "0 + g + (0 + g|p)", {}),
    ("v", "1 + x + (1 + x|p) + (1|q)", {}),
    ("v", "0 + (1|p)", {}),
    ("v", "1 + hsgp(x, m=4, c=1.5)", {}),
    ("a", "1 + w + (w|p)", {}),
    ("a", "1 + w", {"link": "identity"}),
    ("a", "0 + (1|p)", {"link": "identity"}),
    ("z", "0 + (1|p)", {"link": "identity"}),
    ("t", "1 + (1|p)", {}),
]

CASES = [(*case, form) for case in FORMULAS for form in ((True, False) if "|" in case[1] else (True,))]


@pytest.mark.parametrize(("parameter", "formula", "options", "noncentered"), CASES)
@pytest.mark.filterwarnings("ignore:noncentered=True does not apply:UserWarning")
def test_every_free_variable_starts_inside_its_support(
    parameter: str, formula: str, options: dict, noncentered: bool
) -> None:
    model = make_model(formula, parameter, make_frame(12), noncentered=noncentered, **options)
    free = model.pymc_model.free_RVs
    assert set(model.initvals) == {variable.name for variable in free}
    for variable in free:
        start = model.initvals[variable.name]
        assert start.dtype == np.float64
        assert start.shape == tuple(variable.shape.eval())
    evaluate = model.pymc_model.compile_logp(mode=PYTHON)
    assert np.isfinite(evaluate(model.initial_point(transformed=True)))


def test_coefficients_start_where_the_quick_fit_found_them() -> None:
    model = make_model("1 + x + g", "a")
    fit = model._built.quick_fit
    for name in ("a_Intercept", "a_x", "a_g"):
        assert_same(model.initvals[name], fit.coefficients[name])
    assert_same(model.initvals["v"], fit.simple["v"])
    levels = make_model("0 + g", "a")
    assert_same(levels.initvals["a_g"], levels._built.quick_fit.coefficients["a_g"])


def test_simple_models_start_at_the_quick_fit_too() -> None:
    model = hssm.HSSM(make_frame(), p_outlier=None)
    for name, value in model._built.quick_fit.simple.items():
        assert_same(model.initvals[name], value)


def test_effects_start_at_what_was_found_around_their_mean() -> None:
    model = make_model("1 + x + (1 + x|p) + (1|q)", noncentered=False)
    around, fit = model.initvals, model._built.quick_fit
    assert_same(around["v_1|p"], fit.effects["v_1|p"].value + around["v_Intercept"])
    assert_same(around["v_x|p"], fit.effects["v_x|p"].value + around["v_x"])
    assert_same(around["v_1|q"], fit.effects["v_1|q"].value)
    assert_same(around["v_1|p_sigma"], fit.effects["v_1|p"].scale)


def test_a_free_mean_starts_at_the_mean_of_the_effects() -> None:
    model = make_model("0 + (1|p)", noncentered=False)
    found = model._built.quick_fit.effects["v_1|p"].value
    assert_same(model.initvals["v_1|p"], found)
    assert_same(model.initvals["v_1|p_mu"], found.mean())


def test_offsets_start_at_the_same_effects() -> None:
    model = make_model("1 + (1|p)", noncentered=True)
    effects = model._built.quick_fit.effects["v_1|p"]
    assert_same(model.initvals["v_1|p_offset"], effects.value / effects.scale)


def test_values_outside_a_prior_are_moved_into_it() -> None:
    prior = {"x": {"name": "Uniform", "lower": 5.0, "upper": 6.0}}
    start = make_model("1 + x", prior=prior).initvals["v_x"]
    assert 5.0 < start < 6.0


def test_non_decision_times_start_before_the_fastest_response_of_each_member() -> None:
    frame = make_frame(60)
    frame["rt"] += 0.2 * frame["p"]
    model = make_model("1 + (1|p)", "t", frame, p_outlier=0.05)
    found = np.exp(model.initvals["t_1|p"])
    fastest = frame.groupby("p")["rt"].min().to_numpy()
    assert np.all(found < fastest)
    assert np.all(np.diff(found) > 0.0)


def test_medians_of_priors_without_data() -> None:
    model = make_model(
        "1 + x",
        prior={"Intercept": {"name": "Normal", "mu": 0.7, "sigma": 1.0}},
        process_initvals=False,
        a={"name": "Uniform", "lower": 1.0, "upper": 2.0},
    )
    assert_same(model.initvals["v_Intercept"], 0.7)
    assert_same(model.initvals["a"], 1.5)
    assert starting_values(model._built, {"a": 1.2})["a"] == model._built.quick_fit.simple["a"]


def normal(mu: float = 0.0, sigma=1.0, **more) -> dict:
    return {"name": "Normal", "mu": mu, "sigma": sigma, **more}


def test_initval_of_a_prior_comes_first() -> None:
    prior = {
        "Intercept": normal(initval=0.3),
        "g": normal(initval=[0.1, 0.2]),
        "1|p": normal(sigma={**SCALE, "initval": 0.5}, initval=0.2),
    }
    model = make_model("1 + g + (1|p)", prior=prior, noncentered=False, a=normal(1.0, initval=1.7))
    assert model.initvals["a"] == 1.7
    assert model.initvals["v_Intercept"] == 0.3
    assert_same(model.initvals["v_g"], [0.1, 0.2])
    assert model.initvals["v_1|p_sigma"] == 0.5
    assert_same(model.initvals["v_1|p"], np.full(6, 0.5))  # a deviation of 0.2 around the mean of 0.3
    offsets = make_model("1 + g + (1|p)", prior=prior, noncentered=True)
    assert_same(offsets.initvals["v_1|p_offset"], np.full(6, 0.2 / 0.5))


def test_initval_of_a_free_mean() -> None:
    prior = {"1|p": normal(mu=normal(initval=-0.4), sigma=SCALE)}
    model = make_model("0 + (1|p)", prior=prior, noncentered=False)
    assert model.initvals["v_1|p_mu"] == -0.4


def test_initval_of_a_smooth_terms_scale() -> None:
    term = "hsgp(x, m=4, c=1.5)"
    prior = {term: {"sigma": {**SCALE, "initval": 0.8}, "ell": {"name": "InverseGamma", "alpha": 3.0, "beta": 1.0}}}
    start = make_model(f"1 + {term}", prior=prior).initvals
    assert start[f"v_{term}_sigma"] == 0.8
    assert_same(start[f"v_{term}_weights_raw"], np.zeros(4))


def test_variables_behind_a_prior_start_where_pymc_does() -> None:
    nested = make_model("0 + (1|p)", prior={"1|p": normal(mu=normal(sigma=SCALE), sigma=SCALE)}).initvals
    assert nested["v_1|p_mu_sigma"] > 0.0
    horseshoe = make_model("1 + g", prior={"g": {"name": "Horseshoe"}}).initvals
    assert horseshoe["v_g_lam"].shape == horseshoe["v_g_raw"].shape == (2,)
    assert np.all(horseshoe["v_g_lam"] > 0.0)

    def scaled(name: str, **kwargs):
        return pm.Normal(name, 0.0, pm.HalfNormal(f"{name}_scale", 1.0), dims=kwargs.get("dims"))

    own = make_model("1 + x", prior={"x": hssm.Prior("Scaled", dist=scaled)})
    assert own.initvals["v_x_scale"] > 0.0
    assert np.isfinite(log_density(own.pymc_model)(own.initvals))


def test_equal_calls_give_equal_starts() -> None:
    one, two = (make_model("1 + x + (1|p)").initvals for _ in range(2))
    assert one.keys() == two.keys()
    for name, start in one.items():
        np.testing.assert_array_equal(start, two[name])
