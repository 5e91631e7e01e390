"""Executors: every task comes back once, whatever dies."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hssm.recovery.workers import count_workers, lost, run_tasks, start_method


def square(common: bytes, number: int) -> dict[str, Any]:
    return {"dataset": number, "value": number**2, "failure": None}


def die_once(common: bytes, number: int) -> dict[str, Any]:
    """Kills its worker at 2, the first time."""
    mark = Path(common.decode()) / "died"
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(common, number)


def die_always(common: bytes, number: int) -> dict[str, Any]:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(common, number)


def stumble(common: bytes, number: int) -> dict[str, Any]:
    """Raises at 1, the first time."""
    mark = Path(common.decode()) / "stumbled"
    if number == 1 and not mark.exists():
        mark.touch()
        raise OSError("no connection")
    return square(common, number)


def ordered(records: Any) -> list[int]:
    return sorted(record["dataset"] for record in records)


@pytest.mark.parametrize("executor", [1, 2, None])
def test_every_task_comes_back(executor) -> None:
    records = list(run_tasks(square, b"", range(7), executor))
    assert ordered(records) == list(range(7))
    assert all(record["value"] == record["dataset"] ** 2 for record in records)


def test_a_killed_worker_costs_nothing(tmp_path) -> None:
    records = list(run_tasks(die_once, str(tmp_path).encode(), range(6), 2))
    assert ordered(records) == list(range(6))
    assert not [record for record in records if record["failure"]]


def test_a_task_that_kills_its_worker_is_recorded() -> None:
    records = list(run_tasks(die_always, b"", range(6), 2))
    assert ordered(records) == list(range(6))
    failed = [record for record in records if record["failure"]]
    assert [record["dataset"] for record in failed] == [2]
    assert "worker was lost" in failed[0]["failure"]


def test_executors_of_others(tmp_path) -> None:
    with ThreadPoolExecutor(2) as executor:
        records = list(run_tasks(stumble, str(tmp_path).encode(), range(4), executor))
    assert ordered(records) == list(range(4))
    assert not [record for record in records if record["failure"]]


def test_what_is_no_executor() -> None:
    with pytest.raises(TypeError, match="submit"):
        list(run_tasks(square, b"", range(2), "many"))
    for wrong in (0, True):
        with pytest.raises(ValueError, match="number of workers"):
            count_workers(wrong, 3)
    assert count_workers(8, 3) == 3


def test_a_fork_beside_a_loaded_jax_is_silent() -> None:
    """Any other test may have loaded it: JAX then warns of every fork, and here warnings are errors."""
    import jax.numpy as jnp

    assert float(jnp.ones(3).sum()) == 3.0
    assert ordered(run_tasks(square, b"", range(4), 2)) == list(range(4))


def test_jax_is_not_forked() -> None:
    assert start_method(False) == "spawn"
    assert lost(3, OSError("gone"))["dataset"] == 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask() -> None:
    from dask.distributed import Client, LocalCluster

    import hssm

    settings: dict[str, Any] = {"sample_kwargs": {"draws": 60, "tune": 60, "chains": 2}, "random_state": 1}
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        far = hssm.recovery.parameter_recovery("ddm", 4, 30, executor=client.get_executor(), **settings)
    near = hssm.recovery.parameter_recovery("ddm", 4, 30, executor=1, **settings)
    # Workers that compile for one cache at a time may round differently.
    pd.testing.assert_frame_equal(far.table, near.table, rtol=1e-3)
