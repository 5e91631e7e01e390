"""A user's JAX function, looked at before it is used: how it wants to be called, and whether it returns numbers.

Shapes are told by tracing, without computing anything; then the function is tried at a few points inside the bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hssm.likelihoods.network import probes
from hssm.spec import LikelihoodSpec, ModelSpec


def is_vectorised(function: Callable[..., Any], spec: ModelSpec, likelihood: LikelihoodSpec) -> bool:
    """Whether a JAX function takes all trials at once, ``f(data, *params, *extra_fields)``, or one.

    Raises
    ------
    ValueError
        It can be called in neither way, returns another shape, or NaN inside the bounds.
    TypeError
        It does not take that many arguments.
    """
    n_others = len(spec.parameters) + len(likelihood.covariates)
    points = probes(spec, spec.bounds(likelihood.kind), likelihood.covariates)
    vectorised = _is_vectorised(function, spec, likelihood, n_others, len(points))
    if not likelihood.covariates:
        _try(function, vectorised, spec, points)
    return vectorised


def _is_vectorised(
    function: Callable[..., Any], spec: ModelSpec, likelihood: LikelihoodSpec, n_others: int, n_trials: int
) -> bool:
    import jax

    def traced(lengths: tuple[int, ...]) -> Any:
        data = jax.ShapeDtypeStruct((*lengths, len(spec.response)), "float32")
        other = jax.ShapeDtypeStruct(lengths, "float32")
        return jax.eval_shape(function, data, *[other] * n_others)

    faults: list[Exception] = []
    shapes = []
    for vectorised, lengths in ((False, ()), (True, (n_trials + 5,))):
        try:
            result = traced(lengths)
        except Exception as fault:  # noqa: BLE001  (whatever a user's function raises)
            faults.append(fault)
            continue
        if getattr(result, "shape", None) == lengths:
            return vectorised
        shapes.append(f"an array of shape {getattr(result, 'shape', type(result).__name__)}")
    call = f"f(row, {', '.join((*spec.parameter_names, *likelihood.covariates))})"
    if shapes:
        raise ValueError(
            f"The JAX function of {spec.name!r}, called for one trial as {call} with a row of shape "
            f"({len(spec.response)},) and numbers, returned {shapes[0]}; expected a number, shape (): its log density."
        )
    kind = TypeError if isinstance(faults[0], TypeError) and "positional argument" in str(faults[0]) else ValueError
    raise kind(
        f"The JAX function of {spec.name!r} cannot be called for one trial as {call}, where row is "
        f"({', '.join(spec.response)}): {faults[0]}"
    ) from faults[0]


def _try(function: Callable[..., Any], vectorised: bool, spec: ModelSpec, points: list[dict[str, float]]) -> None:
    import jax

    data = np.array([[point[name] for name in spec.response] for point in points])
    others = [np.array([point[name] for point in points]) for name in spec.parameter_names]
    value = np.asarray(jax.jit(function if vectorised else jax.vmap(function))(data, *others))
    if np.isnan(value).any():
        first = points[int(np.flatnonzero(np.isnan(value))[0])]
        where = ", ".join(f"{name} = {number:g}" for name, number in first.items())
        raise ValueError(
            f"The JAX function of {spec.name!r} returns nan for {where}; expected a log density, which may be -inf, "
            "everywhere inside the bounds."
        )
