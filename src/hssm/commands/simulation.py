"""``hssm simulate``: simulated responses of a model as a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hssm.commands.screen import Screen, user_input
from hssm.data.simulate import simulate_data
from hssm.spec import MISSING_CODE


def simulate(
    screen: Screen,
    model: str,
    theta: Sequence[str],
    out: Path,
    *,
    size: int = 1000,
    deadline: float | None = None,
    seed: int | None = None,
) -> None:
    """Simulate ``size`` trials at ``theta`` (``["v=0.5", ...]``) and write them to ``out``."""
    with user_input():
        values = read_theta(theta)
        data = pd.DataFrame(simulate_data(model, values, size=size, deadline=deadline, random_state=seed))
        out.parent.mkdir(parents=True, exist_ok=True)
        data.to_csv(out, index=False)
    omitted = int((data["response"] == MISSING_CODE).sum())
    note = f", {omitted} of them omitted" if omitted else ""
    screen.say(f"{len(data)} trials of {model}{note}: {out}")


def read_theta(pairs: Sequence[str]) -> dict[str, float]:
    """``["v=0.5", "a=1.5"]`` -> ``{"v": 0.5, "a": 1.5}``."""
    values: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip()
        try:
            value = float(text)
        except ValueError:
            equals = ""
        if not equals or not name:
            raise ValueError(f"`--theta` takes NAME=NUMBER pairs, such as v=0.5 a=1.5; got {pair!r}.")
        if name in values:
            raise ValueError(f"`--theta` gives {name!r} twice.")
        values[name] = value
    return values
