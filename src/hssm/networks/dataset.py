"""Training rows in chunks on disk: any executor makes them, and what is there is not made again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from hssm.networks.reference import SIMULATIONS_PER_VECTOR, Source
from hssm.spec import Bounds

ROWS_PER_CHUNK = 50_000


@dataclass(frozen=True, kw_only=True)
class DatasetPlan:
    """What is to be made: chunk ``i`` depends on the plan and ``i`` alone, whoever makes it and when."""

    source: Source
    kind: str
    box: Mapping[str, Bounds]
    n_rows: int
    seed: int

    @property
    def per_vector(self) -> int:
        return self.source.share.per_vector(self.kind)

    @property
    def n_vectors(self) -> int:
        """Parameter vectors of a whole chunk."""
        return max(ROWS_PER_CHUNK // self.per_vector, 1)

    @property
    def n_chunks(self) -> int:
        return -(-self.n_rows // (self.n_vectors * self.per_vector))

    def fingerprint(self) -> str:
        facts = [self.source.name, self.source.spec.name, self.kind, sorted(self.box.items()), self.n_rows, self.seed]
        facts += [asdict(self.source.share), SIMULATIONS_PER_VECTOR]
        return sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]

    def make(self, chunk: int) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (n, k) and labels (n, K), float32, of one chunk."""
        rng = np.random.default_rng([self.seed, chunk])
        left = -(-self.n_rows // self.per_vector) - chunk * self.n_vectors
        theta = self.source.vectors(rng, self.box, min(self.n_vectors, left))
        return self.source.rows(rng, theta, self.kind)


def build_dataset(
    plan: DatasetPlan,
    folder: Path,
    *,
    executor: Executor | None = None,
    resume: bool = True,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Make what is missing in ``folder`` and read it all.

    ``report`` is told how many chunks there are and shall be. Without ``resume``, or where the folder holds another
    plan's chunks, all are made anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{plan.fingerprint()}_{i:04d}.npz" for i in range(plan.n_chunks)]
    for stale in set(folder.glob("*.npz")) - (set(files) if resume else set()):
        stale.unlink()
    missing = [(i, file) for i, file in enumerate(files) if not file.exists()]
    done = len(files) - len(missing)
    report(done, len(files))
    for _ in _made(plan, missing, executor):
        done += 1
        report(done, len(files))
    parts = [np.load(file) for file in files]
    return np.concatenate([part["inputs"] for part in parts]), np.concatenate([part["labels"] for part in parts])


def _made(plan: DatasetPlan, missing: list[tuple[int, Path]], executor: Executor | None) -> Iterator[None]:
    if executor is None:
        for i, file in missing:
            _write(file, *plan.make(i))
            yield
        return
    files = {executor.submit(plan.make, i): file for i, file in missing}
    for future in as_completed(files):
        _write(files[future], *future.result())
        yield


def _write(file: Path, inputs: np.ndarray, labels: np.ndarray) -> None:
    """Whole or not at all: a run that is cut off leaves no half chunk."""
    partial = file.with_suffix(".part")
    with partial.open("wb") as stream:
        np.savez(stream, inputs=inputs, labels=labels)
    partial.replace(file)
