"""``hssm recover``: tables beside the data sets, resumption, and failures."""

from __future__ import annotations

import pandas as pd
import pytest

from hssm.cli import main
from hssm.commands.recovery import RecoverRequest, recover
from hssm.commands.screen import Screen, WrongUsageError

SMALL = ["--datasets", "3", "--trials", "30", "--draws", "100", "--tune", "300", "--chains", "2", "--workers", "1"]


def test_a_study_and_its_continuation(tmp_path, capsys) -> None:
    arguments = ["recover", "ddm", *SMALL, "--seed", "1", "--out", str(tmp_path)]
    assert main([*arguments, "--sbc", "--quiet"]) == 0
    table = pd.read_csv(tmp_path / "table.csv")
    assert list(table["parameter"]) == ["v", "a", "z", "t", "log_likelihood"]
    assert (tmp_path / "plot.png").stat().st_size > 0
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "sbc").glob("dataset_*.json")}
    assert len(kept) == 3
    capsys.readouterr()
    assert main([*arguments, "--sbc"]) == 0
    assert "3 data sets of 30 trials" in capsys.readouterr().out
    assert kept == {file: file.stat().st_mtime_ns for file in (tmp_path / "sbc").glob("dataset_*.json")}
    assert main([*arguments[:3], "4", *arguments[4:5], "31", *arguments[6:], "--sbc", "--quiet"]) == 2
    assert "another study" in capsys.readouterr().err


def test_an_unknown_model_is_wrong_usage(tmp_path) -> None:
    with pytest.raises(WrongUsageError, match="ddmm"):
        recover(Screen(quiet=True), RecoverRequest(model="ddmm", out=tmp_path, workers=1))
