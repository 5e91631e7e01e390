"""Models from a user's drift and boundary: against closed forms, wherever a model is taken, and their errors."""

import numpy as np
import pytest
from scipy import stats

import hssm
from hssm.spec import ModelSpec
from tests.tolerances import MONTE_CARLO, SOLVER, SOLVER_GRADIENT

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
@pytest.mark.filterwarnings("ignore:R-hat above")  # the chains are short
def test_a_fit_with_missing_responses_recovers(mine: ModelSpec) -> None:
    data = hssm.simulate_data(mine, THETA, size=300, random_state=4)
    data.loc[:20, "rt"] = -999.0
    model = hssm.HSSM(data, model=mine, missing_data=True, p_outlier=0)
    traces = model.sample(draws=300, tune=300, chains=2, cores=1, progressbar=False, random_seed=5)
    for name, value in THETA.items():
        draws = traces.posterior[name].values.ravel()
        assert abs(draws.mean() - value) < 4.0 * draws.std(), name
    model.sample_posterior_predictive(draws=5)


def test_start_and_leak_are_functions_too() -> None:
    spec = collapsing(params={"v": None, "a": None, "x0": (-1, 1), "theta": None}, start=lambda p: p.x0 * p.a)
    data = {"rt": np.array([0.6, 1.1]), "response": np.array([1, -1])}
    theta = {**THETA, "x0": 2 * THETA["z"] - 1}
    del theta["z"]
    expected = hssm.log_density("angle", data, THETA)
    np.testing.assert_allclose(hssm.log_density(spec, data, theta), expected, atol=SOLVER.absolute)


@pytest.fixture(scope="module")
def anywhere() -> ModelSpec:
    """Starting points that are uniform around z, as in ``full_ddm``."""
    return hssm.diffusion_model(
        "anywhere",
        drift=lambda t, p: p.v,
        bound="constant",
        params={"v": None, "z": None, "sz": (0.0, 1.0)},
        start=lambda q, p: p.a * (2.0 * (p.z + p.sz * (q - 0.5)) - 1.0),
    )


SPREAD_OUT = {"v": 0.8, "a": 1.1, "z": 0.55, "sz": 0.7, "t": 0.2}


def test_starts_may_be_distributed(anywhere: ModelSpec) -> None:
    data = {"rt": np.tile(np.linspace(0.21, 2.5, 20), 2), "response": np.repeat([-1, 1], 20)}
    full = {**SPREAD_OUT, "sv": 0.0, "st": 0.0}
    value, slopes = hssm.log_density(anywhere, data, SPREAD_OUT, gradient=True)
    expected, expected_slopes = hssm.log_density("full_ddm", data, full, gradient=True)
    np.testing.assert_allclose(value, expected, atol=SOLVER.absolute, rtol=0)
    for name in SPREAD_OUT:
        scale = np.maximum(1.0, np.abs(expected_slopes[name]))
        np.testing.assert_allclose(
            slopes[name] / scale, expected_slopes[name] / scale, atol=SOLVER_GRADIENT.absolute, err_msg=name
        )
    drawn = hssm.simulate_data(anywhere, SPREAD_OUT, size=SIMULATED, random_state=6)
    exact = hssm.simulate_data("full_ddm", full, size=SIMULATED, random_state=7)
    for choice in (-1, 1):
        pair = (frame.loc[frame.response == choice, "rt"] for frame in (drawn, exact))
        assert stats.ks_2samp(*pair).pvalue > MONTE_CARLO.false_alarm


def test_a_sudden_change_is_right_where_it_is_announced() -> None:
    """Evidence sets in within a few milliseconds; small steps show what is right."""
    rt = np.linspace(0.45, 1.6, 15)
    data = {"rt": np.r_[rt, rt], "response": np.repeat([1, -1], rt.size)}
    theta = {**THETA, "theta": 0.1, "t": 0.2}

    def errors(**changes) -> float:
        drift = lambda tau, p: p.v * (1.0 + np.tanh((tau - 0.4) / 0.01))  # noqa: E731
        each = (hssm.log_density(collapsing(drift=drift, tol=tol, **changes), data, theta) for tol in (1e-6, 1e-10))
        found, finer = each
        return np.abs(found - finer).max()

    assert errors(turn=lambda p: (0.4, 0.02)) < SOLVER.absolute
    assert errors() > SOLVER.absolute


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"drift": 3}, TypeError, "`drift` must be a function drift"),
        ({"start": 0.3}, TypeError, r"`start` must be a function start\(p\) or start\(q, p\), got 0.3"),
        ({"turn": 0.1}, TypeError, "`turn` must be a function turn"),
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
