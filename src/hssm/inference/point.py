"""The posterior mode, and the Gaussian around it (Laplace approximation)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from hssm.inference.results import reported_values, stored_names
from hssm.spec import BuiltModel


def find_mode(built: BuiltModel, start: Mapping[str, np.ndarray], **options: Any) -> dict[str, np.ndarray]:
    """Values of all stored variables at the posterior mode, intercepts still centred.

    ``options`` go to ``pm.find_MAP`` (``method``, ``maxeval``, ``progressbar`` ...).
    """
    options.setdefault("progressbar", False)
    if not built.likelihood.differentiable:
        options.setdefault("method", "powell")
    point = pm.find_MAP(start=dict(start), model=built.pymc_model, **options)
    return {name: np.asarray(point[name]) for name in stored_names(built) if name in point}


def as_reported(built: BuiltModel, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same point as results report it: intercepts at predictors 0, group effects as deviations."""
    one_draw = {name: np.asarray(value)[None] for name, value in point.items()}
    changed = reported_values(built, one_draw)
    return {name: np.asarray(changed[name][0] if name in changed else value) for name, value in point.items()}


def laplace(
    built: BuiltModel, start: Mapping[str, np.ndarray], *, draws: int, rng: np.random.Generator, **options: Any
) -> xr.DataTree:
    """Draws from the Gaussian at the mode of the unconstrained posterior, as one chain.

    The curvature is the exact Hessian of the log density; transformed back, so bounded parameters stay inside
    their bounds.

    Raises
    ------
    RuntimeError
        The log density is not concave at the point that the optimiser found.
    """
    model = built.pymc_model
    mode = find_mode(built, start, include_transformed=True, **options)
    free = {name: mode[name] for name in (rv.name for rv in model.free_RVs)}
    from hssm.inference.transforms import unconstrain

    centre = unconstrain(model, free)
    order = [rv.name for rv in model.free_RVs]
    flat = np.concatenate([np.ravel(centre[name]) for name in order])
    value_names = {rv.name: model.rvs_to_values[rv].name for rv in model.free_RVs}
    hessian = pm.find_hessian(
        {value_names[name]: centre[name] for name in order}, vars=model.continuous_value_vars, model=model
    )
    try:
        cholesky = np.linalg.cholesky(np.asarray(hessian))
    except np.linalg.LinAlgError:
        raise RuntimeError(
            "The Laplace approximation failed: the posterior is not curved like a Gaussian at its mode "
            "(common in hierarchical models). Use another sampler, e.g. sampler='pymc'."
        ) from None
    noise = rng.normal(size=(draws, len(flat)))
    samples = flat + np.linalg.solve(cholesky.T, noise.T).T
    return _as_tree(built, samples, order, centre, value_names)


def _as_tree(
    built: BuiltModel,
    samples: np.ndarray,
    order: list[str],
    centre: Mapping[str, np.ndarray],
    value_names: Mapping[str, str],
) -> xr.DataTree:
    """Unconstrained samples -> posterior group: one compiled pass through transforms and deterministics."""
    model = built.pymc_model
    kept = stored_names(built)
    with model:
        outputs = model.replace_rvs_by_values([model[name] for name in kept])
        function = model.compile_fn(outputs, inputs=model.value_vars, point_fn=True)
    columns: dict[str, list] = {name: [] for name in kept}
    for row in samples:
        point, position = {}, 0
        for name in order:
            size = centre[name].size
            point[value_names[name]] = row[position : position + size].reshape(centre[name].shape)
            position += size
        for name, value in zip(kept, function(point), strict=True):
            columns[name].append(value)
    data = {name: np.asarray(values)[None] for name, values in columns.items()}
    dims = {name: tuple(model.named_vars_to_dims.get(name, ())) for name in kept}
    variables = {name: (("chain", "draw", *dims[name]), value) for name, value in data.items()}
    coords = {dim: list(model.coords[dim]) for own in dims.values() for dim in own}
    posterior = xr.Dataset(variables, coords={"chain": [0], "draw": np.arange(len(samples)), **coords})
    return xr.DataTree.from_dict({"posterior": posterior})
