"""Model, draws and data -> what a predictive plot shows, as plain arrays; nothing here draws.

Every plot starts here: predictive draws are found in the tree or generated beside it (the tree that was passed is never
changed), thinned, and brought together with the observed responses, row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.data.checks import choice_column, require_columns, require_frame, time_column
from hssm.data.observe import observe
from hssm.inference.draws import designs_for, flatten, trial_theta
from hssm.inference.predictive import PredictionRequest, predict_responses
from hssm.inference.prior import sample_prior
from hssm.likelihoods.outcomes import LOST, UNKNOWN, rows_by_outcome
from hssm.seeds import as_generator
from hssm.spec import MISSING_CODE, Observations

SOURCES = {"posterior_predictive": "posterior", "prior_predictive": "prior"}
"""Predictive groups -> the draws from which they follow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Responses:
    """Responses, observed (n_trials,) or predicted (n_samples, n_trials).

    ``rt`` in seconds, NaN where there was no response; None for choice-only models. ``choice`` holds model codes.
    """

    rt: np.ndarray | None
    choice: np.ndarray

    @property
    def n_trials(self) -> int:
        return self.choice.shape[-1]

    @property
    def omitted(self) -> float:
        """Proportion of trials without a response."""
        lost = self.choice == MISSING_CODE if self.rt is None else np.isnan(self.rt)
        return float(lost.mean()) if lost.size else 0.0

    def take(self, rows: np.ndarray) -> Responses:
        """The trials of a mask or of positions."""
        return Responses(rt=None if self.rt is None else self.rt[..., rows], choice=self.choice[..., rows])


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictiveData:
    """Observed and predicted responses of the same trials, and what is known about these trials.

    ``labels`` maps every code, in the model's order, to the text by which the user knows it. ``theta`` holds parameters
    on the natural scale, (n_samples or 1, n_trials or 1), if they were asked for. Trials whose rt was lost are left
    out; ``lost`` is their proportion.
    """

    frame: pd.DataFrame
    observed: Responses | None
    predicted: Responses
    labels: Mapping[int, str]
    theta: Mapping[str, np.ndarray] = field(default_factory=dict)
    lost: float = 0.0

    @property
    def codes(self) -> tuple[int, ...]:
        return tuple(self.labels)

    @property
    def is_choice_only(self) -> bool:
        return self.predicted.rt is None

    def take(self, rows: np.ndarray) -> PredictiveData:
        """The trials of a (n_trials,) mask."""
        return replace(
            self,
            frame=self.frame[rows],
            observed=None if self.observed is None else self.observed.take(rows),
            predicted=self.predicted.take(rows),
            theta={name: v if v.shape[1] == 1 else v[:, rows] for name, v in self.theta.items()},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictiveRequest:
    """Which draws and data to show; fields as in the public plots.

    ``columns`` are needed to split the trials; ``with_parameters`` asks for the parameters of every trial.
    """

    dt: Any = None
    data: Any = None
    predictive_group: str = "posterior_predictive"
    plot_data: bool = True
    n_samples: Any = 20
    random_state: Any = None
    columns: Mapping[str, str] | None = None
    with_parameters: bool = False


def predictive_data(model: Any, request: PredictiveRequest) -> PredictiveData:
    """Bring together what a predictive plot shows.

    Raises
    ------
    ValueError
        Unknown predictive group, missing column, or predictions and data of different length.
    """
    if request.predictive_group not in SOURCES:
        raise ValueError(
            f"`predictive_group` must be one of {', '.join(sorted(SOURCES))}, got {request.predictive_group!r}."
        )
    own = model.built.observations
    observations = own
    if request.data is not None:
        require_frame(request.data)
        observations = _observe_new(own, request.data) if request.plot_data else None
    frame = request.data if observations is None else observations.frame
    require_columns(frame, dict(request.columns or {}))
    predictive = _predictive_group(model, request, len(frame))
    data = PredictiveData(
        frame=frame,
        observed=_responses(observations.response_matrix()) if request.plot_data else None,
        predicted=_responses(_stacked(predictive[own.response_str])),
        labels={code: str(own.labels.get(code, code)) for code in own.choices},
        theta=_parameters(model, request) if request.with_parameters else {},
    )
    lost = np.zeros(len(frame), dtype=bool) if observations is None else _lost(observations)
    return replace(data.take(~lost), lost=float(lost.mean())) if request.plot_data and lost.any() else data


def _lost(observations: Observations) -> np.ndarray:
    """(n_trials,) trials that had a response whose rt is unknown: neither an rt nor an omission."""
    if observations.recording.missing is None:
        return np.zeros(observations.n_trials, dtype=bool)
    rows = {name: observations.frame[name].to_numpy(dtype=float) for name in observations.response}
    masks = rows_by_outcome(rows, observations.response, observations.recording)
    unknown = [masks[outcome] for outcome in (LOST, UNKNOWN) if outcome in masks]
    return np.any(unknown, axis=0) if unknown else np.zeros(observations.n_trials, dtype=bool)


def _observe_new(own: Observations, data: pd.DataFrame) -> Observations:
    """The user's new data in model codes, under the labels of the fit; codes are understood as well."""
    names = {name: "a response column (or set plot_data=False)" for name in own.response}
    recording = own.recording
    if recording.constant_deadline is not None:
        names.pop(str(recording.deadline))
    require_columns(data, names)
    labels: Any = {label: code for code, label in own.labels.items()} or None
    choice = choice_column(own.response)
    if labels and not set(data[choice]) <= set(labels) and set(data[choice]) <= {*own.choices, int(MISSING_CODE)}:
        labels = None
    time = time_column(own.response)
    has_gaps = time is not None and bool((data[time].isna() | (data[time] == MISSING_CODE)).any())
    if recording.missing is None:
        recording = replace(recording, missing=MISSING_CODE if has_gaps else None)
    return observe(
        data,
        choices=own.choices,
        response=own.response[: len(own.response) - len(own.recording.columns)],
        user_choices=labels,
        recording=recording,
    )


def _predictive_group(model: Any, request: PredictiveRequest, n_rows: int) -> xr.Dataset:
    """Predictive draws from the tree where they are, else new ones; the tree stays as it is."""
    rng = as_generator(request.random_state)
    group, source = request.predictive_group, SOURCES[request.predictive_group]
    tree = request.dt
    if tree is None and (group == "posterior_predictive" or model.has_traces):
        tree = model.traces
    groups = tree.children if tree is not None else {}
    if group in groups:
        found = tree[group].to_dataset()
        if found.sizes["__obs__"] == n_rows:
            return thin(found, request.n_samples, rng)
        if request.data is None:
            raise ValueError(
                f"The group {group!r} predicts {found.sizes['__obs__']} trials, but the model's data have {n_rows}. "
                "Pass the frame that was predicted as `data`."
            )
    if source in groups:
        draws = thin(tree[source].to_dataset(), request.n_samples, rng)
    elif source == "posterior":
        raise ValueError(f"The draws have no group 'posterior'; groups: {', '.join(sorted(groups)) or 'none'}.")
    else:
        draws = sample_prior(model.built, _count(request.n_samples, 500), rng)
    frame = None if request.data is None else model.prepare_data(request.data)
    return predict_responses(model.built, draws, rng, PredictionRequest(frame=frame))


def _parameters(model: Any, request: PredictiveRequest) -> dict[str, np.ndarray]:
    """Natural-scale parameters of every trial for some draws of the posterior or the prior."""
    rng = as_generator(request.random_state)
    source = SOURCES[request.predictive_group]
    tree = request.dt
    if tree is None and (source == "posterior" or model.has_traces):
        tree = model.traces
    if tree is not None and source in tree.children:
        draws = thin(tree[source].to_dataset(), request.n_samples, rng)
    elif source == "prior":
        draws = sample_prior(model.built, _count(request.n_samples, 500), rng)
    else:
        raise ValueError("The draws have no group 'posterior', from which parameters follow.")
    frame = None if request.data is None else model.prepare_data(request.data)
    designs = None if frame is None else designs_for(model.built, frame)
    return trial_theta(model.built, flatten(draws).values, designs)


def thin(dataset: xr.Dataset, n_samples: Any, rng: np.random.Generator) -> xr.Dataset:
    """A random subset of draws: int (per chain, at most as many as exist), float (proportion), None (all)."""
    available = dataset.sizes["draw"]
    wanted = _count(n_samples, available)
    if wanted >= available:
        return dataset
    return dataset.isel(draw=np.sort(rng.choice(available, size=wanted, replace=False)))


def _count(n_samples: Any, available: int) -> int:
    allowed = "Give a number of draws per chain (20), a proportion (0.1), or None for all."
    if n_samples is None:
        return available
    if isinstance(n_samples, bool) or not isinstance(n_samples, int | float | np.integer | np.floating):
        raise TypeError(f"`n_samples` cannot be {n_samples!r} ({type(n_samples).__name__}). {allowed}")
    if isinstance(n_samples, float | np.floating):
        if not 0 < n_samples <= 1:
            raise ValueError(f"As a proportion, `n_samples` must be in (0, 1], got {n_samples!r}. {allowed}")
        return max(1, round(n_samples * available))
    if n_samples <= 0:
        raise ValueError(f"`n_samples` must be positive, got {n_samples!r}. {allowed}")
    return int(n_samples)


def _stacked(variable: xr.DataArray) -> np.ndarray:
    """(chain, draw, trial[, column]) -> (chain * draw, trial, column)."""
    values = variable.transpose("chain", "draw", "__obs__", ...).to_numpy()
    values = values.reshape((-1, *values.shape[2:]))
    return values if values.ndim == 3 else values[..., None]


def _responses(matrix: np.ndarray) -> Responses:
    """(..., n_trials, n_columns) response columns by position: rt first where there is one."""
    if matrix.shape[-1] == 1:
        return Responses(rt=None, choice=matrix[..., 0])
    rt = matrix[..., 0]
    omitted = rt == MISSING_CODE
    rt = np.where(omitted, np.nan, rt)
    return Responses(rt=rt, choice=np.where(omitted, MISSING_CODE, matrix[..., 1]))


def used_columns(**roles: str | Iterable[str] | None) -> dict[str, str]:
    """Column -> the argument that names it, for those that are given."""
    columns = {}
    for role, names in roles.items():
        for name in [names] if isinstance(names, str) else names or ():
            columns[name] = f"`{role}`"
    return columns
