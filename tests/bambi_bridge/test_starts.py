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


def test_data_driven_values_go_through_the_link_to_intercepts_and_levels() -> None:
    simple = hssm.HSSM(make_frame(), p_outlier=None).initvals
    assert_same(make_model("1 + x", "a").initvals["a_Intercept"], np.log(simple["a"]))
    assert_same(make_model("0 + g", "a").initvals["a_g"], np.full(3, np.log(simple["a"])))
    assert_same(make_model("0 + (1|p)", "a", noncentered=True).initvals["a_1|p_mu"], np.log(simple["a"]))
    assert_same(make_model("1 + x + g", "v").initvals["v_Intercept"], simple["v"])
    assert_same(make_model("1 + x + g", "v").initvals["v_x"], 0.0)
    assert_same(make_model("1 + x + g", "v").initvals["v_g"], np.zeros(2))


def test_effects_start_at_the_mean_they_are_drawn_around() -> None:
    around = make_model("1 + x + (1 + x|p) + (1|q)", noncentered=False).initvals
    assert_same(around["v_1|p"], np.full(6, around["v_Intercept"]))
    assert_same(around["v_x|p"], np.zeros(6))
    assert_same(around["v_1|q"], np.zeros(4))
    free_mean = make_model("0 + (1|p)", noncentered=False).initvals
    assert free_mean["v_1|p_mu"] != 0.0
    assert_same(free_mean["v_1|p"], np.full(6, free_mean["v_1|p_mu"]))
    assert_same(make_model("1 + (1|p)", noncentered=True).initvals["v_1|p_offset"], np.zeros(6))


def test_medians_of_priors_without_data() -> None:
    model = make_model(
        "1 + x",
        prior={"Intercept": {"name": "Normal", "mu": 0.7, "sigma": 1.0}},
        process_initvals=False,
        a={"name": "Uniform", "lower": 1.0, "upper": 2.0},
    )
    assert_same(model.initvals["v_Intercept"], 0.7)
    assert_same(model.initvals["a"], 1.5)
    assert starting_values(model._built, {"a": 1.2})["a"] == 1.2


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
    assert_same(model.initvals["v_1|p"], np.full(6, -0.4))


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
