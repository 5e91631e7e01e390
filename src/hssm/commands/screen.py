"""What a command says and how it fails: one place for printing, and the exceptions that carry an exit code."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

WRONG_INPUT = (ValueError, TypeError, OSError, ImportError, NotImplementedError)
"""What the package raises for something the user typed."""


WIDEST = 10_000
"""Characters in a line of a table."""


class WrongUsageError(Exception):
    """The user has to change something: exit code 2."""


class FailedRunError(Exception):
    """The computation did not succeed: exit code 1."""


@contextmanager
def user_input() -> Iterator[None]:
    """Errors of the package within this block are about what the user gave."""
    try:
        yield
    except WRONG_INPUT as error:
        raise WrongUsageError(message_of(error)) from error


def message_of(error: BaseException) -> str:
    """The error in one message; its class only where the text does not speak for itself."""
    text = str(error).strip()
    return text if isinstance(error, WRONG_INPUT) and text else f"{type(error).__name__}: {text}".rstrip(": ")


@dataclass(frozen=True)
class Screen:
    """Prints to standard output unless quiet; warnings and errors go to standard error."""

    quiet: bool = False

    @cached_property
    def _console(self) -> Any:
        from rich.console import Console

        return Console(quiet=self.quiet, highlight=False, soft_wrap=True)

    def say(self, text: str = "") -> None:
        self._console.print(text, markup=False)

    def heading(self, text: str) -> None:
        from rich.text import Text

        self._console.print(Text(text, style="bold"))

    def table(self, headers: list[str], rows: list[list[str]]) -> None:
        """Text to the left, numbers to the right."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for position, header in enumerate(headers):
            table.add_column(header, justify="left" if position == 0 else "right", no_wrap=True)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        # As wide as it needs to be: in a narrow window lines wrap, but no number is cut.
        Console(quiet=self.quiet, highlight=False, width=WIDEST).print(table)

    def complain(self, text: str) -> None:
        """One message to standard error, quiet or not."""
        from rich.console import Console

        Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)

    @contextmanager
    def plain_warnings(self) -> Iterator[None]:
        """Warnings to the user as one line each, without the place in the code."""
        with warnings.catch_warnings():
            for category in (UserWarning, FutureWarning):
                warnings.simplefilter("always", category)
            warnings.showwarning = lambda message, *_, **__: self.complain(f"Warning: {message}")
            yield
