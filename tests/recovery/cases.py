"""Small studies that tests share."""

from __future__ import annotations

from typing import Any

import numpy as np

from hssm.recovery.engine import Engine
from hssm.recovery.study import make_study

FEW = {"draws": 100, "tune": 100, "chains": 2}
TRUE = {"v": 0.8, "a": 1.2, "z": 0.5, "t": 0.3}


def engine(
    kind: str = "recovery", model: str = "ddm", n_trials: int = 40, n_participants: int = 1, **more: Any
) -> Engine:
    """An engine of a small study with a fixed seed."""
    study = make_study(kind, model, n_trials, n_participants, **{"sample_kwargs": FEW, **more})
    return Engine(study)


def same_rows(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> bool:
    """Whether two records hold the same numbers."""
    numbers = [[[row[key] for key in ("true", "mean", "lower", "upper")] for row in rows] for rows in (first, second)]
    return [row["parameter"] for row in first] == [row["parameter"] for row in second] and np.array_equal(*numbers)
