"""Where the conformance suite looks: typical parameter points of every model, and properties that models advertise.

A model without a row in ``POINTS`` is tested at points made from its roles and bounds, so that a new model is
covered by its presence. Rows add what only people know: points that matter, mirror symmetries, limits.
"""

import math
from collections.abc import Mapping

import numpy as np

from hssm.spec import Bounds, ModelSpec, ParameterSpec

Point = Mapping[str, float]

POINTS: dict[str, tuple[Point, ...]] = {
    "ddm": (
        {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.25},
        {"v": -2.5, "a": 0.7, "z": 0.65, "t": 0.1},
        {"v": 0.0, "a": 2.0, "z": 0.3, "t": 0.5},
    ),
    "ddm_sdv": (
        {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.25, "sv": 0.4},
        {"v": -2.5, "a": 0.7, "z": 0.65, "t": 0.1, "sv": 1.5},
        {"v": 0.0, "a": 2.0, "z": 0.3, "t": 0.5, "sv": 0.1},
    ),
    "full_ddm": (
        {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.25, "sz": 0.2, "sv": 0.4, "st": 0.1},
        {"v": -2.5, "a": 0.7, "z": 0.65, "t": 0.3, "sz": 0.6, "sv": 1.5, "st": 0.5},
    ),
    "angle": (
        {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.25, "theta": 0.2},
        {"v": -2.5, "a": 0.7, "z": 0.65, "t": 0.1, "theta": 0.6},
        {"v": 1.0, "a": 1.0, "z": 0.3, "t": 0.5, "theta": -0.3},
    ),
    "angle_extended": ({"v": 5.0, "a": 1.5, "z": 0.4, "t": 0.25, "theta": 0.5},),
    "weibull": (
        {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.25, "alpha": 2.0, "beta": 2.5},
        {"v": -1.5, "a": 1.6, "z": 0.6, "t": 0.1, "alpha": 0.7, "beta": 1.2},
    ),
    "ornstein": (
        {"v": 0.5, "a": 1.0, "z": 0.5, "g": 0.5, "t": 0.25},
        {"v": -1.0, "a": 1.3, "z": 0.6, "g": -0.6, "t": 0.1},
    ),
    "ornstein_angle": ({"v": 0.8, "a": 1.3, "z": 0.4, "g": 0.7, "t": 0.2, "theta": 0.3},),
    "gamma_drift": ({"v": 0.4, "a": 1.1, "z": 0.55, "t": 0.2, "shape": 3.0, "scale": 0.15, "c": -1.5},),
    "gamma_drift_angle": (
        {"v": 0.8, "a": 1.4, "z": 0.5, "t": 0.2, "theta": 0.25, "shape": 2.5, "scale": 0.2, "c": 1.2},
    ),
    "conflict_ds": (
        {
            **{"v": 0.2, "a": 1.2, "z": 0.5, "t": 0.25, "tinit": 0.3, "dinit": 2.0, "tslope": 2.0, "dslope": 3.0},
            **{"tfixedp": 2.0, "tcoh": 0.8, "dcoh": -0.7},
        },
        {
            **{"v": -0.3, "a": 0.8, "z": 0.6, "t": 0.1, "tinit": 1.0, "dinit": 1.0, "tslope": 0.5, "dslope": 1.5},
            **{"tfixedp": 3.0, "tcoh": -0.5, "dcoh": 0.9},
        },
    ),
    "shrink_spot": (
        {
            **{"v": 0.0, "a": 1.2, "z": 0.5, "t": 0.25, "ptarget": 4.0, "pouter": -4.0, "pinner": -4.0},
            **{"r": 15.0, "sda": 1.8},
        },
        {
            **{"v": 0.2, "a": 1.2, "z": 0.6, "t": 0.1, "ptarget": 3.0, "pouter": -2.0, "pinner": -1.0},
            **{"r": 1.0, "sda": 1.5},
        },
        {
            **{"v": -0.1, "a": 0.8, "z": 0.5, "t": 0.2, "ptarget": 2.0, "pouter": -2.0, "pinner": -2.0},
            **{"r": 0.03, "sda": 1.0},
        },
    ),
    "race_no_bias_angle_4": (
        {"v0": 1.5, "v1": 1.0, "v2": 0.6, "v3": 0.9, "a": 1.5, "z": 0.2, "t": 0.25, "theta": 0.2},
        {"v0": -0.5, "v1": 0.8, "v2": 0.0, "v3": 2.2, "a": 1.1, "z": 0.5, "t": 0.1, "theta": 0.6},
    ),
    "ddm_seq2_no_bias": (
        {"vh": 0.5, "vl1": -0.8, "vl2": 1.2, "a": 1.2, "t": 0.25},
        {"vh": -2.5, "vl1": 0.5, "vl2": 0.0, "a": 0.7, "t": 0.1},
    ),
    "lba2": (
        {"A": 0.3, "b": 0.8, "v0": 1.0, "v1": 0.9},
        {"A": 0.05, "b": 0.5, "v0": 0.3, "v1": 0.4},
    ),
    "lba3": (
        {"A": 0.4, "b": 0.7, "v0": 1.0, "v1": 0.9, "v2": 0.8},
        {"A": 0.1, "b": 0.4, "v0": 0.2, "v1": 0.3, "v2": 0.25},
    ),
    "lba4": ({"A": 0.3, "b": 0.6, "v0": 0.7, "v1": 0.8, "v2": 0.6, "v3": 0.75},),
    "racing_diffusion_3": (
        {"A": 0.4, "b": 1.0, "v0": 2.0, "v1": 1.2, "v2": 0.8, "t": 0.2},
        {"A": 0.05, "b": 1.5, "v0": 1.0, "v1": 1.5, "v2": 2.5, "t": 0.1},
    ),
    "poisson_race": (
        {"r1": 10.0, "r2": 8.0, "k1": 4.0, "k2": 5.0, "t": 0.2},
        {"r1": 3.0, "r2": 2.0, "k1": 1.5, "k2": 2.2, "t": 0.05},
    ),
    "softmax_inv_temperature_2": ({"beta": 1.5, "logit1": 0.4}, {"beta": 4.0, "logit1": -0.3}),
    "softmax_inv_temperature_3": (
        {"beta": 1.5, "logit1": 0.4, "logit2": -0.5},
        {"beta": 0.5, "logit1": -2.0, "logit2": 1.0},
    ),
}

