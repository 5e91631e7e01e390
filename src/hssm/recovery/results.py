"""What a study found: tables, summaries and plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.diagnostics.uniformity import chi_square, ecdf_test
from hssm.plotting.ranks import plot_ranks
from hssm.plotting.recovery import plot_recovery, recovery_numbers
from hssm.recovery.comparison import N_RANKS
from hssm.recovery.design import Study
from hssm.recovery.engine import Record

COLUMNS = [
    "dataset",
    "parameter",
    "level",
    "true",
    "mean",
    "sd",
    "lower",
    "upper",
    "covered",
    "r_hat",
    "ess_bulk",
    "divergences",
]


@dataclass(frozen=True)
class Recovery:
    """The result of :func:`hssm.recovery.parameter_recovery`.

    Attributes
    ----------
    study : Study
        The settings, with the seed.
    records : list of dict
        What is known of every data set, as it is kept in ``out``.
    """

    study: Study
    records: Sequence[Record]

    @property
    def table(self) -> pd.DataFrame:
        """One row per data set, variable and level (``""`` unless it is a group's effect or a category).

        ``lower`` and ``upper`` are the ends of the central interval of 95 %, ``covered`` whether it holds the truth.
        """
        rows = [
            {"dataset": record["dataset"], "divergences": record["divergences"], **row}
            for record in self.records
            if not record["failure"]
            for row in record["rows"]
        ]
        table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "covered"])
        table["covered"] = (table["lower"] <= table["true"]) & (table["true"] <= table["upper"])
        return table[COLUMNS]

    @property
    def failures(self) -> pd.DataFrame:
        """Data sets without a result, and why."""
        failed = [(record["dataset"], record["failure"]) for record in self.records if record["failure"]]
        return pd.DataFrame(failed, columns=["dataset", "reason"])

    def summary(self) -> pd.DataFrame:
        """Bias, rmse, correlation and coverage of every variable, over data sets and levels."""
        rows = {}
        for name, part in self.table.groupby("parameter", sort=False):
            error = part["mean"] - part["true"]
            numbers = recovery_numbers(part)
            rows[name] = {
                "n": len(part),
                "bias": numbers["bias"],
                "rmse": float(np.sqrt(np.mean(error**2))),
                "correlation": numbers["correlation"],
                "coverage": numbers["coverage"],
                "mean_sd": float(part["sd"].mean()),
                "worst_r_hat": float(part["r_hat"].max()),
                "least_ess_bulk": float(part["ess_bulk"].min()),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter")

    def plot(self, **kwargs: Any) -> Any:
        """Estimates against the truth, one panel per variable; see :func:`hssm.plotting.recovery.plot_recovery`."""
        return plot_recovery(self.table, **kwargs)

    def __repr__(self) -> str:
        return f"{_heading(self)}\n{self.summary().to_string(float_format='{:.3g}'.format)}"


@dataclass(frozen=True, repr=False)
class Calibration(Recovery):
    """The result of :func:`hssm.recovery.sbc`; everything of a :class:`Recovery` but for ``table``, and the ranks."""

    @property
    def estimates(self) -> pd.DataFrame:
        """The table of a :class:`Recovery`: truth and posterior of every data set."""
        return Recovery.table.fget(self)  # type: ignore[attr-defined]

    @property
    def ranks(self) -> xr.Dataset:
        """(dataset,) rank of the truth among 99 independent posterior draws, 0 to 99, and of the log-likelihood."""
        good = [record for record in self.records if not record["failure"]]
        names = list(good[0]["ranks"]) if good else []
        variables = {name: ("dataset", [record["ranks"][name] for record in good]) for name in names}
        coords = {"dataset": [record["dataset"] for record in good]}
        return xr.Dataset(variables, coords=coords, attrs={"n_ranks": N_RANKS + 1})

    @property
    def table(self) -> pd.DataFrame:
        """A row per quantity: p-values of chi-square and of the ECDF, its largest deviation and the band's limit.

        ``inside`` says whether the ECDF stays inside the simultaneous band of 95 %.
        """
        rows = {}
        for name, ranks in self.ranks.data_vars.items():
            values = ranks.to_numpy()
            test = ecdf_test(values, N_RANKS)
            rows[str(name)] = {
                "n": len(values),
                "p_value": chi_square(values, N_RANKS)[1],
                "max_ecdf_deviation": test.largest,
                "ecdf_p_value": test.p_value,
                "inside": test.inside,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter").reset_index()

    def summary(self) -> pd.DataFrame:
        """Bias, rmse, correlation and coverage over the prior, as in a :class:`Recovery`."""
        return Recovery(self.study, self.records).summary()

    def plot(self, **kwargs: Any) -> Any:
        """Rank histograms and ECDF differences; see :func:`hssm.plotting.ranks.plot_ranks`."""
        return plot_ranks(self.ranks, **kwargs)

    def plot_recovery(self, **kwargs: Any) -> Any:
        """Estimates against the truth."""
        return Recovery(self.study, self.records).plot(**kwargs)

    def __repr__(self) -> str:
        return f"{_heading(self)}\n{self.table.to_string(index=False, float_format='{:.3g}'.format)}"


def _heading(result: Recovery) -> str:
    study, failed = result.study, len(result.failures)
    what = "Simulation-based calibration" if isinstance(result, Calibration) else "Parameter recovery"
    people = f"{study.n_participants} participants x " if study.n_participants > 1 else ""
    lost = f", {failed} failed" if failed else ""
    return (
        f"{what} of {study.model!r}: {len(result.records)} data sets of {people}{study.n_trials} trials{lost} "
        f"(seed {study.entropy})"
    )
