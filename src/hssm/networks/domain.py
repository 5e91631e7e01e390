"""The boxes that networks are trained on: ranges of parameters, which become the bounds of a network likelihood."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hssm.models.family import FEWEST, MOST
from hssm.spec import Bounds, ModelSpec
from hssm.suggest import close_matches

_V, _T, _Z, _A = (-3.0, 3.0), (0.0, 2.0), (0.1, 0.9), (0.3, 3.0)
_THETA = (-0.1, 1.3)


def _race(n: int) -> dict[str, Bounds]:
    drifts = {f"v{i}": (0.0, 2.5) for i in range(n)}
    return {**drifts, "a": (1.0, 3.0), "z": (0.0, 0.9), "t": _T, "theta": (-0.1, 1.45)}


BOXES: dict[str, dict[str, Bounds]] = {
    "ddm": {"v": _V, "a": (0.3, 2.5), "z": (0.05, 0.95), "t": _T},
    "ddm_sdv": {"v": _V, "a": (0.3, 2.5), "z": _Z, "t": _T, "sv": (0.0, 2.5)},
    "full_ddm": {
        "v": _V,
        "a": (0.3, 2.5),
        "z": (0.3, 0.7),
        "t": (0.25, 2.25),
        "sz": (0.0, 0.5),
        "sv": (0.0, 2.5),
        "st": (0.0, 0.5),
    },
    "angle": {"v": _V, "a": _A, "z": _Z, "t": _T, "theta": _THETA},
    "angle_extended": {"v": (-6.0, 6.0), "a": _A, "z": _Z, "t": _T, "theta": _THETA},
    "levy": {"v": _V, "a": _A, "z": _Z, "alpha": (1.0, 2.0), "t": _T},
    "ornstein": {"v": (-2.0, 2.0), "a": _A, "z": _Z, "g": (-1.0, 1.0), "t": _T},
    "weibull": {
        "v": (-2.5, 2.5),
        "a": (0.3, 2.5),
        "z": (0.2, 0.8),
        "t": _T,
        "alpha": (0.31, 4.99),
        "beta": (0.31, 6.99),
    },
    "gamma_drift": {"v": _V, "a": _A, "z": _Z, "t": _T, "shape": (2.0, 10.0), "scale": (0.01, 1.0), "c": _V},
    "ddm_seq2_no_bias": {"vh": (-4.0, 4.0), "vl1": (-4.0, 4.0), "vl2": (-4.0, 4.0), "a": (0.3, 2.5), "t": _T},
    **{f"race_no_bias_angle_{n}": _race(n) for n in range(FEWEST, MOST + 1)},
}
"""Boxes of our own models; what is not here is trained on the finite bounds of its parameters."""


def training_box(spec: ModelSpec, domain: Mapping[str, Any] | None = None) -> dict[str, Bounds]:
    """The box of every parameter: the user's range, else that of the table, else the model's bounds.

    Raises
    ------
    ValueError
        A range for an unknown parameter, not lower < upper, or none for a parameter without finite bounds.
    """
    given = dict(domain or {})
    unknown = [name for name in given if name not in spec.parameter_names]
    if unknown:
        hint = close_matches(unknown[0], spec.parameter_names)
        raise ValueError(
            f"`domain` has a range for {', '.join(map(repr, unknown))}, which model {spec.name!r} does not have.{hint} "
            f"Its parameters: {', '.join(spec.parameter_names)}."
        )
    bounds = spec.bounds() if spec.likelihoods else {p.name: p.bounds for p in spec.parameters}
    box = {name: _pair(name, given.get(name, BOXES.get(spec.name, bounds)[name])) for name in spec.parameter_names}
    endless = [name for name, pair in box.items() if not all(map(math.isfinite, pair))]
    if endless:
        raise ValueError(
            f"A network needs a finite range for every parameter; {', '.join(endless)} of {spec.name!r} have none. "
            f"Give them, such as domain={{{endless[0]!r}: (0.0, 2.0)}}."
        )
    return box


def _pair(name: str, value: Any) -> Bounds:
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        raise ValueError(f"The range of {name!r} must be a pair of numbers (low, high), got {value!r}.") from None
    if not low < high:
        raise ValueError(f"The range of {name!r} must be low < high, got {(low, high)}.")
    return low, high