TYPICAL: dict[str, tuple[float, float, float]] = {
    "v": (0.5, -1.5, 1.2),
    "a": (1.2, 0.8, 1.8),
    "z": (0.5, 0.6, 0.35),
    "t": (0.25, 0.1, 0.4),
    "sv": (0.4, 1.0, 0.1),
    "sz": (0.2, 0.1, 0.3),
    "st": (0.1, 0.05, 0.15),
    "theta": (0.2, 0.5, 0.05),
}
"""Three plausible values of every role."""

MIRRORED: dict[str, Mapping[str, float]] = {
    "ddm": {"v": 0.0, "z": 0.5},
    "ddm_sdv": {"v": 0.0, "z": 0.5},
    "full_ddm": {"v": 0.0, "z": 0.5},
    "angle": {"v": 0.0, "z": 0.5},
}
"""Models whose two choices swap when these parameters are reflected about these values."""

LIMITS: tuple[tuple[str, Point, str], ...] = (
    ("ddm_sdv", {"sv": 0.0}, "ddm"),
    ("full_ddm", {"sz": 0.0, "st": 0.0}, "ddm_sdv"),
    ("full_ddm", {"sz": 0.0, "sv": 0.0, "st": 0.0}, "ddm"),
    ("angle", {"theta": 0.0}, "ddm"),
)
"""Model, parameter values, and the simpler model that it becomes there."""

TIED: dict[tuple[str, str], Point] = {("full_ddm", "t"): {"st": 0.0}, ("full_ddm", "st"): {"t": 0.0}}
"""Model and parameter, and the values that others must have where this one is at an end of its bounds."""


def points_of(spec: ModelSpec) -> tuple[Point, ...]:
    """Parameter points of a model: its row, else made from roles and bounds."""
    if spec.name in POINTS:
        return POINTS[spec.name]
    return tuple({p.name: _typical(p, spec.bounds()[p.name], i) for p in spec.parameters} for i in range(3))


def _typical(parameter: ParameterSpec, bounds: Bounds, i: int) -> float:
    lower, upper = bounds
    value = TYPICAL[parameter.role][i] if parameter.role in TYPICAL else _between(lower, upper, (0.5, 0.3, 0.7)[i])
    return float(np.clip(value, *((_between(lower, upper, 0.1), _between(lower, upper, 0.9)))))


def _between(lower: float, upper: float, share: float) -> float:
    """A point of an interval, finite or not; ``share`` 0.5 is its middle, 0 or ±1."""
    if math.isfinite(lower) and math.isfinite(upper):
        return lower + share * (upper - lower)
    if math.isfinite(lower):
        return lower + share / (1.0 - share)
    if math.isfinite(upper):
        return upper - share / (1.0 - share)
    return math.log(share / (1.0 - share))


RANDOM: dict[str, tuple[float, float]] = {
    "v": (-3.0, 3.0),
    "a": (0.5, 2.2),
    "z": (0.2, 0.8),
    "t": (0.05, 0.5),
    "sv": (0.0, 1.5),
    "sz": (0.0, 0.3),
    "st": (0.0, 0.1),
    "theta": (-0.1, 0.7),
    "A": (0.05, 0.5),
    "b": (0.6, 1.5),
    "r": (2.0, 12.0),
    "k": (1.0, 6.0),
    "m": (-1.5, 0.5),
    "s": (0.2, 1.0),
}
"""Range of random settings by role, else by the name without its number."""

SOLVED = (
    *("ornstein", "ornstein_angle", "weibull", "gamma_drift", "gamma_drift_angle"),
    *("conflict_ds", "shrink_spot", "race_no_bias_angle_4"),
)
"""Models whose densities come from integral equations: right to 1e-6, not to 1e-8."""

DRIFTS_OF_RACES = (0.2, 2.0)


def random_settings(spec: ModelSpec, n: int, seed: int) -> dict[str, np.ndarray]:
    """(n,) values of every parameter, plausible ones, independent and uniform."""
    rng = np.random.default_rng(seed)
    return {p.name: rng.uniform(*_range(spec, p), size=n) for p in spec.parameters}


def _range(spec: ModelSpec, parameter: ParameterSpec) -> Bounds:
    family = parameter.name.rstrip("0123456789")
    if family == "v" and parameter.name != "v":
        return DRIFTS_OF_RACES
    found = RANDOM.get(parameter.role) or RANDOM.get(family)
    lower, upper = spec.bounds()[parameter.name]
    return found or (_between(lower, upper, 0.2), _between(lower, upper, 0.8))
