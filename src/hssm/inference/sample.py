"""From a built model to the DataTree of a fit: starts, draws, names, log-likelihood, diagnosis."""

from __future__ import annotations

import inspect
import logging
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from hssm.bambi_bridge import names
from hssm.bambi_bridge.transforms import unconstrain
from hssm.collector import collect_if_due
from hssm.inference.convergence import stuck_chains, warn_about_convergence
from hssm.inference.log_likelihood import AUTOMATIC_LIMIT, pointwise_log_likelihood
from hssm.inference.point import find_mode, laplace
from hssm.inference.prior_conflict import warn_about_priors
from hssm.inference.results import constant_group, finish_draws, observed_group, root_attributes
from hssm.inference.samplers import JAX_OPTIONS, Sampler, draw, jittered
from hssm.inference.unconstrained import log_density_of_rows, sampled_values, unconstrained_matrix
from hssm.seeds import as_generator
from hssm.spec import BuiltModel
from hssm.suggest import close_matches

_log = logging.getLogger(__name__)

NUTS_OPTIONS = (*JAX_OPTIONS, "nuts", "target_accept", "max_treedepth", "early_max_treedepth", "adapt_step_size")
OUR_OWN = ("args", "kwargs", "model", "nuts_sampler", "var_names", "compute_convergence_checks", "return_inferencedata")
DEFAULTS = {"draws": 1000, "tune": 1000, "chains": 4}


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleRequest:
    """What :func:`run` is asked for; ``options`` are ``pm.sample``'s keyword arguments."""

    sampler: Sampler
    start: Mapping[str, np.ndarray]
    jitter: float = 0.01
    random_seed: Any = None
    log_likelihood: bool | None = None
    used_columns: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


def run(built: BuiltModel, request: SampleRequest) -> xr.DataTree:
    """Sample, and put the result into the layout of the contract.

    Raises
    ------
    ValueError
        The log density is not finite at the start (names the variable and the first rows).
    """
    check_options(request.options)
    check_start(built, request.start)
    options = {**DEFAULTS, **{key: value for key, value in request.options.items() if value is not None}}
    began = time.perf_counter()
    raw = _draw(built, request, options)
    took = time.perf_counter() - began
    collect_if_due()
    tree = assemble_tree(built, raw["posterior"].to_dataset(), request.used_columns, request.attributes)
    if "sample_stats" in raw.children:
        stats = raw["sample_stats"].to_dataset()
        tree["sample_stats"] = xr.DataTree(_with_lp(built, raw, _tidy_stats(stats, request.sampler)))
    add_log_likelihood(built, tree, request.log_likelihood)
    tree.attrs["sampling_time"] = took
    if request.sampler.name != "laplace":
        tree.attrs["tuning_steps"] = int(options["tune"])
    return tree


def check_options(options: Mapping[str, Any]) -> None:
    """TypeError for keywords that no sampler knows, ValueError for counts that are none."""
    import pymc as pm

    allowed = (set(inspect.signature(pm.sample).parameters) | set(NUTS_OPTIONS)) - set(OUR_OWN)
    unknown = sorted(set(options) - allowed)
    if unknown:
        hints = "".join(close_matches(name, allowed) for name in unknown)
        raise TypeError(
            f"sample() got unknown keywords {', '.join(map(repr, unknown))}.{hints} "
            f"Allowed: {', '.join(sorted(allowed))}; options of one sampler go into nuts={{...}}."
        )
    for name, least in (("draws", 1), ("tune", 0), ("chains", 1), ("cores", 1)):
        value = options.get(name)
        if value is not None and (not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least):
            raise ValueError(f"`{name}` must be an integer of at least {least}, got {value!r}.")


