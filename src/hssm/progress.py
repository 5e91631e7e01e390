"""The bar that says how far a long job is; silent where nobody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int, *, done: int = 0, shown: bool = True) -> Iterator[Callable[[], None]]:
    """A bar with the time left; the returned function moves it on by one."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("left:"), TimeRemainingColumn(), disable=not shown) as bar:
        task = bar.add_task(what, total=total, completed=done)
        yield lambda: bar.advance(task)
