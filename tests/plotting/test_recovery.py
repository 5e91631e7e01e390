import numpy as np
import pandas as pd
import pytest

from hssm.plotting import plot_recovery
from hssm.plotting.recovery import recovery_numbers


def recovered():
    rng = np.random.default_rng(1)
    true = rng.normal(size=60)
    mean = true + 0.1
    return pd.DataFrame(
        {
            "parameter": np.repeat(["v", "a"], 30),
            "true": true,
            "mean": mean,
            "lower": mean - 0.051 * (np.arange(60) % 4),
            "upper": mean + 0.05,
        }
    )


def test_numbers_of_a_recovery():
    found = recovery_numbers(recovered())
    assert found["correlation"] == pytest.approx(1.0)
    assert found["bias"] == pytest.approx(0.1)
    assert found["coverage"] == pytest.approx(0.5, abs=0.04)
    assert np.isnan(recovery_numbers(recovered().head(2))["correlation"])


def test_points_are_where_the_table_says():
    grid = plot_recovery(recovered(), title="ddm")
    assert [ax.get_title() for ax in grid.axes.flat] == ["v", "a"]
    lines = grid.axes[0, 0].get_lines()
    drawn = np.concatenate([line.get_ydata() for line in lines[:2]])
    np.testing.assert_allclose(np.sort(drawn), np.sort(recovered()["mean"][:30]))
    assert "r = 1.00" in grid.axes[0, 0].texts[0].get_text()


def test_panels_wrap_and_columns_are_needed():
    assert plot_recovery(recovered(), col_wrap=1).axes.shape == (2, 1)
    with pytest.raises(ValueError, match="no column 'lower', needed as a column of the recovery table"):
        plot_recovery(recovered().drop(columns="lower"))
