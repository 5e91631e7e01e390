"""The command line from arguments to exit codes, in this process."""

import sys
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

import hssm
from hssm import cli

THETA = ["--theta", "v=0.5", "a=1.5", "z=0.5", "t=0.3"]


@pytest.fixture
def data_file(tmp_path) -> Path:
    path = tmp_path / "data.csv"
    data = hssm.simulate_data("ddm", {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.3}, size=60, random_state=1)
    data["response"] = data["response"].map({-1: "left", 1: "right"})
    data.assign(x=[0.0, 1.0] * 30).to_csv(path, index=False)
    return path


def test_help_and_version(capsys) -> None:
    assert cli.main(["--version"]) == cli.DONE
    assert hssm.__version__ in capsys.readouterr().out
    for command in ("quickstart", "models", "simulate", "fit", "train"):
        assert cli.main([command, "--help"]) == cli.DONE
        printed = capsys.readouterr().out
        assert "--seed" in printed
        assert "--quiet" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["recovr"],
        ["simulate", "ddm", "--out", "x.csv"],
        ["simulate", "ddm", *THETA, "--size", "0", "--out", "x.csv"],
        ["simulate", "ddm", *THETA, "--size", "many", "--out", "x.csv"],
        ["models", "--seed", "-1"],
        ["fit"],
        ["models", "dmd"],
        ["fit", "nowhere.csv", "--out", "folder"],
        ["train", "dmd", "--out", "folder"],
        ["train", "ddm", "--kind", "lna", "--out", "folder"],
    ],
)
def test_wrong_usage(arguments, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == cli.WRONG_USAGE
    printed = capsys.readouterr()
    assert printed.err
    assert "Traceback" not in printed.err
    assert not list(tmp_path.iterdir())


def test_models_and_simulate(capsys, tmp_path) -> None:
    assert cli.main(["models", "ddm"]) == cli.DONE
    assert "Model: ddm" in capsys.readouterr().out
    target = tmp_path / "trials.csv"
    assert (
        cli.main(["simulate", "ddm", *THETA, "--size", "20", "--seed", "1", "--quiet", "--out", str(target)])
        == cli.DONE
    )
    assert capsys.readouterr().out == ""
    assert len(pd.read_csv(target)) == 20


def test_fit_from_file_to_folder(data_file, tmp_path, capsys) -> None:
    out = tmp_path / "fit"
    arguments = ["fit", str(data_file), "--choices", "left,right", "--formula", "v ~ 1 + x", "--out", str(out)]
    code = cli.main([*arguments, "--draws", "20", "--tune", "30", "--chains", "2", "--seed", "1"])
    printed = capsys.readouterr()
    assert code == cli.FAILED
    assert "do not trust" in printed.err
    assert "v_x" in printed.out
    names = {"traces.nc", "summary.csv", "model.txt", "trace.png", "posterior_predictive.png"}
    assert {path.name for path in out.iterdir()} == names
    with xr.open_datatree(out / "traces.nc", engine="h5netcdf") as tree:
        assert {"v_Intercept", "v_x", "a"} <= set(tree["posterior"].data_vars)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--formula", "v ~ 1 + y", "--choices", "left,right"], "'y'"),
        ([], "choices"),
        (["--choices", "left,right", "--sampler", "nust"], "nuts|pymc"),
        (["--model", "dmd"], "Did you mean"),
    ],
)
def test_faults_of_a_fit_are_wrong_usage(data_file, tmp_path, capsys, options, message) -> None:
    assert cli.main(["fit", str(data_file), "--out", str(tmp_path / "fit"), *options]) == cli.WRONG_USAGE
    printed = capsys.readouterr().err
    assert any(part in printed for part in message.split("|"))
    assert "Traceback" not in printed


def test_the_unforeseen_is_one_message_unless_asked_for(capsys, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("hssm.commands.catalogue.show_models", fail)
    assert cli.main(["models"]) == cli.FAILED
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().err
    monkeypatch.setenv(cli.TRACEBACK, "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["models"])


def test_an_interrupt_is_a_failed_run(capsys, monkeypatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hssm.commands.catalogue.show_models", stop)
    assert cli.main(["models"]) == cli.FAILED
    assert "stopped" in capsys.readouterr().err


def test_help_loads_no_sampler() -> None:
    import subprocess

    code = "import sys; from hssm.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not {"pymc", "pytensor", "pandas", "rich", "matplotlib"} & set(done.stderr.split())
