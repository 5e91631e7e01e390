"""Simulated files: what is asked for, equal by seed, and faults in the values."""

import pandas as pd
import pytest

from hssm.commands.screen import Screen, WrongUsageError
from hssm.commands.simulation import read_theta, simulate

THETA = ["v=0.5", "a=1.5", "z=0.5", "t=0.3"]


def test_values_by_name() -> None:
    assert read_theta(["v=-0.5", "a=1e0"]) == {"v": -0.5, "a": 1.0}


@pytest.mark.parametrize("pairs", [["v"], ["v="], ["=1"], ["v=x"], ["v=1", "v=2"]])
def test_no_values(pairs) -> None:
    with pytest.raises(ValueError, match="--theta"):
        read_theta(pairs)


def test_the_file_holds_the_trials(tmp_path, capsys) -> None:
    for name in ("one.csv", "two.csv"):
        simulate(Screen(), "ddm", THETA, tmp_path / "folder" / name, size=50, deadline=2.0, seed=4)
    first, second = (pd.read_csv(tmp_path / "folder" / name) for name in ("one.csv", "two.csv"))
    pd.testing.assert_frame_equal(first, second)
    assert len(first) == 50
    omitted = (first["rt"] == -999.0).sum()
    assert omitted > 0
    assert f"50 trials of ddm, {omitted} of them omitted" in capsys.readouterr().out


def test_a_missing_parameter_is_wrong_usage(tmp_path) -> None:
    with pytest.raises(WrongUsageError, match="'t'"):
        simulate(Screen(), "ddm", THETA[:3], tmp_path / "data.csv")
    assert not (tmp_path / "data.csv").exists()
