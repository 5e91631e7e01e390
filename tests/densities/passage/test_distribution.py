"""Distribution functions and survivors of a table that holds two exponential densities."""

import numpy as np
import pytest

from hssm.densities.passage.distribution import NEVER, both_integrals, log_cdf, log_survival
from hssm.densities.passage.mesh import make_mesh, time_of
from hssm.densities.passage.table import Table
from tests.tolerances import QUADRATURE

RATE, SHARES = 1.3, np.array([0.7, 0.3])
MESH = make_mesh(1e-13, 21.0, (1.0, 1.0, 0.0, 0.0, 0.0), 0.1, 0)


def make_table() -> Table:
    """Density share x rate x exp(-rate t) at either bound; the one parameter is the rate."""
    times = np.array([time_of(MESH.first + i * MESH.step, MESH.curve, MESH.scale)[0] for i in range(MESH.n)])
    value = np.log(SHARES * RATE)[:, None] - RATE * times
    slopes = np.broadcast_to(1.0 / RATE - times, value.shape)[None].copy()
    return Table(MESH, value, slopes, np.array([-RATE, -RATE]), np.array([[-1.0, -1.0]]), np.zeros(2))


TABLE = make_table()
WHOLES = both_integrals(TABLE)


@pytest.mark.parametrize("time", [0.01, 0.3, 2.0, 20.9, 21.1, 25.0])
@pytest.mark.parametrize("bound", [0, 1])
def test_the_distribution_function_and_its_slopes(time: float, bound: int) -> None:
    row = np.empty(3)
    log_cdf(TABLE, bound, time, WHOLES[bound], 1.0, row)
    cdf = -np.expm1(-RATE * time)
    expected = [np.log(SHARES[bound] * cdf), RATE * np.exp(-RATE * time) / cdf, time * np.exp(-RATE * time) / cdf]
    np.testing.assert_allclose(row, expected, rtol=QUADRATURE.relative, atol=QUADRATURE.absolute)


@pytest.mark.parametrize("time", [0.01, 0.3, 2.0, 5.0, 20.0, 21.5, 30.0])
def test_the_survivor_keeps_its_digits_however_late(time: float) -> None:
    row = np.empty(3)
    log_survival(TABLE, time, WHOLES, NEVER, row)
    np.testing.assert_allclose(row, [-RATE * time, -RATE, -time], rtol=QUADRATURE.relative, atol=QUADRATURE.absolute)


def test_before_the_mesh_a_density_that_rises_out_of_nothing_has_a_tail() -> None:
    """exp(-gap^2 / (2 t)) at the start, times 2 t^2 / gap^2."""
    row, time, gap = np.empty(3), MESH.start, 0.5
    log_cdf(TABLE, 0, time, WHOLES[0], gap, row)
    assert row[0] == pytest.approx(np.log(SHARES[0] * RATE * 2.0 * time**2 / gap**2), rel=QUADRATURE.relative)


def test_paths_that_never_end_are_left_over() -> None:
    """Bounds so far apart at the end that the density has not begun its decline: one minus what has arrived."""
    flat = TABLE._replace(value=TABLE.value - np.log(10.0), rate=np.zeros(2), d_rate=np.zeros((1, 2)))
    row = np.empty(3)
    log_survival(flat, 5.0, both_integrals(flat), NEVER, row)
    assert row[0] == pytest.approx(np.log1p(0.1 * np.expm1(-RATE * 5.0)), rel=QUADRATURE.relative)
