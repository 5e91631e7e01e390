"""How precise will it be? Posterior standard deviations and power over designs, from small recovery studies."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hssm.bambi_bridge.names import is_natural
from hssm.recovery.results import Recovery
from hssm.recovery.study import make_study, run_study


@dataclass(frozen=True)
class Plan:
    """The result of :func:`hssm.recovery.plan`.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per design and variable: see :func:`hssm.recovery.plan`.
    studies : dict
        The recovery study of every ``(n_participants, n_trials)``.
    """

    table: pd.DataFrame
    studies: dict[tuple[int, int], Recovery]

    def plot(self, parameter: str, value: str = "power") -> Any:
        """``power`` (or another column) of a variable against trials, a line per number of participants."""
        from hssm.plotting.planning import plot_plan

        return plot_plan(self.table, parameter, value)

    def __repr__(self) -> str:
        return str(self.table.to_string(index=False, float_format="{:.3g}".format))


def run_plan(
    model: str,
    include: Any,
    n_participants: Sequence[int],
    n_trials: Sequence[int],
    settings: dict[str, Any],
    running: dict[str, Any],
) -> Plan:
    """A small study of every design; see :func:`hssm.recovery.plan`."""
    people, trials = _counts("n_participants", n_participants), _counts("n_trials", n_trials)
    if isinstance(settings.get("design"), pd.DataFrame):
        raise ValueError("`design` must be a dict of levels here: a DataFrame has its own numbers of trials.")
    running = dict(running)
    n_datasets, out = running.pop("n_datasets"), running.pop("out")
    settings = {**settings, "include": include}
    studies, tables = {}, []
    for n_people, n_each in itertools.product(people, trials):
        study = make_study("recovery", model, n_each, n_people, **settings)
        folder = None if out is None else Path(out) / f"{n_people}x{n_each}"
        recovery = Recovery(*run_study(study, n_datasets, out=folder, **running))
        studies[n_people, n_each] = recovery
        tables.append(precision(recovery).assign(n_participants=n_people, n_trials=n_each))
    table = pd.concat(tables, ignore_index=True)
    leading = ["n_participants", "n_trials"]
    return Plan(table[[*leading, *(name for name in table if name not in leading)]], studies)


def _counts(name: str, values: Any) -> list[int]:
    counts = [values] if isinstance(values, int | np.integer) else list(values)
    if not counts or any(not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1 for n in counts):
        raise ValueError(f"`{name}` must hold whole numbers of at least 1, got {values!r}.")
    return [int(n) for n in counts]


def precision(recovery: Recovery) -> pd.DataFrame:
    """Expected posterior sd, rmse, power and coverage of every variable but the effects of single members.

    Power is the share of data sets whose 95 % interval does not hold 0, with its Monte Carlo standard error; NaN for
    variables that are positive by their nature.
    """
    table = recovery.table
    own = ~(table["parameter"].str.contains("|", regex=False) & (table["level"] != ""))
    rows = [
        {"parameter": name, "level": level, **_precision_of(part)}
        for (name, level), part in table[own].groupby(["parameter", "level"], sort=False)
    ]
    return pd.DataFrame(rows)


def _precision_of(part: pd.DataFrame) -> dict[str, float]:
    excludes = (part["lower"] > 0.0) | (part["upper"] < 0.0)
    power = float(excludes.mean()) if _has_sign(str(part["parameter"].iloc[0]), part) else float("nan")
    return {
        "true": float(part["true"].mean()),
        "posterior_sd": float(part["sd"].mean()),
        "rmse": float(np.sqrt(np.mean((part["mean"] - part["true"]) ** 2))),
        "power": power,
        "power_error": float(np.sqrt(power * (1 - power) / len(part))),
        "coverage": float(part["covered"].mean()),
        "n_datasets": len(part),
    }


def _has_sign(name: str, part: pd.DataFrame) -> bool:
    """Whether a variable could be on either side of 0: coefficients, and what an interval says so of."""
    if name.endswith("_sigma") or is_natural(name):
        return False
    return "_" in name or bool((part["lower"] < 0.0).any())