def diagnose(tree: xr.DataTree, built: BuiltModel | None = None) -> None:
    """The warnings that end a fit, about priors too if given the model; RuntimeError for a chain that never moved."""
    stuck = stuck_chains(tree["posterior"].to_dataset())
    if stuck:
        raise RuntimeError(
            f"Chain(s) {', '.join(map(str, stuck))} never moved: every draw is the same. The draws are stored in "
            "`traces`, but they are no sample of the posterior. Give other `initvals`, or check data and priors."
        )
    warn_about_convergence(tree)
    if built is not None:
        warn_about_priors(built, tree)


def _draw(built: BuiltModel, request: SampleRequest, options: dict[str, Any]) -> xr.DataTree:
    _log.info("Sampling with %s: %s", request.sampler.name, ", ".join(rv.name for rv in built.pymc_model.free_RVs))
    if request.sampler.name == "laplace":
        rng = as_generator(_first_seed(request.random_seed))
        return laplace(built, request.start, draws=int(options["draws"]), rng=rng)
    starts = jittered(request.start, built.pymc_model, int(options["chains"]), request.jitter, request.random_seed)
    return draw(request.sampler, built, starts, random_seed=request.random_seed, options=options)


def _first_seed(random_seed: Any) -> Any:
    return random_seed[0] if isinstance(random_seed, list | tuple | np.ndarray) else random_seed


def assemble_tree(
    built: BuiltModel, posterior: xr.Dataset, used_columns: tuple[str, ...], attributes: Mapping[str, Any]
) -> xr.DataTree:
    """Posterior, observed and constant data, and the attributes that make a result speak for itself."""
    tree = xr.DataTree.from_dict(
        {
            "posterior": finish_draws(built, posterior),
            "observed_data": observed_group(built),
            "constant_data": constant_group(built, used_columns),
        }
    )
    tree.attrs = root_attributes(built, **attributes)
    return tree


def add_log_likelihood(built: BuiltModel, tree: xr.DataTree, asked: bool | None) -> None:
    """Add the group unless it was declined, or is too large and was not asked for."""
    posterior = tree["posterior"].to_dataset()
    n_values = posterior.sizes["chain"] * posterior.sizes["draw"] * built.observations.n_trials
    if asked is False:
        return
    if asked is None and n_values > AUTOMATIC_LIMIT:
        warnings.warn(
            f"The pointwise log-likelihood would hold {n_values:.2g} values and is not stored. "
            "Call `log_likelihood()` when you need it, or pass idata_kwargs={'log_likelihood': True}.",
            UserWarning,
            stacklevel=4,
        )
        return
    tree["log_likelihood"] = xr.DataTree(pointwise_log_likelihood(built, posterior))


def _tidy_stats(stats: xr.Dataset, sampler: Sampler) -> xr.Dataset:
    """``lp`` and ``diverging`` under one name for every sampler; nothing that netCDF cannot hold."""
    if "logp" in stats and "lp" not in stats:
        stats = stats.rename({"logp": "lp"})
    if sampler.name == "numpyro" and "lp" in stats:  # PyMC hands out NumPyro's potential energy under this name
        stats = stats.assign(lp=-stats["lp"])
    kept = [n for n in stats.data_vars if set(stats[n].dims) <= {"chain", "draw"} and stats[n].dtype != object]
    return stats[kept]


def _with_lp(built: BuiltModel, raw: xr.DataTree, stats: xr.Dataset) -> xr.Dataset:
    """Log densities for steps that report none, such as slice sampling."""
    if "lp" in stats:
        return stats
    posterior = raw["posterior"].to_dataset()
    values = sampled_values(built, posterior, reported=False)
    rows = unconstrained_matrix(built, values)
    lp = log_density_of_rows(built, values)(rows).reshape(posterior.sizes["chain"], posterior.sizes["draw"])
    return stats.assign_coords(chain=posterior["chain"], draw=posterior["draw"]).assign(lp=(("chain", "draw"), lp))


