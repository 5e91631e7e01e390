"""Trials that share every predictor of a parameter: its regression is evaluated once for all of them.

In a factorial design a participant has as many values of a parameter as there are conditions, however many trials.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hssm.bambi_bridge.compat import Term

WORTH = 0.5
"""Share of distinct rows up to which one more read by index costs less than it saves."""


def distinct_rows(terms: tuple[Term, ...]) -> tuple[tuple[Term, ...], np.ndarray] | None:
    """The terms on distinct rows only, and which of these each trial has; None if there is too little to share.

    Gaussian-process terms are built by Bambi on all trials, so that a regression with one of them is left as it is.
    """
    if any(term.kind == "hsgp" for term in terms):
        return None
    parts = [term.columns.reshape(len(term.columns), -1) for term in terms]
    parts += [np.asarray(term.index, dtype=float)[:, None] for term in terms if term.index is not None]
    n_trials = len(parts[0])
    _, first, row = np.unique(np.column_stack(parts), axis=0, return_index=True, return_inverse=True)
    if len(first) > WORTH * n_trials:
        return None
    kept = tuple(
        replace(term, columns=term.columns[first], index=None if term.index is None else np.asarray(term.index)[first])
        for term in terms
    )
    return kept, row.ravel()
