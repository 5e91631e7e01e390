"""The evidence that posteriors are right: simulation-based calibration and recovery of every kind of model.

    python benchmarks/calibration.py list
    python benchmarks/calibration.py run ddm --out RESULTS [--seconds 800]
    python benchmarks/calibration.py tables --out RESULTS [--page docs/explanation/calibration.md]

One setting per ``run``; finished data sets are kept in RESULTS/<setting>, and a rerun goes on from there. With
``--seconds`` a run stops after that time, between two data sets. ``tables`` prints p-values, recovery and failures of
whatever is there, or puts them between the marks of a page, with plots in the folder of the page's name.
"""

from __future__ import annotations

import argparse
import itertools
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- results -->", "<!-- end of results -->"
N_DATASETS = 300
SEED = 2026
LONG = {"draws": 600, "tune": 500, "chains": 2}

GROUPS = [
    {"name": "v", "formula": "v ~ 1 + (1|participant_id)"},
    {"name": "a", "formula": "a ~ 1 + (1|participant_id)"},
    {"name": "t", "formula": "t ~ 1 + (1|participant_id)"},
]

SHORT = {"draws": 300, "tune": 300, "chains": 2}

_USUAL = {
    "v": {"name": "Normal", "mu": 1.0, "sigma": 1.0},
    "a": {"name": "Gamma", "mu": 1.2, "sigma": 0.3},
    "z": {"name": "Beta", "alpha": 10.0, "beta": 10.0},
    "t": {"name": "Gamma", "mu": 0.4, "sigma": 0.1},
}
_VARYING = {
    "sz": {"name": "Beta", "alpha": 2.0, "beta": 4.0},
    "sv": {"name": "Gamma", "mu": 0.8, "sigma": 0.4},
    "st": {"name": "Gamma", "mu": 0.2, "sigma": 0.08},
}
_COLLAPSING = {
    "alpha": {"name": "Gamma", "mu": 2.5, "sigma": 0.6},
    "beta": {"name": "Gamma", "mu": 1.5, "sigma": 0.4},
}


