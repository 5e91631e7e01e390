"""100,000 trials of 100 participants: seconds of fit, log-likelihood, LOO and posterior prediction, and peak memory.

Boundary and drift vary by participant; 2 chains x (200 + 200), 50 predictive draws per chain. Memory is the largest sum
over all processes, watched from outside (Linux only), an upper bound.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from _designs import DESIGNS, include, simulate
from _harness import Row, main, parser, run_worker, sides

GIGABYTE = 1e9
MOST = 6.0
PREDICTED = 50


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    settings = {"participants": 10 if options.short else 100, "trials": 1000, "draws": 50 if options.short else 200}
    run = run_worker(__file__, sides(None)["ours"], settings, watch=True)
    title = f"{settings['participants']} participants x {settings['trials']} trials"
    rows = [Row(what=f"{title}: {step}", unit="s", ours=value) for step, value in run.result["seconds"].items()]
    rows.append(Row(what=f"{title}: divergences", unit="", ours=run.result["divergences"], limit=0))
    if run.peak_bytes is not None:
        peak = run.peak_bytes / GIGABYTE
        rows.append(Row(what=f"{title}: peak memory, all processes", unit="GB", ours=peak, limit=MOST))
    return {"benchmark": "large_fit", "rows": rows, "details": run.result}


def measure(options: dict[str, Any]) -> dict[str, Any]:
    import arviz as az

    import hssm

    design = replace(DESIGNS["ddm_20x100"], participants=options["participants"], trials=options["trials"])
    data, _ = simulate(design, 1)
    seconds: dict[str, float] = {}

    def timed(step: str, function: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        value = function()
        seconds[step] = time.perf_counter() - start
        return value

    model = timed("build", lambda: hssm.HSSM(data, model=design.model, include=include(design)))
    draws = options["draws"]
    sampling = {"draws": draws, "tune": draws, "chains": 2, "idata_kwargs": {"log_likelihood": False}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few draws; what they say of the fit is printed
        traces = timed("sample()", lambda: model.sample(**sampling, random_seed=1, progressbar=False))
        timed("log-likelihood", lambda: model.log_likelihood(traces, inplace=True))
        timed("LOO", lambda: az.loo(traces))
        timed("prediction", lambda: model.sample_posterior_predictive(traces, draws=PREDICTED, random_seed=1))
    return {"seconds": seconds, "divergences": int(traces["sample_stats"]["diverging"].sum())}


if __name__ == "__main__":
    main(measure, conduct, parser(__doc__.splitlines()[0]))
