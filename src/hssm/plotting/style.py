"""Colours, line styles and the checks of options that plots share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import ArtistInspector
from matplotlib.axes import Axes
from matplotlib.cbook import normalize_kwargs
from matplotlib.colors import is_color_like
from matplotlib.lines import Line2D

from hssm.suggest import close_matches

PREDICTED = "#0072B2"
OBSERVED = "#333333"
CHOICES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#B8860B")
"""Distinguishable without red-green vision: Okabe and Ito (2008), Color Universal Design."""

SEQUENTIAL = "viridis"
"""Colour map of ordered things, such as quantiles."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One setting for what is predicted and one for what is observed."""

    predicted: Any
    observed: Any


def pair(name: str, given: Any, default: Pair) -> Pair:
    """A setting for both, a (predicted, observed) pair, or a dict with these keys; None is the default."""
    if given is None:
        return default
    if isinstance(given, Mapping):
        unknown = sorted(set(given) - {"predicted", "observed"})
        if unknown:
            raise ValueError(f"`{name}` has unknown keys {unknown}; allowed: 'observed', 'predicted'.")
        return Pair(given.get("predicted", default.predicted), given.get("observed", default.observed))
    if isinstance(given, str) or not isinstance(given, Sequence):
        return Pair(given, given)
    if len(given) != 2:
        raise ValueError(f"`{name}` must be one value, a (predicted, observed) pair or a dict, got {given!r}.")
    return Pair(given[0], given[1])


def require_colors(colors: Iterable[Any]) -> None:
    """ValueError for what Matplotlib does not take as a colour."""
    wrong = [color for color in colors if not is_color_like(color)]
    if wrong:
        raise ValueError(f"No colour: {', '.join(map(repr, wrong))}. Give names ('tab:blue') or codes ('#0072B2').")


def choice_colors(colors: Any, labels: Mapping[int, str]) -> list[Any]:
    """A colour per choice: from a list in the model's order, a dict by label, or the default palette."""
    if isinstance(colors, Mapping):
        unknown = sorted(set(map(str, colors)) - set(labels.values()))
        if unknown:
            raise ValueError(f"`colors` names {unknown}, which are no choices; choices: {sorted(labels.values())}.")
        by_label = {str(label): color for label, color in colors.items()}
        chosen = [by_label.get(label, CHOICES[i % len(CHOICES)]) for i, label in enumerate(labels.values())]
    elif colors is None:
        chosen = [CHOICES[i % len(CHOICES)] for i in range(len(labels))]
    else:
        chosen = [colors] * len(labels) if isinstance(colors, str) else list(colors)
        if len(chosen) != len(labels):
            raise ValueError(f"`colors` must have one colour per choice ({len(labels)}), got {len(chosen)}.")
    require_colors(chosen)
    return chosen


def require_option(name: str, given: Any, allowed: Sequence[Any]) -> None:
    """ValueError unless ``given`` is one of ``allowed``."""
    if given not in allowed:
        options = ", ".join(sorted(repr(option) for option in allowed))
        raise ValueError(f"`{name}` must be one of {options}, got {given!r}.{close_matches(given, map(str, allowed))}")


def line_properties(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments for lines under their long names; TypeError for what is no property of a line."""
    inspector = ArtistInspector(Line2D)
    allowed = {*inspector.get_setters(), *(alias for names in inspector.aliasd.values() for alias in names)}
    unknown = sorted(set(given) - allowed)
    if unknown:
        hints = ", ".join(f"{key!r}{close_matches(key, allowed)}" for key in unknown)
        raise TypeError(f"Unknown keyword {hints}. Further keywords of this plot are properties of Matplotlib's lines.")
    return normalize_kwargs(dict(given), Line2D)


def tidy(ax: Axes) -> None:
    """Axes without the box: only the lines that carry a scale."""
    ax.spines[["top", "right"]].set_visible(False)


def named(label: str) -> str:
    """A choice in words: codes are numbers, which say nothing by themselves."""
    return f"response {label}" if label.lstrip("-").isdigit() else label
