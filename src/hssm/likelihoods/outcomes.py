"""The outcomes that a row of data may stand for, and which rows stand for which: the only place where this is said.

A row is read from its own columns, so the answer is the same for the data of a fit, new data, and symbolic data: the
masks are NumPy arrays or PyTensor variables, whatever the columns are. ``missing.py`` gives every outcome its
probability.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np

from hssm.likelihoods.columns import choice_column, rt_column
from hssm.spec import MISSING_CODE, Named, Recording

OBSERVED = "observed"
LOST = "lost"
OMITTED = "omitted"
WITHHELD = "withheld"
UNKNOWN = "unknown"
LEFT, LEFT_ANY = "left-censored", "left-censored, any choice"
RIGHT, RIGHT_ANY = "right-censored", "right-censored, any choice"

MEANING = {
    OBSERVED: "rt and choice observed",
    LOST: "choice observed, rt lost",
    OMITTED: "no response by the deadline",
    WITHHELD: "response withheld (go/no-go)",
    UNKNOWN: "neither rt nor choice observed",
    LEFT: "choice observed, rt below a number",
    LEFT_ANY: "rt below a number",
    RIGHT: "choice observed, rt above a number",
    RIGHT_ANY: "rt above a number",
}


def rows_by_outcome(rows: Named, columns: tuple[str, ...], recording: Recording) -> dict[str, Any]:
    """Masks over the rows of every outcome that is possible in a recording.

    Parameters
    ----------
    rows
        Response columns by name, as the model holds them: -999 for a missing rt and a missing response.
    columns
        Names of the response columns, rt first.
    recording
        How trials were recorded.
    """
    rt, choice = rows[str(rt_column(columns))], rows[choice_column(columns)]
    has_rt = rt > 0.0
    if recording.nogo is not None:
        return {OBSERVED: has_rt, WITHHELD: ~has_rt}
    # Codes are far above -999; halfway tells the two apart in any precision.
    has_choice = choice > 0.5 * MISSING_CODE
    masks = {OBSERVED: has_rt}
    if recording.censored is not None:
        side = rows[recording.censored]
        below, above = has_rt & (side < -0.5), has_rt & (side > 0.5)
        masks = {
            OBSERVED: has_rt & ~(below | above),
            LEFT: below & has_choice,
            LEFT_ANY: below & ~has_choice,
            RIGHT: above & has_choice,
            RIGHT_ANY: above & ~has_choice,
        }
    if recording.deadline is not None:
        limited = rows[recording.deadline] < math.inf
        return masks | {
            OMITTED: ~has_rt & limited,
            LOST: ~has_rt & ~limited & has_choice,
            UNKNOWN: ~has_rt & ~limited & ~has_choice,
        }
    if recording.missing is None:
        return masks
    return masks | {LOST: ~has_rt & has_choice, UNKNOWN: ~has_rt & ~has_choice}


def possible(recording: Recording) -> tuple[str, ...]:
    """The outcomes that a recording can have."""
    return tuple(rows_by_outcome(defaultdict(lambda: np.zeros(1)), ("rt", "response"), recording))


def occurring(rows: Named, columns: tuple[str, ...], recording: Recording) -> dict[str, int]:
    """How many rows stand for each outcome, of those that occur; ``rows`` are arrays."""
    counts = {outcome: int(mask.sum()) for outcome, mask in rows_by_outcome(rows, columns, recording).items()}
    return {outcome: count for outcome, count in counts.items() if count}
