import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.plotting.processes import STEP, curves, process_of, sample_paths
from tests.tolerances import MONTE_CARLO

DDM = {"v": [1.0], "a": [1.5], "z": [0.5], "t": [0.3]}
CONFLICT = {"tinit": [0.2], "dinit": [1.0], "tslope": [3.0], "dslope": [5.0], "tfixedp": [1.0], "tcoh": [1.5]} | {
    "dcoh": [2.0]
}
CASES = {
    "ddm": DDM,
    "ddm_sdv": DDM | {"sv": [0.5]},
    "angle": DDM | {"theta": [0.4]},
    "weibull": DDM | {"alpha": [2.0], "beta": [1.5]},
    "ornstein": DDM | {"g": [0.5]},
    "gamma_drift": DDM | {"shape": [3.0], "scale": [0.2], "c": [1.0]},
    "conflict_ds": DDM | CONFLICT,
    "levy": DDM | {"alpha": [1.5]},
    "lba2": {"A": [0.5], "b": [1.2], "v0": [1.0], "v1": [0.5]},
    "racing_diffusion_2": {"A": [0.5], "b": [1.2], "v0": [1.0], "v1": [0.5], "t": [0.3]},
    "wald_race2": {"a": [1.5], "z": [0.1], "v0": [1.0], "v1": [0.5], "t": [0.3], "theta": [0.2]},
    "race_no_bias_angle_2": {"a": [1.5], "z": [0.1], "v0": [1.0], "v1": [0.5], "t": [0.3], "theta": [0.2]},
}


def case(name):
    theta = {key: np.asarray(value) for key, value in CASES[name].items()}
    return process_of(get_model(name)), theta


@pytest.mark.parametrize("name", CASES)
def test_curves_begin_at_the_start_and_end_at_the_boundary(name):
    process, theta = case(name)
    found = curves(process, theta, 5.0)
    onset = theta.get("t", np.zeros(1))[0]
    first = int(np.ceil(onset / STEP))
    assert np.isnan(found.boundary[0, : max(first - 1, 0)]).all()
    path = found.drift[0, 0]
    alive = np.flatnonzero(np.isfinite(path))
    np.testing.assert_allclose(path[alive[0]], found.start[0], atol=2 * STEP)
    last = alive[-1]
    assert path[last] == pytest.approx(found.boundary[0, last], abs=4 * STEP)


@pytest.mark.parametrize("name", CASES)
def test_held_paths_wait_at_the_start_and_stay_where_they_ended(name):
    found = curves(*case(name), 5.0)
    held, path = found.held[0, 0], found.drift[0, 0]
    alive = np.flatnonzero(np.isfinite(path))
    assert np.isfinite(held).all()
    np.testing.assert_array_equal(held[alive], path[alive])
    np.testing.assert_array_equal(held[: alive[0]], found.start[0])
    np.testing.assert_array_equal(held[alive[-1] :], path[alive[-1]])


def test_the_shapes_of_boundaries_and_drifts():
    found = {name: curves(*case(name), 3.0) for name in CASES}
    times = found["ddm"].times
    after = times > 0.31
    tau = times[after] - 0.3
    assert (found["ddm"].boundary[0, after] == 1.5).all()
    np.testing.assert_allclose(found["angle"].boundary[0, after], 1.5 - tau * np.tan(0.4))
    np.testing.assert_allclose(found["weibull"].boundary[0, after], 1.5 * np.exp(-((tau / 1.5) ** 2)))
    path = found["ddm"].drift[0, 0]
    inside = np.isfinite(path) & after
    np.testing.assert_allclose(path[inside], times[inside] - 0.3, atol=1e-9)
    leaking = found["ornstein"].drift[0, 0]
    both = inside & np.isfinite(leaking)
    np.testing.assert_allclose(leaking[both], 2 * (1 - np.exp(-0.5 * (times[both] - 0.3))), atol=0.01)


