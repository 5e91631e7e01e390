"""The times of the solver: a map and its inverse, where the mesh begins and ends, and how many nodes it has."""

import math

import numba
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from hssm.densities.passage.mesh import (
    DEAD,
    FLAT,
    LINEAR,
    LONGEST,
    MOST,
    TURN,
    first_time,
    last_time,
    make_mesh,
    narrow_enough,
    node,
    number_of,
    place_of,
    time_of,
)
from tests.tolerances import FINITE_DIFFERENCE, OTHER_ALGORITHM, QUADRATURE, SAME_NUMERICS

FOREVER = 1e12
RATE = math.pi**2 / 8.0


@numba.njit
def constant(times, theta):
    return np.full((1, times.size), theta[0])


@numba.njit
def closing(times, theta):
    return np.maximum(theta[0] - theta[1] * times, 0.0).reshape(1, -1)


@pytest.mark.parametrize("curve", [0.0, 1e-14, 0.3, 4.0])
@pytest.mark.parametrize("u", [-30.0, -2.0, 0.0, 5.0, 35.9, 36.1, 60.0])
def test_times_and_places(curve: float, u: float) -> None:
    time, slope = time_of(u, curve, 0.7)
    assert place_of(time, curve, 0.7) == pytest.approx(u, rel=OTHER_ALGORITHM.relative, abs=OTHER_ALGORITHM.absolute)
    step = 1e-5
    difference = (time_of(u + step, curve, 0.7)[0] - time_of(u - step, curve, 0.7)[0]) / (2 * step)
    assert slope == pytest.approx(difference, rel=FINITE_DIFFERENCE.relative)


@pytest.mark.parametrize("bound", [0.3, 1.0, 2.5])
def test_between_constant_bounds_it_ends_when_paths_are_gone(bound: float) -> None:
    end, squared, decline = last_time(constant, np.array([bound]), FOREVER, 0.0, DEAD)
    assert squared == pytest.approx(bound**2)
    assert decline == pytest.approx(DEAD, rel=QUADRATURE.relative)
    assert end == pytest.approx(DEAD / RATE * bound**2, rel=QUADRATURE.relative)


def test_it_ends_with_what_is_asked_for() -> None:
    end, _, decline = last_time(constant, np.array([1.0]), 2.0, 0.0, DEAD)
    assert (end, decline) == (2.0, pytest.approx(2.0 * RATE, rel=QUADRATURE.relative))


def test_paths_that_run_away_end_it() -> None:
    leak = -8.0
    end, _, _ = last_time(constant, np.array([1.0]), FOREVER, leak, DEAD)
    assert end == pytest.approx(DEAD / -leak)


def test_it_is_never_longer_than_its_limit() -> None:
    parting = numba.njit(lambda times, theta: (theta[0] + theta[1] * times).reshape(1, -1))
    end, _, _ = last_time(parting, np.array([1.0, 5.0]), FOREVER, 0.0, DEAD)
    assert end == pytest.approx(LONGEST, rel=OTHER_ALGORITHM.relative)


def test_bounds_that_close_in_end_it_before_they_meet() -> None:
    theta = np.array([1.2, 0.8])
    end, _, decline = last_time(closing, theta, FOREVER, 0.0, DEAD)
    exact = brentq(
        lambda stop: RATE * quad(lambda time: 1.0 / (theta[0] - theta[1] * time) ** 2, 0.0, stop)[0] - DEAD, 1.0, 1.48
    )
    assert decline == DEAD
    assert end < theta[0] / theta[1]
    # Trapezia of 1 / bound^2, whose ends are closed in on.
    assert end == pytest.approx(exact, rel=0.01)


def test_it_ends_sooner_where_fewer_have_to_be_gone() -> None:
    end, _, decline = last_time(constant, np.array([1.0]), FOREVER, 0.0, 12.0)
    assert decline == pytest.approx(12.0, rel=QUADRATURE.relative)
    assert end == pytest.approx(12.0 / RATE, rel=QUADRATURE.relative)


def test_meshes_for_masses_are_coarser_where_few_paths_are_left() -> None:
    """Never finer than the true bound at the end asks for, and between constant bounds as fine."""
    theta = np.array([1.2, 0.8])
    end, squared, _ = last_time(closing, theta, FOREVER, 0.0, 18.0)
    assert squared < narrow_enough(closing, theta, end, theta[0] ** 2) < theta[0] ** 2
    assert narrow_enough(constant, np.array([1.2]), 5.0, 1.44) == pytest.approx(1.44)


