"""Peak memory of a fit of 20,000 trials with pointwise log-likelihoods: 2 chains x (300 + 300).

*Main process* is the largest resident set that the operating system noted for it. *All processes* is the largest sum
over it and its chains, watched twenty times a second from outside (Linux only). It counts pages that processes share in
each of them and so is an upper bound.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from _harness import Row, main, parser, run_worker, sides

TRUTH = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}
TRIALS = 20000
GIGABYTE = 1e9


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    import hssm

    draws = 50 if options.short else 300
    pythons = sides(options.peer)
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trials.csv"
        hssm.simulate_data("ddm", TRUTH, size=TRIALS, random_state=1).to_csv(path, index=False)
        for side, python in pythons.items():
            run = run_worker(__file__, python, {"csv": str(path), "draws": draws}, watch=True)
            found[side] = run.result | {"tree": None if run.peak_bytes is None else run.peak_bytes / GIGABYTE}
    rows = []
    for key, name, limit in (("peak", "main process", 1.5), ("tree", "all processes", 1.5)):
        if found["ours"][key] is None:
            continue
        title = f"peak memory, {TRIALS} trials, 2 x ({draws} + {draws}), log-likelihood: {name}"
        peer = found["peer"][key] if "peer" in found else None
        rows.append(Row(what=title, unit="GB", ours=found["ours"][key], peer=peer, limit=limit))
    return {"benchmark": "memory", "rows": rows, "details": found}


def measure(options: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    import hssm

    model = hssm.HSSM(data=pd.read_csv(options["csv"]))
    draws = options["draws"]
    traces = model.sample(
        draws=draws,
        tune=draws,
        chains=2,
        random_seed=1,
        progressbar=False,
        idata_kwargs={"log_likelihood": True},
    )
    shape = traces["log_likelihood"]["rt,response"].shape
    if shape != (2, draws, TRIALS):
        raise ValueError(f"Log-likelihoods have shape {shape}, not {(2, draws, TRIALS)}.")
    unit = 1 if sys.platform == "darwin" else 1024
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / GIGABYTE}


if __name__ == "__main__":
    main(measure, conduct, parser(__doc__.splitlines()[0]))
