"""Coordinates of single parameters: bijections with the right Jacobian, chosen where they apply, priors unchanged."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special

import hssm
from hssm.bambi_bridge.transforms import constrain, unconstrain
from hssm.parameters.beside import beside
from hssm.parameters.coordinates import (
    Before,
    Bent,
    BentSquare,
    Beyond,
    Folded,
    Scaled,
    Shifted,
    ceiling_of,
    coordinate_of,
    factor_of,
    floor_of,
)
from hssm.parameters.prior import make_variable
from hssm.spec import ResolvedParam
from tests.fitted import quietly
from tests.tolerances import OTHER_ALGORITHM, QUADRATURE

POSITIVE = (0.0, np.inf)
RESOLVED = 1e-8
"""Gap relative to A from which on rounding of b leaves the gap, and its logarithm, right to as much."""


def half_normal(**fields: object) -> ResolvedParam:
    return ResolvedParam(**{"name": "x", "prior": hssm.Prior("HalfNormal", sigma=0.5), "bounds": POSITIVE, **fields})


def functions(transform: object):  # type: ignore[no-untyped-def]
    x = pt.dvector("x")
    value = transform.backward(x)  # type: ignore[attr-defined]
    outputs = [value, transform.forward(value), transform.log_jac_det(x), pytensor.grad(value.sum(), x)]  # type: ignore[attr-defined]
    return pytensor.function([x], outputs, mode="FAST_COMPILE")


@pytest.mark.parametrize(
    ("transform", "low", "high"),
    [
        (Shifted(0.3), -12.0, 12.0),
        (Before(0.3), -12.0, 9.0),
        (Bent(0.2), -5.0, 9.0),
        (Bent(0.2, 1.0), -2.0, 3.0),
        (BentSquare(0.2), -15.0, 40.0),
        (Folded(1.0), 0.1, 9.0),
    ],
    ids=("shifted", "before", "bent", "bent below a top", "bent square", "folded"),
)
def test_back_and_forth_with_the_jacobian_of_the_way_back(transform: object, low: float, high: float) -> None:
    x = np.linspace(low, high, 101)
    value, again, log_jacobian, slope = functions(transform)(x)
    assert (value > 0.0).all() and (np.diff(value) > 0.0).all()
    np.testing.assert_allclose(again, x, rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute)
    np.testing.assert_allclose(np.exp(log_jacobian), slope, rtol=OTHER_ALGORITHM.relative)


def test_no_coordinate_is_so_far_out_that_something_is_no_number() -> None:
    x = np.array([-1e6, -800.0, -300.0, 0.0, 300.0, 800.0, 1e6])
    for transform in (Shifted(0.3), Before(0.3), Bent(0.2), Bent(0.2, 1.0), BentSquare(0.2), Folded(), Folded(1.0)):
        value, _, _, slope = functions(transform)(x)
        assert np.isfinite(value).all() and (value >= 0.0).all() and np.isfinite(slope).all()


def test_non_decision_times_far_beyond_the_fastest_response_remain_possible() -> None:
    x = np.linspace(-5.0, 12.0, 400)
    value, *_ = functions(Shifted(0.1))(x)
    assert value[0] < 1e-3 and value[-1] > 20.0


def test_non_decision_times_come_as_close_to_the_fastest_response_as_numbers_can() -> None:
    x = np.linspace(-12.0, 30.0, 43)
    value, *_ = functions(Before(0.3))(x)
    assert value[0] < 1e-6 and (value < 0.3).all()
    np.testing.assert_allclose(np.diff(np.log(0.3 - value[x > 3.0])), -1.0, atol=1e-3)


def test_before_the_fastest_response_a_prior_has_all_of_its_mass() -> None:
    with pm.Model() as model:
        pm.HalfNormal("x", sigma=0.5, default_transform=Before(0.3))
    log_density = model.compile_logp()
    x = np.linspace(-30.0, 30.0, 6001)
    mass = sum(np.exp(log_density({"x_before__": each})) for each in x) * (x[1] - x[0])
    assert abs(mass - special.erf(0.3 / 0.5 / np.sqrt(2))) < QUADRATURE.absolute * 10


@pytest.mark.parametrize(
    "transform", [Shifted(0.3), Bent(0.2), BentSquare(0.2)], ids=("shifted", "bent", "bent square")
)
def test_a_prior_has_its_mass_in_any_coordinate(transform: object) -> None:
    with pm.Model() as model:
        pm.HalfNormal("x", sigma=0.5, default_transform=transform)
    log_density = model.compile_logp()
    (name,) = model.initial_point()
    x = np.linspace(-30.0, 150.0, 18_001)
    mass = sum(np.exp(log_density({name: each})) for each in x) * (x[1] - x[0])
    assert abs(mass - 1.0) < QUADRATURE.absolute * 10


@pytest.mark.parametrize("start_range", [0.0, 1e-9, 0.3, 40.0])
def test_thresholds_lie_beyond_the_start_range(start_range: float) -> None:
    """A bijection with the right Jacobian, b > A however near, and b - A / 2 even in A: no kink where A is folded."""
    x, a = pt.dvector("x"), pt.dscalar("A")
    transform, ends = Beyond(), (a, np.inf)
    value = transform.backward(x, *ends)
    outputs = [value - a, transform.forward(value, *ends), transform.log_jac_det(x, *ends)]
    slope = pytensor.grad(value.sum(), x)
    grid = np.linspace(-12.0, 6.0, 91)
    gap, again, log_jacobian, slopes = pytensor.function([x, a], [*outputs, slope], mode="FAST_COMPILE")(
        grid, start_range
    )
    assert (gap >= 0.0).all()
    resolved = gap > RESOLVED * start_range
    np.testing.assert_allclose(again[resolved], grid[resolved], rtol=0, atol=RESOLVED)
    np.testing.assert_allclose(np.exp(log_jacobian), slopes, rtol=OTHER_ALGORITHM.relative)


def test_a_threshold_has_all_of_its_prior() -> None:
    with pm.Model() as model:
        start_range = pm.HalfNormal("A", sigma=0.5)
        make_variable(hssm.Prior("HalfNormal", sigma=2), "b", transform=Beyond(), above=start_range)
    log_density = model.compile_logp(vars=[model["b"]])
    x = np.linspace(-15.0, 4.0, 1901)
    mass = sum(np.exp(log_density({"A_log__": np.log(0.4), "b_beyond__": each})) for each in x) * (x[1] - x[0])
    assert abs(mass - 1.0) < QUADRATURE.absolute * 10


def test_a_moving_ceiling_cuts_and_changes_nothing_else() -> None:
    """Below the ceiling the joint density is that of independent priors, and its mass is what they put there."""
    ceiling = ("t", lambda t: 2.0 * t)
    width = half_normal(name="st", coordinate="bent", ceiling=ceiling)
    with pm.Model() as model:
        t = pm.Uniform("t", 0.1, 0.6)
        other, most = ceiling_of(width, {"t": t})
        transform = coordinate_of(width, None).under(most)
        make_variable(width.prior, "st", arguments={"sigma": beside(0.5, other)}, transform=transform)
    log_density = model.compile_logp(vars=[model["st"]], jacobian=True)
    low, high = 0.1, 0.6
    y = np.linspace(-4.0, 6.0, 4001)
    for onset in (0.12, 0.3, 0.55):
        point = {"t_interval__": np.log((onset - low) / (high - onset))}
        mass = sum(np.exp(log_density({**point, "st_bent__": each})) for each in y) * (y[1] - y[0])
        assert abs(mass - special.erf(2.0 * onset / 0.5 / np.sqrt(2))) < QUADRATURE.absolute * 10
    start = {"t": np.asarray(0.3), "st": np.asarray(0.4)}
    free = unconstrain(model, start)
    np.testing.assert_allclose(constrain(model, free)["st"], 0.4, rtol=OTHER_ALGORITHM.relative)
    far = constrain(model, {**free, "st": np.asarray(50.0)})
    np.testing.assert_allclose(far["st"], 0.6, rtol=OTHER_ALGORITHM.relative)


def test_only_what_all_trials_share_is_a_ceiling() -> None:
    width = half_normal(name="st", coordinate="bent", ceiling=("t", lambda t: 2.0 * t))
    assert ceiling_of(width, {"t": 0.3})[0] == 0.3
    assert ceiling_of(width, {"t": pt.dvector()}) is None
    assert ceiling_of(half_normal(), {"t": pt.dscalar()}) is None


def test_chosen_by_what_the_parameter_is() -> None:
    assert isinstance(coordinate_of(half_normal(coordinate="folded"), None), Folded)
    assert isinstance(coordinate_of(half_normal(coordinate="shifted"), 0.3), Shifted)
    assert isinstance(coordinate_of(half_normal(coordinate="bent"), None), Bent)
    assert isinstance(coordinate_of(half_normal(coordinate="bent_square"), None), BentSquare)
    truncated = hssm.Prior("HalfNormal", sigma=0.5, bounds=(0.0, 1.0))
    assert isinstance(coordinate_of(half_normal(coordinate="bent", prior=truncated), None), Bent)
    assert coordinate_of(half_normal(), 0.3) is None
    assert isinstance(coordinate_of(half_normal(name="t"), 0.3, 0.3), Before)
    assert isinstance(coordinate_of(half_normal(name="t", coordinate="shifted"), 0.3, 0.3), Before)
    assert coordinate_of(half_normal(), 0.3, 0.3) is None
    assert coordinate_of(half_normal(coordinate="shifted"), None) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"bounds": (0.1, np.inf), "coordinate": "bent"},
        {"prior": hssm.Prior("Gamma", mu=1, sigma=1), "coordinate": "folded"},
        {"prior": hssm.Prior("HalfNormal", sigma=1, default_transform=pm.distributions.transforms.log)},
        {"prior": hssm.Prior("Uniform", lower=0, upper=1), "coordinate": "shifted"},
    ],
)
def test_otherwise_pymc_chooses(fields: dict) -> None:
    assert coordinate_of(half_normal(**fields), 0.3) is None


def test_a_start_range_is_folded_below_a_threshold_that_moves_along_only() -> None:
    """The likelihood is even in A given the coordinate of such a threshold, and of no other."""
    start_range = half_normal(name="A", coordinate="start_range")
    b = {"name": "b", "above": "A", "prior": hssm.Prior("HalfNormal", sigma=2.0)}
    assert isinstance(coordinate_of(start_range, None, None, {"A": start_range, "b": half_normal(**b)}), Folded)
    for other in (
        {"prior": None, "fixed_value": 1.0},
        {"formula": "1"},
        {"prior": hssm.Prior("Uniform", lower=0, upper=9)},
    ):
        assert isinstance(coordinate_of(start_range, None, None, {"b": half_normal(**{**b, **other})}), Bent)
    gamma = half_normal(name="A", coordinate="start_range", prior=hssm.Prior("Gamma", mu=1, sigma=1))
    assert isinstance(coordinate_of(gamma, None, None, {"b": half_normal(**b)}), Bent)


def logit(**fields: object) -> ResolvedParam:
    everywhere = (-np.inf, np.inf)
    return ResolvedParam(
        **{"name": "x", "prior": hssm.Prior("Normal", mu=0.3, sigma=2.0), "bounds": everywhere, **fields}
    )


def test_a_product_is_sampled_where_both_numbers_are_variables() -> None:
    beta = pt.dscalar("beta")
    assert factor_of(logit(factor="beta"), {"beta": beta}) is beta
    assert factor_of(logit(), {"beta": beta}) is None
    assert factor_of(logit(factor="beta"), {"beta": 2.0}) is None
    assert factor_of(logit(factor="beta"), {"beta": pt.dvector("beta")}) is None
    truncated = hssm.Prior("Normal", mu=0.3, sigma=2.0, bounds=(0, 1))
    assert factor_of(logit(factor="beta", prior=truncated), {"beta": beta}) is None


@pytest.mark.filterwarnings("ignore:The RandomType SharedVariables")  # JAX keeps PyMC's generators
@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_a_scaled_number_has_its_prior_and_moves_as_a_product(mode: str) -> None:
    with pm.Model() as model:
        beta = pm.Gamma("beta", alpha=2, beta=0.5)
        pm.Normal("x", mu=beside(0.3, beta), sigma=2.0, default_transform=Scaled())
    log_density = model.compile_fn(model.logp(vars=[model["x"]]), mode=mode)
    for size in (0.02, 1.0, 30.0):
        y = np.linspace(-20.0, 20.0, 801) * size
        mass = sum(np.exp(log_density({"beta_log__": np.log(size), "x_scaled__": each})) for each in y) * (y[1] - y[0])
        assert abs(mass - 1.0) < QUADRATURE.absolute * 10
    point = {"beta_log__": np.log(4.0), "x_scaled__": np.array(2.0)}
    natural_values = model.compile_fn(model.unobserved_value_vars, mode=mode)
    natural = dict(zip([v.name for v in model.unobserved_value_vars], natural_values(point), strict=True))
    assert natural["x"] == pytest.approx(0.5)


def test_a_threshold_is_cut_off_at_a_simple_start_range_only() -> None:
    b = half_normal(name="b", above="A")
    start_range = pt.dscalar("A")
    assert floor_of(b, {"A": start_range}).eval({start_range: 0.4}) == 0.4
    assert floor_of(b, {"A": 0.3}) == 0.3
    assert floor_of(b, {"A": 0.0}) is None
    assert floor_of(b, {"A": pt.dvector("A")}) is None
    assert floor_of(half_normal(), {"A": start_range}) is None


def test_the_models_use_them() -> None:
    data = hssm.simulate_data("racing_diffusion_3", {"A": 0.4, "b": 1.2, "v0": 2, "v1": 1, "v2": 1, "t": 0.2}, size=50)
    model = hssm.HSSM(data, model="racing_diffusion_3")
    names = set(model.pymc_model.initial_point())
    assert {"t_shifted__", "A_folded__", "b_beyond__"} <= names
    draws = model.sample_prior_predictive(draws=200, random_seed=1)["prior"]
    assert (draws["b"] > draws["A"]).all()


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
