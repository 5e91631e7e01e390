"""Families: models that differ only by the number of accumulators or alternatives in their name.

A model file makes one ``FAMILY`` of a name pattern and a function from the number to a :class:`~hssm.spec.ModelSpec`;
the registry asks every family for a name that no model has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hssm.spec import ModelSpec

FEWEST, MOST = 2, 10


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedFamily:
    """Models called ``pattern`` with a number from 2 to 10 in place of ``{n}``."""

    pattern: str
    member: Callable[[int], ModelSpec]

    def names(self) -> tuple[str, ...]:
        """The names of all members."""
        return tuple(self.pattern.replace("{n}", str(n)) for n in range(FEWEST, MOST + 1))

    def match(self, name: str) -> ModelSpec | None:
        """The member of that name, or None if the name is not of this family.

        Raises
        ------
        ValueError
            The name is of this family, but its number is not from 2 to 10.
        """
        before, _, after = self.pattern.partition("{n}")
        found = re.fullmatch(re.escape(before) + r"(0|[1-9]\d*)" + re.escape(after), name)
        if found is None:
            return None
        n = int(found[1])
        if not FEWEST <= n <= MOST:
            raise ValueError(
                f"Model {name!r} is out of range: {self.pattern!r} exists for n = {FEWEST} to {MOST}, got n = {n}."
            )
        return self.member(n)


@dataclass(frozen=True, slots=True)
class Families:
    """Several families of one model file."""

    families: tuple[NumberedFamily, ...]

    def match(self, name: str) -> ModelSpec | None:
        """The member of that name in any of them, or None."""
        return next((found for family in self.families if (found := family.match(name)) is not None), None)
