"""Close matches for misspelt names, as the tail of an error message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def close_matches(name: object, allowed: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` with a leading space, or an empty string when nothing is close."""
    found = difflib.get_close_matches(str(name), [str(option) for option in allowed], n=3, cutoff=0.6)
    if not found:
        return ""
    quoted = " or ".join(repr(match) for match in found)
    return f" Did you mean {quoted}?"
