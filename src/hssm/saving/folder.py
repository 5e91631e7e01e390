"""A folder that is either complete or not there: written beside its place, sealed with checksums, then renamed.

The bottom of saving: it knows files and their checksums, and nothing of models.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MANIFEST = "model.json"
FORMAT = "hssm model"
SCHEMA_VERSION = 1
OLD_MODEL = "model.pkl"
"""What HSSM 0.5 leaves in its folders."""


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A new folder to write into; it takes the place of ``target`` when the block ends without an error.

    A process that is killed at any moment leaves the old folder or the new one, found again by :func:`recover`.
    """
    recover(target)
    staging, previous = _staging(target), _previous(target)
    for leftover in (staging, previous):
        shutil.rmtree(leftover, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        yield staging
        _flush(staging)
        if target.exists():
            os.replace(target, previous)
        os.replace(staging, target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        recover(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def recover(target: Path) -> None:
    """Put back what a killed process had moved aside."""
    if not target.exists() and _previous(target).exists():
        os.replace(_previous(target), target)


def _staging(target: Path) -> Path:
    return target.parent / f".{target.name}.writing"


def _previous(target: Path) -> Path:
    return target.parent / f".{target.name}.previous"


def _flush(folder: Path) -> None:
    """Everything to the disk before the rename, so that a power cut cannot leave empty files under the final name."""
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            os.fsync(file.fileno())


def seal(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest: ``content``, the schema version, and a checksum of every file and of the manifest itself."""
    files = {path.name: _digest(path.read_bytes()) for path in sorted(folder.iterdir())}
    manifest = {"format": FORMAT, "schema_version": SCHEMA_VERSION, **content, "files": files}
    manifest["checksum"] = _digest(_canonical(manifest))
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")


def is_saved(folder: Path) -> bool:
    """Whether a folder holds something that :func:`seal` wrote."""
    try:
        return json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        return False


def unseal(folder: Path) -> dict[str, Any]:
    """The manifest of a folder, after every check.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or no saved model in it.
    ValueError
        It comes from HSSM 0.5 or from a later version of the format, or a file is damaged or missing.
    """
    recover(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"No saved model at {str(folder)!r}: there is no such folder.")
    if not (folder / MANIFEST).is_file():
        if (folder / OLD_MODEL).is_file():
            raise ValueError(
                f"{str(folder)!r} was written by HSSM 0.5 (it holds {OLD_MODEL!r}), whose pickled code cannot be read. "
                "Build the model again with the same arguments, then call `model.restore_traces` on its traces file."
            )
        raise FileNotFoundError(f"No saved model at {str(folder)!r}: it has no {MANIFEST!r}.")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{str(folder / MANIFEST)!r} is damaged, it is no JSON: {error}") from error
    _check_version(manifest, folder)
    _check_files(manifest, folder)
    return manifest


def _check_version(manifest: Any, folder: Path) -> None:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(f"{str(folder / MANIFEST)!r} does not describe a model saved by this package.")
    version = manifest.get("schema_version")
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise ValueError(
            f"{str(folder)!r} has version {version!r} of the format, written by hssm "
            f"{manifest.get('hssm_version', '(unknown)')}; this version of hssm reads 1 to {SCHEMA_VERSION}. "
            "Install the version that wrote it, or a later one."
        )


def _check_files(manifest: dict[str, Any], folder: Path) -> None:
    said = manifest.pop("checksum", None)
    if said != _digest(_canonical(manifest)):
        raise ValueError(
            f"{str(folder / MANIFEST)!r} was changed after it was saved: its checksum does not fit its content. "
            "Restore the file, or build the model again and call `model.restore_traces` on the traces file."
        )
    for name, digest in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise ValueError(f"{str(folder)!r} is incomplete: the file {name!r} is missing.")
        if _digest(path.read_bytes()) != digest:
            raise ValueError(f"{str(path)!r} is damaged: its checksum is not the one that was saved with it.")


def _canonical(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, sort_keys=True, ensure_ascii=True).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
