"""``simulate_data`` as users meet it. Statistical checks fail with probability ``MONTE_CARLO.false_alarm``."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hssm.data.simulate import simulate_data
from hssm.models.registry import get_model
from hssm.spec import MISSING_CODE
from tests.tolerances import MONTE_CARLO

THETA = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}
SLOW = {"v": 0.0, "a": 2.0, "z": 0.5, "t": 0.2}
SEED = 20261120


def test_a_frame_of_rt_and_response():
    data = simulate_data("ddm", THETA, size=50, random_state=SEED)
    assert list(data.columns) == ["rt", "response"]
    assert list(data.index) == list(range(50))
    assert data["rt"].dtype == np.float64
    assert data["response"].dtype == np.int64
    assert set(data["response"]) == {-1, 1}
    assert (data["rt"] > THETA["t"]).all()


def test_an_array_on_request():
    data = simulate_data("ddm", THETA, size=5, random_state=SEED)
    array = simulate_data("ddm", THETA, size=5, random_state=SEED, output_df=False)
    assert isinstance(array, np.ndarray)
    np.testing.assert_array_equal(array, data.to_numpy(dtype=float))


def test_trials_keep_their_order_in_every_repeat():
    t = [0.0, 100.0, 200.0]
    with pytest.warns(UserWarning, match="did not end"):
        data = simulate_data("ddm", {**THETA, "v": 5.0, "t": t}, size=4, random_state=SEED, max_t=150.0)
    assert len(data) == 12
    for trial, (low, high) in enumerate([(0, 90), (100, 150)]):
        assert data["rt"][trial::3].between(low, high).all()
    assert (data["rt"][2::3] == MISSING_CODE).all()


def test_theta_in_every_form_gives_the_same_data():
    expected = simulate_data("ddm", THETA, size=5, random_state=SEED)
    for theta in (list(THETA.values()), np.array([list(THETA.values())]), pd.DataFrame(THETA, index=[0])):
        pd.testing.assert_frame_equal(simulate_data("ddm", theta, size=5, random_state=SEED), expected)


def test_the_argument_is_not_changed():
    theta = {**THETA, "v": np.array([0.1, 0.2])}
    simulate_data("ddm", theta, size=3, random_state=SEED)
    assert list(theta) == ["v", "a", "z", "t"]
    assert theta["v"].tolist() == [0.1, 0.2]


class TestSeeds:
    @pytest.mark.parametrize("model", ["ddm", "angle"])
    def test_equal_seeds_equal_data(self, model):
        theta = {**THETA, "theta": 0.1} if model == "angle" else THETA
        first, again, spelt, other = (
            simulate_data(model, theta, size=20, **seed)
            for seed in ({"random_state": 1}, {"random_state": 1}, {"random_seed": 1}, {"random_state": 2})
        )
        pd.testing.assert_frame_equal(first, again)
        pd.testing.assert_frame_equal(first, spelt)
        assert not first.equals(other)

    def test_a_generator_advances(self):
        rng = np.random.default_rng(1)
        first, second = (simulate_data("ddm", THETA, size=5, random_state=rng) for _ in range(2))
        pd.testing.assert_frame_equal(first, simulate_data("ddm", THETA, size=5, random_state=1))
        assert not first.equals(second)

    def test_none_is_fresh(self):
        assert not simulate_data("ddm", THETA, size=5).equals(simulate_data("ddm", THETA, size=5))

    def test_both_spellings_at_once(self):
        with pytest.raises(TypeError, match="two spellings"):
            simulate_data("ddm", THETA, random_state=1, random_seed=1)

    def test_the_global_generator_is_neither_read_nor_changed(self):
        np.random.seed(3)  # noqa: NPY002
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        first = simulate_data("lba2", {"A": 0.3, "b": 0.6, "v0": 0.5, "v1": 0.4}, size=5, random_state=1)
        np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
        np.random.seed(4)  # noqa: NPY002
        again = simulate_data("lba2", {"A": 0.3, "b": 0.6, "v0": 0.5, "v1": 0.4}, size=5, random_state=1)
        pd.testing.assert_frame_equal(first, again)


class TestUnfinishedAndOmitted:
    def test_paths_not_finished_by_max_t(self):
        with pytest.warns(UserWarning, match=r"of 400 paths did not end by max_t=2\.0") as caught:
            data = simulate_data("ddm", SLOW, size=400, random_state=SEED, max_t=2.0)
        assert len(caught) == 1
        missing = data["rt"] == MISSING_CODE
        assert str(int(missing.sum())) in str(caught[0].message)
        assert 0 < missing.sum() < 400
        assert (data["response"][missing] == MISSING_CODE).all()
        assert (data["rt"][~missing] < 2.0).all()
        assert set(data["response"][~missing]) == {-1, 1}

    def test_the_same_holds_for_simulators_that_are_not_exact(self):
        theta = {**SLOW, "alpha": 3.0, "beta": 100.0}
        with pytest.warns(UserWarning, match=r"did not end by max_t=2\.0"):
            data = simulate_data("weibull", theta, size=400, random_state=SEED, max_t=2.0)
        missing = data["rt"] == MISSING_CODE
        assert 0 < missing.sum() < 400
        assert (data["response"][missing] == MISSING_CODE).all()
        assert (data["rt"][~missing] < 2.0).all()

    def test_a_deadline_omits_without_a_warning(self):
        free = simulate_data("ddm", SLOW, size=400, random_state=SEED, max_t=1000.0)
        data = simulate_data("ddm", SLOW, size=400, random_state=SEED, deadline=1.5)
        late = free["rt"] >= 1.5
        assert 0 < late.sum() < 400
        assert (data[late] == MISSING_CODE).all().all()
        pd.testing.assert_frame_equal(data[~late], free[~late])

    def test_an_rt_at_the_deadline_is_late(self):
        free = simulate_data("ddm", SLOW, random_state=SEED, max_t=1000.0)
        data = simulate_data("ddm", SLOW, random_state=SEED, deadline=float(free["rt"][0]), max_t=1000.0)
        assert data["rt"][0] == MISSING_CODE

    def test_a_deadline_before_max_t_explains_unfinished_paths(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            data = simulate_data("ddm", SLOW, size=400, random_state=SEED, deadline=1.5, max_t=2.0)
        assert (data["rt"] < 1.5).all()

    @pytest.mark.parametrize("deadline", [[0.6, 5.0], [0.6, 5.0] * 100])
    def test_one_deadline_per_trial(self, deadline):
        data = simulate_data("ddm", {**SLOW, "v": [0.0, 0.0]}, size=100, random_state=SEED, deadline=deadline)
        assert (data["rt"][::2] < 0.6).all()
        assert data["rt"][1::2].max() > 0.6
        assert (data["rt"] < 5.0).all()

    @pytest.mark.parametrize("deadline", [0.0, -1.0, np.nan, [1.0, 2.0], [[1.0]]])
    def test_wrong_deadlines(self, deadline):
        with pytest.raises(ValueError, match="'deadline'"):
            simulate_data("ddm", THETA, deadline=deadline)


class TestLapses:
    def test_lapses_are_a_mixture(self):
        """With p = 0.3 the share of rt below t, which only lapses reach, is 0.3 * t / 20."""
        n, p, theta = 40_000, 0.3, {"v": 6.0, "a": 1.0, "z": 0.5, "t": 10.0}
        data = simulate_data("ddm", theta, size=n, random_state=SEED, p_outlier=p)
        lapse = data["rt"] < theta["t"]
        assert stats.binomtest(int(lapse.sum()), n, p * theta["t"] / 20).pvalue > MONTE_CARLO.false_alarm
        assert stats.kstest(data["rt"][lapse] / theta["t"], "uniform").pvalue > MONTE_CARLO.false_alarm
        n_upper = int((data["response"][lapse] == 1).sum())
        assert stats.binomtest(n_upper, int(lapse.sum()), 0.5).pvalue > MONTE_CARLO.false_alarm

    def test_any_lapse_distribution(self):
        lapse = {"name": "Exponential", "lam": 100.0}
        data = simulate_data("ddm", {**THETA, "t": 3.0}, size=2000, random_state=SEED, p_outlier=0.5, lapse=lapse)
        early = data["rt"] < 3.0
        assert stats.binomtest(int(early.sum()), 2000, 0.5).pvalue > MONTE_CARLO.false_alarm
        assert stats.kstest(data["rt"][early] * 100.0, "expon").pvalue > MONTE_CARLO.false_alarm

    def test_the_deadline_comes_after_the_lapses(self):
        data = simulate_data("ddm", {**THETA, "v": 6.0}, size=2000, random_state=SEED, p_outlier=0.5, deadline=4.0)
        late = int((data["rt"] == MISSING_CODE).sum())
        assert stats.binomtest(late, 2000, 0.5 * 16 / 20).pvalue > MONTE_CARLO.false_alarm

    def test_lapses_reproduce(self):
        first, again = (simulate_data("ddm", THETA, size=50, random_state=1, p_outlier=0.5) for _ in range(2))
        pd.testing.assert_frame_equal(first, again)

    @pytest.mark.parametrize("p_outlier", [0, 0.0, None])
    def test_no_probability_no_lapse(self, p_outlier):
        data = simulate_data("ddm", THETA, size=5, random_state=1, p_outlier=p_outlier)
        pd.testing.assert_frame_equal(data, simulate_data("ddm", THETA, size=5, random_state=1))
        with pytest.warns(UserWarning, match="'lapse' was given, but p_outlier is 0"):
            simulate_data("ddm", THETA, p_outlier=p_outlier, lapse={"name": "Uniform", "lower": 0, "upper": 5})

    def test_choice_only_models_lapse_to_a_uniform_choice(self):
        theta = {"beta": 50.0, "q0": 1.0, "q1": 0.0}
        data = simulate_data("inv_temp_softmax_2", theta, size=4000, random_state=SEED, p_outlier=0.4)
        assert list(data.columns) == ["response"]
        assert stats.binomtest(int((data["response"] == 1).sum()), 4000, 0.2).pvalue > MONTE_CARLO.false_alarm
        with pytest.warns(UserWarning, match="does not have; ignored"):
            simulate_data("inv_temp_softmax_2", theta, p_outlier=0.4, lapse={"name": "Uniform", "lower": 0, "upper": 5})
        with pytest.raises(ValueError, match="'deadline' means nothing"):
            simulate_data("inv_temp_softmax_2", theta, deadline=1.0)

    @pytest.mark.parametrize(
        ("p_outlier", "error"),
        [(1.0, ValueError), (-0.1, ValueError), (np.nan, ValueError)]
        + [("0.1", TypeError), (True, TypeError), ([0.1], TypeError)],
    )
    def test_wrong_probabilities(self, p_outlier, error):
        with pytest.raises(error, match="'p_outlier'"):
            simulate_data("ddm", THETA, p_outlier=p_outlier)


class TestModels:
    def test_models_with_only_a_simulator(self):
        theta = {"v0": 1.0, "v1": 1.0, "a": 1.0, "z0": 0.2, "z1": 0.2, "t": 0.1}
        data = simulate_data("race_2", theta, size=50, random_state=SEED)
        assert set(data["response"]) == {0, 1}

    def test_several_choices(self):
        theta = {"vh": 0.0, "vl1": 0.0, "vl2": 0.0, "a": 0.5, "t": 0.1}
        assert set(simulate_data("ddm_seq2_no_bias", theta, size=100, random_state=SEED)["response"]) == {0, 1, 2, 3}

    def test_the_step_matters_unless_the_sampler_is_exact(self):
        def mean_rt(model, theta, delta_t):
            return simulate_data(model, theta, size=3000, random_state=SEED, delta_t=delta_t)["rt"].mean()

        assert mean_rt("ddm", THETA, 0.05) == mean_rt("ddm", THETA, 0.001)
        weibull = {**THETA, "alpha": 2.0, "beta": 3.0}
        assert mean_rt("weibull", weibull, 0.05) != mean_rt("weibull", weibull, 0.01)

    def test_the_domain_of_a_model_without_likelihood(self):
        theta = {"v": 1.0, "a": -1.0, "z": 0.5, "t": 0.1, "st": 0.1}
        with pytest.raises(ValueError, match=r"'a' is -1\.0, outside its bounds \(0\.0, inf\)"):
            simulate_data("ddm_st", theta)

    def test_a_model_without_simulator(self, monkeypatch):
        without = replace(get_model("ddm"), name="mine", simulator=None)
        monkeypatch.setattr("hssm.data.simulate.find_model", lambda name: without)
        with pytest.raises(ValueError, match="Model 'mine' has no simulator"):
            simulate_data("mine", THETA)

    def test_unknown_names(self):
        with pytest.raises(ValueError, match=r"Unknown model 'dmd'\. Did you mean 'ddm'"):
            simulate_data("dmd", THETA)
        with pytest.raises(ValueError, match=r"only be simulated: Did you mean 'race_2'"):
            simulate_data("race_22", THETA)
        with pytest.raises(TypeError, match="must be the name of a model"):
            simulate_data(3, THETA)


def test_unused_keys_are_ignored_with_one_warning():
    with pytest.warns(UserWarning, match="'sv', which model 'ddm' does not have") as caught:
        data = simulate_data("ddm", {**THETA, "sv": 1.0}, size=5, random_state=SEED)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    pd.testing.assert_frame_equal(data, simulate_data("ddm", THETA, size=5, random_state=SEED))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 0}, ValueError, "'size' must be at least 1, got 0"),
        ({"size": 1.5}, TypeError, "'size' must be a whole number"),
        ({"n_threads": 0}, ValueError, "'n_threads' must be at least 1"),
        ({"max_t": 0.0}, ValueError, "'max_t' must be a positive"),
        ({"delta_t": -0.1}, ValueError, "'delta_t' must be a positive"),
        ({"delta_t": "0.1"}, TypeError, "'delta_t' must be a positive number of seconds"),
        ({"random_stat": 1}, TypeError, r"does not take 'random_stat'\. Did you mean 'random_state'"),
        ({"random_state": -1}, ValueError, "cannot be negative"),
        ({"random_state": "1"}, TypeError, "cannot be a str"),
    ],
)
def test_wrong_options(arguments, error, message):
    with pytest.raises(error, match=message):
        simulate_data("ddm", THETA, **arguments)
