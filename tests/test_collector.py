"""The garbage collector, held back and let go."""

from __future__ import annotations

import gc
import weakref

import pytest

from hssm import collector
from hssm.collector import collect_if_due, collector_paused


class Knot:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def counted_from_zero(monkeypatch) -> None:
    monkeypatch.setattr(collector, "_unvisited", [0])


def test_nothing_is_collected_within_the_block_and_the_collector_is_back_afterwards() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_back_after_an_error() -> None:
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()


def test_who_switched_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_short_collections_skip_what_was_made() -> None:
    with collector_paused():
        knot = Knot()
        seen = weakref.ref(knot)
        del knot
    gc.collect(0)
    gc.collect(1)
    assert seen() is not None
    gc.collect()
    assert seen() is None


def test_garbage_is_collected_once_there_is_much(monkeypatch) -> None:
    monkeypatch.setattr(collector, "MANY_UNVISITED", 2_000)
    with collector_paused():
        seen = weakref.ref(Knot())
        kept = [[] for _ in range(1_000)]
    collect_if_due()
    assert seen() is not None
    with collector_paused():
        kept += [[] for _ in range(2_000)]
    collect_if_due()
    assert seen() is None
    assert collector._unvisited == [0]


def test_a_loop_of_such_blocks_does_not_pile_up_garbage(monkeypatch) -> None:
    monkeypatch.setattr(collector, "MOST_UNVISITED", 5_000)
    seen = []
    for _ in range(20):
        with collector_paused():
            seen.append(weakref.ref(Knot()))
            kept = [[] for _ in range(1_000)]
        del kept
    assert sum(each() is not None for each in seen) < 10


def test_what_the_user_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        assert before > collector.FROZEN_BY_PYTHON
        with collector_paused():
            pass
        assert gc.get_freeze_count() > before / 2
    finally:
        gc.unfreeze()
