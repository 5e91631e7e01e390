"""Solving to a tolerance: steps, meshes that are made finer where it takes it, and what is lost in rounding."""

import numpy as np
import pytest

from hssm.densities.diffusions import WEIBULL_PROCESS
from hssm.densities.passage.compiled import evaluate_trials
from hssm.densities.passage.distribution import both_integrals, log_cdf
from hssm.densities.passage.errors import LOST, difference
from hssm.densities.passage.kernel import DENSITY
from hssm.densities.passage.march import march
from hssm.densities.passage.mesh import DEAD, SLOWEST_FALL
from hssm.densities.passage.solve import (
    COARSEST,
    ERROR,
    FINER,
    FINEST,
    MOST_NODES,
    TURNING,
    as_table,
    lay_out,
    step_for,
    turn_of,
)
from hssm.densities.passage.table import read
from tests.densities.passage.straight import END, FIRST, THETA, edges, exact, mesh, solved, times_of
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS, SOLVER

BOTH = np.array([True, True])


def test_the_step_follows_from_the_law_of_the_error() -> None:
    step = step_for(1e-6, 4.0)
    assert FINEST < step < COARSEST
    assert 4.0 * ERROR * step**8 == pytest.approx(1e-6, rel=OTHER_ALGORITHM.relative)
    assert step_for(1.0, 1.0) == COARSEST
    assert step_for(1e-16, 1e6) == FINEST


def test_nodes_and_weights_integrate() -> None:
    """Equidistant nodes of a variable in which time is smooth: the trapezoidal rule, up to its ends."""
    times, weights = lay_out(mesh(0.05))
    assert (np.diff(times) > 0.0).all()
    assert (times[0], times[-1]) == (pytest.approx(FIRST), pytest.approx(END))
    bump = np.exp(-((times - 0.5) ** 2) / 0.005)
    assert (weights * bump).sum() == pytest.approx(np.sqrt(0.005 * np.pi), rel=OTHER_ALGORITHM.relative)


def test_edges_are_places_and_speeds_of_the_bounds_from_the_mean_path() -> None:
    v, a, z, theta = THETA
    found, times = edges(THETA, mesh(0.2)), times_of(mesh(0.2))
    width, mean, closing = a - times * np.tan(theta), a * (2 * z - 1) + v * times, np.tan(theta)
    np.testing.assert_allclose(found.place, [width - mean, -width - mean], rtol=SAME_NUMERICS.relative)
    np.testing.assert_allclose(found.speed[:, 0], [-closing - v, closing - v], rtol=SAME_NUMERICS.relative)
    np.testing.assert_allclose(found.d_place[1], [2.0 - 2 * z + 0 * width, -2 * z + 0 * width])
    assert found.leak == 0.0


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("end", [0.2, END, 4.0])
def test_the_table_is_right_to_the_tolerance(tolerance: float, end: float) -> None:
    """At 4 seconds all but exp(-14) of the paths are gone: the small difference of large terms."""
    found = solved(end, (tolerance, 5.0))
    assert found.mesh.end == pytest.approx(end)
    row = np.empty(2 + THETA.size)
    for s, response in enumerate((1, -1)):
        times = np.linspace(0.3, 1.0, 7) * end
        for time, expected in zip(times, exact(times, response), strict=True):
            read(found, s, time, row)
            if expected > -20.0:
                assert row[0] == pytest.approx(expected, abs=tolerance)


def test_finer_tolerances_take_more_nodes() -> None:
    counts = [solved(END, (tol, 0.0)).mesh.n for tol in (1e-3, 1e-6, 1e-9)]
    assert counts == sorted(set(counts))


