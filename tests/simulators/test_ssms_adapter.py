"""The adapter names parameters, flags unfinished paths, reproduces, and leaves the process as it was.

Statistical comparisons with an Euler scheme use a step small enough for its bias to be far below their power;
each fails with probability ``MONTE_CARLO.false_alarm`` if nothing is wrong.
"""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy import stats

from hssm.simulators.ssms_adapter import (
    ssms_bounds,
    ssms_choices,
    ssms_model,
    ssms_model_names,
    ssms_parameters,
    ssms_response,
    ssms_simulator,
)
from hssm.simulators.wiener import DDM
from hssm.spec import MISSING_CODE, SimulationOptions
from tests.tolerances import MONTE_CARLO

SEED = 20261120
COARSE = SimulationOptions(delta_t=0.005, max_t=8.0)


def defaults(name):
    """The package's default parameters, by name."""
    from ssms.config import model_config

    configuration = model_config[name]
    return dict(zip(configuration["params"], configuration["default_params"], strict=True))


def draw(name, theta, n, options=COARSE, seed=SEED):
    rows = {key: np.full(n, float(value)) for key, value in theta.items()}
    return ssms_simulator(name).draw(np.random.default_rng(seed), rows, options)


@pytest.mark.parametrize("name", ssms_model_names())
def test_every_model_draws(name):
    out = draw(name, defaults(name), 20)
    assert out.shape == (20, len(ssms_response(name)))
    finished = out[:, -1] != MISSING_CODE
    assert finished.any()
    assert set(out[finished, -1]) <= set(ssms_choices(name))
    if ssms_response(name) == ("rt", "response"):
        assert np.all((out[:, 0] == MISSING_CODE) == ~finished)
        assert np.all((out[finished, 0] > 0) & (out[finished, 0] < COARSE.max_t))


@pytest.mark.parametrize("name", ssms_model_names())
def test_every_model_is_described(name):
    spec = ssms_model(name)
    assert spec.parameter_names == ssms_parameters(name)
    assert list(ssms_bounds(name)) == list(spec.parameter_names)
    for parameter, value in defaults(name).items():
        lower, upper = spec.parameter(parameter).bounds
        assert lower <= value <= upper


def test_names_and_descriptions():
    assert {"angle", "race_2", "levy", "lba3", "full_ddm"} <= set(ssms_model_names())
    assert ssms_parameters("racing_diffusion_3") == ("v0", "v1", "v2", "A", "b", "t")
    assert ssms_choices("lba_angle_3") == (0, 1, 2)
    assert ssms_choices("angle") == (-1, 1)
    assert ssms_bounds("angle")["theta"] == (-0.1, 1.3)
    assert ssms_bounds("full_ddm_rv")["st"] == (0.001, np.inf)


def test_an_unknown_name_gets_close_matches():
    with pytest.raises(ValueError, match=r"no model 'anlge'\. Did you mean 'angle'"):
        ssms_simulator("anlge")


def test_parameters_go_by_name_in_whatever_order():
    theta = {"A": 0.3, "b": 1.0, "v0": 0.2, "v1": 0.4, "v2": 4.0, "t": 0.1}
    out = draw("racing_diffusion_3", theta, 500)
    np.testing.assert_array_equal(out, draw("racing_diffusion_3", dict(reversed(theta.items())), 500))
    assert (out[:, 1] == 2).mean() > 0.8  # the fast accumulator wins


def test_distinct_trials_keep_their_own_parameters():
    n = 200
    theta = {"v": np.tile([5.0, -5.0], n), "a": np.full(2 * n, 1.0), "z": np.full(2 * n, 0.5)}
    theta |= {"t": np.tile([0.1, 4.0], n), "theta": np.full(2 * n, 0.1)}
    out = ssms_simulator("angle").draw(np.random.default_rng(SEED), theta, COARSE)
    assert np.all(out[::2, 0] < 4.0)
    assert np.all(out[1::2, 0] > 4.0)
    assert (out[::2, 1] == 1).mean() > 0.95
    assert (out[1::2, 1] == -1).mean() > 0.95


@pytest.mark.parametrize("name", ["ddm", "angle", "race_2", "full_ddm", "addm", "lba2", "ddm_seq2_no_bias", "levy"])
@pytest.mark.parametrize("repeated", [True, False])
def test_paths_unfinished_by_max_t_are_missing(name, repeated):
    """The clock is that of rt: what has not responded by max_t is -999 in both columns, the rest is earlier."""
    theta = {key: np.full(400, float(value)) for key, value in defaults(name).items()}
    if not repeated:
        theta["a" if "a" in theta else "b"][0] += 0.01
    median = np.median(ssms_simulator(name).draw(np.random.default_rng(SEED), theta, COARSE)[:, 0])
    options = SimulationOptions(max_t=float(median), delta_t=0.005)
    out = ssms_simulator(name).draw(np.random.default_rng(SEED + 1), theta, options)
    missing = out[:, 0] == MISSING_CODE
    assert 0.3 < missing.mean() < 0.7
    assert np.all(out[missing, 1] == MISSING_CODE)
    assert np.all((out[~missing, 0] > 0) & (out[~missing, 0] < median))


