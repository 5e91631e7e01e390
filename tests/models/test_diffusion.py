"""Models from a user's drift and boundary: against closed forms, wherever a model is taken, and their errors."""

import numpy as np
import pytest
from scipy import stats
from ssms.basic_simulators import boundary_functions

import hssm
from hssm.densities.passage.symbols import Parameters
from hssm.models.boundaries import BOUNDARIES
from hssm.spec import ModelSpec
from tests.tolerances import CLOSED_FORM, MONTE_CARLO, SOLVER, SOLVER_GRADIENT

THETA = {"v": 0.7, "a": 1.2, "z": 0.4, "theta": 0.3, "t": 0.25}
SIMULATED = 4000


def collapsing(**changes: object) -> ModelSpec:
    """The model ``angle`` in a user's words."""
    given = {
        "name": "mine",
        "drift": lambda t, p: p.v,
        "bound": lambda t, p: p["a"] - t * np.tan(p["theta"]),
        "params": ["v", "a", "z", "theta"],
        **changes,
    }
    return hssm.diffusion_model(**given)


@pytest.fixture(scope="module")
def mine() -> ModelSpec:
    return collapsing()


@pytest.fixture(scope="module")
def conflict() -> ModelSpec:
    """A pulse of an irrelevant feature, whose sign is a column of the data."""
    return hssm.diffusion_model(
        "pulse",
        drift=lambda t, p: p.v + p.c * p.congruent * np.exp(-t / p.k),
        bound=lambda t, p: p.a,
        params={"v": None, "a": None, "c": {"prior": {"name": "Normal", "mu": 0, "sigma": 2}}, "k": (0.05, 2.0)},
        extra_fields=["congruent"],
    )


def test_density_gradient_and_survivor_are_those_of_the_closed_form(mine: ModelSpec) -> None:
    rt = np.tile(np.linspace(0.32, 3.0, 12), 2)
    data = {"rt": rt, "response": np.repeat([-1, 1], 12)}
    value, slopes = hssm.log_density(mine, data, THETA, gradient=True)
    expected, expected_slopes = hssm.log_density("angle", data, THETA, gradient=True)
    np.testing.assert_allclose(value, expected, atol=SOLVER.absolute, rtol=0)
    for name, slope in expected_slopes.items():
        scale = np.maximum(1.0, np.abs(slope))
        np.testing.assert_allclose(slopes[name] / scale, slope / scale, atol=SOLVER_GRADIENT.absolute, err_msg=name)
    survivors = hssm.log_survival(mine, data, THETA), hssm.log_survival("angle", data, THETA)
    np.testing.assert_allclose(*survivors, atol=SOLVER.absolute, rtol=0)


def test_its_simulator_draws_from_the_closed_form(mine: ModelSpec) -> None:
    drawn = hssm.simulate_data(mine, THETA, size=SIMULATED, random_state=1)
    exact = hssm.simulate_data("angle", THETA, size=SIMULATED, random_state=2)
    for choice in (-1, 1):
        pair = (frame.loc[frame.response == choice, "rt"] for frame in (drawn, exact))
        assert stats.ks_2samp(*pair).pvalue > MONTE_CARLO.false_alarm
    counts = [(frame.response == 1).sum() for frame in (drawn, exact)]
    assert stats.fisher_exact([counts, [SIMULATED - n for n in counts]]).pvalue > MONTE_CARLO.false_alarm


def test_parameters_follow_names_bounds_and_priors(conflict: ModelSpec) -> None:
    assert conflict.parameter_names == ("v", "a", "c", "k", "t")
    assert conflict.bounds()["k"] == (0.05, 2.0)
    assert conflict.parameter("a").role == "a"
    shown = hssm.show_defaults(conflict)
    assert "Normal(mu: 0.0, sigma: 2.0)" in shown
    assert "Uniform(lower: 0.05, upper: 2.0)" in shown
    assert "pulse" not in hssm.list_models()


def test_columns_of_the_data_reach_drift_and_simulator(conflict: ModelSpec) -> None:
    congruent = np.repeat([1.0, -1.0], 200)
    theta = {"v": 1.0, "a": 1.0, "c": 3.0, "k": 0.3, "t": 0.2}
    data = hssm.simulate_data(conflict, {**theta, "congruent": congruent}, random_state=3)
    data["congruent"] = congruent
    accuracy = data.groupby("congruent").response.mean()
    assert accuracy[1.0] > accuracy[-1.0] + 0.2
    right, wrong = (
        hssm.log_density(conflict, data, theta),
        hssm.log_density(conflict, data.assign(congruent=-congruent), theta),
    )
    assert right.sum() > wrong.sum() + 10.0
    single = hssm.log_density(conflict, data[200:], theta)
    np.testing.assert_array_equal(right[200:], single)


@pytest.mark.slow
def test_a_fit_with_missing_responses_recovers(mine: ModelSpec) -> None:
    data = hssm.simulate_data(mine, THETA, size=300, random_state=4)
    data.loc[:20, "rt"] = -999.0
    model = hssm.HSSM(data, model=mine, missing_data=True, p_outlier=0)
    traces = model.sample(draws=300, tune=300, chains=2, cores=1, progressbar=False, random_seed=5)
    for name, value in THETA.items():
        draws = traces.posterior[name].values.ravel()
        assert abs(draws.mean() - value) < 4.0 * draws.std(), name
    model.sample_posterior_predictive(draws=5)


