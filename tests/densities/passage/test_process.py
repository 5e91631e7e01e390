"""A process as the density of a model: decision times, broadcasting, distribution functions, extra fields."""

import numpy as np
import pytest
from scipy.integrate import quad

from hssm.densities import boundaries
from hssm.densities.passage.process import TOLERANCE, PassageDensity, passage_density
from hssm.densities.passage.trace import Process
from tests.densities.passage.straight import ANGLE, NAMES, THETA, exact
from tests.tolerances import SAME_NUMERICS, SOLVER

ONSET = 0.2
POINT = {**dict(zip(NAMES, THETA, strict=True)), "t": ONSET}
DENSITY = passage_density(ANGLE)


def number(function, rt, response, **changes):
    return function({"rt": np.asarray(rt, dtype=float), "response": np.asarray(response)}, {**POINT, **changes}).eval()


def test_the_density_is_that_of_the_decision_time() -> None:
    rt = np.array([0.5, 0.9, 1.7])
    for response in (1, -1):
        found = number(DENSITY.log_density, rt, np.full(3, response))
        np.testing.assert_allclose(found, exact(rt - ONSET, response), atol=SOLVER.absolute)


def test_trials_parameters_and_draws_broadcast() -> None:
    rt, response = np.array([0.5, 0.9, 1.7]), np.array([1, -1, 1])
    v = np.array([[0.2], [0.9]])
    found = number(DENSITY.log_density, rt, response, v=v)
    assert found.shape == (2, 3)
    for row, own in zip(found, v.ravel(), strict=True):
        np.testing.assert_allclose(row, number(DENSITY.log_density, rt, response, v=own), rtol=SAME_NUMERICS.relative)
    assert number(DENSITY.log_density, 0.9, 1).shape == ()


def test_nothing_happens_before_the_non_decision_time_is_over() -> None:
    rt = [-999.0, 0.1, ONSET]
    assert (number(DENSITY.log_density, rt, [1, 1, -1]) == -np.inf).all()
    assert (number(DENSITY.log_cdf, rt, [1, 1, -1]) == -np.inf).all()
    np.testing.assert_array_equal(number(DENSITY.log_survival, rt, [1, 1, -1]), 0.0)


def test_distribution_functions_are_integrals_and_complete_each_other() -> None:
    cdf = np.exp([float(number(DENSITY.log_cdf, 1.1, response)) for response in (1, -1)])
    for mass, response in zip(cdf, (1, -1), strict=True):
        expected = quad(lambda rt, r=response: np.exp(exact(np.array([rt]), r)[0]), 1e-3, 1.1 - ONSET, epsabs=1e-10)[0]
        assert mass == pytest.approx(expected, abs=SOLVER.absolute)
    survivor = np.exp(number(DENSITY.log_survival, 1.1, 1))
    assert cdf.sum() + survivor == pytest.approx(1.0, abs=SOLVER.absolute)
    ever = np.exp([float(number(DENSITY.log_cdf, np.inf, response)) for response in (1, -1)])
    assert ever.sum() == pytest.approx(1.0, abs=SOLVER.absolute)


def test_columns_of_the_data_are_read_like_parameters() -> None:
    process = Process(
        name="coherence", parameters=("a", "z", "coh"), drift=lambda t, p: 2.0 * p.coh, bound=boundaries.constant
    )
    observed = {"rt": np.array([0.7, 0.7]), "response": np.array([1, 1]), "coh": np.array([0.3, -0.3])}
    found = passage_density(process).log_density(observed, {"a": 1.2, "z": 0.45, "t": 0.1}).eval()
    for value, v in zip(found, (0.6, -0.6), strict=True):
        assert value == pytest.approx(exact(np.array([0.6]), 1, np.array([v, 1.2, 0.45, 0.0]))[0], abs=SOLVER.absolute)


def test_the_type_of_the_response_time_is_kept() -> None:
    observed = {"rt": np.array([0.7], dtype=np.float32), "response": np.array([1], dtype=np.int8)}
    narrow = {name: np.float32(value) for name, value in POINT.items()}
    assert DENSITY.log_density(observed, narrow).dtype == "float32"


def test_a_tolerance_is_kept_by_the_density() -> None:
    coarse = PassageDensity(process=ANGLE, tolerance=1e-2)
    assert PassageDensity(process=ANGLE).tolerance == TOLERANCE
    rt = np.linspace(0.5, 3.0, 40)
    errors = [
        np.abs(number(each.log_density, rt, np.ones(40)) - exact(rt - ONSET, 1)).max() for each in (coarse, DENSITY)
    ]
    assert errors[1] < SOLVER.absolute
    assert errors[1] < errors[0] < 1e-2
