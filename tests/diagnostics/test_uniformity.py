"""Tests of uniform ranks: their own p-values are uniform, the band holds as often as it says, and faults are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hssm.diagnostics.uniformity import LEVEL, chi_square, ecdf_band, ecdf_difference, ecdf_test, n_bins
from tests.tolerances import MONTE_CARLO

N, RANKS = 200, 99


@pytest.fixture(scope="module")
def uniform() -> np.ndarray:
    return np.random.default_rng(5).integers(0, RANKS + 1, size=(400, N))


def test_p_values_of_uniform_ranks_are_uniform(uniform) -> None:
    found = [(chi_square(ranks, RANKS)[1], ecdf_test(ranks, RANKS).p_value) for ranks in uniform]
    for values in np.transpose(found):
        assert stats.kstest(values, "uniform").pvalue > 1e-3  # false alarms: one in a thousand, seed fixed


def test_the_band_holds_simultaneously(uniform) -> None:
    lower, upper = ecdf_band(N, RANKS)
    inside = []
    for ranks in uniform:
        difference = ecdf_difference(ranks, RANKS)[1]
        inside.append(bool(np.all((difference >= lower - 1e-12) & (difference <= upper + 1e-12))))
        assert inside[-1] == ecdf_test(ranks, RANKS).inside
    error = np.sqrt(LEVEL * (1 - LEVEL) / len(uniform))
    assert abs(np.mean(inside) - LEVEL) < MONTE_CARLO.standard_errors * error


@pytest.mark.parametrize("fault", ["shifted", "narrow", "wide"])
def test_faults_are_found(rng, fault) -> None:
    true = rng.normal(size=N)
    location, scale = {"shifted": (0.5, 1.0), "narrow": (0.0, 0.6), "wide": (0.0, 1.8)}[fault]
    draws = location + scale * rng.normal(size=(N, RANKS))
    ranks = (draws < true[:, None]).sum(axis=1)
    assert chi_square(ranks, RANKS)[1] < 1e-3
    test = ecdf_test(ranks, RANKS)
    assert not test.inside
    assert test.p_value < 0.01


def test_bins_have_ten_ranks_each() -> None:
    assert n_bins(300, 99) == 20
    assert n_bins(100, 99) == 10
    assert n_bins(12, 99) == 2
