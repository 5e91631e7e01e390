"""The first run of a new user, end to end in a process of its own, with tiny settings."""

import subprocess
import sys

import pandas as pd
import xarray as xr


def test_quickstart_end_to_end(tmp_path) -> None:
    options = ["--trials", "60", "--draws", "40", "--tune", "40", "--chains", "2", "--seed", "2", "--out", "first"]
    command = [sys.executable, "-m", "hssm.cli", "quickstart", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240)
    # So few draws never pass the diagnosis.
    assert done.returncode == 1, done.stderr
    assert "Posterior against the truth" in done.stdout
    assert "do not trust" in done.stderr
    assert "Traceback" not in done.stderr
    names = {"data.csv", "traces.nc", "summary.csv", "model.txt", "trace.png", "posterior_predictive.png"}
    assert {path.name for path in (tmp_path / "first").iterdir()} == names
    table = pd.read_csv(tmp_path / "first" / "summary.csv", index_col="variable")
    assert table["true"].to_dict() == {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}
    with xr.open_datatree(tmp_path / "first" / "traces.nc", engine="h5netcdf") as tree:
        assert dict(tree["posterior"].sizes) == {"chain": 2, "draw": 40}
        assert tree.attrs["random_seed"] == 2
