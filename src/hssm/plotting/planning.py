"""``plot_plan``: what a planned experiment would tell, against its numbers of trials and participants."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib import pyplot as plt

from hssm.plotting.facets import FacetGrid
from hssm.plotting.style import CHOICES, tidy
from hssm.suggest import close_matches

LABELS = {"power": "power (95 % interval without 0)", "posterior_sd": "expected posterior sd", "rmse": "rmse"}
TARGET = 0.8


def plot_plan(table: pd.DataFrame, parameter: str, value: str = "power", level: str | None = None) -> FacetGrid:
    """Plot a column of the table of :func:`hssm.recovery.plan` against trials, a line per number of participants.

    Parameters
    ----------
    table : pandas.DataFrame
    parameter : str
        A variable of the table.
    value : str
        A numeric column: ``"power"``, ``"posterior_sd"``, ``"rmse"``, ``"coverage"``.
    level : str, optional
        Of a categorical predictor; the first unless given.

    Returns
    -------
    FacetGrid
    """
    known = list(table["parameter"].unique())
    if parameter not in known:
        raise ValueError(f"The plan has no {parameter!r}.{close_matches(parameter, known)} It has: {', '.join(known)}.")
    if value not in table.columns:
        raise ValueError(f"`value` must be a column of the table, got {value!r}. Columns: {', '.join(table.columns)}.")
    own = table[table["parameter"] == parameter]
    own = own[own["level"] == (own["level"].iloc[0] if level is None else level)]
    figure, axes = plt.subplots(figsize=(5.0, 3.4), layout="constrained", squeeze=False)
    ax: Any = axes[0, 0]
    tidy(ax)
    for i, (people, part) in enumerate(own.sort_values("n_trials").groupby("n_participants")):
        error = part["power_error"] if value == "power" else None
        style = {"color": CHOICES[i % len(CHOICES)], "marker": "o", "label": f"{people} participants"}
        ax.errorbar(part["n_trials"], part[value], yerr=error, capsize=2, **style)
    if value == "power":
        ax.axhline(TARGET, color="0.6", linewidth=0.9, linestyle="--")
        ax.set_ylim(-0.02, 1.02)
    ax.set_xticks(sorted(own["n_trials"].unique()))
    ax.set(xlabel="trials per participant", ylabel=LABELS.get(value, value))
    ax.set_title(parameter, fontsize="medium")
    ax.legend(frameon=False, fontsize="small")
    return FacetGrid(figure, axes)
