"""Which response column is which: by position, because users may name them as they like."""

from __future__ import annotations

RT, RESPONSE = "rt", "response"


def rt_column(columns: tuple[str, ...]) -> str | None:
    """The column of reaction times, or None for a choice-only model."""
    return columns[0] if len(columns) > 1 else None


def choice_column(columns: tuple[str, ...]) -> str:
    """The column of choices."""
    return columns[1] if len(columns) > 1 else columns[0]