BY_NAME = {
    "constant": {},
    "angle": {"theta": 0.3},
    "weibull_cdf": {"alpha": 2.0, "beta": 1.5},
    "generalized_logistic": {"B": 2.0, "M": 1.2, "nu": 0.5},
    "conflict_gamma": {"theta": 0.3, "scale": 0.2, "alphaGamma": 2.5, "scaleGamma": 0.3},
    "addm_collapse": {"b": 0.4},
}
CLOSED_FORMS = {"constant": "ddm", "angle": "angle", "weibull_cdf": "weibull"}


@pytest.mark.parametrize("name", BOUNDARIES)
def test_boundaries_by_name_are_those_of_ssm_simulators(name: str) -> None:
    times, own = np.linspace(1e-6, 2.0, 41), {"a": 1.4, **BY_NAME[name]}
    theirs = {{"nu": "v"}.get(key, key): value for key, value in own.items()}
    expected = getattr(boundary_functions, name)(t=times, **theirs)
    found = BOUNDARIES[name].function(times, Parameters(own))
    np.testing.assert_allclose(np.broadcast_to(found, times.shape), expected, rtol=CLOSED_FORM.relative)


def by_name(name: str) -> tuple[ModelSpec, dict[str, float]]:
    spec = hssm.diffusion_model(f"ddm_{name}", drift=lambda t, p: p.v, bound=name, params=["v", "z"])
    return spec, {"v": 0.7, "z": 0.45, "a": 1.2, **BY_NAME[name], "t": 0.2}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_boundaries_by_name_give_the_models_with_these_boundaries(name: str) -> None:
    spec, theta = by_name(name)
    assert set(spec.parameter_names) == set(theta)
    data = {"rt": np.tile(np.linspace(0.3, 1.6, 8), 2), "response": np.repeat([-1, 1], 8)}
    expected = hssm.log_density(CLOSED_FORMS[name], data, theta)
    np.testing.assert_allclose(hssm.log_density(spec, data, theta), expected, atol=SOLVER.absolute, rtol=0)


def test_a_straight_collapse_is_the_angle_model() -> None:
    spec, theta = by_name("addm_collapse")
    data = {"rt": np.tile(np.linspace(0.3, 1.6, 8), 2), "response": np.repeat([-1, 1], 8)}
    straight = {key: value for key, value in theta.items() if key != "b"} | {"theta": np.arctan(theta["b"])}
    expected = hssm.log_density("angle", data, straight)
    found = hssm.log_density(spec, data, theta)
    np.testing.assert_allclose(found, expected, atol=SOLVER.absolute, rtol=0)


@pytest.mark.parametrize("name", ["generalized_logistic", "conflict_gamma"])
def test_curved_boundaries_by_name_agree_with_their_simulator(name: str) -> None:
    """Shares of responses up to a few times, of each choice, against distribution functions."""
    spec, theta = by_name(name)
    drawn = hssm.simulate_data(spec, theta, size=SIMULATED, random_state=7)
    cuts = np.tile(np.quantile(drawn.rt, [0.25, 0.5, 0.75, 0.95]), 2)
    sides = np.repeat([-1, 1], 4)
    shares = np.exp(hssm.log_cdf(spec, {"rt": cuts, "response": sides}, theta))
    counts = [((drawn.rt <= cut) & (drawn.response == side)).sum() for cut, side in zip(cuts, sides, strict=True)]
    errors = (np.array(counts) / SIMULATED - shares) / np.sqrt(shares * (1.0 - shares) / SIMULATED)
    assert np.abs(errors).max() < MONTE_CARLO.standard_errors


def test_z_is_relative_to_where_a_boundary_begins() -> None:
    own = Parameters({"a": 1.2, "z": 0.75, **BY_NAME["generalized_logistic"]})
    boundary = BOUNDARIES["generalized_logistic"]
    assert boundary.start(own) == pytest.approx(0.5 * boundary.function(0.0, own))
    assert BOUNDARIES["constant"].start(own) == pytest.approx(0.6)


def test_start_and_leak_are_functions_too() -> None:
    spec = collapsing(params={"v": None, "a": None, "x0": (-1, 1), "theta": None}, start=lambda p: p.x0 * p.a)
    data = {"rt": np.array([0.6, 1.1]), "response": np.array([1, -1])}
    theta = {**THETA, "x0": 2 * THETA["z"] - 1}
    del theta["z"]
    expected = hssm.log_density("angle", data, THETA)
    np.testing.assert_allclose(hssm.log_density(spec, data, theta), expected, atol=SOLVER.absolute)


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"drift": 3}, TypeError, "`drift` must be a function drift"),
        ({"tol": 0.0}, ValueError, "between 1e-10 and 0.1"),
        ({"bound": "wiebull_cdf"}, ValueError, "Did you mean 'weibull_cdf'"),
        ({"params": "v"}, TypeError, "`params` must be a dict or a list"),
        ({"params": ["v", "z"]}, ValueError, "give `start`"),
        ({"params": {"v": (2, 1)}}, ValueError, "lower < upper"),
        ({"params": {"v": {"bonds": (1, 2)}}}, TypeError, "Did you mean 'bounds'"),
        ({"params": {"v": 3}}, TypeError, "bounds, a prior, a dict of both or None, got 3"),
        ({"extra_fields": ["v"]}, ValueError, "a parameter and an extra field at once"),
    ],
)
def test_wrong_arguments_are_named(changes: dict[str, object], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        collapsing(**changes)


def test_wrong_types_where_a_model_is_expected() -> None:
    data = {"rt": [0.5], "response": [1]}
    for call in (
        lambda: hssm.log_density(3, data, {}),
        lambda: hssm.simulate_data(3, {}),
        lambda: hssm.show_defaults(3),
    ):
        with pytest.raises(TypeError, match="model"):
            call()
