"""From parameters as a user gives them to checked arrays by name, the first step of ``simulate_data``.

``theta`` may be a mapping by name, or a list or array in the order of the model's parameters; what leaves is
always a complete mapping from names to (n,) arrays inside the natural domain.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hssm.spec import ModelSpec, ParameterSpec

Theta = Mapping[str, Any] | Sequence[Any] | np.ndarray


def named_theta(spec: ModelSpec, theta: Theta) -> dict[str, np.ndarray]:
    """(n,) float arrays by parameter name, complete and inside the natural domain.

    Whatever has keys (a data frame too) is read by name, everything else by position.
    """
    named = dict(theta) if hasattr(theta, "keys") else _named_columns(spec, theta)
    _require_all(spec, named)
    _warn_unused(spec, named)
    arrays = {name: vector(name, named[name]) for name in spec.parameter_names}
    faults = [fault for parameter in spec.parameters if (fault := _outside(parameter, arrays[parameter.name]))]
    if faults:
        raise ValueError(f"{' '.join(faults)} Give finite values inside the bounds.")
    return _of_one_length(spec, arrays)


def _named_columns(spec: ModelSpec, theta: Sequence[Any] | np.ndarray) -> dict[str, Any]:
    names = spec.parameter_names
    expected = f"Model {spec.name!r} has the parameters {', '.join(names)}, in this order."
    try:
        matrix = np.atleast_2d(np.asarray(theta, dtype=float))
    except (TypeError, ValueError):
        raise TypeError(f"'theta' must be a dict, or a list or array of numbers, got {theta!r}. {expected}") from None
    if matrix.ndim != 2 or matrix.shape[1] != len(names):
        raise ValueError(
            f"'theta' has shape {np.shape(theta)}, but its last axis must hold {len(names)} values. {expected} "
            "A dict by parameter name is safer."
        )
    return dict(zip(names, matrix.T, strict=True))


def _require_all(spec: ModelSpec, named: Mapping[str, Any]) -> None:
    missing = [name for name in spec.parameter_names if name not in named]
    if missing:
        raise ValueError(
            f"'theta' lacks {', '.join(map(repr, missing))}. Model {spec.name!r} needs "
            f"{', '.join(spec.parameter_names)}; given: {', '.join(map(str, named)) or 'nothing'}."
        )


def _warn_unused(spec: ModelSpec, named: Mapping[str, Any]) -> None:
    unused = sorted(str(name) for name in set(named) - set(spec.parameter_names))
    if unused:
        warnings.warn(
            f"'theta' holds {', '.join(map(repr, unused))}, which model {spec.name!r} does not have; ignored. "
            f"Its parameters: {', '.join(spec.parameter_names)}.",
            UserWarning,
            stacklevel=4,
        )


def vector(name: str, value: Any) -> np.ndarray:
    """A number as a 0-d, a sequence of numbers as a 1-D float array; TypeError or ValueError naming it otherwise."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"Parameter {name!r} must be a number or an array of numbers, got {value!r}.") from None
    if array.ndim > 1:
        raise ValueError(f"Parameter {name!r} must be a number or a 1-D array, got an array of shape {array.shape}.")
    if array.size == 0:
        raise ValueError(f"Parameter {name!r} is an empty array. Give a number or at least one value.")
    return array


def _of_one_length(spec: ModelSpec, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    lengths = {name: array.shape[0] for name, array in arrays.items() if array.ndim == 1}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name!r} {length}" for name, length in lengths.items())
        raise ValueError(
            f"The parameters of model {spec.name!r} have unequal lengths: {listed}. "
            "Give numbers, or arrays of one length."
        )
    n_trials = max(lengths.values(), default=1)
    return {name: np.array(np.broadcast_to(array, n_trials)) for name, array in arrays.items()}


def _outside(parameter: ParameterSpec, array: np.ndarray) -> str | None:
    """What to say about values outside the natural domain, if there are any."""
    lower, upper = parameter.bounds
    above = array >= lower if parameter.closed[0] else array > lower
    below = array <= upper if parameter.closed[1] else array < upper
    outside = np.atleast_1d(~(above & below & np.isfinite(array)))
    if not outside.any():
        return None
    first = int(np.argmax(outside))
    row = f" in row {first} ({int(outside.sum())} of {outside.size} rows)" if array.ndim else ""
    left = "[" if parameter.closed[0] and math.isfinite(lower) else "("
    right = "]" if parameter.closed[1] and math.isfinite(upper) else ")"
    value = np.atleast_1d(array)[first]
    return f"Parameter {parameter.name!r} is {value}{row}, outside its bounds {left}{lower}, {upper}{right}."