@pytest.mark.parametrize("start", [-0.9, 0.0, 0.5])
def test_before_the_first_time_nothing_has_arrived(start: float) -> None:
    bound = 1.0
    time = first_time(constant, np.array([bound]), start, FOREVER)
    gap = bound - abs(start)
    assert time == pytest.approx(gap**2 / FLAT, rel=0.01)
    # Twice the normal tail is the probability of having reached a level.
    assert math.erfc(gap / math.sqrt(2.0 * time)) < math.exp(-0.45 * FLAT)


@pytest.mark.parametrize("spare", [0, 7])
def test_nodes_of_the_mesh(spare: int) -> None:
    mesh = make_mesh(0.01, 20.0, (1.44, 0.36, 0.5, 0.0, 0.0), 0.1, spare)
    assert mesh.step <= 0.1 * (1.0 + SAME_NUMERICS.relative)
    first = time_of(mesh.first, mesh.curve, mesh.scale)[0]
    last = time_of(mesh.first + (mesh.n - 1 - spare) * mesh.step, mesh.curve, mesh.scale)[0]
    assert first == pytest.approx(0.01, rel=OTHER_ALGORITHM.relative)
    assert last == pytest.approx(20.0, rel=OTHER_ALGORITHM.relative)


def test_rounding_does_not_decide_how_many_nodes_there_are() -> None:
    once = make_mesh(0.01, 20.0, (1.0, 1.0, 0.0, 0.0, 0.0), 0.1, 0)
    length = once.step * (once.n - 1)
    for count in (147, 210):
        step = length / count
        counts = {make_mesh(0.01, 20.0, (1.0, 1.0, 0.0, 0.0, 0.0), step * (1.0 + e), 0).n for e in (-1e-14, 0.0, 1e-14)}
        assert counts == {count + 1}


@pytest.mark.parametrize("turn", [-0.1, 0.02, 0.3, 2.0, 30.0])
@pytest.mark.parametrize("width", [0.002, 0.1, 3.0])
@pytest.mark.parametrize("narrow", [0.09, 1.44])
def test_numbers_and_nodes_around_a_turn(turn: float, width: float, narrow: float) -> None:
    mesh = make_mesh(0.005, 12.0, (1.44, narrow, 0.0, turn, width), 0.2, 0)
    numbers = np.arange(mesh.n)
    times, slopes = np.array([node(mesh, k) for k in numbers]).T
    assert (np.diff(times) > 0.0).all()
    assert (times[0], times[-1]) == (pytest.approx(mesh.start), pytest.approx(mesh.end))
    back, same_slopes = np.array([number_of(mesh, time) for time in times]).T
    np.testing.assert_allclose(back, numbers, atol=OTHER_ALGORITHM.absolute)
    np.testing.assert_allclose(same_slopes, slopes, rtol=OTHER_ALGORITHM.relative)
    step = 1e-5
    difference = np.array([node(mesh, k + step)[0] - node(mesh, k - step)[0] for k in numbers]) / (2 * step)
    np.testing.assert_allclose(slopes, difference, rtol=FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute)


def test_a_turn_has_more_nodes() -> None:
    without, mesh = (make_mesh(0.005, 12.0, (1.44, 1.44, 0.0, 0.3, width), 0.2, 0) for width in (0.0, 0.02))
    near = [sum(abs(node(m, k)[0] - 0.3) < 0.02 for k in range(m.n)) for m in (without, mesh)]
    assert near[0] <= 1
    assert near[1] == pytest.approx(0.5 * math.pi * TURN / mesh.step, abs=2)


def test_no_mesh_takes_forever() -> None:
    assert make_mesh(0.01, 20.0, (1.0, 1.0, 0.0, 0.0, 0.0), 1e-9, 0).n == MOST + 1


@pytest.mark.parametrize(("leak", "per"), [(0.0, 1.0 / 1.44), (4.0, 4.0 + 1.0 / 1.44)])
def test_late_steps_follow_the_squared_bound_and_a_strong_leak(leak: float, per: float) -> None:
    mesh = make_mesh(0.01, 20.0, (1.44, 1.44, leak, 0.0, 0.0), 0.1, 0)
    time, slope = node(mesh, mesh.n - 1)
    assert time == pytest.approx(20.0)
    assert slope == pytest.approx(LINEAR * mesh.step / per, rel=QUADRATURE.relative)


def test_a_weak_leak_makes_late_steps_hardly_shorter() -> None:
    counts = [make_mesh(0.01, 20.0, (1.0, 1.0, leak, 0.0, 0.0), 0.1, 0).n for leak in (0.0, 0.2, 0.5, 2.0)]
    assert counts == sorted(set(counts))
    assert counts[1] < 1.03 * counts[0]
