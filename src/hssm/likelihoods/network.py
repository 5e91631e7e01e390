"""A network -> a JAX function of trials, after it was tried: the right number of inputs and outputs, numbers in return.

A network takes the parameters in the order of ``list_params``, then (for a likelihood) response columns and extra
fields, and returns the log density; those of outcomes take parameters, or parameters and a deadline, and return log
probabilities. It is evaluated in the precision of its weights, or in that of ``floatX`` where that is lower.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from hssm.likelihoods.onnx.evaluate import batch_function, trial_function
from hssm.likelihoods.onnx.read import Network, read_network
from hssm.spec import Bounds, ModelSpec

PROBES = (0.3, 1.0, 4.0)
"""Seconds after the non-decision time at which a network is tried."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Purpose:
    """What a network is to compute: the names of its inputs, how many outputs it may have, and what they are."""

    inputs: tuple[str, ...]
    n_outputs: tuple[int, ...] = (1,)
    meaning: str = "the log density of one trial"


def network_for(source: Any, purpose: Purpose, probes: Sequence[Mapping[str, float]]) -> Network:
    """The network of a source, tried at some inputs.

    Parameters
    ----------
    source
        As :func:`~hssm.likelihoods.onnx.read.read_network` takes it.
    purpose
        What it is for.
    probes
        Inputs by name at which it must return numbers, all of them inside its domain.

    Raises
    ------
    ValueError
        Another number of inputs or outputs (found, expected), or NaN or infinity in return (for which inputs).
    """
    network = read_network(source)
    if network.n_inputs not in (None, len(purpose.inputs)):
        raise ValueError(
            f"The network {network.label} takes {_counted(network.n_inputs, 'number')} per trial; expected "
            f"{len(purpose.inputs)}: {', '.join(purpose.inputs)}. Parameters come first, in the order of `list_params`."
        )
    for probe in probes:
        _try(network, purpose, probe)
    return network


def _counted(n: int | None, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _try(network: Network, purpose: Purpose, probe: Mapping[str, float]) -> None:
    with np.errstate(all="ignore"):
        result = np.asarray(trial_function(network)(np.array([probe[name] for name in purpose.inputs], dtype=float)))
    if result.size not in purpose.n_outputs:
        raise ValueError(
            f"The network {network.label} returns {_counted(result.size, 'number')} per trial; expected "
            f"{' or '.join(map(str, purpose.n_outputs))}: {purpose.meaning}."
        )
    if np.isnan(result).any() or np.isposinf(result).any():
        where = ", ".join(f"{name} = {probe[name]:g}" for name in purpose.inputs)
        raise ValueError(
            f"The network {network.label} returns {result.tolist()} for {where}; expected {purpose.meaning}, a number "
            "for every input inside its training box. Is the order of its inputs the one above?"
        )


def probes(spec: ModelSpec, bounds: Mapping[str, Bounds], covariates: Sequence[str] = ()) -> list[dict[str, float]]:
    """Inputs in the middle of the bounds: every choice, soon and late."""
    theta = {name: _middle(bounds[name]) for name in spec.parameter_names} | dict.fromkeys(covariates, 0.0)
    times = PROBES if len(spec.response) > 1 else PROBES[:1]
    start = theta.get("t", 0.0)
    points = []
    for choice in spec.choices:
        for after in times:
            columns = [start + after, float(choice)] if len(spec.response) > 1 else [float(choice)]
            rest = [0.0] * (len(spec.response) - len(columns))
            points.append({**theta, **dict(zip(spec.response, [*columns, *rest], strict=True))})
    return points


def _middle(bounds: Bounds) -> float:
    lower, upper = bounds
    if math.isfinite(lower) and math.isfinite(upper):
        return 0.5 * (lower + upper)
    return lower + 1.0 if math.isfinite(lower) else upper - 1.0 if math.isfinite(upper) else 0.5


def is_double(network: Network) -> bool:
    """Whether its weights have 64 bits."""
    floats = [array.dtype for array in network.constants.values() if array.dtype.kind == "f" and array.ndim > 0]
    return not floats or max(dtype.itemsize for dtype in floats) > 4


@lru_cache(maxsize=64)
def log_outputs(network: Network) -> Callable[[Any], Any]:
    """The network as a JAX function of (n_trials, n_inputs) rows to (n_trials, n_outputs), in the rows' precision."""
    batch, double = batch_function(network), is_double(network)

    def outputs(rows: Any) -> Any:
        inner = rows if double else rows.astype(np.float32)
        return batch(inner).astype(rows.dtype)

    return outputs


@lru_cache(maxsize=64)
def first_output(network: Network) -> Callable[[Any], Any]:
    """The only output, (n_trials,)."""
    outputs = log_outputs(network)
    return lambda rows: outputs(rows)[:, 0]


@lru_cache(maxsize=64)
def of_choice(network: Network, choices: tuple[int, ...]) -> Callable[[Any], Any]:
    """Log probability of the choice in the first column, from the parameters in the others.

    The network gives the log probability of every choice in the order of ``choices``, or that of the first of two.
    """
    outputs = log_outputs(network)

    def log_probability(rows: Any) -> Any:
        import jax.numpy as jnp

        value = jnp.minimum(outputs(rows[:, 1:]), 0.0)
        if value.shape[1] == 1:
            value = jnp.concatenate([value, log_complement(value)], axis=1)
        return jnp.sum(jnp.where(rows[:, :1] == jnp.asarray(choices, dtype=rows.dtype), value, 0.0), axis=1)

    return log_probability


def log_complement(log_p: Any) -> Any:
    """log(1 - p) in JAX, with the digits it has at both ends, and finite at p = 1, where it is minus infinity."""
    import jax.numpy as jnp

    near_one = log_p > -0.6931471805599453
    upper = jnp.where(near_one, jnp.minimum(log_p, -1e-30), -0.5)
    lower = jnp.where(near_one, -1.0, log_p)
    return jnp.where(near_one, jnp.log(-jnp.expm1(upper)), jnp.log1p(-jnp.exp(lower)))
