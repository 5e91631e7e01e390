"""Python's cyclic garbage collector, held back while symbolic graphs are built and compiled.

These make hundreds of thousands of small objects that live on, and the collector visits all of them again and again:
a third of the time from a data frame to the first step of a sampler, measured with ``benchmarks/second_fit.py``.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY_UNVISITED, MOST_UNVISITED = 1_000_000, 3_000_000
"""Objects made in such blocks before all of them are visited once: when there is time, and at once."""

FROZEN_BY_PYTHON = 1_000
"""The interpreter itself freezes some hundred objects when it starts; more were frozen by the user, and stay so."""

_unvisited = [0]  # objects made in such blocks since all were visited


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection within the block, and what it made counts as old afterwards: short collections skip it.

    A caller that has switched the collector off finds it off afterwards.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        _retire()
        gc.enable()
        _collect_beyond(MOST_UNVISITED)


def collect_if_due() -> None:
    """Look for garbage among the objects that were made unvisited, if they are many; for when nobody waits."""
    _collect_beyond(MANY_UNVISITED)


def _collect_beyond(most: int) -> None:
    if _unvisited[0] > most and gc.isenabled():
        gc.collect()
        _unvisited[0] = 0


def _retire() -> None:
    """Move all objects to the oldest generation, unseen."""
    _unvisited[0] += gc.get_count()[0]
    if gc.get_freeze_count() < FROZEN_BY_PYTHON:
        gc.freeze()
        gc.unfreeze()
