from dataclasses import replace

import numpy as np
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.missing import with_recording
from hssm.likelihoods.truncation import within_window
from hssm.spec import Recording, SimulationOptions
from tests.likelihoods.recorded_toy import RATE, THETA, TOY, share
from tests.tolerances import MONTE_CARLO, SAME_NUMERICS

WINDOWS = [(0.2, 1.5), (0.0, 1.5), (0.2, np.inf)]


def value(likelihood, rt, choice, **columns):
    observed = {"rt": pt.constant(rt), "response": pt.constant(float(choice))}
    observed |= {name: pt.constant(each) for name, each in columns.items()}
    return float(likelihood.log_density(observed, {k: pt.constant(v) for k, v in THETA.items()}).eval())


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("choice", [0, 1])
def test_the_density_is_that_within_the_window(window, choice) -> None:
    low, high = window
    recorded = np.exp(-RATE * low) - np.exp(-RATE * high)
    expected = np.log(share(choice) * RATE) - RATE * 0.6 - np.log(recorded)
    assert value(within_window(TOY, window), 0.6, choice) == pytest.approx(expected, rel=SAME_NUMERICS.relative)


def test_an_open_window_changes_nothing() -> None:
    assert within_window(TOY, (0.0, np.inf)) is TOY


def test_an_omission_was_recorded_although_it_has_no_rt() -> None:
    recorded = with_recording(TOY, Recording(missing=-999.0, deadline="deadline"))
    value_of = value(within_window(recorded, (0.2, np.inf)), -999.0, -999.0, deadline=0.8)
    assert value_of == pytest.approx(-RATE * (0.8 - 0.2), rel=SAME_NUMERICS.relative)


def test_draws_lie_in_the_window_and_keep_their_distribution() -> None:
    n, (low, high) = 20_000, (0.2, 1.5)
    theta = {name: np.full(n, each) for name, each in THETA.items()}
    drawn = within_window(TOY, (low, high)).simulate(np.random.default_rng(1), theta, SimulationOptions())
    rt = drawn[:, 0]
    assert ((rt >= low) & (rt < high)).all()
    below = (np.exp(-RATE * low) - np.exp(-RATE * 0.6)) / (np.exp(-RATE * low) - np.exp(-RATE * high))
    assert abs((rt < 0.6).mean() - below) < MONTE_CARLO.standard_errors * np.sqrt(below * (1 - below) / n)


def test_a_window_out_of_reach_is_told() -> None:
    late = replace(TOY, simulate=lambda rng, theta, options: np.tile([9.0, 1.0], (len(theta["q"]), 1)))
    theta = {name: np.full(3, each) for name, each in THETA.items()}
    with pytest.warns(UserWarning, match=r"3 of 3 simulated trials have no response between 0.2 and 1.5 s"):
        drawn = within_window(late, (0.2, 1.5)).simulate(np.random.default_rng(1), theta, SimulationOptions())
    assert (drawn == -999.0).all()


def test_a_model_without_a_survivor_says_so() -> None:
    with pytest.raises(ValueError, match=r"`truncation`.*analytical"):
        within_window(replace(TOY, log_survival=None), (0.2, 1.5))
