"""The plot of ranks: what is drawn is what was counted."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from hssm.plotting.ranks import plot_ranks


@pytest.fixture
def ranks(rng) -> xr.Dataset:
    values = {name: ("dataset", rng.integers(0, 100, 200)) for name in ("v", "a", "log_likelihood")}
    return xr.Dataset(values, attrs={"n_ranks": 100})


def test_bars_and_curves(ranks) -> None:
    grid = plot_ranks(ranks)
    assert grid.axes.shape == (2, 3)
    heights = [bar.get_height() for bar in grid.axes[0, 1].containers[0]]
    assert sum(heights) == pytest.approx(200)
    curve = grid.axes[1, 0].lines[0]
    rank = curve.get_xdata()[29]
    share = float(np.mean(ranks["v"].to_numpy() < rank))
    assert curve.get_ydata()[29] == pytest.approx(share - rank / 100)
    assert grid.axes[0, 2].get_title() == "log_likelihood"


def test_kinds(ranks) -> None:
    assert plot_ranks(ranks, kind="ecdf").axes.shape == (1, 3)
    with pytest.raises(ValueError, match="kind"):
        plot_ranks(ranks, kind="rainbow")
    with pytest.raises(ValueError, match="no ranks"):
        plot_ranks(ranks[[]])
