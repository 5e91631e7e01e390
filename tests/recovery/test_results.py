"""Tables and summaries of records, and calibration of a small study from end to end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hssm
from hssm.recovery.results import Calibration, Recovery
from hssm.recovery.study import make_study

STUDY = make_study("recovery", "ddm", 50, 1)


def record(number: int, true: float, mean: float, **more: Any) -> dict[str, Any]:
    row = {"parameter": "v", "level": "", "true": true, "mean": mean, "sd": 0.5, "lower": mean - 1, "upper": mean + 1}
    rows = [{**row, "r_hat": 1.0 + number / 100, "ess_bulk": 400.0 - number}]
    return {"dataset": number, "failure": None, "rows": rows, "divergences": number, "ranks": {"v": number}, **more}


def failed(number: int) -> dict[str, Any]:
    return {"dataset": number, "failure": "ValueError: no luck", "seconds": 0.1}


RECORDS = [record(0, 0.0, 0.5), failed(1), record(2, 1.0, 1.0), record(3, 2.0, 4.5)]


def test_table_and_summary() -> None:
    recovery = Recovery(STUDY, RECORDS)
    columns = ["dataset", "parameter", "level", "true", "mean", "sd", "lower", "upper", "covered"]
    assert list(recovery.table.columns) == [*columns, "r_hat", "ess_bulk", "divergences"]
    assert list(recovery.table["dataset"]) == [0, 2, 3]
    assert list(recovery.table["covered"]) == [True, True, False]
    row = recovery.summary().loc["v"]
    assert row["bias"] == pytest.approx(1.0)
    assert row["rmse"] == pytest.approx(np.sqrt((0.25 + 6.25) / 3))
    assert row["correlation"] == pytest.approx(np.corrcoef([0, 1, 2], [0.5, 1, 4.5])[0, 1])
    assert row["coverage"] == pytest.approx(2 / 3)
    assert (row["worst_r_hat"], row["least_ess_bulk"]) == (1.03, 397.0)
    assert list(recovery.failures["reason"]) == ["ValueError: no luck"]
    assert "4 data sets of 50 trials, 1 failed" in repr(recovery)
    assert recovery.plot().axes.shape == (1, 1)


def test_ranks_of_good_data_sets() -> None:
    calibration = Calibration(STUDY, RECORDS)
    assert list(calibration.ranks["v"].to_numpy()) == [0, 2, 3]
    assert list(calibration.ranks["dataset"].to_numpy()) == [0, 2, 3]
    assert list(calibration.table["parameter"]) == ["v"]
    assert len(calibration.estimates) == 3
    assert calibration.summary().loc["v", "bias"] == pytest.approx(1.0)
    assert "calibration" in repr(calibration)


def test_a_study_in_which_everything_failed() -> None:
    calibration = Calibration(STUDY, [failed(0)])
    assert len(calibration.table) == 0
    assert len(calibration.estimates) == 0
    with pytest.raises(ValueError, match="no ranks"):
        calibration.plot()


def test_the_ddm_is_calibrated() -> None:
    """Five quantities at 1e-3 each: a false alarm in one of 200 seeds, and this one is fixed."""
    found = hssm.recovery.sbc("ddm", 40, 40, executor=1, random_state=11, progressbar=False)
    assert len(found.failures) == 0
    assert (found.table["p_value"] > 1e-3).all()
    assert (found.table["ecdf_p_value"] > 1e-3).all()
    assert found.summary()["coverage"].between(0.8, 1.0).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*data sets failed and are left out:UserWarning")
@pytest.mark.parametrize("model", ["ddm", "lnr3"])
def test_more_data_sets_of_more_models_are(model) -> None:
    """As above, with the power to see a posterior that is 15 % too narrow."""
    found = hssm.recovery.sbc(model, 200, 60, executor=1, random_state=12, progressbar=False)
    assert len(found.failures) < 10
    assert (found.table["p_value"] > 1e-3).all()
    assert (found.table["ecdf_p_value"] > 1e-3).all()
