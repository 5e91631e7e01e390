"""The folder of a study: whole files, the same study, the same seed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hssm.recovery import store
from hssm.recovery.study import make_study

STUDY = make_study("recovery", "ddm", 50, 1, theta={"v": 1.0})


def test_records_come_back(tmp_path) -> None:
    assert store.open_folder(tmp_path / "new", STUDY, 7) == 7
    record = {"dataset": 4, "failure": None, "seconds": 0.1, "ranks": {"v": 3}, "divergences": 0, "rows": []}
    store.keep(tmp_path / "new", record)
    assert store.read_records(tmp_path / "new", 10) == {4: record}
    assert store.read_records(tmp_path / "new", 4) == {}


def test_the_seed_of_the_folder_counts(tmp_path) -> None:
    store.open_folder(tmp_path, replace(STUDY, entropy=2**63), None)
    assert store.open_folder(tmp_path, replace(STUDY, entropy=5), None) == 2**63
    with pytest.raises(ValueError, match="begun with the seed"):
        store.open_folder(tmp_path, STUDY, 6)


@pytest.mark.parametrize("other", [replace(STUDY, n_trials=51), replace(STUDY, theta={}), replace(STUDY, kind="sbc")])
def test_another_study_is_refused(tmp_path, other) -> None:
    store.open_folder(tmp_path, STUDY, 1)
    with pytest.raises(ValueError, match="another study"):
        store.open_folder(tmp_path, other, 1)


def test_data_sets_without_a_note_are_refused(tmp_path) -> None:
    (tmp_path / "dataset_000000.json").write_text("{}")
    with pytest.raises(ValueError, match="no study.json"):
        store.open_folder(tmp_path, STUDY, 1)


def test_a_write_that_fails_leaves_the_old_file(tmp_path) -> None:
    record = {"dataset": 0, "failure": None}
    store.keep(tmp_path, record)
    with pytest.raises(TypeError):
        store.keep(tmp_path, {**record, "rows": object()})
    assert [file.name for file in tmp_path.iterdir()] == ["dataset_000000.json"]
    assert json.loads((tmp_path / "dataset_000000.json").read_text()) == record
