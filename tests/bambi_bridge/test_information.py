"""Information per trial against the score of the diffusion model, which for the drift is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from hssm.bambi_bridge.information import trial_information
from tests.bambi_bridge.cases import assert_same, make_frame, make_model
from tests.tolerances import FINITE_DIFFERENCE

FRAME = make_frame()
RT, SIGN = FRAME["rt"].to_numpy(), FRAME["response"].to_numpy(dtype=float)
START = {"v": 0.6, "a": 1.3, "z": 0.45, "t": 0.2}


def information(model, start=START, parameter: str = "v") -> np.ndarray:
    made = model._construction
    return trial_information(made.built.likelihood, made.observations, made.params, start, parameter)


def drift_score(v, a, z, t) -> np.ndarray:
    """d/dv of v (x_hit - x_start) - v^2 (rt - t) / 2."""
    return SIGN * a - a * (2 * z - 1) - v * (RT - t)


def test_drift() -> None:
    found = information(make_model("1 + (1|p)"))
    assert found.shape == (len(FRAME),)
    assert_same(found, drift_score(**START) ** 2, FINITE_DIFFERENCE)


def test_the_scale_is_that_of_the_link() -> None:
    """With v = -2 + 4 / (1 + exp(-eta)) the score is multiplied by dv / d eta = (v + 2) (2 - v) / 4."""
    model = make_model("1 + (1|p)", bounds=(-2.0, 2.0))
    assert model._construction.params["v"].link.name == "gen_logit"
    slope = (START["v"] + 2.0) * (2.0 - START["v"]) / 4.0
    assert_same(information(model), (slope * drift_score(**START)) ** 2, FINITE_DIFFERENCE)


def test_fixed_values_may_differ_between_trials() -> None:
    t = np.linspace(0.1, 0.3, len(FRAME))
    found = information(make_model("1 + (1|p)", t=t, z=0.45), {**START, "t": t})
    assert_same(found, drift_score(**{**START, "t": t}) ** 2, FINITE_DIFFERENCE)


def test_impossible_trials_say_nothing() -> None:
    start = {**START, "t": np.median(RT)}
    found = information(make_model("1 + (1|p)"), start)
    possible = start["t"] < RT
    np.testing.assert_array_equal(found[~possible], 0.0)
    assert np.all(found[possible] >= 0.0)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("parameter", ["a", "z", "t"])
def test_other_parameters_have_information_too(parameter: str) -> None:
    found = information(make_model("1 + (1|p)", parameter), parameter=parameter)
    assert np.isfinite(found).all()
    assert np.median(found) > 0.0