def usual(own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Priors of a diffusion model around what is usual; ``own`` has those of its other parameters and what differs."""
    return [{"name": name, "prior": prior} for name, prior in {**_USUAL, **own}.items()]


CLOSING = {"theta": {"name": "Gamma", "mu": 0.3, "sigma": 0.12}}
INFORMED = {"full_ddm": usual(_VARYING), "weibull": usual(_COLLAPSING), "angle": usual(CLOSING)}
"""Priors around what is usual: data sets from the default priors of these models, or networks, take minutes each."""

NETWORK = {"loglik_kind": "approx_differentiable"}

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "ddm": {"model": "ddm", "n_trials": 100},
    "ddm_sdv": {"model": "ddm_sdv", "n_trials": 100},
    "angle": {"model": "angle", "n_trials": 100},
    "lba3": {"model": "lba3", "n_trials": 100},
    "lba3_t": {"model": "lba3_t", "n_trials": 100},
    "racing_diffusion_3": {"model": "racing_diffusion_3", "n_trials": 100},
    "lnr3": {"model": "lnr3", "n_trials": 100},
    "ddm_omissions": {"model": "ddm", "n_trials": 100, "hssm_kwargs": {"deadline": 2.0}},
    "ddm_hierarchical": {"model": "ddm", "n_trials": 50, "n_participants": 20, "include": GROUPS},
    "full_ddm": {"model": "full_ddm", "n_trials": 50, "include": INFORMED["full_ddm"], "sample_kwargs": SHORT},
    "weibull": {"model": "weibull", "n_trials": 50, "include": INFORMED["weibull"], "sample_kwargs": SHORT},
    "ddm_network": {"model": "ddm", "n_trials": 100, "hssm_kwargs": NETWORK, "sample_kwargs": SHORT},
    "angle_network": {
        **{"model": "angle", "n_trials": 50, "include": INFORMED["angle"]},
        **{"hssm_kwargs": NETWORK, "sample_kwargs": SHORT},
    },
}
"""Settings of ``hssm.recovery.sbc``: priors are the models' own defaults unless ``include`` says more."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    run = commands.add_parser("run")
    run.add_argument("setting", choices=SETTINGS)
    run.add_argument("--datasets", type=int, default=N_DATASETS)
    run.add_argument("--seconds", type=float, default=float("inf"))
    tables = commands.add_parser("tables")
    tables.add_argument("--page", type=Path, help="Markdown file whose marked part is replaced")
    for command in (run, tables):
        command.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "list":
        print("\n".join(SETTINGS))
    elif options.command == "run":
        run_setting(options.setting, options.out, options.datasets, options.seconds)
    else:
        show(options.out, options.page)


def run_setting(name: str, out: Path, n_datasets: int, seconds: float) -> None:
    """Data sets of one setting in this process, in steps, until there are enough or the time is over."""
    began = time.perf_counter()
    engine_began = time.process_time()
    done = 0
    for target in itertools.chain(range(10, n_datasets, 10), [n_datasets]):
        done = len(calibrate(name, out, target).records)
        if time.perf_counter() - began > seconds:
            break
    spent = time.process_time() - engine_began
    print(f"{name}: {done} of {n_datasets} data sets; {spent:.0f} s of processor time in this run")


def calibrate(name: str, out: Path, n_datasets: int) -> Any:
    import hssm

    settings = {"sample_kwargs": LONG, **SETTINGS[name]}
    return hssm.recovery.sbc(
        n_datasets=n_datasets, executor=1, out=out / name, random_state=SEED, progressbar=False, **settings
    )


def show(out: Path, page: Path | None) -> None:
    """Tables of every setting that has results, in Markdown: printed, or with plots in a page.

    A page keeps what it says of settings without results.
    """
    before, kept, after = ("", {}, "") if page is None else parts_of(page.read_text())
    parts = {}
    for name in SETTINGS:
        found = len(list((out / name).glob("dataset_*.json")))
        if not found:
            parts |= {name: kept[name]} if name in kept else {}
            continue
        result = calibrate(name, out, found)
        picture = ""
        if page is not None:
            folder = page.with_suffix("")
            folder.mkdir(exist_ok=True)
            result.plot(dpi=60).savefig(folder / f"{name}.png", pil_kwargs={"optimize": True})
            picture = f"![Rank histograms and ECDF differences of {name}]({folder.name}/{name}.png)"
        parts[name] = section(name, result, picture)
    text = "\n\n".join([family(parts), *parts.values()])
    if page is None:
        print(text)
    else:
        page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def parts_of(text: str) -> tuple[str, dict[str, str], str]:
    """A page as what stands before the results, the section of every setting, and what stands after."""
    before, _, rest = text.partition(BEGIN)
    results, _, after = rest.partition(END)
    sections = [f"### {part.strip()}" for part in results.split("\n### ")[1:]]
    return before, {part.split()[1]: part for part in sections}, after


def family(parts: Mapping[str, str]) -> str:
    """A sentence on the smallest of all p-values in the sections' tables."""
    values = [
        (float(cell), f"{cells[0]} of {name}")
        for name, part in parts.items()
        for cells in p_value_rows(part)
        for cell in (cells[2], cells[4])
    ]
    (p_value, where), n_tests = min(values), len(values)
    return (
        f"{n_tests} tests in all: a family-wise error of 5 % asks for a p-value below {0.05 / n_tests:.2g}. "
        f"The smallest is {p_value:.2g} ({where}), times their number {min(1.0, p_value * n_tests):.2g}."
    )


def p_value_rows(part: str) -> list[list[str]]:
    """Cells of a section's table of p-values: parameter, n, p_value, max_ecdf_deviation, ecdf_p_value, ..."""
    _, _, table = part.partition("| parameter | n | p_value | max_ecdf_deviation | ecdf_p_value |")
    rows = table.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("| "))] for row in rows]


def section(name: str, result: Any, picture: str) -> str:
    """What is known of one setting."""
    n = len(result.records)
    seconds = sum(record["seconds"] for record in result.records) / n
    setting = SETTINGS[name]
    design = f"`{setting['model']}`, {setting['n_trials']} trials"
    if "n_participants" in setting:
        design += f" of each of {setting['n_participants']} participants"
    lines = [f"### {name}", f"{design}; {n} data sets, {len(result.failures)} failed, {seconds:.2g} s each."]
    lines += [f"* {len(part)} failed: {reason}" for reason, part in result.failures.groupby("reason")]
    return "\n\n".join([*lines, picture, as_markdown(result.table), as_markdown(result.summary().reset_index())])


def as_cell(value: Any) -> str:
    """A number in three digits; names of group-specific terms have a bar, which would end the cell."""
    return f"{value:.3g}" if isinstance(value, float) else str(value).replace("|", "\\|")


def as_markdown(table: Any) -> str:
    """A data frame as a Markdown table."""
    rows = [[as_cell(value) for value in row] for row in table.to_numpy()]
    lines = [list(map(str, table.columns)), ["---"] * len(table.columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
