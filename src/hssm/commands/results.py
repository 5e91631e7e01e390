"""Fit a model and leave its results in a folder: what ``quickstart`` and ``fit`` have in common."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hssm.commands.screen import FailedRunError, Screen, WrongUsageError, message_of, user_input
from hssm.inference.quiet import quiet_pymc

TRACES, SUMMARY, MODEL = "traces.nc", "summary.csv", "model.txt"
TRACE_PLOT, PREDICTIVE_PLOT = "trace.png", "posterior_predictive.png"
INTERVAL = 0.95


def make_folder(out: Path) -> Path:
    """The folder for results, made before anything is computed."""
    with user_input():
        if out.exists() and not out.is_dir():
            raise ValueError(f"`--out` must be a folder, but {out} is a file.")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or error
            raise ValueError(f"The folder {str(out)!r} of `--out` cannot be made ({reason}): give another.") from None
    return out


def run_sampler(screen: Screen, model: Any, **options: Any) -> tuple[Any, list[str]]:
    """Sample; the tree and what is wrong with it, in words. Other warnings are shown as they are."""
    from hssm.inference.convergence import convergence_problems

    options = {name: value for name, value in options.items() if value is not None}
    options.setdefault("progressbar", not screen.quiet and sys.stderr.isatty())
    with quiet_pymc(), warnings.catch_warnings(record=True) as caught:
        for category in (UserWarning, FutureWarning):
            warnings.simplefilter("always", category)
        try:
            tree = model.sample(**options)
        except (ValueError, TypeError, ImportError, NotImplementedError) as error:
            raise WrongUsageError(message_of(error)) from error
        except RuntimeError as error:
            raise FailedRunError(str(error)) from error
    problems = convergence_problems(tree)
    for warning in caught:
        if str(warning.message) not in problems:
            screen.complain(f"Warning: {warning.message}")
    return tree, problems


def sampling_words(options: Mapping[str, Any]) -> str:
    """``4 chains of 1000 + 1000`` for what is going to be sampled."""
    from hssm.inference.sample import DEFAULTS

    chosen = DEFAULTS | {name: value for name, value in options.items() if value is not None}
    return f"{chosen['chains']} chains, {chosen['tune']} draws to tune and {chosen['draws']} to keep"


def summary_table(model: Any, true: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Mean, sd, central 95 % interval, R-hat and effective samples by variable; with true values whether covered."""
    import arviz as az

    from hssm.inference.results import reported_names

    names = reported_names(model.traces)
    table = az.summary(
        model.traces, var_names=names, kind="all", ci_prob=INTERVAL, ci_kind="eti", round_to="none"
    ).astype(float)
    lower, upper = (next(c for c in table.columns if c.endswith(end)) for end in ("_lb", "_ub"))
    table = table.rename(columns={lower: "lower", upper: "upper"})
    table = table[["mean", "sd", "lower", "upper", "r_hat", "ess_bulk", "ess_tail"]]
    table.index.name = "variable"
    if true is not None:
        values = pd.Series({name: float(true[name]) for name in table.index if name in true})
        table.insert(0, "true", values)
        table["covered"] = (table["lower"] <= table["true"]) & (table["true"] <= table["upper"])
    return table


def show_summary(screen: Screen, table: pd.DataFrame) -> None:
    """The table on the screen: the true value where there is one, mean, interval, R-hat, effective samples."""
    has_truth = "true" in table
    headers = ["", *(["true"] if has_truth else []), "mean", "95 % interval", *(["covered"] if has_truth else [])]
    rows = []
    for name, line in table.iterrows():
        row = [str(name), *([_number(line["true"])] if has_truth else []), _number(line["mean"])]
        row.append(f"{_number(line['lower'])} … {_number(line['upper'])}")
        row += ["yes" if line["covered"] else "no"] if has_truth else []
        rows.append([*row, _number(line["r_hat"]), f"{line['ess_bulk']:.0f}"])
    screen.table([*headers, "R-hat", "ESS"], rows)


def _number(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.3f}"


def show_diagnosis(screen: Screen, problems: list[str]) -> None:
    """What is wrong with the draws, or that nothing is."""
    if not problems:
        screen.say("Diagnosis: good. No divergences, the chains agree, and there are enough effective samples.")
        return
    screen.complain("Diagnosis: do not trust these results yet.")
    for problem in problems:
        screen.complain(f"  - {problem}")


def save_tables(model: Any, table: pd.DataFrame, out: Path) -> list[str]:
    """Write draws, summary and the model in words; names of the files."""
    with user_input():
        model.traces.to_netcdf(out / TRACES, engine="h5netcdf")
        table.to_csv(out / SUMMARY)
        (out / MODEL).write_text(f"{model!r}\n", encoding="utf-8")
    return [TRACES, SUMMARY, MODEL]


def save_plots(model: Any, out: Path, seed: int | None) -> list[str]:
    """Write the trace plot and the posterior predictive plot; names of the files."""
    # Files need no window, and a machine without a screen has none.
    os.environ.setdefault("MPLBACKEND", "Agg")
    from hssm.plotting.traces import save_figure, save_traces

    save_traces(model, out / TRACE_PLOT)
    if model.model_config.simulator is None:
        return [TRACE_PLOT]
    save_figure(model.plot_predictive(random_state=seed), out / PREDICTIVE_PLOT)
    return [TRACE_PLOT, PREDICTIVE_PLOT]


def show_files(screen: Screen, out: Path, files: list[str]) -> None:
    """Where the results are."""
    screen.say(f"Files in {out}: {', '.join(files)}")