def check_start(built: BuiltModel, start: Mapping[str, np.ndarray]) -> None:
    """ValueError unless prior and likelihood are finite at the start."""
    from hssm.inference.draws import observed_arrays, trial_theta
    from hssm.likelihoods.pointwise import evaluate_pointwise

    for name, value in start.items():
        if not np.all(np.isfinite(value)):
            raise ValueError(f"The starting value of {name!r} is not finite: {value!r}. Give another in `initvals`.")
    with np.errstate(all="ignore"):
        free = unconstrain(built.pymc_model, start)
    for name, value in free.items():
        if not np.all(np.isfinite(value)):
            raise ValueError(
                f"The starting value of {name!r}, {np.asarray(start[name]).tolist()!r}, is outside the support of its "
                "prior. Give another in `initvals`."
            )
    # Two equal draws: the same compiled function then serves the log-likelihood of the posterior.
    draws = {name: np.stack([value, value]) for name, value in reported_start(built, start).items()}
    theta = trial_theta(built, draws)
    density = evaluate_pointwise(built.likelihood, observed_arrays(built), theta)[0]
    bad = np.flatnonzero(~np.isfinite(density))
    if len(bad):
        labels = [str(label) for label in built.observations.frame.index[bad[:5]]]
        values = {name: float(np.ravel(value)[0]) for name, value in theta.items()}
        raise ValueError(
            f"The log-likelihood is not finite at the starting values {values} for {len(bad)} rows "
            f"(first rows: {', '.join(labels)}). Give other starting values in `initvals`."
        )


def start_point(built: BuiltModel, start: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Free variables of a start plus the group effects that follow from offsets, as a draw would hold them."""
    point = {name: np.asarray(value, dtype=float) for name, value in start.items()}
    for predictor in built.predictors.values():
        for term in predictor.groups():
            offset = point.get(f"{term.variable}_offset")
            if offset is not None:
                mean = point.get(f"{term.variable}_mu", np.asarray(term.prior.args.get("mu", 0.0), dtype=float))
                point[term.variable] = mean + point[f"{term.variable}_sigma"] * offset
            elif term.name in predictor.means:
                point[term.variable] = point[term.variable] - point[predictor.term(predictor.means[term.name]).variable]
        for term in predictor.terms:
            raw = f"{term.variable}_weights_raw"
            if term.kind == "hsgp" and f"{term.variable}_weights" not in point and raw in point:
                point[f"{term.variable}_weights"] = np.zeros_like(point[raw])
    return point


def reported_start(built: BuiltModel, start: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """:func:`start_point` with intercepts at predictors 0, as results report them and predictors take them."""
    point = start_point(built, start)
    for predictor in built.predictors.values():
        intercept = names.variable(predictor.name, "Intercept")
        if predictor.center and intercept in point:
            shift = predictor.shift({name: np.asarray(value)[None] for name, value in point.items()})
            point[intercept] = point[intercept] - shift.reshape(-1)[0]
    return point


def resolve_start(built: BuiltModel, initvals: Any, known: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The start a user asked for: the model's own, the posterior mode ("map"), or values over the model's own."""
    if initvals is None:
        return dict(known)
    if isinstance(initvals, str) and initvals == "map":
        mode = find_mode(built, known)
        return {name: mode[name] for name in known}
    if not isinstance(initvals, Mapping):
        raise TypeError(f"`initvals` must be a dict, 'map' or None, got {initvals!r} ({type(initvals).__name__}).")
    return check_initvals(initvals, known)


def check_initvals(initvals: Mapping[str, Any], known: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """User's starting values over the model's own; unknown names and wrong shapes are errors."""
    merged = {name: np.array(value) for name, value in known.items()}
    for name, value in initvals.items():
        if name not in known:
            raise ValueError(
                f"`initvals` names {name!r}, which is no free variable of this model. "
                f"Allowed: {', '.join(sorted(known))}.{close_matches(name, known)}"
            )
        try:
            merged[name] = np.broadcast_to(np.asarray(value, dtype=float), known[name].shape).copy()
        except (TypeError, ValueError):
            raise ValueError(
                f"The starting value of {name!r} must have shape {known[name].shape}, got {np.shape(value)}."
            ) from None
    return merged
