"""The march of the integral equations: order of convergence, exactness between straight bounds, slopes, edges."""

import mpmath
import numpy as np
import pytest

from hssm.densities.passage.march import END_WEIGHTS, LANES, PANEL, Starts, free_term, march, origin, spread
from tests.densities.passage.straight import NAMES, THETA, edges, exact, exact_slopes, mesh, times_of
from tests.tolerances import FINITE_DIFFERENCE, OTHER_ALGORITHM, SAME_NUMERICS, SOLVER, SOLVER_GRADIENT


def test_end_weights_integrate_a_square_root_times_a_polynomial() -> None:
    """The sum of (w_k - 1) k^(1/2 + j) over all nodes from an end is -zeta(-1/2 - j)."""
    nodes = np.arange(1.0, 1.0 + END_WEIGHTS.size)
    for j in range(END_WEIGHTS.size):
        terms = (END_WEIGHTS - 1.0) * nodes ** (0.5 + j)
        expected = -float(mpmath.zeta(-0.5 - j))
        assert terms.sum() == pytest.approx(expected, abs=OTHER_ALGORITHM.absolute * np.abs(terms).max())


@pytest.mark.parametrize("x", [-3.0, -0.0501, -0.0499, -1e-9, 0.0, 1e-3, 0.0499, 0.0501, 0.8, 20.0])
def test_spread_is_the_share_of_the_variance_that_a_leak_leaves(x: float) -> None:
    def share(y):
        return (1 - mpmath.exp(-2 * y)) / (2 * y) if y != 0 else mpmath.mpf(1)

    value, slope = spread(x)
    with mpmath.workdps(60):
        step = mpmath.mpf("1e-12")
        assert value == pytest.approx(float(share(mpmath.mpf(x))), rel=SAME_NUMERICS.relative)
        expected = (share(mpmath.mpf(x) + step) - share(mpmath.mpf(x) - step)) / (2 * step)
    assert slope == pytest.approx(float(expected), rel=OTHER_ALGORITHM.relative)


@pytest.mark.parametrize("n", [1, LANES, PANEL - 1, PANEL, PANEL + 1, 2 * PANEL + LANES + 3])
def test_densities_do_not_depend_on_how_many_nodes_follow(n: int) -> None:
    """Whichever the panel of the last node, and its place there."""
    chosen = mesh(0.016)
    assert chosen.n > 3 * PANEL
    whole, part = (march(edges(THETA, chosen._replace(n=many))) for many in (chosen.n, n))
    for one, other in zip(whole, part, strict=True):
        np.testing.assert_allclose(
            one[..., :n], other, rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.relative * np.abs(other).max()
        )


def errors(step: float) -> float:
    """Largest error of the log density over the later half of a mesh, at both bounds."""
    chosen = mesh(step)
    found, times = march(edges(THETA, chosen)), times_of(chosen)
    late = times > 0.3
    return max(
        np.abs(found.log_density[s, late] - exact(times[late], response)).max() for s, response in enumerate((1, -1))
    )


def test_the_error_falls_with_the_eighth_power_of_the_step() -> None:
    found = np.array([errors(step) for step in (0.4, 0.2, 0.1)])
    assert found[0] > SOLVER.absolute  # large enough to be seen
    assert np.log2(found[0] / found[-1]) / 2.0 > 7.0
    assert (found[:-1] > 50.0 * found[1:]).all()
    assert found[-1] < SOLVER.absolute / 100.0


def test_log_densities_and_slopes_between_straight_bounds() -> None:
    chosen = mesh(0.08)
    found, times = march(edges(THETA, chosen)), times_of(chosen)
    for s, response in enumerate((1, -1)):
        expected = exact(times, response)
        assert (expected[0] < -30.0) & (expected[-1] > -4.0)  # from nothing to much
        seen = expected > -30.0
        np.testing.assert_allclose(found.log_density[s, seen], expected[seen], atol=SOLVER.absolute)
        slopes = exact_slopes(times, response)[:, seen]
        scale = np.maximum(1.0, np.abs(slopes))
        np.testing.assert_allclose(
            found.log_slopes[:, s, seen] / scale, slopes / scale, atol=SOLVER_GRADIENT.absolute, rtol=0
        )


@pytest.mark.parametrize("step", [0.3, 0.1])
@pytest.mark.parametrize("parameter", NAMES)
def test_slopes_are_those_of_the_same_sums(step: float, parameter: str) -> None:
    """Also where the sums are wrong: on a coarse mesh, which stays where it is."""
    chosen, q, h = mesh(step), NAMES.index(parameter), 1e-5
    move = h * np.eye(len(NAMES))[q]
    found = march(edges(THETA, chosen))
    above, below = march(edges(THETA + move, chosen)), march(edges(THETA - move, chosen))
    expected = (above.density - below.density) / (2.0 * h)
    np.testing.assert_allclose(
        found.slopes[q], expected, rtol=FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute
    )
    np.testing.assert_allclose(found.log_slopes[q], found.slopes[q] / found.density, rtol=OTHER_ALGORITHM.relative)


