"""Do fits with omissions find the truth? Forty data sets per model and share of trials without a response.

    python benchmarks/omissions.py run ddm --out RESULTS [--share 0.35] [--seconds 280]
    python benchmarks/omissions.py table --out RESULTS

Data sets of 300 trials with a deadline that cuts off 15, 35 or 50 % of them; finished ones are kept in RESULTS, and a
rerun goes on from there. The table has, of every parameter, how many of the 90 % intervals hold the truth, and the
mean error with its standard error, in posterior standard deviations.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

N_DATASETS, N_TRIALS = 40, 300
SHARES = (0.15, 0.35, 0.5)
SEED = 7000
TRUTHS: Mapping[str, Mapping[str, float]] = {
    "ddm": {"v": 0.8, "a": 1.3, "z": 0.5, "t": 0.3},
    "angle": {"v": 0.8, "a": 1.5, "z": 0.5, "t": 0.3, "theta": 0.3},
    "lba3": {"A": 0.3, "b": 0.6, "v0": 0.6, "v1": 0.5, "v2": 0.4},
    "lba3_t": {"A": 0.5, "b": 1.0, "v0": 2.5, "v1": 1.5, "v2": 1.0, "t": 0.2},
}
FIRST_RANK, LAST_RANK = 5, 94
"""Ranks of the truth among 99 draws, 0 to 99, that lie in the 90 % interval: 90 of 100."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("model", choices=TRUTHS)
    run.add_argument("--share", type=float, choices=SHARES, nargs="+", default=SHARES)
    run.add_argument("--seconds", type=float, default=float("inf"))
    table = commands.add_parser("table")
    for command in (run, table):
        command.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "run":
        run_model(options.model, options.share, options.out, options.seconds)
    else:
        show(options.out)


def deadline_for(model: str, share: float) -> float:
    """Seconds after which ``share`` of the responses would come."""
    import hssm

    data = hssm.simulate_data(model, dict(TRUTHS[model]), size=200_000, random_state=99)
    return float(np.quantile(data["rt"], 1.0 - share))


def recover(model: str, share: float, n_datasets: int = N_DATASETS, out: Path | None = None) -> Any:
    """The recovery study of one setting; with ``out``, what is there already is not fitted again."""
    import hssm

    return hssm.recovery.parameter_recovery(
        model,
        n_datasets,
        N_TRIALS,
        theta=dict(TRUTHS[model]),
        hssm_kwargs={"deadline": deadline_for(model, share)},
        executor=1,
        out=None if out is None else out / f"{model}_{100 * share:.0f}",
        random_state=SEED,
        progressbar=False,
    )


def coverage(result: Any) -> dict[str, int]:
    """How many of the 90 % intervals hold the truth, by parameter."""
    ranks = [record["ranks"] for record in result.records if not record["failure"]]
    names = [name for name in ranks[0] if name in result.study.theta]
    return {name: sum(FIRST_RANK <= rank[name] <= LAST_RANK for rank in ranks) for name in names}


def errors(result: Any) -> dict[str, tuple[float, float]]:
    """Mean of (posterior mean - truth) / posterior sd and its standard error, by parameter."""
    found = {}
    for name, part in result.table.groupby("parameter", sort=False):
        z = ((part["mean"] - part["true"]) / part["sd"]).to_numpy()
        found[str(name)] = float(z.mean()), float(z.std(ddof=1) / np.sqrt(len(z)))
    return found


def run_model(model: str, shares: Any, out: Path, seconds: float) -> None:
    began, spent = time.perf_counter(), time.process_time()
    for share in shares:
        for n in range(5, N_DATASETS + 1, 5):
            recover(model, share, n, out)
            if time.perf_counter() - began > seconds:
                return
    print(f"{model}: complete; {time.process_time() - spent:.0f} s of processor time in this run")


def show(out: Path) -> None:
    """One row per parameter of every setting that has results, in Markdown."""
    print("| model | omissions | data sets | parameter | in the 90 % interval | mean error, sd | divergences |")
    print("|---|---|---|---|---|---|---|")
    for model in TRUTHS:
        for share in SHARES:
            n = len(list((out / f"{model}_{100 * share:.0f}").glob("dataset_*.json")))
            if n == 0:
                continue
            result = recover(model, share, n, out)
            counts, pulls = coverage(result), errors(result)
            divergences = sum(record["divergences"] for record in result.records if not record["failure"])
            for name, count in counts.items():
                pull = "{:+.2f} ± {:.2f}".format(*pulls[name])
                print(f"| {model} | {100 * share:.0f} % | {n} | {name} | {count} | {pull} | {divergences} |")


if __name__ == "__main__":
    main()
