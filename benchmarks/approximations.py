"""Laplace, variational fits and the mode against NUTS on the same data: seconds, means, widths, and Pareto k.

Two designs: 500 trials of one person, and the bundled hierarchical data set (20 people with 50 trials, drift with a
slope and a random intercept). Differences of means are in posterior standard deviations of NUTS; widths are ratios of
standard deviations; the worst parameter of the population is shown. Prints a Markdown table; ours alone.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import hssm
from hssm.inference.approximation import tail_shape

SAMPLING = {"draws": 1000, "tune": 1000, "chains": 4, "random_seed": 1, "progressbar": False}


def flat() -> Any:
    truth = {"v": 0.7, "a": 1.2, "z": 0.5, "t": 0.3}
    return hssm.HSSM(hssm.simulate_data("ddm", truth, size=500, random_state=1))


def hierarchical() -> Any:
    data = hssm.load_data("ddm_hierarchical")
    return hssm.HSSM(data, include=[{"name": "v", "formula": "v ~ 1 + x + (1|participant_id)"}])


DESIGNS = {"one person, 500 trials": flat, "20 people x 50 trials": hierarchical}


def methods(model: Any) -> dict[str, Callable[[], Any]]:
    quiet = {"random_seed": 1, "progressbar": False}
    return {
        "NUTS": lambda: model.sample(**SAMPLING),
        "NUTS from the mode": lambda: model.sample(initvals="map", **SAMPLING),
        "laplace": lambda: model.sample("laplace", draws=4000, random_seed=1),
        "advi": lambda: model.vi("advi", draws=4000, **quiet),
        "fullrank_advi": lambda: model.vi("fullrank_advi", draws=4000, **quiet),
        "find_MAP": model.find_MAP,
    }


def population(dataset: Any) -> list[str]:
    return [str(name) for name, values in dataset.data_vars.items() if values.ndim == 2 and "natural" not in str(name)]


def compared(result: Any, reference: Any) -> dict[str, float]:
    """Largest difference of means, and smallest and largest ratio of widths, over parameters of the population."""
    names = population(reference)
    sd = {name: float(reference[name].std()) for name in names}
    if isinstance(result, dict):
        off = [abs(float(result[name]) - float(reference[name].mean())) / sd[name] for name in names]
        return {"off": max(off), "narrowest": np.nan, "widest": np.nan, "k": np.nan}
    draws = result["posterior"].to_dataset()
    off = [abs(float(draws[name].mean() - reference[name].mean())) / sd[name] for name in names]
    widths = [float(draws[name].std()) / sd[name] for name in names]
    stats = result["sample_stats"].to_dataset()
    k = tail_shape(stats) if "log_q" in stats else np.nan
    return {"off": max(off), "narrowest": min(widths), "widest": max(widths), "k": k}


def main() -> None:
    parsed = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parsed.add_argument("--cores", type=int, default=None, help="processes for the chains of NUTS")
    parsed.add_argument("--designs", nargs="*", default=list(DESIGNS), choices=list(DESIGNS))
    options = parsed.parse_args()
    SAMPLING["cores"] = options.cores
    print("| data | method | seconds | processor s | mean off by (sd) | widths | Pareto k |")
    print("|---|---|---|---|---|---|---|")
    for title in options.designs:
        model, reference = DESIGNS[title](), None
        for name, fit in methods(model).items():
            start, cpu = time.perf_counter(), time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    result = fit()
                except RuntimeError as error:
                    print(f"| {title} | {name} | – | – | {str(error).split(':')[0]} | | |", flush=True)
                    continue
            took = (time.perf_counter() - start, time.process_time() - cpu)
            reference = result["posterior"].to_dataset() if reference is None else reference
            found = compared(result, reference)
            widths = "–" if np.isnan(found["widest"]) else f"{found['narrowest']:.2f} to {found['widest']:.2f}"
            k = "–" if np.isnan(found["k"]) else f"{found['k']:.2f}"
            print(
                f"| {title} | `{name}` | {took[0]:.1f} | {took[1]:.1f} | {found['off']:.2f} | {widths} | {k} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