@pytest.mark.parametrize("name", ssms_model_names())
def test_seeds_reproduce_and_the_global_generator_is_left_alone(name):
    theta, before = defaults(name), np.random.get_state()  # noqa: NPY002
    first, again, other = (draw(name, theta, 30, seed=seed) for seed in (SEED, SEED, SEED + 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]


@pytest.mark.parametrize("name", ["full_ddm", "full_ddm2", "full_ddm_rv"])
def test_full_ddm_widths_are_ours(name):
    """sz and st are full widths, sz relative: the draws match a mixture of exact draws, and not half of it."""
    n = 8000
    theta = {"v": 4.0, "a": 1.2, "z": 0.5, "t": 0.4, "sz": 0.6, "sv": 0.5, "st": 0.3}
    out = draw(name, theta, n, SimulationOptions(delta_t=0.0002, max_t=4.0))

    def mixture(sz, st):
        rng = np.random.default_rng(SEED)
        rows = {
            "v": rng.normal(theta["v"], theta["sv"], n),
            "a": np.full(n, theta["a"]),
            "z": theta["z"] + sz * (rng.random(n) - 0.5),
            "t": theta["t"] + st * (rng.random(n) - 0.5),
        }
        return DDM.draw(rng, rows, SimulationOptions())

    right = mixture(theta["sz"], theta["st"])
    assert stats.ks_2samp(out[:, 0], right[:, 0]).pvalue > MONTE_CARLO.false_alarm
    counts = [[int((rows[:, 1] == choice).sum()) for choice in (-1, 1)] for rows in (out, right)]
    assert stats.fisher_exact(counts).pvalue > MONTE_CARLO.false_alarm
    for sz, st in ((theta["sz"] / 2, theta["st"]), (theta["sz"], 2 * theta["st"])):
        assert stats.ks_2samp(out[:, 0], mixture(sz, st)[:, 0]).pvalue < MONTE_CARLO.false_alarm


def test_softmax_has_no_rt():
    out = draw("inv_temp_softmax_2", {"beta": 2.0, "q0": 0.0, "q1": 1.0}, 4000)
    expected = 1 / (1 + np.exp(-2.0))
    assert out.shape == (4000, 1)
    assert stats.binomtest(int(out.sum()), 4000, expected).pvalue > MONTE_CARLO.false_alarm


def test_no_trials():
    assert draw("angle", defaults("angle"), 0).shape == (0, 2)


@pytest.mark.parametrize(("delta_t", "max_t"), [(1e-6, 20.0), (1.0, 1.0), (2.0, 1.0)])
def test_a_step_the_clock_cannot_follow_is_refused(delta_t, max_t):
    with pytest.raises(ValueError, match="delta_t=.* does not fit max_t"):
        draw("angle", defaults("angle"), 2, SimulationOptions(delta_t=delta_t, max_t=max_t))


def test_the_smallest_step_stays_in_its_buffer():
    """The single-precision clock lags most here; a path to the very end must still fit the recording buffer."""
    theta = {"v": 0.0, "a": 50.0, "z": 0.5, "t": 0.0, "theta": 0.0}
    out = draw("angle", theta, 1, SimulationOptions(delta_t=2e-5, max_t=20.0))
    assert np.all(out == MISSING_CODE)


def test_threads_that_are_not_there_are_reported_once():
    from cssm._openmp_status import is_gsl_available

    options = SimulationOptions(delta_t=0.005, max_t=8.0, n_threads=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        out = draw("angle", defaults("angle"), 10, options)
    assert out.shape == (10, 2)
    messages = [str(warning.message) for warning in caught]
    assert len(messages) == (0 if is_gsl_available() else 1)
    assert all("n_threads=2 was ignored" in message for message in messages)


def test_the_process_is_left_as_it_was(capfd):
    filters, errors = list(warnings.filters), np.geterr()
    for name in ("ddm", "full_ddm_rv", "ddm_truncnormt", "levy", "inv_temp_softmax_2"):
        draw(name, defaults(name), 20)
    assert warnings.filters == filters
    assert np.geterr() == errors
    assert capfd.readouterr() == ("", "")


def test_first_use_keeps_the_warning_filters_and_importing_loads_nothing():
    script = """
import sys, warnings
import numpy
import hssm.simulators.ssms_adapter as adapter
assert "ssms" not in sys.modules and "pandas" not in sys.modules
before = list(warnings.filters)
adapter.ssms_model_names()
assert "ssms" in sys.modules
assert warnings.filters == before
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
