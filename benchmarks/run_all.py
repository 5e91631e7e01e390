"""Every benchmark, one after the other, in one table.

``--short`` shows that they run; figures to quote come from the full run on a machine that does nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from _harness import HEADER, line, parser

HERE = Path(__file__).parent
SCRIPTS = (
    "imports",
    "density",
    "networks",
    "exact_family",
    "predictive",
    "plots",
    "memory",
    "default_fit",
    "second_fit",
    "large_fit",
    "cavanagh",
)
LONG_CAVANAGH = ("--chains", "4", "--draws", "1000")


def run(script: str, options: list[str]) -> dict[str, Any] | str:
    """A script's report, or the last line of what it said when it failed."""
    command = [sys.executable, str(HERE / f"{script}.py"), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no message"])[-1]
    return json.loads(done.stdout)


def planned(short: bool, peer: str | None) -> list[tuple[str, list[str]]]:
    """Scripts with their options; the long fit of ours alone comes last."""
    common = ["--short"] if short else []
    # HSSM_PEER_PYTHON would otherwise bring the peer into the long run
    plans = [(script, [*common, *(["--peer", peer] if peer else [])]) for script in SCRIPTS]
    return plans if short else [*plans, ("cavanagh", [*LONG_CAVANAGH, "--peer", ""])]


def main() -> int:
    parsed = parser(__doc__.splitlines()[0])
    options = parsed.parse_args()
    reports, failed = [], []
    if not options.json:
        print(HEADER, flush=True)
    for script, arguments in planned(options.short, options.peer):
        report = run(script, arguments)
        if isinstance(report, str):
            failed.append(f"{script}: {report}")
            continue
        reports.append(report)
        if not options.json:
            for row in report["rows"]:
                print(line(row), flush=True)
    if options.json:
        print(json.dumps(reports, indent=1))
    for message in failed:
        print(message, file=sys.stderr)
    return 1 if _faults(failed) else 0


def _faults(failed: list[str]) -> list[str]:
    """Failures other than a data set that is not on this machine, which is no fault of the code."""
    return [message for message in failed if "was not found" not in message]


if __name__ == "__main__":
    sys.exit(main())
