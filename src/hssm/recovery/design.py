"""What is simulated and fitted: the settings of a study, and the frame of its trials.

A study is told by its settings alone, so that a worker on another machine builds the same model from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd

from hssm.models.registry import find_model

PARTICIPANT = "participant_id"
TRIAL = "trial"
EARLIEST, LATEST = 0.4, 0.8
"""Seconds: the response times that stand in the frame until data are simulated."""
HIERARCHICAL = f"1 + (1|{PARTICIPANT})"
"""Formula of every parameter where there are several participants and nothing was said about formulas."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """Everything that determines the data sets and fits of a study, but for the number of data sets.

    ``kind`` is "recovery" or "sbc"; ``arguments`` are those of :class:`hssm.HSSM`, ``sampling`` those of its
    ``sample``; ``theta`` are the values that are not drawn from the prior; ``entropy`` is the study's seed.
    """

    kind: str
    model: str
    n_trials: int
    n_participants: int
    design: Any = None
    theta: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    sampling: Mapping[str, Any] = field(default_factory=dict)
    entropy: int = 0

    def packed(self) -> bytes:
        """The study as bytes that any worker can read, functions included."""
        return cloudpickle.dumps(self)

    def digest(self) -> str:
        """A name of the settings, the seed left out: the same in every process."""
        parts = [self.kind, self.model, self.n_trials, self.n_participants, self.theta, self.arguments, self.sampling]
        design = "" if self.design is None else frame_of_trials(self).to_csv(index=False)
        return hashlib.sha256("\n".join([*map(_text, parts), design]).encode()).hexdigest()[:16]


def _text(value: Any) -> str:
    """A text that equal settings share, whatever order they were given in."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if callable(value):
        return getattr(value, "__qualname__", type(value).__name__)
    return repr(value.tolist() if isinstance(value, np.ndarray) else value)


def frame_of_trials(study: Study) -> pd.DataFrame:
    """The trials of a study: participants, covariates, and responses that hold the place of those to be simulated.

    Raises
    ------
    ValueError
        A design with other numbers of trials than the study, or columns of the wrong length.
    """
    design = study.design
    if isinstance(design, pd.DataFrame):
        frame = design.reset_index(drop=True)
    else:
        n_rows = study.n_trials * study.n_participants
        frame = pd.DataFrame(
            {
                PARTICIPANT: np.repeat(np.arange(study.n_participants), study.n_trials),
                TRIAL: np.tile(np.arange(study.n_trials), study.n_participants),
            }
        )
        for name, values in (design or {}).items():
            frame[name] = _column(name, values, study, n_rows)
    return frame.assign(**_placeholders(study, frame))


def _column(name: str, values: Any, study: Study, n_rows: int) -> np.ndarray:
    """A covariate: one value per trial, or levels that take turns within every participant."""
    array = np.asarray(values)
    if array.shape == (n_rows,):
        return array
    if array.ndim != 1 or not 1 <= len(array) <= study.n_trials:
        raise ValueError(
            f"`design` gives {array.shape} values for {name!r}. Allowed: levels that take turns within a participant "
            f"(at most {study.n_trials}), or one value per trial ({n_rows}); or give a DataFrame of all trials."
        )
    return np.tile(np.resize(array, study.n_trials), study.n_participants)


def _placeholders(study: Study, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    spec = find_model(study.model)
    choices = tuple(study.arguments.get("choices") or (spec.choices if spec is not None else (-1, 1)))
    columns = {"response": np.resize(np.asarray(choices), len(frame))}
    if spec is None or "rt" in spec.response:
        low, high = study.arguments.get("truncation") or (None, None)
        deadline = study.arguments.get("deadline")
        ends = [end for end in (high, _earliest(deadline, frame)) if end is not None]
        first = float(low or 0.0)
        width = min([1.0, *(float(end) - first for end in ends)])
        columns["rt"] = first + width * np.linspace(EARLIEST, LATEST, len(frame))
    return columns


def _earliest(deadline: Any, frame: pd.DataFrame) -> float | None:
    if not deadline:
        return None
    if isinstance(deadline, bool | str):
        name = "deadline" if deadline is True else deadline
        return float(frame[name].min()) if name in frame else None
    return float(deadline)
