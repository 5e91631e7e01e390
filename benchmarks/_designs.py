"""Hierarchical designs with a known truth: what the battery simulates and fits.

A design is data: who does how many trials under which conditions, one formula per parameter, and the coefficients
behind them on the scale of the parameter's link (log for a, t and other positive parameters, logit for z).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def identity(x: Any) -> Any:
    return x


def logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


INVERSE: Mapping[str, Callable[[Any], Any]] = {"identity": identity, "log": np.exp, "logit": logistic}


@dataclass(frozen=True, kw_only=True, slots=True)
class Regression:
    """One parameter's formula and the coefficients that made the data, on the link scale.

    ``slopes`` are by column; ``deviations`` are standard deviations by group-specific term (``"1|participant_id"``).
    """

    formula: str
    intercept: float
    link: str = "identity"
    slopes: Mapping[str, float] = field(default_factory=dict)
    deviations: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """``trials``: of every participant, a number or a range from which each one's is drawn."""

    model: str = "ddm"
    participants: int
    trials: int | tuple[int, int]
    items: int = 0
    outliers: float = 0.0
    regressions: Mapping[str, Regression]
    simple: Mapping[str, float] = field(default_factory=dict)


def intercepts(formula: str, intercept: float, sd: float, link: str = "identity", **slopes: float) -> Regression:
    """A regression whose only group-specific term is an intercept per participant."""
    return Regression(
        formula=formula, intercept=intercept, link=link, slopes=slopes, deviations={"1|participant_id": sd}
    )


ONE = "1 + (1|participant_id)"

DESIGNS: Mapping[str, Design] = {
    "ddm_20x100": Design(
        participants=20,
        trials=100,
        regressions={"v": intercepts(ONE, 0.8, 0.4), "a": intercepts(ONE, np.log(1.2), 0.2, "log")},
        simple={"z": 0.5, "t": 0.3},
    ),
    "ddm_100x20": Design(
        participants=100,
        trials=20,
        regressions={"v": intercepts(ONE, 0.8, 0.4), "a": intercepts(ONE, np.log(1.2), 0.2, "log")},
        simple={"z": 0.5, "t": 0.3},
    ),
    "ddm_5x1000": Design(
        participants=5,
        trials=1000,
        regressions={
            "v": intercepts(ONE, 0.8, 0.4),
            "a": intercepts(ONE, np.log(1.2), 0.2, "log"),
            "t": intercepts(ONE, np.log(0.3), 0.15, "log"),
        },
        simple={"z": 0.5},
        outliers=0.02,
    ),
    "ddm_within_40x200": Design(
        participants=40,
        trials=200,
        regressions={
            "v": Regression(
                formula="1 + condition + (1 + condition|participant_id)",
                intercept=0.6,
                slopes={"condition": 0.4},
                deviations={"1|participant_id": 0.4, "condition|participant_id": 0.2},
            ),
            "a": intercepts(ONE, np.log(1.2), 0.2, "log"),
            "t": intercepts(ONE, np.log(0.3), 0.15, "log"),
        },
        simple={"z": 0.5},
        outliers=0.05,
    ),
    "ddm_between_30x60": Design(
        participants=30,
        trials=60,
        regressions={
            "v": intercepts("1 + group + (1|participant_id)", 0.8, 0.3, group=0.4),
            "a": intercepts("1 + group + (1|participant_id)", np.log(1.2), 0.2, "log", group=-0.2),
        },
        simple={"z": 0.5, "t": 0.3},
    ),
    "ddm_crossed_20x80": Design(
        participants=20,
        trials=80,
        items=40,
        regressions={
            "v": Regression(
                formula="1 + (1|participant_id) + (1|item)",
                intercept=0.8,
                deviations={"1|participant_id": 0.4, "1|item": 0.3},
            ),
            "a": intercepts(ONE, np.log(1.2), 0.2, "log"),
        },
        simple={"z": 0.5, "t": 0.3},
    ),
    "ddm_all_20x100": Design(
        participants=20,
        trials=100,
        regressions={
            "v": intercepts(ONE, 0.8, 0.4),
            "a": intercepts(ONE, np.log(1.2), 0.2, "log"),
            "z": intercepts(ONE, 0.1, 0.15, "logit"),
            "t": intercepts(ONE, np.log(0.3), 0.15, "log"),
        },
    ),
    "ddm_unbalanced_25": Design(
        participants=25,
        trials=(20, 400),
        regressions={
            "v": intercepts(ONE, 0.8, 0.4),
            "a": intercepts(ONE, np.log(1.2), 0.2, "log"),
            "t": intercepts(ONE, np.log(0.3), 0.15, "log"),
        },
        simple={"z": 0.5},
        outliers=0.1,
    ),
    "ddm_no_variation_12x150": Design(
        participants=12,
        trials=150,
        regressions={"v": intercepts(ONE, 0.8, 0.0), "a": intercepts(ONE, np.log(1.2), 0.0, "log")},
        simple={"z": 0.5, "t": 0.3},
    ),
    "angle_20x150": Design(
        model="angle",
        participants=20,
        trials=150,
        regressions={"v": intercepts(ONE, 0.8, 0.4), "a": intercepts(ONE, np.log(1.4), 0.2, "log")},
        simple={"z": 0.5, "t": 0.3, "theta": 0.3},
    ),
    "full_ddm_15x300": Design(
        model="full_ddm",
        participants=15,
        trials=300,
        regressions={"v": intercepts(ONE, 1.0, 0.4), "a": intercepts(ONE, np.log(1.2), 0.2, "log")},
        simple={"z": 0.5, "t": 0.35, "sz": 0.2, "sv": 0.5, "st": 0.15},
    ),
    "lba3_20x100": Design(
        model="lba3",
        participants=20,
        trials=100,
        regressions={"v0": intercepts(ONE, np.log(1.0), 0.1, "log"), "b": intercepts(ONE, np.log(0.8), 0.1, "log")},
        simple={"A": 0.3, "v1": 0.9, "v2": 0.8},
    ),
}


