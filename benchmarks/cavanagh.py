"""The main job: a hierarchical fit of 3988 trials of 14 participants (Cavanagh et al. 2011, Nature Neuroscience 14).

Drift depends on the stimulus, on frontal theta power and on the participant, the boundary on the participant. Counted
are effective samples (bulk, the least of all population parameters) per second of ``sample()``, compilation included.
A run that has not converged has few effective samples and so gains nothing by being fast.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from _harness import Row, Run, main, parser, run_worker, sides

DATA = "cavanagh_theta.csv"
INCLUDE = [
    {"name": "v", "formula": "v ~ 1 + stim + theta + (1|participant_id)"},
    {"name": "a", "formula": "a ~ 1 + (1|participant_id)"},
]


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    draws = 100 if options.short else options.draws
    settings = {"csv": str(find_data(options.data)), "draws": draws, "chains": options.chains, "seed": options.seed}
    pythons = sides(options.peer)
    runs: dict[str, Run] = {}
    for side in pythons:
        sampler = options.peer_sampler if side == "peer" else options.sampler
        runs[side] = run_worker(__file__, pythons[side], settings | {"sampler": sampler})
    title = f"cavanagh_theta, {options.chains} x ({draws} + {draws})"
    figures = {side: run.result for side, run in runs.items()}
    return {"benchmark": "cavanagh", "rows": _rows(title, figures, options.chains), "details": figures}


def _rows(title: str, figures: dict[str, dict[str, Any]], chains: int) -> list[Row]:
    def row(key: str, what: str, unit: str, **more: Any) -> Row:
        values = {side: figures[side][key] for side in figures}
        return Row(what=f"{title}: {what}", unit=unit, ours=values["ours"], peer=values.get("peer"), **more)

    return [
        row("ess_per_second", "smallest bulk ESS per second", "1/s", more_is_better=True, at_least=150.0),
        row("ess_per_cpu_second", "the same per second of processor time", "1/s", more_is_better=True),
        row("wall", "sample()", "s"),
        row("ess", "smallest bulk ESS", "draws", more_is_better=True),
        row("r_hat", "largest R-hat", "", limit=1.01 if chains >= 4 else None),
        row("divergences", "divergences", "", limit=0),
        row("group_a", "group's a (half the separation)", ""),
    ]


def find_data(given: str | None) -> Path:
    """The file given, or the one in the folder that ``HSSM_DATA_HOME`` names."""
    home = os.environ.get("HSSM_DATA_HOME")
    places = [Path(given)] if given else [Path(home) / DATA] if home else []
    for place in places:
        if place.is_file():
            return place
    raise SystemExit(
        f"{DATA} was not found (looked for: {places or 'nothing'}). Give --data FILE or set HSSM_DATA_HOME."
    )


def measure(options: dict[str, Any]) -> dict[str, Any]:
    import arviz as az
    import pandas as pd

    import hssm

    model = hssm.HSSM(data=pd.read_csv(options["csv"]), model="ddm", include=INCLUDE)
    chosen = {} if options["sampler"] is None else {"sampler": options["sampler"]}
    start, cpu_start = time.perf_counter(), sum(os.times()[:4])
    traces = model.sample(
        draws=options["draws"],
        tune=options["draws"],
        chains=options["chains"],
        random_seed=options["seed"],
        progressbar=False,
        **chosen,
    )
    wall, cpu = time.perf_counter() - start, sum(os.times()[:4]) - cpu_start
    posterior = traces["posterior"].to_dataset()[population(traces["posterior"].to_dataset())]
    ess = {name: float(values.min()) for name, values in az.ess(posterior).data_vars.items()}
    r_hat = {name: float(values.max()) for name, values in az.rhat(posterior).data_vars.items()}
    group_a = "a_Intercept_natural" if "a_Intercept_natural" in traces["posterior"] else "a_Intercept"
    return {
        "wall": wall,
        "ess_per_cpu_second": min(ess.values()) / cpu,
        "steps_per_draw": _mean_steps(traces["sample_stats"]),
        "ess": min(ess.values()),
        "ess_per_second": min(ess.values()) / wall,
        "r_hat": max(r_hat.values()),
        "divergences": int(traces["sample_stats"]["diverging"].sum()),
        "group_a": float(traces["posterior"][group_a].mean()),
        "ess_by_name": ess,
        "means": {name: values.mean(("chain", "draw")).values.tolist() for name, values in posterior.items()},
    }


def _mean_steps(statistics: Any) -> float | None:
    """Leapfrog steps per draw, which decide the time of a draw whatever the machine; None if it was not noted."""
    return float(statistics["n_steps"].mean()) if "n_steps" in statistics else None


def population(posterior: Any) -> list[str]:
    """Names of coefficients and scales: nothing per participant or trial, nothing computed from other variables."""
    return sorted(
        str(name)
        for name, values in posterior.data_vars.items()
        if not any("factor_dim" in str(dim) or "__obs__" in str(dim) for dim in values.dims)
        and not str(name).endswith(("_natural", "_offset"))
    )


def _parser() -> argparse.ArgumentParser:
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("--data", help=f"path of {DATA}; else in the folder HSSM_DATA_HOME")
    parsed.add_argument("--draws", type=int, default=500, help="draws, and as many warm-up steps, per chain")
    parsed.add_argument("--chains", type=int, default=2)
    parsed.add_argument("--seed", type=int, default=1)
    parsed.add_argument("--sampler", help="of ours; its own choice unless given")
    parsed.add_argument("--peer-sampler", help="of the peer; its own choice unless given")
    return parsed


if __name__ == "__main__":
    main(measure, conduct, _parser())
