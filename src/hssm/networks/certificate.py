"""Certificates: how far a network is from the best available reference, at parameter vectors it was not trained on.

Averages over responses are integrals under the reference density, not over draws, so they carry no sampling noise
but that of the parameter vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from hssm.models.registry import find_model
from hssm.networks.network import Network, load
from hssm.networks.reference import Source
from hssm.networks.rows import LONGEST_DEADLINE, Table, draw_vectors, onset, spaced_times
from hssm.networks.sources import source_for, specification_of
from hssm.spec import Bounds, ModelSpec

SEED = 20_260_711
"""Of the held-out vectors; training seeds chunks by pairs of numbers, so that the two never meet."""

N_VECTORS, N_TIMES = 400, 400
N_GRADIENT_VECTORS, N_GRADIENT_TIMES = 60, 100
N_REGIONS = 4
STEP = 0.004
"""Half the width of difference quotients, relative to the box, in ``gradient_error``."""

NOTICED = -7.0
"""The largest error is taken over times whose log density is above this."""


def certify(network: Network | str, reference: Any = None, *, n_vectors: int = N_VECTORS, seed: int = SEED) -> dict:
    """Measure a network against a reference.

    Parameters
    ----------
    network
        A :class:`Network`, a path, or the name of a shipped network.
    reference
        None: the exact likelihood of the model of that name, else its simulator. Another model's name, or the
        ``ModelConfig`` that the network was trained on, if it is not in the registry.
    n_vectors
        Parameter vectors, uniform in the training box.
    seed
        Of these vectors.

    Returns
    -------
    dict
        ``domain``; ``reference``; ``mean_abs_error``, ``p95_abs_error`` and ``max_abs_error`` of the log density (of
        log probabilities for outcome networks) per trial; ``tv_median``, ``tv_95`` total-variation distance;
        ``mass_error`` (mean), ``mass_error_95``; ``kl``; ``regions`` (mean error by quarter of each parameter's range)
        and ``worst_region``; ``gradient_error`` by parameter; ``versions``, ``seed``, ``n_vectors``, ``created``.

    Raises
    ------
    ValueError
        The model is unknown, or there is nothing to compare with.
    """
    network = network if isinstance(network, Network) else load(network)
    spec = find_model(network.model) if reference is None else specification_of(reference)
    if spec is None:
        raise ValueError(
            f"Network {network.path.name} is of {network.model!r}, which is not in the registry. Register the model, "
            "or give its specification as `reference`."
        )
    source = source_for(spec, network.kind)
    rng = np.random.default_rng(seed)
    theta = draw_vectors(rng, network.domain, n_vectors)
    if network.kind == "lan":
        table = source.table(theta, *spaced_times(rng, n_vectors, N_TIMES, source.share.longest))
        figures, per_vector = density_figures(network, spec, theta, table)
        figures["gradient_error"] = _gradient_error(network, source, rng)
    else:
        figures, per_vector = _outcome_figures(network, source, rng, theta)
    figures |= _regions(theta, network.domain, per_vector)
    return {
        "model": network.model,
        "kind": network.kind,
        "parameters": list(network.parameters),
        "choices": list(network.choices),
        "domain": {name: list(pair) for name, pair in network.domain.items()},
        "reference": source.name,
        **figures,
        "n_vectors": n_vectors,
        "seed": seed,
        "versions": _versions(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def network_log_density(network: Network, spec: ModelSpec, theta: Mapping[str, np.ndarray], times: Any) -> np.ndarray:
    """(n_vectors, n_choices, n_times) answers of a network at decision times (n_vectors, n_times)."""
    n, n_times = times.shape
    shape = (n, len(spec.choices), n_times)
    columns = [np.broadcast_to(theta[name][:, None, None], shape) for name in spec.parameter_names]
    rt = times + np.broadcast_to(onset(theta), n)[:, None]
    columns += [np.broadcast_to(rt[:, None, :], shape)]
    columns += [np.broadcast_to(np.array(spec.choices, dtype=float)[None, :, None], shape)]
    rows = np.stack([column.ravel() for column in columns], axis=1)
    return network(rows)[:, 0].reshape(shape).astype(float)


def density_figures(
    network: Network, spec: ModelSpec, theta: Mapping[str, np.ndarray], table: Table
) -> tuple[dict[str, Any], np.ndarray]:
    """Figures of a LAN on a table of the reference, and its mean error at every vector."""
    mine = network_log_density(network, spec, theta, table.times)
    weights = table.weights[:, None, :]
    exact = np.exp(table.log_density)
    mass = (exact * weights).sum(axis=(1, 2), keepdims=True)
    possible = table.log_density > -np.inf
    gap = np.where(possible, mine - np.where(possible, table.log_density, 0.0), 0.0)
    share = exact * weights / mass
    error = (share * np.abs(gap)).sum(axis=(1, 2))
    own_mass = (np.exp(mine) * weights).sum(axis=(1, 2), keepdims=True) / mass
    distance = 0.5 * (np.abs(np.exp(mine) - exact) * weights / mass).sum(axis=(1, 2))
    missed = np.abs(own_mass.ravel() - 1.0)
    divergence = -(share * gap).sum(axis=(1, 2)) + np.log(own_mass.ravel())
    return {
        "mean_abs_error": float(error.mean()),
        "p95_abs_error": _weighted_quantile(np.abs(gap).ravel(), share.ravel(), 0.95),
        "max_abs_error": float(np.abs(gap[table.log_density > NOTICED]).max()),
        "tv_median": float(np.median(distance)),
        "tv_95": float(np.quantile(distance, 0.95)),
        "mass_error": float(missed.mean()),
        "mass_error_95": float(np.quantile(missed, 0.95)),
        "kl": float(divergence.mean()),
    }, error


def _weighted_quantile(values: np.ndarray, weights: np.ndarray, at: float) -> float:
    order = np.argsort(values)
    ends = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(ends, at * ends[-1])])


def _gradient_error(network: Network, source: Source, rng: np.random.Generator) -> dict[str, float]:
    """Mean |difference| of difference quotients by each parameter, times the width of its range."""
    if source.name == "simulated":
        return {}
    theta = draw_vectors(rng, _inner(network.domain), N_GRADIENT_VECTORS)
    times, weights = spaced_times(rng, N_GRADIENT_VECTORS, N_GRADIENT_TIMES, source.share.longest)
    share = np.exp(source.table(theta, times, weights).log_density) * weights[:, None, :]
    out = {}
    for name in (name for name in network.domain if name != "t"):
        low, high = network.domain[name]
        slopes = [
            _quotient(lambda at: network_log_density(network, source.spec, at, times), theta, name, high - low),
            _quotient(lambda at: source.table(at, times, weights).log_density, theta, name, high - low),
        ]
        gap = np.abs(slopes[0] - slopes[1])
        usable = np.isfinite(gap)
        out[name] = float((share[usable] * gap[usable]).sum() / share[usable].sum())
    return out


def _inner(domain: Mapping[str, Bounds]) -> dict[str, Bounds]:
    """The box less the steps of difference quotients."""
    return {n: (low + STEP * (high - low), high - STEP * (high - low)) for n, (low, high) in domain.items()}


def _quotient(function: Callable[[dict], np.ndarray], theta: Mapping[str, np.ndarray], name: str, width: float) -> Any:
    step = STEP * width
    above, below = (function({**theta, name: theta[name] + sign * step}) for sign in (1.0, -1.0))
    with np.errstate(invalid="ignore"):
        return (above - below) / (2.0 * STEP)


def _outcome_figures(
    network: Network, source: Source, rng: np.random.Generator, theta: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], np.ndarray]:
    """Figures of a CPN, OPN or go/no-go network: the outcome and its complement are the two 'responses'."""
    n = len(next(iter(theta.values())))
    deadline = onset(theta) + np.exp(rng.uniform(np.log(0.02), np.log(LONGEST_DEADLINE), n))
    exact = source.probabilities(theta, network.kind, deadline[:, None])[:, 0]
    columns = [theta[name] for name in network.parameters] + [deadline] * (network.kind != "cpn")
    log_p = network(np.stack(columns, axis=1)).astype(float)
    mine = np.exp(log_p)
    if exact.shape[1] == 1:
        exact, mine = (np.concatenate([p, 1.0 - p], axis=1) for p in (exact, mine))
    total = mine.sum(axis=1)
    gap = np.abs(np.log(np.maximum(mine, 1e-12)) - np.log(np.maximum(exact, 1e-12)))
    error, distance = (exact * gap).sum(axis=1), 0.5 * np.abs(mine - exact).sum(axis=1)
    ratio = np.log(np.maximum(exact, 1e-12)) - np.log(np.maximum(mine, 1e-12))
    return {
        "mean_abs_error": float(error.mean()),
        "p95_abs_error": float(np.quantile(error, 0.95)),
        "max_abs_error": float(gap[exact > np.exp(NOTICED)].max()),
        "tv_median": float(np.median(distance)),
        "tv_95": float(np.quantile(distance, 0.95)),
        "mass_error": float(np.abs(total - 1.0).mean()),
        "mass_error_95": float(np.quantile(np.abs(total - 1.0), 0.95)),
        "kl": float((exact * ratio).sum(axis=1).mean()),
    }, error


def _regions(theta: Mapping[str, np.ndarray], domain: Mapping[str, Bounds], error: np.ndarray) -> dict[str, Any]:
    regions: dict[str, list[float]] = {}
    for name, (low, high) in domain.items():
        place = np.minimum((N_REGIONS * (theta[name] - low) / (high - low)).astype(int), N_REGIONS - 1)
        regions[name] = [float(error[place == k].mean()) if (place == k).any() else 0.0 for k in range(N_REGIONS)]
    name = max(regions, key=lambda each: max(regions[each]))
    k = int(np.argmax(regions[name]))
    low, high = domain[name]
    ends = [low + (high - low) * edge / N_REGIONS for edge in (k, k + 1)]
    return {"regions": regions, "worst_region": {"parameter": name, "range": ends, "mean_abs_error": regions[name][k]}}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("hssm", "jax", "numpy", "onnx")}
