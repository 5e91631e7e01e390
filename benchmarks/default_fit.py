"""The first thing anybody does: 500 trials, ``hssm.HSSM(data).sample()``, as a whole process.

Wall time of a new Python process that imports, reads a CSV file, builds, samples 4 chains x (1000 + 1000) and ends.
*Cold*: the folders in which compilers keep their results are new and empty, as on the first day. *Warm*: the same
folders again. Processor time is given beside wall time because it depends less on what else the machine does.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from _harness import Row, Run, alternating, fresh_cache, main, median, parser, run_worker, sides

TRUTH = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    settings = {"draws": 100 if options.short else 1000, "chains": 4}
    pythons = sides(options.peer)
    with tempfile.TemporaryDirectory() as folder:
        settings["csv"] = _data_file(folder)
        caches = {side: fresh_cache(str(Path(folder) / side)) for side in pythons}
        runs: dict[str, list[Run]] = {side: [] for side in pythons}
        for side in alternating(list(pythons), 1 + (1 if options.short else options.rounds)):
            runs[side].append(run_worker(__file__, pythons[side], settings, caches[side]))
    title = f"500 trials, 4 chains x ({settings['draws']} + {settings['draws']})"
    rows = []
    for state, part, at_least in (("cold", slice(0, 1), 3.0), ("warm", slice(1, None), 5.0)):
        for what, target in (("wall", at_least), ("cpu", None)):
            value = {side: median([getattr(run, what) for run in runs[side][part]]) for side in runs}
            name = {"wall": "whole process", "cpu": "its processor time"}[what]
            rows.append(
                Row(
                    what=f"{title}, {state}: {name}",
                    unit="s",
                    ours=value["ours"],
                    peer=value.get("peer"),
                    at_least=target,
                )
            )
    details = {side: [run.result | {"wall": run.wall, "cpu": run.cpu} for run in runs[side]] for side in runs}
    return {"benchmark": "default_fit", "rows": rows, "details": details}


def _data_file(folder: str) -> str:
    import hssm

    path = Path(folder) / "trials.csv"
    hssm.simulate_data("ddm", TRUTH, size=500, random_state=1).to_csv(path, index=False)
    return str(path)


def measure(options: dict[str, Any]) -> dict[str, Any]:
    clock, cpu = [time.perf_counter()], [_cpu_seconds()]

    def note() -> None:
        clock.append(time.perf_counter())
        cpu.append(_cpu_seconds())

    import pandas as pd

    import hssm

    note()
    model = hssm.HSSM(data=pd.read_csv(options["csv"]))
    note()
    draws = options["draws"]
    traces = model.sample(draws=draws, tune=draws, chains=options["chains"], random_seed=1, progressbar=False)
    note()
    phases = ("import", "build", "sample")
    means = {name: float(traces["posterior"][name].mean()) for name in TRUTH}
    return {
        "seconds": dict(zip(phases, _steps(clock), strict=True)),
        "cpu_seconds": dict(zip(phases, _steps(cpu), strict=True)),
        "posterior_means": means,
        "divergences": int(traces["sample_stats"]["diverging"].sum()),
    }


def _cpu_seconds() -> float:
    """Processor time of this process and of the chains that have ended."""
    return sum(os.times()[:4])


def _steps(values: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(values)]


def _parser() -> argparse.ArgumentParser:
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("--rounds", type=int, default=3, help="warm runs of each side")
    return parsed


if __name__ == "__main__":
    main(measure, conduct, _parser())
