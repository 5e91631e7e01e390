"""A folder that keeps what a study has found so far: one file per data set, written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hssm.recovery.design import Study

STUDY = "study.json"
PATTERN = "dataset_*.json"


def open_folder(path: Any, study: Study, entropy: int | None) -> int:
    """Make the folder, or check that it holds the same study, and return the study's seed.

    Raises
    ------
    ValueError
        The folder holds a study with other settings or another seed.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / STUDY
    if not note.exists():
        if any(folder.glob(PATTERN)):
            raise ValueError(f"{str(folder)!r} holds data sets but no {STUDY}: give an empty folder.")
        seed = study.entropy if entropy is None else entropy
        _write(note, {"settings": study.digest(), "entropy": str(seed), "kind": study.kind, "model": study.model})
        return seed
    known = json.loads(note.read_text())
    if known["settings"] != study.digest():
        raise ValueError(
            f"{str(folder)!r} holds another study ({known['kind']} of {known['model']!r}, other settings). "
            "Give another `out`, or the settings of that study to go on with it."
        )
    if entropy is not None and int(known["entropy"]) != entropy:
        raise ValueError(
            f"{str(folder)!r} was begun with the seed {known['entropy']}, and `random_state` gives {entropy}. "
            "Leave `random_state` out to go on with it, or give another `out`."
        )
    return int(known["entropy"])


def read_records(path: Any, n_datasets: int) -> dict[int, dict[str, Any]]:
    """Finished data sets by number, of the first ``n_datasets``."""
    return {record["dataset"]: record for record in _records(Path(path)) if record["dataset"] < n_datasets}


def _records(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob(PATTERN)):
        yield json.loads(file.read_text())


def keep(path: Any, record: dict[str, Any]) -> None:
    """Write the record of one data set."""
    _write(Path(path) / PATTERN.replace("*", f"{record['dataset']:06d}"), record)


def _write(target: Path, content: dict[str, Any]) -> None:
    """Through a temporary file in the same folder: a process that is killed leaves no half of it."""
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(content, file)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
