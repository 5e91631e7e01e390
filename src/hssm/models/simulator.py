"""What a user gives as ``rv`` -> a Simulator.

Predictions of a user's model come from here: from another model's simulator by name, from a simulator
function, or from a random-variable class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hssm.models.registry import find_model, unknown_model_message
from hssm.spec import SimulationOptions, Simulator


def as_simulator(
    rv: Any, params: tuple[str, ...], response: tuple[str, ...], covariates: tuple[str, ...] = ()
) -> Simulator | None:
    """The simulator that ``rv`` stands for; None stays None.

    Raises
    ------
    ValueError
        An unknown name.
    TypeError
        Neither a name, nor a function, nor a random-variable class.
    """
    if rv is None or isinstance(rv, Simulator):
        return rv
    if isinstance(rv, str):
        return _named(rv)
    if hasattr(rv, "rng_fn"):
        return Simulator(draw=_from_random_variable(rv, params, covariates, len(response)))
    if callable(rv):
        return Simulator(draw=_from_function(rv, params, covariates, len(response)))
    raise TypeError(
        f"`rv` must be a model's name, a simulator function f(theta, n_samples, random_state) or a "
        f"random-variable class, got {type(rv).__name__}."
    )


def _named(name: str) -> Simulator:
    from hssm.simulators.ssms_adapter import ssms_model_names, ssms_simulator

    known = find_model(name)
    if known is not None and known.simulator is not None:
        return known.simulator
    if name in ssms_model_names():
        return ssms_simulator(name)
    raise ValueError(f"`rv` names no simulator. {unknown_model_message(name)}")


def _from_function(
    function: Callable[..., Any], params: tuple[str, ...], covariates: tuple[str, ...], n_columns: int
) -> Callable[[np.random.Generator, Mapping[str, np.ndarray], SimulationOptions], np.ndarray]:
    def draw(rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions) -> np.ndarray:
        matrix = np.column_stack(_in_order(theta, options, params, covariates))
        seed = int(rng.integers(2**31 - 1))
        return _rows(function(theta=matrix, n_samples=1, random_state=seed), len(matrix), n_columns)

    return draw


def _from_random_variable(
    rv: Any, params: tuple[str, ...], covariates: tuple[str, ...], n_columns: int
) -> Callable[[np.random.Generator, Mapping[str, np.ndarray], SimulationOptions], np.ndarray]:
    def draw(rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions) -> np.ndarray:
        columns = _in_order(theta, options, params, covariates)
        return _rows(rv.rng_fn(rng, *columns, size=None), len(columns[0]), n_columns)

    return draw


def _in_order(
    theta: Mapping[str, np.ndarray], options: SimulationOptions, params: tuple[str, ...], covariates: tuple[str, ...]
) -> list[np.ndarray]:
    named = [theta[name] for name in params] + [options.covariates[name] for name in covariates]
    return [np.asarray(values, dtype=float) for values in np.broadcast_arrays(*named)]


def _rows(drawn: Any, n_trials: int, n_columns: int) -> np.ndarray:
    """Whatever a simulator returned as (n_trials, n_columns): an array, or a dict of rts and choices."""
    if isinstance(drawn, Mapping):
        parts = [drawn[key] for key in ("rts", "choices")[-n_columns:]]
        drawn = np.stack([np.asarray(part, dtype=float).reshape(n_trials) for part in parts], axis=-1)
    array = np.asarray(drawn, dtype=float)
    if array.size != n_trials * n_columns:
        raise ValueError(
            f"The simulator returned an array of shape {array.shape} for {n_trials} trials of {n_columns} response "
            f"columns; it must return {(n_trials, n_columns)}."
        )
    return array.reshape(n_trials, n_columns)
