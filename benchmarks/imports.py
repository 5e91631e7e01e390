"""``import hssm`` in a new process: how long it takes and what it loads."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from _harness import Row, alternating, main, median, parser, run_worker, sides

HEAVY = ("arviz", "bambi", "jax", "matplotlib", "numpyro", "onnx", "pymc", "pytensor", "torch")
NOT_WANTED = {"bambi", "jax", "matplotlib", "numpyro", "onnx"}


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    pythons = sides(options.peer)
    found: dict[str, list[dict[str, Any]]] = {}
    for side in alternating(list(pythons), 2 if options.short else options.rounds):
        found.setdefault(side, []).append(run_worker(__file__, pythons[side], {}).result)

    def values(key: str) -> dict[str, float]:
        return {side: median([result[key] for result in found[side]]) for side in found}

    def row(key: str, what: str, unit: str, limit: float | None) -> Row:
        value = values(key)
        return Row(what=what, unit=unit, ours=value["ours"], peer=value.get("peer"), limit=limit)

    unwanted = sorted(NOT_WANTED & set(found["ours"][0]["loaded"]))
    rows = [
        row("seconds", "import hssm", "s", 0.7),
        row("first_use", "import hssm and first use of hssm.HSSM", "s", None),
        row("modules", "modules that it loads", "modules", None),
        Row(what=f"{', '.join(sorted(NOT_WANTED))} among them", unit="packages", ours=len(unwanted), limit=0),
    ]
    return {"benchmark": "imports", "rows": rows, "details": found}


def measure(_: dict[str, Any]) -> dict[str, Any]:
    before = set(sys.modules)
    start = time.perf_counter()
    import hssm

    seconds = time.perf_counter() - start
    loaded = [name for name in HEAVY if name in sys.modules]
    modules = len(set(sys.modules) - before)
    hssm.HSSM  # noqa: B018  (public names resolve on first use)
    first_use = time.perf_counter() - start
    return {"seconds": seconds, "first_use": first_use, "modules": modules, "loaded": loaded}


def _parser() -> argparse.ArgumentParser:
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("--rounds", type=int, default=7)
    return parsed


if __name__ == "__main__":
    main(measure, conduct, _parser())
