"""Run a study: the data sets that are still missing, over workers, with a bar that says how long it will take."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hssm.data.checks import require_frame
from hssm.models.registry import find_model, get_model
from hssm.progress import progress
from hssm.recovery.design import HIERARCHICAL, PARTICIPANT, Study, frame_of_trials
from hssm.recovery.engine import Record, run_one
from hssm.recovery.store import keep, open_folder, read_records
from hssm.recovery.workers import run_tasks


def make_study(kind: str, model: str, n_trials: int, n_participants: int, **settings: Any) -> Study:
    """The settings of a study, checked.

    ``settings``: ``design``, ``theta``, ``include``, ``p_outlier``, ``hssm_kwargs``, ``sample_kwargs``.
    """
    if not isinstance(model, str):
        raise TypeError(f"`model` must be the name of a model, got {type(model).__name__}.")
    for name, value in (("n_trials", n_trials), ("n_participants", n_participants)):
        require_count(name, value)
    given = settings.get("hssm_kwargs") or {}
    if given.get("loglik") is None and given.get("model_config") is None:
        get_model(model)
    arguments = {**given, "p_outlier": settings.get("p_outlier", 0)}
    arguments = {"include": settings.get("include"), **arguments}
    design = settings.get("design")
    if isinstance(design, pd.DataFrame):
        require_frame(design)
        n_participants = design[PARTICIPANT].nunique() if PARTICIPANT in design else 1
        n_trials = len(design) // n_participants
    elif design is not None and not isinstance(design, Mapping):
        raise TypeError(f"`design` must be a DataFrame or a dict of columns, got {type(design).__name__}.")
    if n_participants > 1 and not arguments["include"] and "global_formula" not in arguments:
        arguments["global_formula"] = HIERARCHICAL
    theta = settings.get("theta") or {}
    if not isinstance(theta, Mapping):
        raise TypeError(f"`theta` must be a dict of values by name, got {type(theta).__name__}.")
    study = Study(
        kind=kind,
        model=model,
        n_trials=int(n_trials),
        n_participants=int(n_participants),
        design=design,
        theta=dict(theta),
        arguments=arguments,
        sampling=dict(settings.get("sample_kwargs") or {}),
    )
    frame_of_trials(study)
    return study


def require_count(name: str, value: Any) -> None:
    """ValueError for anything but a whole number from 1 on."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise ValueError(f"`{name}` must be a whole number of at least 1, got {value!r}.")


def entropy_of(random_state: Any) -> int | None:
    """The study's seed from what the user gave; None for none."""
    if random_state is None:
        return None
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**63))
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer) or random_state < 0:
        raise TypeError(f"`random_state` must be None, a non-negative integer or a generator, got {random_state!r}.")
    return int(random_state)


def run_study(
    study: Study,
    n_datasets: int,
    *,
    executor: Any = None,
    out: Any = None,
    random_state: Any = None,
    progressbar: bool = True,
) -> tuple[Study, list[Record]]:
    """Records of ``n_datasets`` data sets in their order, and the study with its seed.

    With ``out``, finished data sets are read from there and new ones kept there.
    """
    require_count("n_datasets", n_datasets)
    given = entropy_of(random_state)
    study = replace(study, entropy=secrets.randbits(64) if given is None else given)
    records: dict[int, Record] = {}
    if out is not None:
        study = replace(study, entropy=open_folder(out, study, given))
        records = read_records(out, n_datasets)
    missing = [number for number in range(n_datasets) if number not in records]
    fork = not uses_jax(study)
    tasks = run_tasks(run_one, study.packed(), missing, executor, fork=fork) if missing else ()
    with progress("data sets", n_datasets, done=len(records), shown=progressbar and bool(missing)) as advance:
        for record in tasks:
            if out is not None:
                keep(out, record)
            records[record["dataset"]] = record
            advance()
    _warn_failures(records.values())
    return study, [records[number] for number in range(n_datasets)]


def uses_jax(study: Study) -> bool:
    """Whether the workers of a study run JAX, as far as its settings tell."""
    given = study.arguments
    if given.get("loglik") is not None or given.get("model_config") is not None:
        return True
    spec = find_model(study.model)
    kind = given.get("loglik_kind")
    chosen = [source for source in (spec.likelihoods if spec else ()) if kind in (None, source.kind)]
    return not chosen or chosen[0].backend == "jax" or study.sampling.get("sampler") in ("numpyro", "blackjax")


def _warn_failures(records: Iterable[Record]) -> None:
    failed = [record for record in records if record["failure"]]
    if failed:
        first = failed[0]
        warnings.warn(
            f"{len(failed)} data sets failed and are left out; the first is {first['dataset']}: {first['failure']}",
            UserWarning,
            stacklevel=4,
        )