@pytest.fixture(scope="module")
def pulse():
    """A drift and boundaries of one's own, a column of the data, starts that differ between trials."""
    return hssm.diffusion_model(
        "pulse",
        drift=lambda t, p: p.v + p.side * p.pull * np.exp(-t / 0.2),
        bound=lambda t, p: p.a / (1.0 + t),
        params={"v": None, "a": None, "z": None, "pull": (0, 5), "w": (0, 1)},
        start=lambda q, p: p.a * (2.0 * p.z - 1.0) + p.w * p.a * (q - 0.5),
        leak=lambda p: 0.5,
        extra_fields=["side"],
    )


def test_a_model_of_ones_own_is_drawn_from_its_own_functions(pulse):
    process = process_of(pulse)
    assert process.covariates == ("side",)
    numbers = {"v": 0.5, "a": 1.5, "z": 0.6, "t": 0.3, "pull": 3.0, "w": 0.4}
    theta = {name: np.full(2, value) for name, value in numbers.items()} | {"side": np.array([1.0, -1.0])}
    found = curves(process, theta, 2.0)
    np.testing.assert_allclose(found.start, 1.5 * 0.2)
    after = found.times > 0.31
    np.testing.assert_allclose(found.boundary[0, after], 1.5 / (1.0 + found.times[after] - 0.3), rtol=1e-6)
    agreeing, opposing = found.drift[:, 0]
    soon = (found.times > 0.32) & (found.times < 0.5)
    assert (agreeing[soon] > 0.3).all()
    assert (opposing[soon] < 0.3).all()
    step = found.times[1] - found.times[0]
    i = int(np.flatnonzero(soon)[0])
    tau, x = found.times[i] - 0.3, agreeing[i]
    slope = 0.5 + 3.0 * np.exp(-tau / 0.2) - 0.5 * x
    assert (agreeing[i + 1] - x) / step == pytest.approx(slope, rel=1e-6)
    one = {name: values[:1] for name, values in theta.items()}
    begins = [path[0, 1] for path in sample_paths(process, one, 2.0, 40, np.random.default_rng(4))]
    assert min(begins) >= 0.0
    assert max(begins) <= 0.6
    assert np.std(begins) == pytest.approx(0.6 / np.sqrt(12), rel=0.3)


def test_a_path_that_does_not_arrive_ends_with_the_axis():
    process, theta = case("ddm")
    found = curves(process, theta | {"v": np.zeros(1)}, 2.0)
    assert np.isfinite(found.drift[0, 0, -1])
    assert found.height == 1.5


def test_every_sample_has_its_own_curves():
    process, theta = case("ddm")
    theta = {name: np.repeat(values, 3) for name, values in theta.items()} | {"t": np.array([0.1, 0.3, 0.5])}
    found = curves(process, theta, 4.0)
    assert found.boundary.shape == (3, len(found.times))
    assert np.isnan(found.boundary).sum(axis=1).tolist() == [20, 60, 100]


@pytest.mark.parametrize("name", CASES)
def test_sample_paths_end_at_the_boundary(name):
    process, theta = case(name)
    for path in sample_paths(process, theta, 8.0, 5, np.random.default_rng(1)):
        assert path.shape[1] == 1 + process.n_accumulators
        assert (np.diff(path[:, 0]) > 0).all()
        if process.floor:
            assert (path[:, 1:] >= 0).all()


def test_sample_paths_end_when_the_model_responds():
    """Euler paths against the exact sampler: mean end, within standard errors and the steps' bias."""
    process, theta = case("ddm")
    ends = np.array([path[-1, 0] for path in sample_paths(process, theta, 20.0, 300, np.random.default_rng(2))])
    exact = hssm.simulate_data("ddm", {k: v[0] for k, v in CASES["ddm"].items()}, size=4000, random_state=3)["rt"]
    error = ends.std() / np.sqrt(len(ends))
    assert abs(ends.mean() - exact.mean()) < MONTE_CARLO.standard_errors * error + 0.1


@pytest.mark.parametrize("name", ["poisson_race", "softmax_inv_temperature_2", "ddm_seq2_no_bias", "lnr3"])
def test_models_without_a_picture_say_so(name):
    spec = get_model(name)
    with pytest.raises(ValueError, match=f"no cartoon of model '{name}'"):
        process_of(spec)
