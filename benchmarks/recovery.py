"""Recovery of the parameters of every listed model: 30 data sets of 200 trials each, truths from the priors.

    python benchmarks/recovery.py run ddm angle --out RESULTS
    python benchmarks/recovery.py tables --out RESULTS [--page docs/explanation/recovery.md]

Without names, ``run`` takes all models of ``hssm.list_models()``. Finished data sets are kept in RESULTS/<model>, and a
rerun goes on from there. ``tables`` prints what is there, or puts it between the marks of a page.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from calibration import BEGIN, CLOSING, END, INFORMED, NETWORK, SHORT, as_markdown, parts_of, usual

N_DATASETS, N_TRIALS, SEED = 30, 200, 2026
COLUMNS = ["parameter", "bias", "rmse", "correlation", "coverage", "mean_sd", "worst_r_hat"]

_PULSE = {
    "shape": {"name": "Gamma", "mu": 4.0, "sigma": 1.0},
    "scale": {"name": "Gamma", "mu": 0.12, "sigma": 0.04},
    "c": {"name": "Normal", "mu": 1.5, "sigma": 1.0},
}
_LEAK = {"g": {"name": "Normal", "mu": 0.5, "sigma": 1.0}}
_UNBIASED = {"v": 0.0, "z": 0.5}
_SIDES = {"side": [1.0, -1.0]}
"""Distractors that speak for the same response as the target, or for the other one."""


def _by_side(name: str, mu: float, sigma: float) -> dict[str, Any]:
    return {
        "name": name,
        "formula": f"{name} ~ 0 + side",
        "prior": {"side": {"name": "Normal", "mu": mu, "sigma": sigma}},
    }


_DUAL_STAGE = {
    **_UNBIASED,
    **{"tfixedp": 1.0, "dinit": 1.0},
    "tinit": {"name": "Gamma", "mu": 0.3, "sigma": 0.15},
    "tslope": {"name": "Gamma", "mu": 3.0, "sigma": 1.0},
    "dslope": {"name": "Gamma", "mu": 4.0, "sigma": 1.0},
    "tcoh": {"name": "Normal", "mu": 2.0, "sigma": 0.6},
}
_SPOTLIGHT = {
    **_UNBIASED,
    "ptarget": {"name": "Normal", "mu": 4.0, "sigma": 0.8},
    "r": {"name": "Gamma", "mu": 15.0, "sigma": 4.0},
    "sda": {"name": "Gamma", "mu": 1.8, "sigma": 0.4},
}

PRIORS: Mapping[str, list[dict[str, Any]]] = {
    **{model: INFORMED[model] for model in ("full_ddm", "weibull")},
    "ornstein": usual(_LEAK),
    "ornstein_angle": usual({**_LEAK, **CLOSING}),
    "levy": usual({"alpha": {"name": "Normal", "mu": 1.5, "sigma": 0.2}, "t": 0.3}),
    "gamma_drift": usual(_PULSE),
    "gamma_drift_angle": usual({**_PULSE, **CLOSING}),
    "conflict_ds": [*usual(_DUAL_STAGE), _by_side("dcoh", 2.0, 0.6)],
    "shrink_spot": [*usual(_SPOTLIGHT), _by_side("pouter", 4.0, 0.8), _by_side("pinner", 4.0, 0.8)],
}
"""Priors around what is usual, for models whose densities are solved for; the others have their defaults.

Data fix only the products tcoh tfixedp and dcoh dinit of ``conflict_ds``, hence the two ones. Paths of ``levy`` may
jump over a bound at once: the likelihood falls to nothing where ``t`` is the fastest response, and samplers get stuck.
"""

BY_NETWORK = ("race_no_bias_angle_4",)
"""Models whose exact likelihood takes minutes per fit, so that their networks are used."""

DESIGNS = {"conflict_ds": _SIDES, "shrink_spot": _SIDES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("models", nargs="*")
    run.add_argument("--datasets", type=int, default=N_DATASETS)
    tables = commands.add_parser("tables")
    tables.add_argument("--page", type=Path, help="Markdown file whose marked part is replaced")
    for command in (run, tables):
        command.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "tables":
        show(options.out, options.page)
        return
    for model in options.models or listed():
        began = time.process_time()
        result = recover(model, options.out, options.datasets)
        print(f"{model}: {time.process_time() - began:.0f} s of processor time\n{result}\n", flush=True)


def listed() -> tuple[str, ...]:
    import hssm

    return hssm.list_models()


def recover(model: str, out: Path, n_datasets: int) -> Any:
    import hssm

    return hssm.recovery.parameter_recovery(
        model,
        n_datasets,
        N_TRIALS,
        include=PRIORS.get(model),
        design=DESIGNS.get(model),
        hssm_kwargs=NETWORK if model in BY_NETWORK else None,
        sample_kwargs=SHORT,
        executor=1,
        out=out / model,
        random_state=SEED,
        progressbar=False,
    )


def show(out: Path, page: Path | None) -> None:
    """Tables of every model that has results, in Markdown: printed, or in a page, which keeps those of other models."""
    before, parts, after = ("", {}, "") if page is None else parts_of(page.read_text())
    for model in listed():
        if found := len(list((out / model).glob("dataset_*.json"))):
            parts[model] = section(model, recover(model, out, found))
    text = "\n\n".join(parts[model] for model in listed() if model in parts)
    if page is None:
        print(text)
    else:
        page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def section(model: str, result: Any) -> str:
    """What is known of one model."""
    n, failures = len(result.records), result.failures
    seconds = sum(record["seconds"] for record in result.records) / n
    lines = [f"### {model}", f"{n} data sets, {len(failures)} failed, {seconds:.2g} s each."]
    lines += [f"* {len(part)} failed: {reason}" for reason, part in failures.groupby("reason")]
    return "\n\n".join([*lines, as_markdown(result.summary().reset_index()[COLUMNS])])


if __name__ == "__main__":
    main()