def test_densities_are_the_sum_of_terms_of_the_size_that_is_reported() -> None:
    found = march(edges(THETA, mesh(0.2)))
    assert (found.size >= np.abs(found.density)).all()
    assert found.size[0, 0] == pytest.approx(found.density[0, 0], rel=SAME_NUMERICS.relative)  # the start alone
    assert (found.size[:, -1] > 1.2 * found.density[:, -1]).all()


def test_the_first_densities_have_logarithms_where_they_themselves_underflow() -> None:
    """The march may begin when nothing has happened by far: exp(-3000) is 0, its logarithm and slopes are not."""
    chosen = mesh(0.2)._replace(first=mesh(0.2).first - 5.0, n=20)
    found, times = march(edges(THETA, chosen)), times_of(chosen)
    expected = exact(times, 1)
    assert expected[0] < -2000.0
    assert found.density[0, 0] == 0.0
    np.testing.assert_allclose(found.log_density[0], expected, rtol=SOLVER.absolute)
    np.testing.assert_allclose(found.log_slopes[:, 0], exact_slopes(times, 1), rtol=SOLVER_GRADIENT.absolute)


@pytest.mark.parametrize("leak", [0.0, 0.8, -0.5])
def test_what_is_known_of_the_start_at_a_time(leak: float) -> None:
    """exp(-g t), 1 / V, 1 / sqrt(2 pi V), and the slopes of V and of exp(-g t) by the leak, by differences."""
    time, h = 0.7, 1e-6
    lag, above, below = np.empty(5), np.empty(5), np.empty(5)
    for place, near in ((lag, leak), (above, leak + h), (below, leak - h)):
        origin(time, near, place)
    variance = time if leak == 0.0 else (1.0 - np.exp(-2.0 * leak * time)) / (2.0 * leak)
    assert lag[0] == pytest.approx(np.exp(-leak * time), rel=SAME_NUMERICS.relative)
    assert 1.0 / lag[1] == pytest.approx(variance, rel=SAME_NUMERICS.relative)
    assert lag[2] == pytest.approx(1.0 / np.sqrt(2.0 * np.pi * variance), rel=SAME_NUMERICS.relative)
    assert lag[3] == pytest.approx((1.0 / above[1] - 1.0 / below[1]) / (2.0 * h), rel=FINITE_DIFFERENCE.relative)
    assert lag[4] == pytest.approx((above[0] - below[0]) / (2.0 * h), rel=FINITE_DIFFERENCE.relative)


OFFSETS = np.array([-0.2, 0.05, 0.1])
SHARES = np.array([0.3, 0.3, 0.4])
MOVES = np.array([[0.5, -0.2, 0.1]])


@pytest.mark.parametrize(("share", "offset", "d_offset"), [([1.0], [0.0], [[0.0]]), (SHARES, OFFSETS, MOVES)])
@pytest.mark.parametrize(("sign", "place", "speed"), [(1.0, 0.8, -0.3), (-1.0, -0.5, 0.4), (1.0, -0.2, 0.3)])
def test_slopes_of_the_term_of_the_starts(sign: float, place: float, speed: float, share, offset, d_offset) -> None:
    """An average over the starts; its slopes by place, speed, variance, log of rho and what moves the starts."""
    variance, rho, h = 0.4, 0.8, 1e-6
    share, offset, d_offset = np.array(share), np.array(offset), np.array(d_offset)

    def term(place=place, speed=speed, variance=variance, rho=rho, moved=0.0) -> tuple[float, ...]:
        lag = np.array([rho, 1.0 / variance, 1.0 / np.sqrt(2.0 * np.pi * variance), 0.0, 0.0])
        slopes = np.empty(1)
        found = free_term((sign, place, speed), Starts(share, offset + moved * d_offset[0], d_offset), lag, slopes)
        return (*found, slopes[0])

    sense, value, *slopes = term()
    gap = place - rho * offset
    bells = np.exp(-0.5 * gap**2 / variance) / np.sqrt(2.0 * np.pi * variance)
    expected = (share * sign * bells * (gap / variance - speed)).sum()
    assert sense * np.exp(value) == pytest.approx(expected, rel=OTHER_ALGORITHM.relative)
    differences = [
        (term(place=place + h)[1] - term(place=place - h)[1]) / (2 * h),
        (term(speed=speed + h)[1] - term(speed=speed - h)[1]) / (2 * h),
        (term(variance=variance + h)[1] - term(variance=variance - h)[1]) / (2 * h),
        rho * (term(rho=rho + h)[1] - term(rho=rho - h)[1]) / (2 * h),
        (term(moved=h)[1] - term(moved=-h)[1]) / (2 * h),
    ]
    np.testing.assert_allclose(slopes, differences, rtol=FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute)
