"""A second fit of the same structure: seconds from a data frame to the first step of the sampler.

Two processes, one after the other, fit 20 participants x 100 trials (v and a by participant). The first finds empty
folders where compilers keep their results, the second, with new data, finds what the first left. In each, a further fit
to new data follows in the same process. The first step is when PyMC's first callback comes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from typing import Any

from _designs import DESIGNS, include, simulate
from _harness import Row, fresh_cache, main, parser, run_worker, sides

DESIGN = DESIGNS["ddm_20x100"]
PROCESSES = ("first process", "next process")
FITS = ("first fit", "fit of new data")


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    python = sides(None)["ours"]
    rows, details = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for k, process in enumerate(PROCESSES):
            seeds = [1 + k * len(FITS) + i for i in range(len(FITS))]
            found = run_worker(__file__, python, {"seeds": seeds}, fresh_cache(folder)).result
            details[process] = found
            for fit, seconds in zip(FITS, found["seconds"], strict=True):
                limit = None if (process, fit) == (PROCESSES[0], FITS[0]) else 2.0
                rows.append(Row(what=f"{process}, {fit}: data to first step", unit="s", ours=seconds, limit=limit))
    return {"benchmark": "second_fit", "rows": rows, "details": details}


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
    main(measure, conduct, parser(__doc__.splitlines()[0]))
