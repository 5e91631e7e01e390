"""Densities keep their mass, intervals their probability."""

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from hssm.plotting import densities
from tests.tolerances import BINNED, DRAWN


@pytest.fixture
def values(rng) -> np.ndarray:
    """(6, 500) signed times with gaps."""
    times = 0.3 + rng.gamma(2.0, 0.3, (6, 500))
    times = np.where(rng.random((6, 500)) < 0.3, -times, times)
    return np.where(rng.random((6, 500)) < 0.1, np.nan, times)


def test_signed_times_and_single_choices() -> None:
    rt, choice = np.array([1.0, 2.0, np.nan]), np.array([0.0, 1.0, -999.0])
    np.testing.assert_array_equal(densities.signed(rt, choice, (0, 1)), [-1.0, 2.0, np.nan])
    np.testing.assert_array_equal(densities.of_choice(rt, choice, 1), [np.nan, 2.0, np.nan])


def test_histogram_is_numpys_up_to_the_trials_left_out(values) -> None:
    edges = densities.bin_edges(20, -2.0, 2.0)
    found = densities.histogram(values, edges)
    for row, density in zip(values, found, strict=True):
        counts, _ = np.histogram(row[np.isfinite(row)], edges)
        np.testing.assert_allclose(density, counts / (len(row) * np.diff(edges)), rtol=DRAWN.relative)
    inside = np.mean((values >= -2) & (values <= 2), axis=1)
    np.testing.assert_allclose((found * np.diff(edges)).sum(axis=1), inside, rtol=DRAWN.relative)


def test_values_on_the_edges_count_once() -> None:
    density = densities.histogram(np.array([[0.0, 0.5, 1.0]]), np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(density * 0.5 * 3, [[1.0, 2.0]])


def test_kernel_density_is_scipys_on_each_side(values) -> None:
    grid = np.linspace(-4, 4, 400)
    found = densities.kernel_density(values, grid, 0.3)
    row = values[0]
    for side, own in ((grid > 0.1, row[row > 0]), (grid < -0.1, row[row < 0])):
        expected = gaussian_kde(own, lambda k, own=own: 0.3 * np.std(own) / np.std(own, ddof=1))(grid[side])
        share = len(own) / len(row)
        np.testing.assert_allclose(found[0][side], share * expected, atol=BINNED.absolute)


@pytest.mark.parametrize("rule", [None, "scott", "silverman", 0.2, lambda sample: 0.3])
def test_kernel_density_keeps_its_mass(values, rule) -> None:
    grid = np.linspace(-6, 6, 512)
    area = densities.kernel_density(values, grid, rule).sum(axis=1) * (grid[1] - grid[0])
    np.testing.assert_allclose(area, np.isfinite(values).mean(axis=1), atol=BINNED.absolute)


@pytest.mark.parametrize("rule", ["scot", -1.0, lambda sample: 0.0])
def test_no_bandwidth(values, rule) -> None:
    with pytest.raises(ValueError, match="bw_method"):
        densities.kernel_density(values, np.linspace(-2, 2, 64), rule)


@pytest.mark.parametrize("bins", [1, 2, 7, 50])
def test_zero_is_an_edge_of_a_signed_axis(bins) -> None:
    edges = densities.bin_edges(bins, -3.0, 2.0)
    assert 0.0 in edges
    assert edges[0] == -3.0
    assert edges[-1] == 2.0
    assert len(edges) - 1 == max(bins, 2)


@pytest.mark.parametrize("bins", [0, -3, True, 2.5, [1.0], [1.0, 1.0], [2.0, 1.0]])
def test_no_bins(bins) -> None:
    with pytest.raises(ValueError, match="bins"):
        densities.bin_edges(bins, 0.0, 1.0)


def test_few_late_lapses_do_not_stretch_the_axis(rng) -> None:
    times = 0.3 + rng.gamma(2.0, 0.3, 1000)
    lapses = np.concatenate([times, np.full(30, 19.0)])
    assert densities.time_limit(times) < 4.5
    assert densities.time_limit(lapses) < 8.0
    assert densities.time_limit(np.array([np.nan])) == pytest.approx(1.05)


@pytest.mark.parametrize(
    ("given", "read"), [(0.9, 0.9), ("95%", 0.95), ("0.5", 0.5), ("89% hdi", 0.89), ((0.1, 0.9), (0.1, 0.9))]
)
def test_intervals_are_read(given, read) -> None:
    assert densities.read_interval(given) == pytest.approx(read)


@pytest.mark.parametrize("given", [0, 1, 1.2, "wide", (0.9, 0.1), (0.1, 0.5, 0.9), None])
def test_no_interval(given) -> None:
    with pytest.raises(ValueError, match="hdi"):
        densities.read_interval(given)


def test_narrowest_interval_of_a_skewed_sample_is_below_the_central_one(rng) -> None:
    sample = rng.exponential(size=(20_000, 1))
    low, high = densities.interval_of(sample, 0.9)
    central_low, central_high = densities.interval_of(sample, (0.05, 0.95))
    assert low < central_low
    assert high < central_high
    assert np.mean((sample >= low) & (sample <= high)) == pytest.approx(0.9, abs=BINNED.absolute)


def test_interval_of_one_draw_is_that_draw() -> None:
    low, high = densities.interval_of(np.array([[1.0, 2.0]]), 0.94)
    np.testing.assert_array_equal(low, high)


def test_proportions_of_choices() -> None:
    choice = np.array([[0, 1, 1, -999], [0, 0, 0, 0]])
    np.testing.assert_array_equal(densities.choice_proportions(choice, (0, 1)), [[0.25, 0.5], [1.0, 0.0]])


def test_central_intervals_leave_equal_parts_outside():
    assert densities.central(0.9) == pytest.approx((0.05, 0.95))
    assert densities.central((0.1, 0.5)) == (0.1, 0.5)