@pytest.mark.parametrize("smooth", [True, False])
def test_masses_ask_for_fewer_nodes_than_late_densities(smooth: bool) -> None:
    """And are right all the same: at the end the bounds have nearly met."""
    whole, late = (solved(4.6, (1e-7, 1.5), smooth, masses=masses) for masses in (True, False))
    assert 4 * whole.mesh.n < late.mesh.n
    row, row_late = np.empty((2, 2 + THETA.size))
    for s, mass in enumerate(both_integrals(whole)):
        log_cdf(whole, s, 4.6, mass, 1.0, row)
        log_cdf(late, s, 4.6, both_integrals(late)[s], 1.0, row_late)
        np.testing.assert_allclose(row[[0, 2, 3, 4, 5]], row_late[[0, 2, 3, 4, 5]], atol=SOLVER.absolute)


def test_what_is_not_known_to_be_smooth_is_compared_with_a_finer_mesh() -> None:
    one, other = (solved(END, (1e-6, 0.0), smooth) for smooth in (True, False))
    assert other.mesh.step <= 1.01 * FINER * one.mesh.step
    assert difference(one, other, (BOTH, False, DEAD)) < SOLVER.absolute


def test_densities_lost_in_rounding_go_on_with_their_decline() -> None:
    """Rubbish at the end of the upper bound: the table there is the tangent of what came before, in every slope."""
    chosen = mesh(0.1)
    passage, n = march(edges(THETA, chosen)), mesh(0.1).n
    broken = passage._replace(density=passage.density.copy())
    broken.density[0, n - 10 :] = -1.0
    squares = np.ones(n)
    found = as_table(chosen, broken, squares, (LOST, SLOWEST_FALL))
    whole = as_table(chosen, passage, squares, (LOST, SLOWEST_FALL))
    np.testing.assert_array_equal(found.value[1], whole.value[1])
    np.testing.assert_array_equal(found.value[0, : n - 10], whole.value[0, : n - 10])
    times, last = times_of(chosen), n - 11
    slope = (found.value[0, -1] - found.value[0, last]) / (times[-1] - times[last])
    assert found.rate[0] < 0.0
    assert slope == pytest.approx(found.rate[0], rel=0.02)  # a sum of steps, not the integral
    assert np.isfinite(found.slopes).all()


def test_where_nothing_declines_yet_the_slowest_decline_is_taken() -> None:
    chosen = mesh(0.1)
    passage = march(edges(THETA, chosen))
    rising = passage._replace(log_density=np.tile(times_of(chosen), (2, 1)))
    found = as_table(chosen, rising, np.full(chosen.n, 4.0), (LOST, SLOWEST_FALL))
    np.testing.assert_allclose(found.rate, -SLOWEST_FALL / 4.0)
    assert not found.d_rate.any()


def test_turns_after_the_end_and_without_a_width_do_not_matter() -> None:
    assert turn_of(np.array([0.3, 0.1]), 2.0) == (0.3, 0.1)
    assert turn_of(np.array([0.3, 0.0]), 2.0) == (0.0, 0.0)
    assert turn_of(np.array([1.01 * TURNING * 2.0, 0.1]), 2.0) == (0.0, 0.0)
    assert turn_of(np.array([np.inf, np.inf]), 2.0) == (0.0, 0.0)


def test_a_mesh_that_is_made_finer_step_by_step_has_an_end() -> None:
    """The tolerance is beyond double precision."""
    found = solved(END, (1e-15, 0.0)).mesh
    assert found.n <= 1.1 * MOST_NODES
    assert found.step == pytest.approx(FINEST, rel=0.05)


def test_no_node_lies_where_the_bounds_have_met_after_the_last_trial() -> None:
    """Such a node spoilt the polynomials of all times before it: log densities of 4e8."""
    theta = np.array([2.1593184, 5.53098596, 0.90022709, 9.70169861, 1.06540089])
    times = np.linspace(0.6, 0.86056457, 12)
    trials = np.vstack([times, np.ones(times.size), np.repeat(theta[:, None], times.size, axis=1)])
    together = evaluate_trials(WEIBULL_PROCESS, DENSITY, trials, 1e-6)[0]
    assert together.min() > -1.0 and together.max() < 0.0
