"""The user's choice labels and the codes of the model they stand for.

``data.observe`` calls this before it looks at the responses; the mapping travels on in ``Observations.labels``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Labels = dict[Any, int]
"""Label -> code."""


def label_map(user_choices: Any, codes: tuple[int, ...]) -> Labels | None:
    """What each label means, or None if responses are to be read as codes.

    Parameters
    ----------
    user_choices
        None; a sequence of labels, mapped by position onto ``codes`` unless it holds the same set of codes; or a
        dict ``{label: code}``.
    codes
        The choices of the model.

    Raises
    ------
    TypeError
        If ``user_choices`` is none of these.
    ValueError
        If the number of labels is wrong, a label or a code repeats, or a code is not one of the model's.
    """
    if user_choices is None:
        return None
    if isinstance(user_choices, Mapping):
        return _from_mapping(dict(user_choices), codes)
    if isinstance(user_choices, str | bytes) or not isinstance(user_choices, Iterable):
        raise TypeError(
            f"'choices' must be a list of labels or a dict from labels to codes, got {user_choices!r} of type "
            f"{type(user_choices).__name__}. {_remedy(codes)}"
        )
    return _from_labels([_plain(label) for label in user_choices], codes)


def _from_labels(labels: list[Any], codes: tuple[int, ...]) -> Labels | None:
    _require_count(labels, codes)
    _require_distinct(labels, codes)
    if not any(isinstance(label, bool) for label in labels) and set(labels) == set(codes):
        return None
    return dict(zip(labels, codes, strict=True))


def _from_mapping(mapping: Labels, codes: tuple[int, ...]) -> Labels:
    given = [_plain(code) for code in mapping.values()]
    unknown = [code for code in given if isinstance(code, bool) or code not in codes]
    if unknown:
        raise ValueError(f"'choices' maps onto {unknown}, which the model does not have. {_given(mapping, codes)}")
    _require_count(list(mapping), codes)
    if len(set(given)) < len(given):
        raise ValueError(f"'choices' maps two labels onto one code. {_given(mapping, codes)}")
    return {_plain(label): codes[codes.index(code)] for label, code in zip(mapping, given, strict=True)}


def _require_count(labels: list[Any], codes: tuple[int, ...]) -> None:
    if len(labels) != len(codes):
        raise ValueError(
            f"'choices' has {len(labels)} labels, but the model has {len(codes)} choices. {_given(labels, codes)}"
        )


def _require_distinct(labels: list[Any], codes: tuple[int, ...]) -> None:
    try:
        repeated = len(set(labels)) < len(labels)
    except TypeError:
        raise TypeError(f"A label in 'choices' must be a number, a string or a bool, got {labels!r}.") from None
    if repeated:
        raise ValueError(f"'choices' repeats a label. {_given(labels, codes)}")


def _given(labels: Any, codes: tuple[int, ...]) -> str:
    return f"Given: {labels!r}; codes of the model: {list(codes)}. {_remedy(codes)}"


def _remedy(codes: tuple[int, ...]) -> str:
    names = [f"label{position + 1}" for position in range(len(codes))]
    return f"Give one label per code, in this order ({names}), or a dict {dict(zip(names, codes, strict=True))}."


def _plain(value: Any) -> Any:
    """A NumPy scalar as the Python value it holds."""
    return value.item() if hasattr(value, "item") and not isinstance(value, str) else value
