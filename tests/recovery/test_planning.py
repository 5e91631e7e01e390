"""Plans: expected precision by design, from records that are known and from a small study."""

from __future__ import annotations

import numpy as np
import pytest

import hssm
from hssm.recovery.planning import precision
from hssm.recovery.results import Recovery
from hssm.recovery.study import make_study

INCLUDE = [{"name": "v", "formula": "v ~ 1 + x"}]


def row(name: str, mean: float, sd: float, level: str = "", true: float = 1.0) -> dict[str, object]:
    interval = {"lower": mean - 2 * sd, "upper": mean + 2 * sd}
    return {
        "parameter": name,
        "level": level,
        "true": true,
        "mean": mean,
        "sd": sd,
        **interval,
        "r_hat": 1,
        "ess_bulk": 9,
    }


def test_power_is_the_share_of_intervals_without_zero() -> None:
    means = [0.5, 1.5, 2.5, 1.1]
    records = [
        {
            "dataset": i,
            "failure": None,
            "divergences": 0,
            "rows": [
                row("v_x", mean, 0.5),
                row("a", mean + 3, 0.1),
                row("v_1|p", mean, 1, "s1"),
                row("v_1|p_sigma", 3, 1),
            ],
        }
        for i, mean in enumerate(means)
    ]
    table = precision(Recovery(make_study("recovery", "ddm", 10, 1), records)).set_index("parameter")
    assert list(table.index) == ["v_x", "a", "v_1|p_sigma"]
    assert table.loc["v_x", "power"] == 0.75
    assert table.loc["v_x", "power_error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert table.loc["v_x", "posterior_sd"] == 0.5
    assert table.loc["v_x", "rmse"] == pytest.approx(np.sqrt(np.mean((np.array(means) - 1) ** 2)))
    assert np.isnan(table.loc["a", "power"])
    assert np.isnan(table.loc["v_1|p_sigma", "power"])


def test_more_trials_are_more_precise(tmp_path) -> None:
    plan = hssm.recovery.plan(
        "ddm",
        INCLUDE,
        n_participants=1,
        n_trials=[20, 320],
        theta={"v": 0.5, "v_x": 0.5, "a": 1.2, "z": 0.5, "t": 0.3},
        design={"x": [-1.0, 1.0]},
        n_datasets=3,
        sample_kwargs={"draws": 150, "tune": 200, "chains": 2},
        executor=1,
        out=tmp_path,
        random_state=1,
        progressbar=False,
    )
    slopes = plan.table[plan.table["parameter"] == "v_x"]
    assert list(slopes["n_trials"]) == [20, 320]
    few, many = slopes["posterior_sd"]
    assert 2.0 < few / many < 8.0  # the square root of 16 is 4
    assert set(plan.studies) == {(1, 20), (1, 320)}
    assert {path.name for path in tmp_path.iterdir()} == {"1x20", "1x320"}
    assert "v_x" in repr(plan)
    assert plan.plot("v_x").axes.shape == (1, 1)


def test_counts_are_checked() -> None:
    for wrong in ([], [0], ["ten"]):
        with pytest.raises(ValueError, match="n_trials"):
            hssm.recovery.plan("ddm", n_trials=wrong)
