"""Example data: simulated sets travel with the package, real ones are read from disk or fetched once.

For tutorials, tests and first steps; what it returns is an ordinary frame that goes through ``data.observe`` like any.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import pandas as pd

from hssm.suggest import close_matches

DATA_URL = "https://raw.githubusercontent.com/hssm-project/hssm-data/main"
"""Where real data sets are published; the environment variable ``HSSM_DATA_URL`` names another place."""

BUNDLED = ("ddm_hierarchical", "ddm_simple")
"""Simulated with the package's own sampler by ``tools/make_example_data.py``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteDataset:
    """A data set that is not ours to distribute: file name, and checksum of the file as published.

    Without a checksum it is read from disk only, because what comes from a network could be anything.
    """

    file: str
    sha256: str | None


REMOTE = {
    "cavanagh_theta": RemoteDataset(
        file="cavanagh_theta.csv",
        sha256="2f0d9b18471426bef4a6abc674f3dc857d46204a88f2bfdd0a00008663e7e0d7",
    ),
    "cavanagh_theta_old": RemoteDataset(file="cavanagh_theta_old.csv", sha256=None),
}


def list_data() -> tuple[str, ...]:
    """Names that ``load_data`` knows, sorted."""
    return tuple(sorted((*BUNDLED, *REMOTE)))


def load_data(dataset: str, data_home: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Load an example data set.

    Parameters
    ----------
    dataset
        A name from ``list_data()``. ``ddm_simple`` (500 trials, drift depends on x) and ``ddm_hierarchical`` (20
        participants with 50 trials each) are simulated and bundled. ``cavanagh_theta`` (3988 trials of 14 participants)
        is from Cavanagh et al. (2011), Nature Neuroscience 14.
    data_home
        Folder with data sets that are not bundled. Without it: the environment variable ``HSSM_DATA_HOME``, then
        the user's cache. A file found in none of them is fetched once and kept in the first.

    Returns
    -------
    pandas.DataFrame
        One row per trial; a new frame at each call.

    Raises
    ------
    ValueError
        If no data set has that name.
    ConnectionError
        If a file is neither on disk nor to be fetched; the message says where to put it.
    """
    if dataset in BUNDLED:
        with as_file(files("hssm.data") / "assets" / f"{dataset}.csv.gz") as path:
            return pd.read_csv(path)
    if dataset in REMOTE:
        return pd.read_csv(_locate(dataset, REMOTE[dataset], _homes(data_home)))
    names = ", ".join(list_data())
    raise ValueError(f"No data set is called {dataset!r}.{close_matches(dataset, list_data())} There are: {names}.")


def _homes(data_home: str | os.PathLike[str] | None) -> list[Path]:
    """Folders to search, first to last."""
    from platformdirs import user_cache_path

    given = [data_home, os.environ.get("HSSM_DATA_HOME")]
    return [*(Path(home).expanduser() for home in given if home), user_cache_path("hssm") / "data"]


def _locate(dataset: str, remote: RemoteDataset, homes: list[Path]) -> Path:
    for home in homes:
        if (home / remote.file).is_file():
            return home / remote.file
    if remote.sha256 is None:
        raise _unavailable(dataset, remote, homes, "it is not published with a checksum, so it is not fetched")
    url = f"{os.environ.get('HSSM_DATA_URL', DATA_URL).rstrip('/')}/{remote.file}"
    try:
        return _fetch(url, remote.file, remote.sha256, homes[0])
    except (OSError, ValueError) as error:
        reason = f"fetching {url} failed ({type(error).__name__}: {error})"
        raise _unavailable(dataset, remote, homes, reason) from error


def _fetch(url: str, file: str, sha256: str, home: Path) -> Path:
    import pooch

    return Path(pooch.retrieve(url, known_hash=f"sha256:{sha256}", fname=file, path=home))


def _unavailable(dataset: str, remote: RemoteDataset, homes: list[Path], reason: str) -> ConnectionError:
    return ConnectionError(
        f"Data set {dataset!r} is not on this machine: {reason}. Put the file at {homes[0] / remote.file}, or into "
        f"another folder named by 'data_home' or the environment variable HSSM_DATA_HOME, as {remote.file!r}."
    )
