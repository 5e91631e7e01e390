import json
import os
import subprocess
import sys

import pytest

from hssm.saving import folder as folders
from hssm.saving.folder import MANIFEST, is_saved, replacing, seal, unseal


def write(target, text):
    with replacing(target) as folder:
        (folder / "draws.txt").write_text(text)
        seal(folder, {"class": "HSSM", "hssm_version": "1"})


def content(target):
    unseal(target)
    return (target / "draws.txt").read_text()


def test_what_is_sealed_can_be_opened(tmp_path):
    write(tmp_path / "m", "one")
    assert is_saved(tmp_path / "m")
    assert unseal(tmp_path / "m")["class"] == "HSSM"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_second_write_replaces_the_first(tmp_path):
    write(tmp_path / "m", "one")
    write(tmp_path / "m", "two")
    assert content(tmp_path / "m") == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_failed_write_leaves_the_first(tmp_path):
    write(tmp_path / "m", "one")
    with pytest.raises(OSError, match="disk full"), replacing(tmp_path / "m") as folder:
        (folder / "draws.txt").write_text("two")
        raise OSError("disk full")
    assert content(tmp_path / "m") == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


KILLED = """
import os, sys
from hssm.saving import folder as folders
target = folders.Path(sys.argv[1])
calls = 0
replace = os.replace
def dying(*paths):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os._exit(9)
    replace(*paths)
os.replace = dying
with folders.replacing(target) as folder:
    (folder / "draws.txt").write_text("two")
    folders.seal(folder, {})
    if sys.argv[2] == "0":
        os._exit(9)
"""


@pytest.mark.parametrize("moment", [0, 1, 2])
def test_a_killed_process_leaves_the_old_model(tmp_path, moment):
    """Killed while writing (0), before the old folder is moved aside (1), and between the two renames (2)."""
    write(tmp_path / "m", "one")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "m"), str(moment)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 9, done.stderr
    assert content(tmp_path / "m") == "one"
    write(tmp_path / "m", "three")
    assert content(tmp_path / "m") == "three"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_process_killed_after_the_renames_leaves_the_new_model(tmp_path, monkeypatch):
    write(tmp_path / "m", "one")
    monkeypatch.setattr(folders.shutil, "rmtree", lambda *args, **kwargs: None)
    write(tmp_path / "m", "two")
    assert content(tmp_path / "m") == "two"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.*no such folder"):
        unseal(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="empty.*no 'model.json'"):
        unseal(tmp_path / "empty")


def test_a_folder_of_hssm_05_is_explained(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"")
    with pytest.raises(ValueError, match=r"HSSM 0\.5.*Build the model again.*restore_traces"):
        unseal(tmp_path)


def test_damage_is_named(tmp_path):
    write(tmp_path / "m", "one")
    (tmp_path / "m" / "draws.txt").write_text("One")
    with pytest.raises(ValueError, match=r"draws\.txt' is damaged"):
        unseal(tmp_path / "m")
    os.remove(tmp_path / "m" / "draws.txt")
    with pytest.raises(ValueError, match=r"'draws\.txt' is missing"):
        unseal(tmp_path / "m")


def test_a_changed_manifest_is_refused(tmp_path):
    write(tmp_path / "m", "one")
    manifest = json.loads((tmp_path / "m" / MANIFEST).read_text())
    (tmp_path / "m" / MANIFEST).write_text(json.dumps({**manifest, "class": "RLSSM"}))
    with pytest.raises(ValueError, match="changed after it was saved"):
        unseal(tmp_path / "m")


def test_a_later_format_is_refused(tmp_path):
    write(tmp_path / "m", "one")
    manifest = json.loads((tmp_path / "m" / MANIFEST).read_text())
    (tmp_path / "m" / MANIFEST).write_text(json.dumps({**manifest, "schema_version": 99, "hssm_version": "9.9"}))
    with pytest.raises(ValueError, match=r"version 99.*hssm 9\.9.*reads 1 to 1"):
        unseal(tmp_path / "m")


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other"}'])
def test_foreign_json_is_no_saved_model(tmp_path, text):
    (tmp_path / MANIFEST).write_text(text)
    assert not is_saved(tmp_path)
    with pytest.raises(ValueError, match=MANIFEST):
        unseal(tmp_path)
