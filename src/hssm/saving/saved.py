"""A model and its draws <-> a folder: ``model.json``, ``data.parquet``, ``traces.nc``, ``vi_traces.nc``.

``HSSM.save_model`` and ``HSSM.load_model`` are thin verbs over :func:`write_model` and :func:`read_saved`.
"""

from __future__ import annotations

import datetime
import logging
import pickle
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import pandas as pd
import xarray as xr
from pandas.api.types import is_object_dtype

from hssm.saving.arguments import Given, decode, encode
from hssm.saving.folder import is_saved, recover, replacing, seal, unseal

_log = logging.getLogger(__name__)

DATA, CALLABLES = "data.parquet", "callables.pkl"
TRACES = {"traces": "traces.nc", "vi_idata": "vi_traces.nc"}
GROUPS = {"traces": "idata_mcmc", "vi_idata": "idata_vi"}
"""Names under which ``load_model_traces`` hands out what a model keeps as ``traces`` and ``vi_idata``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveRequest:
    """What to write: ``given`` is None if only draws are saved; ``used`` are the columns that the model needs."""

    kind: str
    version: str
    given: Given | None
    used: tuple[str, ...] = ()
    trees: Mapping[str, xr.DataTree] = field(default_factory=dict)
    remarks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What was read: ``arguments`` and ``frame`` are None if only draws were saved."""

    kind: str
    frame: pd.DataFrame | None
    arguments: dict[str, Any] | None
    trees: dict[str, xr.DataTree]


def place_for(name: str | None, default: str, base_path: Any, allow_absolute: bool) -> Path:
    """The folder a model is saved in; an existing model there is announced to be replaced.

    Raises
    ------
    ValueError
        An absolute path that was not allowed, a name that is a path, or a folder with other things in it.
    """
    base = Path(base_path)
    if base.is_absolute() and not allow_absolute:
        raise ValueError(
            f"`base_path` is absolute ({str(base)!r}). Set allow_absolute_base_path=True, or give a relative path."
        )
    if name is None:
        stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        taken = [base / f"{default}_{stamp}{suffix}" for suffix in ("", *(f"_{i}" for i in range(2, 100)))]
        return next(place for place in taken if not place.exists())
    cleaned = str(name).strip().replace(" ", "_")
    if not cleaned or cleaned in (".", "..") or PurePath(cleaned).name != cleaned or cleaned.startswith("."):
        raise ValueError(f"`model_name` must be a plain name without folders, got {name!r}. Folders go to `base_path`.")
    target = base / cleaned
    recover(target)
    if target.exists() and not is_saved(target) and (not target.is_dir() or any(target.iterdir())):
        raise ValueError(f"{str(target)!r} exists and is no saved model: choose another `model_name` or `base_path`.")
    if is_saved(target):
        warnings.warn(f"The saved model at {str(target)!r} is replaced.", UserWarning, stacklevel=4)
    return target


def write_model(target: Path, request: SaveRequest) -> Path:
    """Write everything, or nothing: the folder appears under its name when it is complete."""
    content: dict[str, Any] = {
        "class": request.kind,
        "hssm_version": request.version,
        "saved_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "remarks": dict(request.remarks),
    }
    with replacing(target) as folder:
        if request.given is not None:
            pickled: dict[str, Any] = {}
            content["arguments"] = {
                name: encode(value, name, pickled) for name, value in request.given.arguments.items()
            }
            _write_callables(pickled, folder / CALLABLES)
            _write_frame(request.given.frame, request.used, folder / DATA)
        for name, tree in request.trees.items():
            tree.to_netcdf(folder / TRACES[name], engine="h5netcdf")
        seal(folder, content)
    return target


def _write_callables(pickled: Mapping[str, Any], path: Path) -> None:
    """Functions among the arguments, one pickle for all; nothing is written without any."""
    import cloudpickle

    for place, value in pickled.items():
        try:
            cloudpickle.dumps(value)
        except Exception as error:  # whatever a foreign object raises
            raise ValueError(
                f"The argument `{place}` holds {value!r}, which cannot be saved ({error}). Save only the draws with "
                "save_traces_only=True, and build the model again when you load them."
            ) from error
    if pickled:
        path.write_bytes(cloudpickle.dumps(dict(pickled)))


def _write_frame(frame: pd.DataFrame, used: tuple[str, ...], path: Path) -> None:
    """The data; columns that no file can hold are left out if the model does not use them."""
    kept = frame.copy(deep=False)
    kept.attrs = {}
    unfit = [name for name in kept.columns if not _fits(kept[[name]])]
    wanted = [str(name) for name in unfit if name in used]
    if wanted:
        raise ValueError(
            f"The columns {', '.join(wanted)} mix values of several kinds, which a data file cannot hold. Convert them "
            "to one type (text or numbers), or save only the draws with save_traces_only=True."
        )
    if unfit:
        names = ", ".join(repr(name) for name in unfit)
        warnings.warn(
            f"Columns of mixed type that the model does not use are not saved: {names}.", UserWarning, stacklevel=5
        )
    kept.drop(columns=unfit).to_parquet(path)


def _fits(column: pd.DataFrame) -> bool:
    import pyarrow

    if not isinstance(column.columns[0], str):
        return False
    try:
        pyarrow.Table.from_pandas(column if is_object_dtype(column.iloc[:, 0].dtype) else column.head(0))
    except (pyarrow.ArrowException, TypeError, ValueError):
        return False
    return True


def read_saved(path: Any, allow_pickle: bool = False, *, traces_only: bool = False) -> Saved:
    """Everything that a folder holds, checked.

    Raises
    ------
    FileNotFoundError
        Nothing was saved there.
    ValueError
        A damaged or foreign folder, or functions among the arguments without ``allow_pickle``.
    """
    folder = Path(path)
    manifest = unseal(folder)
    frame, arguments = None, None
    if "arguments" in manifest and not traces_only:
        pickled = _read_callables(folder, manifest, allow_pickle)
        arguments = {name: decode(value, pickled) for name, value in manifest["arguments"].items()}
        frame = pd.read_parquet(folder / DATA)
    _log.info("Read %s, saved by hssm %s at %s.", folder, manifest["hssm_version"], manifest["saved_at"])
    trees = {name: read_tree(folder / file) for name, file in TRACES.items() if file in manifest["files"]}
    return Saved(kind=manifest["class"], frame=frame, arguments=arguments, trees=trees)


def _read_callables(folder: Path, manifest: Mapping[str, Any], allow_pickle: bool) -> dict[str, Any]:
    if CALLABLES not in manifest["files"]:
        return {}
    if not allow_pickle:
        raise ValueError(
            f"The arguments of the model in {str(folder)!r} hold functions, saved in {CALLABLES!r}. A pickle can run "
            "any code: if you trust where it comes from, call load_model(path, allow_pickle=True). The draws alone "
            "can be read with load_model_traces(path)."
        )
    try:
        return pickle.loads((folder / CALLABLES).read_bytes())
    except Exception as error:  # whatever the pickled code raises
        raise ValueError(
            f"{str(folder / CALLABLES)!r} cannot be read by this Python and these packages ({error}). Build the model "
            "again with its functions, then call `model.restore_traces` on the traces file."
        ) from error


def read_tree(path: Path) -> xr.DataTree:
    """A DataTree in memory; the file is closed again."""
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        return tree.load()


def traces_of(saved: Saved) -> xr.DataTree:
    """One tree with ``idata_mcmc`` and ``idata_vi``, those that were saved."""
    return xr.DataTree(children={GROUPS[name]: tree for name, tree in saved.trees.items()})
