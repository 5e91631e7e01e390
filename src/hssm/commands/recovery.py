"""``hssm recover``: parameter recovery or simulation-based calibration of a model; goes on from its folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hssm.commands import results
from hssm.commands.screen import FailedRunError, Screen, user_input

DATASETS = {"recovery": 50, "sbc": 200}
TRIALS = {"recovery": 500, "sbc": 100}


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoverRequest:
    """What to run; None takes the default of the kind of study."""

    model: str
    out: Path
    sbc: bool = False
    datasets: int | None = None
    trials: int | None = None
    participants: int = 1
    workers: int | None = None
    seed: int | None = None

    @property
    def kind(self) -> str:
        """The kind of study."""
        return "sbc" if self.sbc else "recovery"


def recover(screen: Screen, request: RecoverRequest, **sampling: Any) -> None:
    """Run the study, show its table, and write tables and a plot beside the data sets.

    Raises
    ------
    WrongUsageError
        An unknown model, or a folder that holds another study.
    FailedRunError
        Some data sets failed (the others are there all the same).
    """
    folder = results.make_folder(request.out)
    os.environ.setdefault("MPLBACKEND", "Agg")  # files need no window
    with user_input():
        import hssm

        study = hssm.recovery.sbc if request.sbc else hssm.recovery.parameter_recovery
        result = study(
            request.model,
            request.datasets or DATASETS[request.kind],
            request.trials or TRIALS[request.kind],
            request.participants,
            sample_kwargs={key: value for key, value in sampling.items() if value is not None},
            executor=request.workers,
            out=folder / request.kind,
            random_state=request.seed,
            progressbar=not screen.quiet,
        )
    screen.say(repr(result))
    files = _save(result, folder, request.sbc)
    results.show_files(screen, folder, files)
    if len(result.failures):
        raise FailedRunError(f"{len(result.failures)} data sets failed: see failures.csv.")


def _save(result: Any, folder: Path, is_calibration: bool) -> list[str]:
    tables = {"table.csv": result.table, "summary.csv": result.summary().reset_index(), "failures.csv": result.failures}
    if is_calibration:
        tables["ranks.csv"] = result.ranks.to_dataframe().reset_index()
        tables["estimates.csv"] = result.estimates
    for name, table in tables.items():
        table.to_csv(folder / name, index=False)
    if len(result.table):
        result.plot().savefig(folder / "plot.png")
    return [*tables, "plot.png"] if len(result.table) else list(tables)