def simulate(design: Design, seed: int) -> tuple[Any, dict[str, float]]:
    """A data frame, and the truth by name of the posterior's variables.

    Group effects are standardised, so that the sample's standard deviation is the stated one: what is counted is
    whether a fit finds what made its data.
    """
    import pandas as pd

    import hssm

    rng = np.random.default_rng([seed, 20_26])
    frame = _frame(design, rng)
    theta: dict[str, Any] = dict(design.simple)
    truth = dict(design.simple)
    for name, regression in design.regressions.items():
        eta, found = _linear(name, regression, frame, rng)
        theta[name] = INVERSE[regression.link](eta)
        truth |= found
    responses = hssm.simulate_data(design.model, theta, random_state=int(rng.integers(2**31)))
    lapses = np.flatnonzero(rng.random(len(frame)) < design.outliers)
    responses.loc[lapses, "rt"] = rng.uniform(0, 10, len(lapses))
    responses.loc[lapses, "response"] = rng.choice(responses["response"].unique(), len(lapses))
    return pd.concat([responses, frame], axis=1), truth


def _frame(design: Design, rng: np.random.Generator) -> Any:
    import pandas as pd

    fewest, most = (design.trials, design.trials) if isinstance(design.trials, int) else design.trials
    counts = rng.integers(fewest, most + 1, design.participants)
    participant = np.repeat(np.arange(design.participants), counts)
    within = np.concatenate([np.arange(count) for count in counts])
    columns = {
        "participant_id": [f"p{i:03d}" for i in participant],
        "condition": (within % 2).astype(float),
        "group": (participant % 2).astype(float),
    }
    if design.items:
        columns["item"] = [f"i{i:03d}" for i in rng.integers(0, design.items, len(participant))]
    return pd.DataFrame(columns)


def _linear(name: str, regression: Regression, frame: Any, rng: np.random.Generator) -> tuple[Any, dict[str, float]]:
    eta = np.full(len(frame), regression.intercept)
    truth = {f"{name}_Intercept": regression.intercept}
    for column, slope in regression.slopes.items():
        eta = eta + slope * frame[column].to_numpy()
        truth[f"{name}_{column}"] = slope
    for term, sd in regression.deviations.items():
        expression, factor = term.split("|")
        levels, index = np.unique(frame[factor], return_inverse=True)
        effects = rng.normal(size=len(levels))
        effects = sd * (effects - effects.mean()) / effects.std()
        eta = eta + effects[index] * (1.0 if expression == "1" else frame[expression].to_numpy())
        truth[f"{name}_{term}_sigma"] = sd
    return eta, truth


def include(design: Design) -> list[dict[str, str]]:
    """The ``include`` argument of a design's fit: formulas, everything else at its default."""
    return [{"name": name, "formula": f"{name} ~ {r.formula}"} for name, r in design.regressions.items()]
