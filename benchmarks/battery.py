"""The battery: hierarchical designs with a known truth, fitted with default settings, 4 x (500 + 500).

Printed per design: seconds, divergences, the largest R-hat, the smallest bulk ESS of the population's parameters, and
how many 95 % intervals cover the truth, summed over replications; with several designs, the count over all of them too.
Name designs to run only these. With ``--keep FOLDER`` finished fits are kept there, and a rerun goes on from them.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from _designs import DESIGNS, include, simulate
from _harness import Row, main, parser, run_worker, sides
from cavanagh import population

MASS = 0.95
FORMS = {"auto": "auto", "true": True, "false": False}
FALSE_ALARM = 1e-3
"""Of the binomial band that the count of covering intervals is held against."""


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    unknown = set(options.designs) - set(DESIGNS)
    if unknown:
        raise SystemExit(f"Unknown designs {sorted(unknown)}; there are: {', '.join(DESIGNS)}.")
    chosen = options.designs or list(DESIGNS)
    draws = 100 if options.short else options.draws
    details: dict[str, Any] = {}
    rows: list[Row] = []
    python = sides(None)["ours"]
    for name in chosen:
        settings = {
            "design": name,
            "draws": draws,
            "chains": options.chains,
            "seeds": list(range(options.first_seed, options.first_seed + options.replications)),
            "sample": {"target_accept": options.target_accept} if options.target_accept else {},
            "noncentered": FORMS[options.noncentered],
            "keep": options.keep,
        }
        details[name] = run_worker(__file__, python, settings).result
        rows += _rows(name, details[name]["fits"])
    if len(chosen) > 1:
        rows.append(_coverage("all designs", [fit for found in details.values() for fit in found["fits"]]))
    return {"benchmark": "battery", "rows": rows, "details": details}


def _rows(name: str, fits: list[dict[str, Any]]) -> list[Row]:
    return [
        Row(what=f"{name}: sample()", unit="s", ours=float(np.median([fit["wall"] for fit in fits]))),
        Row(what=f"{name}: divergences", unit="", ours=sum(fit["divergences"] for fit in fits), limit=0),
        Row(what=f"{name}: largest R-hat", unit="", ours=max(fit["r_hat"] for fit in fits), limit=1.01),
        Row(
            what=f"{name}: smallest bulk ESS",
            unit="draws",
            ours=min(fit["ess"] for fit in fits),
            more_is_better=True,
            limit=400,
        ),
        _coverage(name, fits),
    ]


def _coverage(name: str, fits: list[dict[str, Any]]) -> Row:
    intervals = sum(fit["intervals"] for fit in fits)
    return Row(
        what=f"{name}: intervals that cover, of {intervals}",
        unit="",
        ours=sum(fit["covered"] for fit in fits),
        more_is_better=True,
        limit=_fewest(intervals),
    )


def _fewest(intervals: int) -> float:
    """Fewest covering intervals that a calibrated method shows, one design in a thousand excepted."""
    total = 0.0
    for count in range(intervals + 1):
        total += math.comb(intervals, count) * MASS**count * (1 - MASS) ** (intervals - count)
        if total >= FALSE_ALARM:
            return float(count)
    return float(intervals)


def measure(options: dict[str, Any]) -> dict[str, Any]:
    return {"fits": [_kept_fit(options, seed) for seed in options["seeds"]]}


def _kept_fit(options: dict[str, Any], seed: int) -> dict[str, Any]:
    """A fit of an earlier run with the same settings, or a new one."""
    if options["keep"] is None:
        return _fit(options, seed)
    settings = {key: value for key, value in options.items() if key not in ("seeds", "keep")}
    file = Path(options["keep"]) / f"{options['design']}_{seed}.json"
    if file.is_file():
        earlier = json.loads(file.read_text())
        if earlier["settings"] != settings:
            raise SystemExit(f"{file} was made with other settings: {earlier['settings']}; now: {settings}.")
        return earlier["fit"]
    fit = _fit(options, seed)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"settings": settings, "fit": fit}))
    return fit


def _fit(options: dict[str, Any], seed: int) -> dict[str, Any]:
    import arviz as az

    import hssm

    design = DESIGNS[options["design"]]
    data, truth = simulate(design, seed)
    model = hssm.HSSM(data, model=design.model, include=include(design), noncentered=options["noncentered"])
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what they say is counted below
        traces = model.sample(
            draws=options["draws"],
            tune=options["draws"],
            chains=options["chains"],
            random_seed=seed,
            progressbar=False,
            idata_kwargs={"log_likelihood": False},
            **options["sample"],
        )
    wall = time.perf_counter() - start
    posterior = traces["posterior"].to_dataset()
    posterior = posterior[population(posterior)]
    ess = {name: float(values.min()) for name, values in az.ess(posterior).data_vars.items()}
    r_hat = {name: float(values.max()) for name, values in az.rhat(posterior).data_vars.items()}
    tails = [(1 - MASS) / 2, (1 + MASS) / 2]
    intervals = {name: posterior[name].quantile(tails).values.tolist() for name in truth if name in posterior}
    # A standard deviation of zero is on the edge of its prior: no interval of positive numbers covers it.
    counted = {name: interval for name, interval in intervals.items() if truth[name] != 0 or "sigma" not in name}
    return {
        "wall": wall,
        "divergences": int(traces["sample_stats"]["diverging"].sum()),
        "steps": float(traces["sample_stats"]["n_steps"].mean()) if "n_steps" in traces["sample_stats"] else None,
        "ess": min(ess.values()),
        "least": min(ess, key=lambda name: ess[name]),
        "ess_by_name": ess,
        "r_hat": max(r_hat.values()),
        "intervals": len(counted),
        "covered": int(sum(low <= truth[name] <= high for name, (low, high) in counted.items())),
        "missed": {
            name: [float(truth[name]), *iv] for name, iv in counted.items() if not iv[0] <= truth[name] <= iv[1]
        },
        "parameterization": model.parameterization,
    }


def _parser() -> argparse.ArgumentParser:
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("designs", nargs="*", help=f"of {', '.join(DESIGNS)}; all unless named")
    parsed.add_argument("--draws", type=int, default=500, help="draws, and as many warm-up steps, per chain")
    parsed.add_argument("--chains", type=int, default=4)
    parsed.add_argument("--replications", type=int, default=1)
    parsed.add_argument("--first-seed", type=int, default=1)
    parsed.add_argument("--keep", metavar="FOLDER", help="where finished fits are kept, to go on from")
    parsed.add_argument("--target-accept", type=float, help="the package's default unless given")
    parsed.add_argument("--noncentered", default="auto", choices=("auto", "true", "false"))
    return parsed


if __name__ == "__main__":
    main(measure, conduct, _parser())
