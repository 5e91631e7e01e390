"""Families of models and the numbers for which they have members.

Read by ``make_model_pages.py``. A family has no list of members, so numbers are tried until the registry has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hssm.models import registry
from hssm.models.registry import find_model, list_models

TRIED = range(2, 21)
SHOWN = 3
"""The member that stands for a family on its page."""


@dataclass(frozen=True)
class FamilyRow:
    """A family: its name with ``{n}``, the member that is shown, and the numbers there are."""

    pattern: str
    member: str
    numbers: tuple[int, ...]

    @property
    def span(self) -> str:
        """The numbers in words."""
        return f"n = {self.numbers[0]} to {self.numbers[-1]}"


@cache
def families() -> tuple[FamilyRow, ...]:
    """Every family of the registry whose name follows a pattern."""
    rows = []
    for pattern in _patterns():
        known = tuple(n for n in TRIED if _exists(pattern.format(n=n)))
        listed = [n for n in known if pattern.format(n=n) in list_models()] or known
        shown = SHOWN if SHOWN in listed else listed[0]
        rows.append(FamilyRow(pattern, pattern.format(n=shown), known))
    return tuple(rows)


def family_of(name: str) -> FamilyRow | None:
    """The family that a model belongs to, or None."""
    return next((row for row in families() if name in {row.pattern.format(n=n) for n in row.numbers}), None)


def _patterns() -> Iterator[str]:
    for found in registry.families():
        for family in getattr(found, "families", (found,)):
            if "{n}" in getattr(family, "pattern", ""):
                yield family.pattern


def _exists(name: str) -> bool:
    try:
        return find_model(name) is not None
    except ValueError:  # a number out of the range of the family
        return False
