"""Compiled functions of a process against the same formulas in NumPy, and their slopes against differences."""

from dataclasses import replace

import numpy as np
import pytest

from hssm.densities.passage.trace import Process, compiled_paths, is_steady, no_leak, relative_start
from tests.tolerances import FINITE_DIFFERENCE, SAME_NUMERICS

NAMES = ("v", "a", "z", "g", "k")
THETA = np.array([0.9, 1.3, 0.45, 0.6, 0.8])
TIMES = np.array([0.05, 0.4, 1.1, 2.0])

PROCESS = Process(
    name="traced",
    parameters=NAMES,
    drift=lambda time, p: p.v * np.exp(-p.k * time),
    bound=lambda time, p: p.a / (1.0 + p.k * time),
    leak=lambda p: p.g * p.g,
)


def matrix(theta: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Bound, its derivative by time, and drift, by hand."""
    v, a, _, _, k = theta
    return np.stack([a / (1.0 + k * times), -a * k / (1.0 + k * times) ** 2, v * np.exp(-k * times)])


def differences(function, step: float = 1e-6) -> list[np.ndarray]:
    """Slopes by every parameter, in order."""
    moves = step * np.eye(len(NAMES))
    return [(function(THETA + move) - function(THETA - move)) / (2.0 * step) for move in moves]


def test_edges_and_their_slopes() -> None:
    found = compiled_paths(PROCESS).edges(TIMES, THETA)
    assert found.shape == (3 + 3 * len(NAMES), len(TIMES))
    np.testing.assert_allclose(found[:3], matrix(THETA, TIMES), rtol=SAME_NUMERICS.relative)
    slopes = np.stack(differences(lambda theta: matrix(theta, TIMES)), axis=1)  # (3, P, n)
    np.testing.assert_allclose(
        found[3:], slopes.reshape(-1, len(TIMES)), rtol=FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute
    )


def test_drifts_and_bounds_alone() -> None:
    paths, expected = compiled_paths(PROCESS), matrix(THETA, TIMES)
    np.testing.assert_allclose(paths.bounds(TIMES, THETA), expected[:1], rtol=SAME_NUMERICS.relative)
    drifts = paths.drifts(TIMES, THETA)
    assert drifts.shape == (1 + len(NAMES), len(TIMES))
    np.testing.assert_allclose(drifts[0], expected[2], rtol=SAME_NUMERICS.relative)


def test_constants_are_start_and_leak_with_their_slopes() -> None:
    found = compiled_paths(PROCESS).constants(np.zeros(1), THETA)[:, 0]
    _, a, z, g, _ = THETA
    start, leak = a * (2.0 * z - 1.0), g * g
    expected = [start, leak, 0.0, 2.0 * z - 1.0, 2.0 * a, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0 * g, 0.0, 0.0, 0.0]
    np.testing.assert_allclose(found, expected, rtol=SAME_NUMERICS.relative)


def test_a_distribution_of_starts_takes_shares_for_times() -> None:
    def starts(share, p):
        return p["a"] * (2.0 * p["z"] - 1.0) + p["k"] * (share - 0.5)

    shares, paths = np.array([0.0, 0.3, 1.0]), compiled_paths(replace(PROCESS, starts=starts))
    found, alone = paths.constants(shares, THETA), compiled_paths(PROCESS).constants(shares, THETA)
    assert paths.distributed
    assert not compiled_paths(PROCESS).distributed
    np.testing.assert_allclose(found[0], alone[0] + THETA[-1] * (shares - 0.5), rtol=SAME_NUMERICS.relative)
    np.testing.assert_allclose(found[2 + len(NAMES) - 1], shares - 0.5, rtol=SAME_NUMERICS.relative)
    np.testing.assert_array_equal(found[2 + len(NAMES) :], alone[2 + len(NAMES) :])


def test_the_turn_follows_the_slopes_of_the_constants() -> None:
    process = replace(PROCESS, turn=lambda p: (p.a / p.v, 0.1))
    found, without = (compiled_paths(each).constants(np.zeros(1), THETA)[:, 0] for each in (process, PROCESS))
    np.testing.assert_allclose(found[-2:], [THETA[1] / THETA[0], 0.1], rtol=SAME_NUMERICS.relative)
    assert without[-1] == 0.0
    np.testing.assert_array_equal(found[:-2], without[:-2])


def test_times_that_are_given_are_not_changed() -> None:
    times = TIMES.copy()
    compiled_paths(PROCESS).edges(times, THETA)
    np.testing.assert_array_equal(times, TIMES)


@pytest.mark.parametrize(("drift", "steady"), [(lambda time, p: p.v, True), (lambda time, p: p.v + time, False)])
def test_whether_the_drift_depends_on_time(drift, steady: bool) -> None:
    process = Process(name="maybe", parameters=("v", "a", "z"), drift=drift, bound=lambda time, p: p.a)
    assert is_steady(process) is steady


def test_usual_start_and_leak() -> None:
    assert relative_start({"a": 2.0, "z": 0.75}) == 1.0
    assert no_leak({}) == 0.0
