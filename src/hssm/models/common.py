"""Parameters that many models share, so that one symbol means one thing everywhere.

A model file picks its parameters from here and adds its own; ``role_of`` lets a user's model join the
default priors of the field when its parameter has a known name and a domain that fits.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from hssm.spec import Bounds, ParameterSpec


def widest_start(z: Any) -> Any:
    """Largest full width of the starting point around ``z``: twice its distance to the nearer boundary."""
    return 1.0 - abs(2.0 * z - 1.0)


def widest_onset(t: Any) -> Any:
    """Largest full width of the non-decision time around ``t``."""
    return 2.0 * t


V = ParameterSpec(
    name="v", role="v", unit="1/√s", description="drift: mean rate of evidence, positive towards the upper boundary"
)
A = ParameterSpec(
    name="a",
    role="a",
    bounds=(0.0, math.inf),
    unit="√s",
    description="boundary: half the separation, boundaries at -a and +a",
)
Z = ParameterSpec(
    name="z",
    role="z",
    bounds=(0.0, 1.0),
    unit="relative",
    description="starting point, relative: 0.5 is unbiased, more favours the upper boundary",
)
T = ParameterSpec(
    name="t",
    role="t",
    bounds=(0.0, math.inf),
    closed=(True, False),
    unit="s",
    description="non-decision time: encoding and motor time, part of rt",
)
T_OF_RACE = replace(T, coordinate="shifted")
SV = ParameterSpec(
    name="sv",
    role="sv",
    coordinate="bent_square",
    bounds=(0.0, math.inf),
    closed=(True, False),
    unit="1/√s",
    description="standard deviation of the drift between trials",
)
SZ = ParameterSpec(
    name="sz",
    role="sz",
    ceiling=("z", widest_start),
    coordinate="bent",
    bounds=(0.0, 1.0),
    closed=(True, False),
    unit="relative",
    description="full width of the starting point between trials, uniform in z ± sz/2; at most 2·min(z, 1 − z)",
)
ST = ParameterSpec(
    name="st",
    role="st",
    ceiling=("t", widest_onset),
    coordinate="bent",
    bounds=(0.0, math.inf),
    closed=(True, False),
    unit="s",
    description="full width of the non-decision time between trials, uniform in t ± st/2; at most 2t",
)
THETA = ParameterSpec(
    name="theta",
    role="theta",
    coordinate="tangent",
    bounds=(-math.pi / 2, math.pi / 2),
    unit="rad",
    description="angle by which the boundaries close in; below 0 they move apart",
)
START_RANGE = ParameterSpec(
    name="A",
    role="A",
    coordinate="bent",
    bounds=(0.0, math.inf),
    closed=(True, False),
    unit="evidence",
    description="width of the starting points between trials, uniform in (0, A); A < b",
)
THRESHOLD = ParameterSpec(
    name="b",
    bounds=(0.0, math.inf),
    above="A",
    unit="evidence",
    description="threshold, measured from 0 like A; b > A",
)

ROLE_DOMAINS: dict[str, Bounds] = {spec.name: spec.bounds for spec in (V, A, Z, T, SV, SZ, ST, THETA)}
"""Widest domain in which a name still means the field's parameter of that name."""


def role_of(name: str, bounds: Bounds) -> str:
    """The default-prior role of a user's parameter: its name's, if its domain fits, else ``"generic"``."""
    lower, upper = ROLE_DOMAINS.get(name, (math.inf, -math.inf))
    return name if lower <= bounds[0] and bounds[1] <= upper else "generic"
