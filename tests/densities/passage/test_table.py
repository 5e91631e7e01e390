"""Reading between nodes: exact for polynomials of the mesh variable, and right for a known density."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from scipy.integrate import quad

from hssm.densities.passage.mesh import make_mesh, place_of, time_of
from hssm.densities.passage.table import WIDTH, Table, beyond, hazard, integrals, lagrange, panel, read
from tests.tolerances import (
    FINITE_DIFFERENCE,
    FINITE_DIFFERENCE_OF_GRADIENT,
    OTHER_ALGORITHM,
    QUADRATURE,
    SAME_NUMERICS,
)

MESH = make_mesh(0.02, 12.0, (1.0, 1.0, 0.0, 0.0, 0.0), 0.1, 0)
RATE, SCALE = 0.9, 0.4


def log_density(time: np.ndarray, rate: float = RATE) -> np.ndarray:
    """An inverse-gaussian-like rise and an exponential decline."""
    return np.log(0.3) - SCALE / time - rate * time


def make_table() -> Table:
    """Bound 0 has the density above, bound 1 a third of it; the one parameter is the rate."""
    times = np.array([time_of(MESH.first + i * MESH.step, MESH.curve, MESH.scale)[0] for i in range(MESH.n)])
    value = np.stack([log_density(times), log_density(times) - np.log(3.0)])
    slope = SCALE / MESH.end**2 - RATE
    return Table(
        MESH, value, np.stack([-times, -times])[None], np.array([slope, slope]), np.array([[-1.0, -1.0]]), np.zeros(2)
    )


TABLE = make_table()


def test_eight_nodes_give_polynomials_of_degree_seven_without_error() -> None:
    weights, slopes = np.empty(WIDTH), np.empty(WIDTH)
    polynomial = Polynomial(np.random.default_rng(1).normal(size=WIDTH))
    for x in (0.0, 0.3, 3.5, 6.9, 7.0):
        lagrange(x, weights, slopes)
        values = polynomial(np.arange(WIDTH))
        size = np.abs(values).max()
        assert abs(weights @ values - polynomial(x)) < OTHER_ALGORITHM.relative * size
        assert abs(slopes @ values - polynomial.deriv()(x)) < OTHER_ALGORITHM.relative * size
        assert weights.sum() == pytest.approx(1.0, rel=SAME_NUMERICS.relative)


@pytest.mark.parametrize("time", [0.021, 0.1, 0.7, 3.0, 11.9])
def test_values_and_slopes_between_nodes(time: float) -> None:
    row = np.empty(3)
    read(TABLE, 0, time, row)
    assert row[0] == pytest.approx(log_density(time), rel=QUADRATURE.relative, abs=QUADRATURE.absolute)
    assert row[1] == pytest.approx(SCALE / time**2 - RATE, rel=1e-5)
    assert row[2] == pytest.approx(-time, rel=QUADRATURE.relative)


def test_beyond_the_end_it_follows_its_tangent() -> None:
    last, later = np.empty(3), np.empty(3)
    read(TABLE, 1, MESH.end, last)
    read(TABLE, 1, MESH.end + 2.0, later)
    np.testing.assert_allclose(
        later, [last[0] + 2.0 * TABLE.rate[1], TABLE.rate[1], last[2] - 2.0], rtol=SAME_NUMERICS.relative
    )


def test_integrals_before_and_after_nodes() -> None:
    found = integrals(TABLE, 0)
    np.testing.assert_array_equal(found[0, :, 0], 0.0)
    row, part = np.empty(3), np.empty(2)
    beyond(TABLE, 0, 0.0, row, part)
    np.testing.assert_array_equal(found[1, :, -1], part)
    np.testing.assert_allclose(found.sum(axis=0) - found.sum(axis=0)[:, :1], 0.0, atol=1e-13)
    for k in (5, 20, found.shape[2] - 2):
        low, high = (time_of(MESH.first + i * MESH.step, MESH.curve, MESH.scale)[0] for i in (k, k + 1))
        exact = quad(lambda time: np.exp(log_density(time)), low, high, epsabs=1e-14)[0]
        moment = quad(lambda time: -time * np.exp(log_density(time)), low, high, epsabs=1e-14)[0]
        between = found[0, :, k + 1] - found[0, :, k] if k < 10 else found[1, :, k] - found[1, :, k + 1]
        np.testing.assert_allclose(between, [exact, moment], rtol=QUADRATURE.relative)


def test_parts_of_an_interval_add_up() -> None:
    parts = np.zeros((3, 2))
    for row, (low, high) in zip(parts, [(0.0, 0.3), (0.3, 1.0), (0.0, 1.0)], strict=True):
        panel(TABLE, 0, (30, low, high), row)
    np.testing.assert_allclose(parts[0] + parts[1], parts[2], rtol=OTHER_ALGORITHM.relative)


def test_what_follows_the_mesh() -> None:
    row, part = np.empty(3), np.empty(2)
    since = 1.5
    beyond(TABLE, 0, since, row, part)
    slope = -TABLE.rate[0]
    mass = np.exp(log_density(MESH.end) - slope * since) / slope
    assert part[0] == pytest.approx(mass, rel=QUADRATURE.relative)
    step, masses = 1e-6, []
    for sign in (1, -1):  # the rate moves value and decline
        moved = slope + sign * step
        masses.append(np.exp(log_density(MESH.end, RATE + sign * step) - moved * since) / moved)
    assert part[1] == pytest.approx((masses[0] - masses[1]) / (2 * step), rel=FINITE_DIFFERENCE.relative)


def test_the_mesh_reaches_from_its_first_time_to_its_end() -> None:
    assert place_of(MESH.start, MESH.curve, MESH.scale) == pytest.approx(MESH.first)


def test_between_closing_bounds_fewer_are_still_to_come() -> None:
    """The hazard is larger by ``closing``, so what is left is a smaller multiple of the density."""
    closing = TABLE._replace(closing=np.array([0.4, 0.1]))
    row, part, plain, moved = (np.empty(3) for _ in range(4))
    beyond(TABLE, 0, 0.0, row, plain)
    beyond(closing, 0, 0.0, row, part)
    rate = -TABLE.rate[0]
    assert hazard(closing, 0) == pytest.approx(rate + 0.4)
    assert part[0] / plain[0] == pytest.approx(rate / (rate + 0.4))
    step = 1e-6
    ends = []
    for sign in (1.0, -1.0):
        other = closing._replace(closing=np.array([0.4 + sign * 0.1 * step, 0.1]), rate=TABLE.rate - sign * step)
        value = TABLE.value + sign * step * TABLE.slopes[0]
        beyond(other._replace(value=value), 0, 0.5, row, moved)
        ends.append(moved[0])
    beyond(closing, 0, 0.5, row, part)
    assert part[1] == pytest.approx((ends[0] - ends[1]) / (2.0 * step), rel=FINITE_DIFFERENCE_OF_GRADIENT.relative)
