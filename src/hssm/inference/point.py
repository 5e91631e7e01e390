"""The posterior mode, and the Gaussian around it (Laplace approximation)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from scipy import optimize

from hssm.inference.expert import value_point
from hssm.inference.results import reported_values, stored_names
from hssm.spec import BuiltModel

STEP = 1e-4
"""Of the differences for the curvature, relative to 1 or the value: errors near 1e-6 of curvatures down to 0.01."""


def find_mode(built: BuiltModel, start: Mapping[str, np.ndarray], **options: Any) -> dict[str, np.ndarray]:
    """Values of all stored variables at the posterior mode, intercepts still centred.

    ``options`` go to ``pm.find_MAP`` (``method``, ``maxeval``, ``progressbar`` ...).
    """
    options.setdefault("progressbar", False)
    options.setdefault("jitter", False)
    if not built.likelihood.differentiable:
        options.setdefault("method", "powell")
    found = pm.find_MAP(initvals=dict(start), return_inferencedata=True, model=built.pymc_model, **options)
    mode = found["posterior"].to_dataset().isel(chain=0, draw=0)
    return {name: mode[name].to_numpy() for name in stored_names(built) if name in mode}


def as_reported(built: BuiltModel, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same point as results report it: intercepts at predictors 0, group effects as deviations."""
    one_draw = {name: np.asarray(value)[None] for name, value in point.items()}
    changed = reported_values(built, one_draw)
    return {name: np.asarray(changed[name][0] if name in changed else value) for name, value in point.items()}


def laplace(built: BuiltModel, start: Mapping[str, np.ndarray], *, draws: int, rng: np.random.Generator) -> xr.DataTree:
    """Draws from the Gaussian at the mode of the unconstrained posterior, as one chain.

    The curvature follows from exact gradients by central differences (a compiled Hessian takes minutes to compile);
    draws are transformed back, so bounded parameters stay inside their bounds (Tierney & Kadane, 1986).
    ``sample_stats`` hold the log densities of the draws under the posterior (``lp``) and the Gaussian (``log_q``).

    Raises
    ------
    RuntimeError
        The log density is not concave at the point that the optimiser found.
    """
    model = built.pymc_model
    free = [rv.name for rv in model.free_RVs]
    point = value_point(model, start)
    order = [model.rvs_to_values[model[name]].name for name in free]
    point = {name: point[name] for name in order}
    negative = _negative_log_density(model, point)
    mode = _unconstrained_mode(negative, point)
    try:
        cholesky = np.linalg.cholesky(_curvature(negative, mode))
    except np.linalg.LinAlgError:
        raise RuntimeError(
            "The Laplace approximation failed: the posterior is not curved like a Gaussian at its mode "
            "(common in hierarchical models). Use another sampler, e.g. sampler='pymc'."
        ) from None
    noise = rng.normal(size=(draws, len(mode)))
    samples = mode + np.linalg.solve(cholesky.T, noise.T).T
    log_q = -0.5 * np.sum(noise**2, axis=1) + np.sum(np.log(np.diag(cholesky))) - 0.5 * len(mode) * np.log(2 * np.pi)
    with np.errstate(all="ignore"):
        lp = np.array([-negative(row)[0] for row in samples])
    tree = _as_tree(built, [_split(row, point, order) for row in samples])
    coords = {"chain": [0], "draw": np.arange(draws)}
    columns = {"lp": (("chain", "draw"), lp[None]), "log_q": (("chain", "draw"), log_q[None])}
    tree["sample_stats"] = xr.DataTree(xr.Dataset(columns, coords=coords))
    return tree


Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]


def _negative_log_density(model: Any, point: Mapping[str, np.ndarray]) -> Objective:
    """Negative log density and gradient of flat unconstrained points in the order of ``point``."""
    value_and_gradient = model.logp_dlogp_function(ravel_inputs=True, initial_point=point)
    value_and_gradient.set_extra_values({})

    def negative(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = value_and_gradient(flat)
        return -float(value), -np.asarray(gradient)

    return negative


def _unconstrained_mode(negative: Objective, point: Mapping[str, np.ndarray]) -> np.ndarray:
    """Mode of the log density on the unconstrained scale, flat in the order of ``point``."""
    flat = np.concatenate([np.ravel(value) for value in point.values()])
    return optimize.minimize(negative, flat, jac=True, method="L-BFGS-B", options={"maxiter": 5000, "gtol": 1e-6}).x


def _curvature(negative: Objective, mode: np.ndarray) -> np.ndarray:
    """(d, d) Hessian by central differences of the gradient."""
    rows = []
    for i in range(len(mode)):
        step = np.zeros(len(mode))
        step[i] = STEP * max(1.0, abs(mode[i]))
        rows.append((negative(mode + step)[1] - negative(mode - step)[1]) / (2 * step[i]))
    hessian = np.stack(rows)
    return (hessian + hessian.T) / 2


def _split(flat: np.ndarray, like: Mapping[str, np.ndarray], order: list[str]) -> dict[str, np.ndarray]:
    parts, position = {}, 0
    for name in order:
        size = np.size(like[name])
        parts[name] = flat[position : position + size].reshape(np.shape(like[name]))
        position += size
    return parts


def _as_tree(built: BuiltModel, points: list[dict[str, np.ndarray]]) -> xr.DataTree:
    """Unconstrained points -> posterior group: one compiled pass through transforms and deterministics."""
    model = built.pymc_model
    kept = stored_names(built)
    outputs = model.replace_rvs_by_values([model[name] for name in kept])
    function = model.compile_fn(outputs, inputs=model.value_vars, point_fn=True, on_unused_input="ignore")
    columns = zip(*(function(point) for point in points), strict=True)
    dims = {name: tuple(model.named_vars_to_dims.get(name, ())) for name in kept}
    variables = {
        name: (("chain", "draw", *dims[name]), np.asarray(values)[None])
        for name, values in zip(kept, columns, strict=True)
    }
    coords = {dim: list(model.coords[dim]) for own in dims.values() for dim in own}
    posterior = xr.Dataset(variables, coords={"chain": [0], "draw": np.arange(len(points)), **coords})
    return xr.DataTree.from_dict({"posterior": posterior})
