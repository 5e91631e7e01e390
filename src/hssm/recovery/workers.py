"""Tasks over workers: any ``concurrent.futures`` executor, local processes of our own, or this process.

A worker that dies takes its pool with it. A pool of our own is renewed, and the tasks that were under way are repeated,
one at a time, so that one that kills its worker is found and recorded while the others come through.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from typing import Any

from hssm.inference.samplers import forks_quietly

ATTEMPTS = 2
"""How often a task is tried that takes its worker with it."""
Record = dict[str, Any]
Task = Callable[[int], Record]


def count_workers(executor: Any, n_tasks: int) -> int:
    """Workers of our own that serve ``executor``, None or a number; 1 means this process."""
    if isinstance(executor, bool) or (isinstance(executor, int) and executor < 1):
        raise ValueError(
            f"`executor` must be an executor, a number of workers of at least 1, or None, got {executor!r}."
        )
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    wanted = executor if isinstance(executor, int) else available
    return max(1, min(wanted, n_tasks))


def run_tasks(
    function: Callable[..., Record], common: bytes, numbers: Iterable[int], executor: Any, *, fork: bool = True
) -> Iterator[Record]:
    """Records of ``function(common, number)`` as they are finished, in any order.

    Parameters
    ----------
    function : importable by workers
    common : first argument of every call
    numbers : second arguments
    executor : None (local processes), a number of local processes, or an executor with ``submit``
    fork : whether local processes may be forked, which JAX does not survive
    """
    waiting = list(numbers)
    if executor is None or isinstance(executor, int):
        n_workers = count_workers(executor, len(waiting))
        if n_workers == 1:
            yield from (function(common, number) for number in waiting)
        else:
            method = start_method(fork)
            yield from _OwnPool(function, common, n_workers, method).run(waiting)
        return
    if not callable(getattr(executor, "submit", None)):
        raise TypeError(
            f"`executor` must have `submit`, as those of concurrent.futures; got {type(executor).__name__}."
        )
    yield from _foreign(function, common, waiting, executor)


def _foreign(function: Callable[..., Record], common: bytes, waiting: list[int], executor: Any) -> Iterator[Record]:
    """An executor of the user's: a task that fails outside the study's own code is tried once more."""
    tried: dict[int, int] = {}
    under_way = {executor.submit(function, common, number): number for number in waiting}
    while under_way:
        future = _first_done(under_way)
        number = under_way.pop(future)
        try:
            yield future.result()
        except Exception as error:
            tried[number] = tried.get(number, 0) + 1
            if tried[number] < ATTEMPTS and not isinstance(error, BrokenExecutor):
                under_way[executor.submit(function, common, number)] = number
            else:
                yield lost(number, error)


def _first_done(under_way: Iterable[Any]) -> Any:
    """A finished future; those of other libraries are waited for by their own means."""
    futures = list(under_way)
    if all(isinstance(future, Future) for future in futures):
        return next(iter(wait(futures, return_when=FIRST_COMPLETED).done))
    done = [future for future in futures if future.done()]
    if not done:
        futures[0].exception()  # waits
        done = [future for future in futures if future.done()]
    return done[0]


def lost(number: int, error: BaseException) -> Record:
    """The record of a data set whose worker was lost."""
    return {"dataset": number, "failure": f"its worker was lost: {type(error).__name__}: {error}", "seconds": 0.0}


class _OwnPool:
    """Local processes; at most one task per worker is under way, so that a death takes few with it."""

    def __init__(self, function: Callable[..., Record], common: bytes, n_workers: int, method: str) -> None:
        self._function, self._common, self._n_workers, self._method = function, common, n_workers, method
        self._began = False
        self._pool = self._renewed()

    def _renewed(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._n_workers, mp_context=multiprocessing.get_context(self._method))

    def _submit(self, number: int) -> Future[Record]:
        with forks_quietly():
            return self._pool.submit(self._function, self._common, number)

    def run(self, waiting: list[int]) -> Iterator[Record]:
        queue, suspects = list(reversed(waiting)), []
        under_way: dict[Future[Record], int] = {}
        try:
            while queue or under_way:
                while queue and len(under_way) < self._n_workers:
                    number = queue.pop()
                    under_way[self._submit(number)] = number
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    number = under_way.pop(future)
                    try:
                        record = future.result()
                    except BrokenExecutor:
                        self._require_start()
                        suspects.append(number)
                    else:
                        self._began = True
                        yield record
                if suspects:
                    suspects += under_way.values()
                    under_way.clear()
                    yield from self._one_by_one(suspects)
                    suspects = []
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _require_start(self) -> None:
        """RuntimeError if no new process has ever come to its work: scripts must let themselves be imported."""
        if self._method == "spawn" and not self._began:
            raise RuntimeError(
                "The worker processes died before their first data set. In a script, put the call under "
                "`if __name__ == '__main__':`, or use executor=1 to work in this process."
            )

    def _one_by_one(self, suspects: list[int]) -> Iterator[Record]:
        self._pool = self._renewed()
        for number in suspects:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    yield self._submit(number).result()
                    break
                except BrokenExecutor as error:
                    self._pool = self._renewed()
                    if attempt == ATTEMPTS:
                        yield lost(number, error)


def start_method(fork: bool) -> str:
    """``fork`` where it is safe: scripts then need no ``if __name__ == "__main__"``."""
    can_fork = fork and "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
    return "fork" if can_fork else "spawn"
