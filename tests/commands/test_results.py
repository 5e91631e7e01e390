"""Results as a table, on the screen and on disk; what is wrong with them in words; how sampling fails."""

import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hssm.commands import results
from hssm.commands.screen import FailedRunError, Screen, WrongUsageError


def test_the_table_is_what_the_draws_say(fitted) -> None:
    table = results.summary_table(fitted, {"a": 1.2, "t": 0.9})
    draws = fitted.traces["posterior"]["a"].to_numpy()
    assert table.loc["a", "mean"] == pytest.approx(draws.mean())
    assert table.loc["a", ["lower", "upper"]].tolist() == pytest.approx(
        np.quantile(draws, [0.025, 0.975]).tolist(), rel=0.05
    )
    assert bool(table.loc["a", "covered"])
    assert not table.loc["t", "covered"]
    assert np.isnan(table.loc["z", "true"])
    assert "v_1|participant_id[0]" in table.index


def test_the_table_on_the_screen(fitted, capsys) -> None:
    results.show_summary(Screen(), results.summary_table(fitted, {"a": 1.2}))
    printed = capsys.readouterr().out
    assert "covered" in printed
    assert "v_1|participant_id[0]" in printed


def test_tables_survive_the_disk(fitted, tmp_path) -> None:
    table = results.summary_table(fitted)
    files = results.save_tables(fitted, table, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)
    read = pd.read_csv(tmp_path / "summary.csv", index_col="variable")
    np.testing.assert_allclose(read["mean"], table["mean"])
    assert (tmp_path / "model.txt").read_text(encoding="utf-8").strip() == repr(fitted).strip()
    with xr.open_datatree(tmp_path / "traces.nc", engine="h5netcdf") as tree:
        assert set(tree.children) == set(fitted.traces.children)
        for name in fitted.traces.children:
            xr.testing.assert_identical(tree[name].to_dataset().load(), fitted.traces[name].to_dataset())
        assert dict(tree.attrs) == dict(fitted.traces.attrs)


def test_plots_are_written(fitted, tmp_path) -> None:
    for name in results.save_plots(fitted, tmp_path, seed=1):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    assert "posterior_predictive" not in fitted.traces.children


def test_a_file_is_no_folder(tmp_path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(WrongUsageError, match="taken"):
        results.make_folder(tmp_path / "taken")


def test_the_diagnosis(capsys) -> None:
    results.show_diagnosis(Screen(), [])
    assert "good" in capsys.readouterr().out
    results.show_diagnosis(Screen(quiet=True), ["12 divergences"])
    assert "12 divergences" in capsys.readouterr().err


def test_words_for_the_sampling() -> None:
    assert results.sampling_words({"chains": 2, "draws": None}) == "2 chains, 1000 draws to tune and 1000 to keep"


class Sampler:
    """A model whose sampling ends as told."""

    def __init__(self, tree=None, error=None) -> None:
        self.tree, self.error, self.options = tree, error, {}

    def sample(self, **options):
        self.options = options
        if self.error is not None:
            raise self.error
        warnings.warn("rt beyond the lapse support", UserWarning, stacklevel=1)
        return self.tree


@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError("bad"), WrongUsageError), (RuntimeError("bad"), FailedRunError)]
)
def test_how_sampling_fails(error, raised) -> None:
    with pytest.raises(raised, match="bad"):
        results.run_sampler(Screen(), Sampler(error=error))


def test_problems_are_told_once_and_other_warnings_shown(fitted, capsys) -> None:
    sampler = Sampler(fitted.traces)
    _, problems = results.run_sampler(Screen(quiet=True), sampler, draws=None, tune=5)
    assert any("effective sample size" in problem for problem in problems)
    assert capsys.readouterr().err == "Warning: rt beyond the lapse support\n"
    assert sampler.options == {"tune": 5, "progressbar": False}


def test_a_folder_that_cannot_be_made_is_a_fault_of_the_command(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WrongUsageError, match="must be a folder"):
        results.make_folder(tmp_path / "file")
    with pytest.raises(WrongUsageError, match=r"cannot be made \(Not a directory\): give another"):
        results.make_folder(tmp_path / "file" / "below")
