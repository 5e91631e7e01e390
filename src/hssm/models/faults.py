"""Collecting everything that is wrong with an input, so that it is reported at once.

Used where users describe models: a message that names one fault at a time costs them one run each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass
class Faults:
    """Faults of one input, in the order found."""

    subject: str
    wrong_values: list[str] = field(default_factory=list)
    wrong_types: list[str] = field(default_factory=list)

    def value(self, wrong: bool, message: str) -> bool:
        """Note a wrong value if it is one; returns whether it is."""
        if wrong:
            self.wrong_values.append(message)
        return wrong

    def type(self, wrong: bool, message: str) -> bool:
        """Note a wrong type if it is one; returns whether it is."""
        if wrong:
            self.wrong_types.append(message)
        return wrong

    def raise_if_any(self) -> None:
        """Raise one error naming all: a TypeError if only types are wrong, else a ValueError."""
        found = [*self.wrong_types, *self.wrong_values]
        if found:
            error = ValueError if self.wrong_values else TypeError
            raise error(f"{self.subject}: " + "; ".join(found) + ".")


def quoted(names: Iterable[object]) -> str:
    """Names for a message: quoted, in the given order."""
    return ", ".join(repr(name) for name in names) or "none"


def is_names(value: object) -> bool:
    """Whether it is a non-empty list or tuple of strings."""
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(v, str) for v in value)
