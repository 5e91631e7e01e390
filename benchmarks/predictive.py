"""Posterior predictive responses: 600 draws x 500 trials of a fitted ddm.

The first call pays for what is prepared or compiled once; the second shows the price of the draws themselves.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from _harness import Row, alternating, main, median, parser, run_worker, sides

TRUTH = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}
CHAINS, DRAWS, TRIALS = 2, 300, 500


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    import hssm

    pythons = sides(options.peer)
    found: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trials.csv"
        hssm.simulate_data("ddm", TRUTH, size=TRIALS, random_state=1).to_csv(path, index=False)
        for side in alternating(list(pythons), 1 if options.short else options.rounds):
            found.setdefault(side, []).append(run_worker(__file__, pythons[side], {"csv": str(path)}).result)
    rows = []
    for call, limit in (("first", 2.0), ("second", None)):
        value = {side: median([result[call] for result in found[side]]) for side in found}
        title = f"posterior predictive, {CHAINS * DRAWS} draws x {TRIALS} trials, {call} call"
        rows.append(Row(what=title, unit="s", ours=value["ours"], peer=value.get("peer"), limit=limit))
    return {"benchmark": "predictive", "rows": rows, "details": found}


def measure(options: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    import hssm

    model = hssm.HSSM(data=pd.read_csv(options["csv"]))
    model.sample(draws=DRAWS, tune=DRAWS, chains=CHAINS, random_seed=1, progressbar=False)
    seconds = {}
    for call in ("first", "second"):
        start = time.perf_counter()
        tree = model.sample_posterior_predictive(inplace=False)
        seconds[call] = time.perf_counter() - start
    shape = tree["posterior_predictive"]["rt,response"].shape
    if shape[:3] != (CHAINS, DRAWS, TRIALS):
        raise ValueError(f"Predictions have shape {shape}, not {(CHAINS, DRAWS, TRIALS)} and responses.")
    return seconds


def _parser() -> argparse.ArgumentParser:
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("--rounds", type=int, default=3)
    return parsed


if __name__ == "__main__":
    main(measure, conduct, _parser())
