"""Shared by the benchmarks: one worker process per side, the same data for both, one table row per figure.

A benchmark script runs in two roles. Called by a person it is the *conductor*: it simulates data, starts itself again
with ``--worker`` in the Python of each side, and prints rows. Called with ``--worker`` it measures, using only the
interface that both sides share, and prints one line that begins with ``RESULT``. This file needs the standard library
only, so that it can be imported by either side.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MARK = "RESULT "
Measure = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure of ours, the peer's beside it, and what is aimed at.

    ``at_least`` counts how many times better than the peer; ``limit`` is in the row's own unit and needs no peer.
    """

    what: str
    unit: str
    ours: float
    peer: float | None = None
    more_is_better: bool = False
    at_least: float | None = None
    limit: float | None = None

    @property
    def times(self) -> float | None:
        if self.peer is None or not self.ours or not self.peer:
            return None
        return self.ours / self.peer if self.more_is_better else self.peer / self.ours

    @property
    def target(self) -> str:
        parts = [] if self.at_least is None else [f">= {self.at_least:g} x"]
        if self.limit is not None:
            parts.append(f"{'>=' if self.more_is_better else '<='} {self.limit:g} {self.unit}")
        return ", ".join(parts)

    @property
    def met(self) -> bool | None:
        """None if there is nothing to compare with."""
        verdicts = []
        if self.at_least is not None and self.times is not None:
            verdicts.append(self.times >= self.at_least)
        if self.limit is not None:
            verdicts.append(self.ours >= self.limit if self.more_is_better else self.ours <= self.limit)
        return all(verdicts) if verdicts else None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"times": self.times, "target": self.target, "met": self.met}


@dataclass(frozen=True, slots=True)
class Run:
    """What one worker process returned, and what it cost as seen from outside."""

    result: dict[str, Any]
    wall: float
    cpu: float
    peak_bytes: int | None


def parser(description: str) -> argparse.ArgumentParser:
    """Options that every benchmark has."""
    parsed = argparse.ArgumentParser(description=description)
    parsed.add_argument("--peer", default=os.environ.get("HSSM_PEER_PYTHON"), help="Python with the PyPI hssm in it")
    parsed.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parsed.add_argument(
        "--short", action="store_true", help="fewer repeats and draws: shows that it runs, not how fast"
    )
    return parsed


def sides(peer: str | None) -> dict[str, str]:
    """Python of each side by name."""
    return {"ours": sys.executable} | ({"peer": peer} if peer else {})


def alternating(names: list[str], rounds: int) -> Iterator[str]:
    """Each side once per round; every other round starts with the other side, so that drifting load hits both."""
    for number in range(rounds):
        yield from names if number % 2 == 0 else reversed(names)


def run_worker(
    script: str, python: str, options: dict[str, Any], environment: dict[str, str] | None = None, watch: bool = False
) -> Run:
    """Run a script's worker role in a new process of ``python`` and return what it measured.

    Raises
    ------
    RuntimeError
        If the process fails; the end of its output is in the message.
    """
    command = [python, str(Path(script).resolve()), "--worker", json.dumps(options)]
    inherited = dict(os.environ)
    if python != sys.executable:
        inherited.pop("PYTHONPATH", None)  # it would put our package in the place of the peer's
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=inherited | (environment or {})
        )
        watcher = _MemoryWatcher(process.pid) if watch else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = watcher.stop() if watcher else None
        output.seek(0)
        text = output.read()
    lines = [line for line in text.splitlines() if line.startswith(MARK)]
    if process.returncode or not lines:
        raise RuntimeError(
            f"The worker of {Path(script).name} failed with status {process.returncode}:\n{text[-3000:]}"
        )
    return Run(json.loads(lines[-1][len(MARK) :]), wall, usage.ru_utime + usage.ru_stime, peak)


class _MemoryWatcher:
    """Largest sum of the resident sets of a process and its descendants, in bytes (Linux only).

    Pages that processes share are counted in each of them, so this is an upper bound.
    """

    def __init__(self, pid: int, seconds: float = 0.05) -> None:
        self._pid, self._seconds, self._peak = pid, seconds, 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(self._seconds):
            self._peak = max(self._peak, sum(_resident_bytes(pid) for pid in _family(self._pid)))

    def stop(self) -> int | None:
        self._done.set()
        self._thread.join()
        return self._peak or None


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            numbers = children.read_text().split()
        except OSError:  # the process ended meanwhile
            continue
        for child in numbers:
            yield from _family(int(child))


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def fresh_cache(folder: str) -> dict[str, str]:
    """Environment in which every compiler that keeps files keeps them in ``folder``."""
    return {
        "PYTENSOR_FLAGS": f"base_compiledir={folder}/pytensor",
        "NUMBA_CACHE_DIR": f"{folder}/numba",
        "JAX_COMPILATION_CACHE_DIR": f"{folder}/jax",
    }


def median(values: list[float]) -> float:
    return statistics.median(values)


def main(
    measure: Measure, conduct: Callable[[argparse.Namespace], dict[str, Any]], parsed: argparse.ArgumentParser
) -> None:
    """The two roles of a benchmark script."""
    if len(sys.argv) > 2 and sys.argv[1] == "--worker":
        print(MARK + json.dumps(measure(json.loads(sys.argv[2]))), flush=True)
        return
    options = parsed.parse_args()
    load_before = os.getloadavg()[0]
    report = conduct(options)
    rows: list[Row] = report.pop("rows")
    if options.json:
        report |= {"rows": [row.as_dict() for row in rows], "conditions": _conditions(load_before, options.short)}
        print(json.dumps(report, indent=1))
    else:
        print("\n".join([HEADER, *(line(row.as_dict()) for row in rows)]))


def _conditions(load_before: float, short: bool) -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_before": load_before,
        "short": short,
    }


HEADER = "| What | Unit | Ours | Peer | Times better | Target | Met |\n|---|---|---|---|---|---|---|"


def line(row: dict[str, Any]) -> str:
    """A row, as ``Row.as_dict`` gives it, in Markdown."""
    numbers = ["" if row[key] is None else f"{row[key]:.4g}" for key in ("ours", "peer", "times")]
    met = {None: "", True: "yes", False: "NO"}[row["met"]]
    return f"| {' | '.join([row['what'], row['unit'], *numbers, row['target'], met])} |"
