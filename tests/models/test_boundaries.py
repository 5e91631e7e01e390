"""Boundaries by name in diffusion models: against closed forms, and simulators."""

import numpy as np
import pytest

import hssm
from hssm.densities.passage.symbols import Parameters
from hssm.models.boundaries import BOUNDARIES
from hssm.spec import ModelSpec
from tests.densities.boundary_case import BY_NAME
from tests.tolerances import MONTE_CARLO, SOLVER

SIMULATED = 4000
CLOSED_FORMS = {"constant": "ddm", "angle": "angle", "weibull_cdf": "weibull"}


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
