"""What is lost in sums of large terms, and how much two solutions differ: for densities and for their integrals."""

import numpy as np
import pytest

from hssm.densities.passage.errors import LOST, difference, terms_to_density, terms_to_mass
from hssm.densities.passage.march import march
from hssm.densities.passage.mesh import DEAD, make_mesh
from tests.densities.passage.straight import END, FIRST, THETA, edges, mesh, solved

BOTH, UPPER = np.array([True, True]), np.array([True, False])


def test_cancellation_is_that_of_the_worse_bound_asked_for() -> None:
    passage = march(edges(THETA, mesh(0.2)))
    worse = (passage.size / passage.density)[:, -1]
    assert terms_to_density(passage, -1, BOTH) == pytest.approx(worse.max())
    assert terms_to_density(passage, -1, UPPER) == pytest.approx(worse[0])
    lost = passage._replace(density=0.0 * passage.density)
    assert terms_to_density(lost, -1, BOTH) == pytest.approx(1.0 / LOST)


def test_masses_lose_little_however_late_it_is() -> None:
    chosen = make_mesh(FIRST, 4.0, (1.44, 0.03, 0.0, 0.0, 0.0), 0.2, 0)
    passage = march(edges(THETA, chosen))
    both, upper = (terms_to_mass(passage, chosen, chosen.n - 1, sides) for sides in (BOTH, UPPER))
    assert 1.0 <= upper <= both < 5.0
    assert terms_to_density(passage, -1, BOTH) > 1e5
    twice = passage._replace(size=np.maximum(2.0 * passage.density, 0.0))
    assert terms_to_mass(twice, chosen, chosen.n - 1, BOTH) == pytest.approx(2.0)


def test_the_difference_of_tables_is_the_largest_at_the_bounds_asked_for() -> None:
    one = solved(END, (1e-6, 0.0))
    off = one._replace(value=one.value + np.array([[1e-3], [-0.2]]))
    assert difference(one, one, (BOTH, False, DEAD)) == 0.0
    assert difference(one, off, (UPPER, False, DEAD)) == pytest.approx(1e-3)
    assert difference(one, off, (BOTH, False, DEAD)) == pytest.approx(0.2)
    nothing = one._replace(value=one.value - 100.0)
    assert difference(nothing, nothing._replace(value=nothing.value + 1.0), (BOTH, False, DEAD)) == 0.0


def test_late_densities_hardly_count_for_masses() -> None:
    one = solved(4.0, (1e-6, 0.0))
    later = np.linspace(0.0, 1.0, one.mesh.n) ** 8
    off = one._replace(value=one.value + 0.1 * later)
    of_masses, of_densities = (difference(one, off, (BOTH, masses, DEAD)) for masses in (True, False))
    assert 0.0 < of_masses < 0.5 * of_densities
