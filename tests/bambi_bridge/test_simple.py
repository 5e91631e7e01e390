"""Single variables of a model, in the coordinates that suit them."""

import numpy as np
import pytest

import hssm
from hssm.bambi_bridge.transforms import unconstrain
from hssm.inference.results import stored_names
from tests.fitted import quietly


def test_the_models_use_them() -> None:
    data = hssm.simulate_data("racing_diffusion_3", {"A": 0.4, "b": 1.2, "v0": 2, "v1": 1, "v2": 1, "t": 0.2}, size=50)
    model = hssm.HSSM(data, model="racing_diffusion_3")
    names = set(model.pymc_model.initial_point())
    assert {"t_shifted__", "A_bent__", "b_beyond__"} <= names
    draws = model.sample_prior_predictive(draws=200, random_seed=1)["prior"]
    assert (draws["b"] > draws["A"]).all()


@pytest.mark.parametrize(("model", "logarithm"), [("lba3", True), ("lba3_t", False)])
def test_numbers_of_a_ballistic_race_move_along_its_width(model: str, logarithm: bool) -> None:
    """Where A is 0 they are what they are; where it is large they are smaller in their coordinates."""
    theta = {"A": 0.4, "b": 1.2, "v0": 1, "v1": 0.9, "v2": 0.9} | ({} if logarithm else {"t": 0.2})
    fit = hssm.HSSM(hssm.simulate_data(model, theta, size=50, random_state=1), model=model)
    free = [
        unconstrain(fit.pymc_model, {**fit.initvals, "A": np.asarray(width), "b": np.asarray(9.0)})
        for width in (1e-6, 3.0)
    ]
    assert free[0]["v0"] == pytest.approx(np.log(fit.initvals["v0"]) if logarithm else fit.initvals["v0"], abs=1e-5)
    assert free[1]["v0"] < free[0]["v0"] - 0.5
    assert free[0]["b"] == pytest.approx(np.log(9.0), abs=1e-5)
    assert free[1]["b"] < np.log(np.sqrt(9.0 * 6.0)) - 0.5


def test_counters_of_a_poisson_race_move_with_what_t_leaves_and_are_reported_in_order() -> None:
    """In their logarithms the ridge bent where t is small, with a divergence in every third fit."""
    theta = {"r1": 10.0, "r2": 8.0, "k1": 4.0, "k2": 5.0, "t": 0.2}
    model = hssm.HSSM(hssm.simulate_data("poisson_race", theta, size=50, random_state=1), model="poisson_race")
    early, late = (unconstrain(model.pymc_model, {**model.initvals, "t": np.asarray(t)}) for t in (0.01, 0.2))
    assert late["k1"] - early["k1"] == pytest.approx(2.0 * (late["r1"] - early["r1"]))
    assert late["r1"] > early["r1"]
    assert stored_names(model.built) == ["r1", "r2", "k1", "k2", "t"]
    regression = hssm.HSSM(model.data, model="poisson_race", include=[{"name": "t", "formula": "t ~ 1"}])
    assert {"k1_log__", "r2_log__"} <= set(regression.pymc_model.initial_point())


def test_softmax_is_sampled_in_products() -> None:
    """In the values themselves chains followed beta times value = constant, with divergences and a tenth of the ESS."""
    data = hssm.simulate_data("softmax_inv_temperature_2", {"beta": 1.5, "logit1": 0.4}, size=500, random_state=1)
    model = hssm.HSSM(data, model="softmax_inv_temperature_2")
    assert "logit1_scaled__" in model.pymc_model.initial_point()
    traces = quietly(model, draws=300, tune=500, random_seed=1)
    assert int(traces.sample_stats.diverging.sum()) == 0


@pytest.mark.parametrize(
    ("model", "arguments", "ends"),
    [
        ("ddm", {"p_outlier": 0}, True),
        ("ddm", {}, False),
        ("ddm", {"p_outlier": 0, "t": 0.2}, False),
        ("ddm", {"p_outlier": 0, "loglik_kind": "approx_differentiable"}, False),
        ("full_ddm", {"p_outlier": 0, "st": 0.1}, False),
        ("racing_diffusion_3", {"p_outlier": 0}, True),
    ],
)
def test_t_ends_at_the_fastest_response_where_the_likelihood_does(model: str, arguments: dict, ends: bool) -> None:
    theta = {
        "ddm": {"v": 1.0, "a": 1.0, "z": 0.5, "t": 0.3},
        "full_ddm": {"v": 1.0, "a": 1.0, "z": 0.5, "t": 0.3, "sz": 0.1, "sv": 0.3, "st": 0.1},
        "racing_diffusion_3": {"A": 0.4, "b": 1.2, "v0": 2, "v1": 1, "v2": 1, "t": 0.2},
    }[model]
    data = hssm.simulate_data(model, theta, size=50, random_state=1)
    built = hssm.HSSM(data, model=model, **arguments).built
    assert ("t_before__" in built.pymc_model.initial_point()) == ends
    if ends:
        assert built.quick_fit.before == data["rt"].min()


def test_a_fast_guess_that_the_fit_gives_up_does_not_bound_t() -> None:
    data = hssm.simulate_data("ddm", {"v": 1.0, "a": 1.0, "z": 0.5, "t": 0.3}, size=500, random_state=1)
    data.loc[0, "rt"] = 0.01
    model = hssm.HSSM(data, p_outlier=0)
    assert model.built.quick_fit.before in (None, 0.01)
    assert np.isfinite(model.compile_logp()(model.initvals))


def test_a_width_that_may_be_nothing_is_sampled_without_divergences() -> None:
    """In the logarithm of sv chains strayed towards 0, with divergences on the way back."""
    data = hssm.simulate_data("ddm_sdv", {"v": 1.0, "a": 1.2, "z": 0.55, "t": 0.3, "sv": 0.6}, size=500, random_state=2)
    traces = quietly(hssm.HSSM(data, model="ddm_sdv"), draws=300, tune=500, random_seed=2)
    assert int(traces.sample_stats.diverging.sum()) == 0
    assert float(traces.posterior["sv"].min()) >= 0.0
