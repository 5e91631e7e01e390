"""Example data: bundled sets, files on disk, and one fetch from a server on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import platformdirs
import pytest

from hssm.data import datasets
from hssm.data.datasets import RemoteDataset, list_data, load_data
from hssm.data.observe import observe

MADE_UP = "rt,response\n0.5,1\n0.7,-1\n"
OTHER = "rt,response\n0.9,1\n"

SIMULATED_T = 0.3
"""Seconds; the non-decision time of the bundled sets."""


@dataclass
class Server:
    """A folder served on the local host, and the requests it got."""

    folder: Path
    url: str = ""
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    seen = Server(folder=tmp_path / "published")
    seen.folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, *_args) -> None:
            seen.requests.append(self.path)

        def log_error(self, *_args) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(seen.folder))) as http:
        seen.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield seen
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path) -> Path:
    """No data on this machine, no address to fetch from; returns the user's cache."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _name: cache)
    monkeypatch.delenv("HSSM_DATA_HOME", raising=False)
    monkeypatch.setenv("HSSM_DATA_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return cache / "data"


@pytest.fixture
def made_up(monkeypatch) -> str:
    """A data set that does not exist elsewhere."""
    checksum = hashlib.sha256(MADE_UP.encode()).hexdigest()
    monkeypatch.setitem(datasets.REMOTE, "made_up", RemoteDataset(file="made_up.csv", sha256=checksum))
    return "made_up"


def test_names() -> None:
    assert list_data() == ("cavanagh_theta", "cavanagh_theta_old", "ddm_hierarchical", "ddm_simple")


@pytest.mark.parametrize(
    ("name", "columns", "n_rows"),
    [
        ("ddm_simple", ["rt", "response", "x"], 500),
        ("ddm_hierarchical", ["participant_id", "trial_id", "rt", "response", "x"], 1000),
    ],
)
def test_bundled_sets_are_ready_to_fit(name, columns, n_rows) -> None:
    data = load_data(name)
    assert list(data.columns) == columns
    seen = observe(data, choices=(-1, 1), formula_columns=["x"])
    assert seen.n_trials == n_rows
    assert data["rt"].min() > SIMULATED_T


def test_hierarchical_set_is_balanced() -> None:
    assert load_data("ddm_hierarchical").groupby("participant_id").size().tolist() == [50] * 20


def test_drift_of_the_simple_set_follows_its_covariate() -> None:
    data = load_data("ddm_simple")
    upper = data["response"] == 1
    assert upper[data["x"] > 0].mean() > upper[data["x"] < 0].mean()


def test_each_call_gives_a_new_frame() -> None:
    first = load_data("ddm_simple")
    first["rt"] = 0.0
    assert (load_data("ddm_simple")["rt"] > 0).all()


def test_unknown_names_list_what_there_is() -> None:
    with pytest.raises(ValueError, match="'ddm_simpel'.*Did you mean 'ddm_simple'.*cavanagh_theta, "):
        load_data("ddm_simpel")


def test_a_file_in_data_home_comes_first(made_up, tmp_path, monkeypatch) -> None:
    home, environment = tmp_path / "home", tmp_path / "environment"
    for folder, text in ((home, MADE_UP), (environment, OTHER)):
        folder.mkdir()
        (folder / "made_up.csv").write_text(text)
    monkeypatch.setenv("HSSM_DATA_HOME", str(environment))
    assert len(load_data(made_up, data_home=home)) == MADE_UP.count("\n") - 1
    assert len(load_data(made_up)) == OTHER.count("\n") - 1
    assert len(load_data(made_up, data_home=str(tmp_path / "absent"))) == OTHER.count("\n") - 1


def test_a_file_is_fetched_once_and_kept(made_up, server, monkeypatch, nowhere) -> None:
    (server.folder / "made_up.csv").write_text(MADE_UP)
    monkeypatch.setenv("HSSM_DATA_URL", server.url + "/")
    assert load_data(made_up)["rt"].tolist() == [0.5, 0.7]
    assert load_data(made_up)["response"].tolist() == [1, -1]
    assert server.requests == ["/made_up.csv"]
    assert (nowhere / "made_up.csv").read_text() == MADE_UP


def test_a_fetched_file_goes_to_data_home_if_given(made_up, server, monkeypatch, tmp_path, nowhere) -> None:
    (server.folder / "made_up.csv").write_text(MADE_UP)
    monkeypatch.setenv("HSSM_DATA_URL", server.url)
    load_data(made_up, data_home=tmp_path / "home")
    assert (tmp_path / "home" / "made_up.csv").is_file()
    assert not nowhere.exists()


def test_a_file_with_another_checksum_is_refused_and_not_kept(made_up, server, monkeypatch, nowhere) -> None:
    (server.folder / "made_up.csv").write_text(OTHER)
    monkeypatch.setenv("HSSM_DATA_URL", server.url)
    with pytest.raises(ConnectionError, match=r"(?s)made_up.*hash.*HSSM_DATA_HOME"):
        load_data(made_up)
    assert not (nowhere / "made_up.csv").exists()


@pytest.mark.parametrize("home", [None, "given"])
def test_an_unreachable_file_tells_where_to_put_it(made_up, tmp_path, nowhere, home) -> None:
    given = tmp_path / home if home else None
    with pytest.raises(ConnectionError) as told:
        load_data(made_up, data_home=given)
    assert str((given or nowhere) / "made_up.csv") in str(told.value)
    assert "HSSM_DATA_HOME" in str(told.value)


def test_a_file_absent_on_the_server_tells_so(made_up, server, monkeypatch) -> None:
    monkeypatch.setenv("HSSM_DATA_URL", server.url)
    with pytest.raises(ConnectionError, match="404"):
        load_data(made_up)


def test_a_set_without_checksum_is_never_fetched(server, monkeypatch) -> None:
    (server.folder / "cavanagh_theta_old.csv").write_text(MADE_UP)
    monkeypatch.setenv("HSSM_DATA_URL", server.url)
    with pytest.raises(ConnectionError, match="not fetched"):
        load_data("cavanagh_theta_old")
    assert server.requests == []
