"""The march above a floor: order of convergence, and the term of the start, which is the law of reflected motion."""

import numpy as np
import pytest
from scipy.stats import norm

from hssm.densities.passage.floor_march import march_above_floor, start_term
from hssm.densities.passage.mesh import Mesh, place_of
from hssm.densities.passage.solve import lay_out
from tests.tolerances import FINITE_DIFFERENCE, OTHER_ALGORITHM

MOTION = (1.2, 0.3, 0.5)


def last_log_density(step: float, end: float = 1.5) -> tuple[float, np.ndarray]:
    first, scale = place_of(0.005, 0.0, 0.5), 0.5
    n = round((place_of(end, 0.0, scale) - first) / step)
    mesh = Mesh(first, (place_of(end, 0.0, scale) - first) / n, n + 1, 0.0, scale, 0.005, end, 0.0, 0.0)
    found = march_above_floor(lay_out(mesh), *MOTION)
    return found.log_density[0, -1], found.log_slopes[:, 0, -1]


def test_the_order_of_convergence_grows_as_the_step_falls() -> None:
    exact, slopes = last_log_density(0.03)
    found = [last_log_density(step) for step in (0.4, 0.2, 0.1)]
    errors = np.array([[abs(value - exact), np.abs(own - slopes).max()] for value, own in found])
    orders = np.log2(errors[:-1] / errors[1:])
    assert (errors[0] > 1e-7).all()  # large enough to be seen
    assert (orders[0] > 6.0).all()
    assert orders[1, 0] > max(8.0, orders[0, 0])


@pytest.mark.parametrize("drift", [-2.0, 0.0, 1.5])
def test_the_term_of_the_start_comes_from_the_law_of_reflected_motion(drift: float) -> None:
    """K = (V + C) p - dp/dx, by differences of the distribution function of reflected motion (Harrison 1985).

    P(X_t <= x) = Phi((x - z - V t)/sqrt t) - exp(2 V x) Phi((-x - z - V t)/sqrt t).
    """
    z, closing, s, row = 0.3, 0.4, 0.8, np.empty(5)
    sign = start_term(s, drift, z, closing, row)
    x = 1.0 / (1.0 + closing * s)
    time = s * x

    root = np.sqrt(time)

    def distribution(x: float) -> float:
        mirrored = np.exp(2 * drift * x) * norm.cdf((-x - z - drift * time) / root)
        return norm.cdf((x - z - drift * time) / root) - mirrored

    h = 1e-3
    weights = np.array([1 / 90, -3 / 20, 3 / 2, -49 / 18, 3 / 2, -3 / 20, 1 / 90])
    around = [distribution(x + k * h) for k in range(-3, 4)]
    slope = (weights @ around) / h**2
    density = np.array([-1 / 60, 3 / 20, -3 / 4, 0.0, 3 / 4, -3 / 20, 1 / 60]) @ around / h
    expected = x * x * ((drift + closing) * density - slope)
    assert sign * np.exp(row[0]) == pytest.approx(expected, rel=OTHER_ALGORITHM.relative * 100)


def test_slopes_of_the_term_of_the_start() -> None:
    point = np.array([0.3, *MOTION])
    row, above, below = np.empty(5), np.empty(5), np.empty(5)
    start_term(*point, row)
    for i in range(4):
        step = 1e-5 * np.eye(4)[i]
        start_term(*(point + step), above)
        start_term(*(point - step), below)
        assert row[1 + i] == pytest.approx((above[0] - below[0]) / 2e-5, rel=FINITE_DIFFERENCE.relative)
