"""A second fit of the same structure: seconds from a data frame to the first step of the sampler.

Processes, one after the other, fit 20 participants x 100 trials (v and a by participant). The first finds empty
folders where compilers keep their results, the others, with new data, find what it left. In each, a further fit to new
data follows in the same process. The first step is when PyMC's first callback comes.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from typing import Any

from _designs import DESIGNS, include, simulate
from _harness import Row, fresh_cache, main, parser, run_worker, sides

DESIGN = DESIGNS["ddm_20x100"]
FITS = ("first fit", "fit of new data")
LIMIT = 2.0


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    python = sides(None)["ours"]
    with tempfile.TemporaryDirectory() as folder:
        found = [
            run_worker(__file__, python, {"seeds": [2 * k + 1, 2 * k + 2]}, fresh_cache(folder)).result["seconds"]
            for k in range(1 + options.processes)
        ]
    first, later = found[0], found[1:]
    rows = [
        Row(what=f"first process, {fit}: data to first step", unit="s", ours=seconds, limit=limit)
        for fit, seconds, limit in zip(FITS, first, (None, LIMIT), strict=True)
    ]
    for i, fit in enumerate(FITS):
        seconds = [each[i] for each in later]
        rows.append(Row(what=f"next processes, {fit}: median", unit="s", ours=statistics.median(seconds), limit=LIMIT))
        rows.append(Row(what=f"next processes, {fit}: least", unit="s", ours=min(seconds)))
    return {"benchmark": "second_fit", "rows": rows, "details": {"seconds": found}}


def measure(options: dict[str, Any]) -> dict[str, Any]:
    """Importing the libraries is no part of it: the data wait until that is done."""
    import hssm

    hssm.HSSM(hssm.simulate_data("ddm", {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}, size=20, random_state=1))
    return {"seconds": [seconds_to_first_step(seed) for seed in options["seeds"]]}


def seconds_to_first_step(seed: int) -> float:
    import hssm

    data, _ = simulate(DESIGN, seed)
    noted: list[float] = []

    def note(**_: Any) -> None:
        if not noted:
            noted.append(time.perf_counter())

    start = time.perf_counter()
    model = hssm.HSSM(data, model=DESIGN.model, include=include(DESIGN))
    model.sample(draws=10, tune=10, chains=2, random_seed=seed, progressbar=False, callback=note)
    return noted[0] - start


if __name__ == "__main__":
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("--processes", type=int, default=5, help="how many processes after the first")
    main(measure, conduct, parsed)
