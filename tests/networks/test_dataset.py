"""Rows on disk: the same from any executor, and not made twice."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hssm.models.registry import get_model
from hssm.networks import dataset
from hssm.networks.dataset import DatasetPlan, build_dataset
from hssm.networks.domain import training_box
from hssm.networks.reference import Exact

DDM = get_model("ddm")


@pytest.fixture
def plan(monkeypatch) -> DatasetPlan:
    monkeypatch.setattr(dataset, "ROWS_PER_CHUNK", 2400)
    return DatasetPlan(source=Exact(DDM), kind="lan", box=training_box(DDM), n_rows=6000, seed=3)


def test_any_executor_gives_the_same_rows(plan, tmp_path) -> None:
    told: list[tuple[int, int]] = []
    rows, labels = build_dataset(plan, tmp_path / "one", report=lambda *numbers: told.append(numbers))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert len(rows) == len(labels) == 6000
    with ThreadPoolExecutor(2) as executor:
        other, _ = build_dataset(plan, tmp_path / "two", executor=executor)
    np.testing.assert_array_equal(rows, other)


def test_an_interrupted_run_resumes(plan, tmp_path) -> None:
    rows, _ = build_dataset(plan, tmp_path)
    files = sorted(tmp_path.glob("*.npz"))
    files[1].unlink()
    kept = files[0].stat().st_mtime_ns
    told: list[tuple[int, int]] = []
    again, _ = build_dataset(plan, tmp_path, report=lambda *numbers: told.append(numbers))
    assert told == [(2, 3), (3, 3)]
    assert files[0].stat().st_mtime_ns == kept
    np.testing.assert_array_equal(rows, again)
    build_dataset(plan, tmp_path, resume=False)
    assert files[0].stat().st_mtime_ns != kept


def test_rows_of_another_plan_are_not_used(plan, tmp_path) -> None:
    build_dataset(plan, tmp_path)
    other = DatasetPlan(source=Exact(DDM), kind="lan", box=training_box(DDM), n_rows=2000, seed=4)
    rows, _ = build_dataset(other, tmp_path)
    assert len(rows) == 2016  # whole parameter vectors of 24 rows
    assert len(list(tmp_path.glob("*.npz"))) == 1


@pytest.mark.slow
def test_workers_of_a_cluster_make_the_same_rows(tmp_path) -> None:
    distributed = pytest.importorskip("distributed")
    plan = DatasetPlan(source=Exact(DDM), kind="lan", box=training_box(DDM), n_rows=60_000, seed=3)
    rows, _ = build_dataset(plan, tmp_path / "one")
    with distributed.Client(processes=False, n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        other, _ = build_dataset(plan, tmp_path / "two", executor=client.get_executor())
    np.testing.assert_array_equal(rows, other)
