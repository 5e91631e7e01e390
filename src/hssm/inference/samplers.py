"""The samplers as a table, and one function that runs any of them on a built model."""

from __future__ import annotations

import importlib.util
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hssm.bambi_bridge.transforms import constrain, unconstrain
from hssm.inference.jax_precision import floatx_precision
from hssm.inference.metric import RIDGES, moves_in
from hssm.inference.nuts import OWN_INIT, compiled_step, recorder
from hssm.inference.results import stored_names
from hssm.seeds import as_generator
from hssm.spec import BuiltModel
from hssm.suggest import close_matches

JAX_OPTIONS = ("chain_method", "postprocessing_backend", "postprocessing_vectorize", "keep_untransformed")


@dataclass(frozen=True, slots=True)
class Sampler:
    """What one sampler needs and can do.

    ``jittered_starts``: it takes one starting point per chain. ``gradient``: it needs a differentiable likelihood.
    """

    name: str
    package: str | None = None
    gradient: bool = True
    jittered_starts: bool = True
    takes_step: bool = False
    runs_jax: bool = False


SAMPLERS = {
    sampler.name: sampler
    for sampler in (
        Sampler("pymc", gradient=False, takes_step=True),
        Sampler("numpyro", package="numpyro", runs_jax=True),
        Sampler("nutpie", package="nutpie", jittered_starts=False),
        Sampler("blackjax", package="blackjax", runs_jax=True),
        Sampler("laplace"),
    )
}

HIERARCHICAL_ACCEPT, FLAT_ACCEPT, RIDGE_ACCEPT = 0.9, 0.95, 0.98
"""Target acceptance of NUTS where none is asked for, with many groups and otherwise: measured, see docs."""
MANY_GROUPS = 10

OLD_NAMES = {"mcmc": "pymc", "nuts_numpyro": "numpyro", "nuts_blackjax": "blackjax"}


def choose_sampler(name: str | None, built: BuiltModel, step: Any = None) -> Sampler:
    """The sampler for a model: what the user asked for, or the fastest measured route.

    Raises
    ------
    ValueError
        Unknown name, a gradient sampler for a likelihood without gradients, or a ``step`` it cannot take.
    ImportError
        The sampler's package is not installed.
    """
    if name in OLD_NAMES:
        warnings.warn(
            f"The sampler name {name!r} is old: use sampler={OLD_NAMES[name]!r}.", FutureWarning, stacklevel=4
        )
        name = OLD_NAMES[name]
    if name == "vi":
        raise ValueError("sampler='vi' is not a sampler here: call `model.vi()` for a variational fit.")
    if name is None or name == "auto":
        name = "numpyro" if built.likelihood.uses_jax and step is None else "pymc"
    if name not in SAMPLERS:
        allowed = sorted([*SAMPLERS, "auto"])
        raise ValueError(f"Unknown sampler {name!r}. Allowed: {', '.join(allowed)}.{close_matches(name, allowed)}")
    sampler = SAMPLERS[name]
    if sampler.gradient and not built.likelihood.differentiable:
        raise ValueError(
            f"sampler={name!r} needs gradients, which a blackbox likelihood does not have. "
            "Use sampler='pymc' (slice sampling), or a likelihood of another kind."
        )
    if step is not None and not sampler.takes_step:
        raise ValueError(f"`step` works with sampler='pymc' only, got sampler={name!r}.")
    if sampler.package and importlib.util.find_spec(sampler.package) is None:
        raise ImportError(f"sampler={name!r} needs the package {sampler.package!r}: pip install {sampler.package}.")
    return sampler


def draw(
    sampler: Sampler,
    built: BuiltModel,
    starts: Sequence[Mapping[str, np.ndarray]],
    *,
    random_seed: Any,
    options: Mapping[str, Any],
) -> xr.DataTree:
    """Run a sampler and return PyMC's raw tree (``posterior``, ``sample_stats``).

    ``starts`` holds one starting point per chain; ``options`` are ``pm.sample``'s keyword arguments.
    """
    import pymc as pm

    keywords = dict(options)
    chains = keywords.setdefault("chains", len(starts))
    keywords.setdefault("cores", min(chains, os.cpu_count() or 1))
    nuts = dict(keywords.pop("nuts", None) or keywords.pop("nuts_sampler_kwargs", None) or {})
    target_accept = keywords.pop("target_accept", None)
    if sampler.gradient or built.likelihood.differentiable:
        nuts.setdefault("target_accept", default_target_accept(built) if target_accept is None else target_accept)
    nuts |= {key: keywords.pop(key) for key in JAX_OPTIONS if key in keywords}
    if sampler.name == "pymc":
        keywords["initvals"] = list(starts)
        keywords.setdefault("init", OWN_INIT)
        _add_step(keywords, built)
    else:
        keywords.pop("init", None)
        keywords["initvals"] = list(starts) if sampler.jittered_starts else dict(starts[0])
    if sampler.runs_jax:
        nuts.setdefault("jitter", False)
        keywords.pop("cores", None)
        nuts.setdefault("chain_method", "parallel" if _devices() >= chains else "vectorized")
    seed = _seed(random_seed)
    if sampler.name == "pymc" and built.likelihood.uses_jax:
        keywords.setdefault("mp_ctx", "spawn")  # JAX does not survive a fork
    elif sampler.name == "pymc" and "step" not in keywords:
        keywords["step"] = compiled_step(built, keywords, nuts, seed, keywords.pop("init"))
    if nuts and "step" not in keywords:
        keywords["nuts"] = nuts
    with floatx_precision(sampler.runs_jax or built.likelihood.uses_jax), forks_quietly(), built.pymc_model:
        if sampler.name == "pymc" and keywords.get("trace") is None:
            keywords["trace"] = recorder(built, starts[0])
        return pm.sample(
            nuts_sampler=sampler.name,
            random_seed=seed,
            var_names=stored_names(built),
            compute_convergence_checks=False,
            **keywords,
        )


@contextmanager
def forks_quietly() -> Iterator[None]:
    """For processes forked to work that never calls JAX: JAX warns of every fork, once it was loaded."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"os\.fork\(\) was called.*JAX", category=RuntimeWarning)
        warnings.filterwarnings(
            "ignore", message=r".*use of fork\(\) may lead to deadlocks", category=DeprecationWarning
        )
        yield


def _add_step(keywords: dict[str, Any], built: BuiltModel) -> None:
    """Slice sampling where the likelihood has no gradients."""
    import pymc as pm

    if keywords.get("step") is None:
        keywords.pop("step", None)
        if not built.likelihood.differentiable:
            with built.pymc_model:
                keywords["step"] = pm.Slice()


def default_target_accept(built: BuiltModel) -> float:
    """Few parameters on long curved ridges need short steps, which cost them little; the effects of many are round.

    The spread of a few group effects is a long ridge, too.
    """
    groups = [len(term.groups) for predictor in built.predictors.values() for term in predictor.groups()]
    if groups and min(groups) >= MANY_GROUPS:
        return HIERARCHICAL_ACCEPT
    return RIDGE_ACCEPT if moves_in(built, RIDGES) else FLAT_ACCEPT


def _devices() -> int:
    import jax

    return jax.local_device_count()


def _seed(random_seed: Any) -> Any:
    """PyMC takes None, an int, or one int per chain; a generator gives one int."""
    if isinstance(random_seed, np.random.Generator):
        return int(random_seed.integers(2**30))
    return random_seed


def jittered(
    start: Mapping[str, np.ndarray], model: Any, n_chains: int, half_width: float, random_seed: Any
) -> list[dict[str, np.ndarray]]:
    """One starting point per chain: ``start`` with uniform jitter on each variable's unconstrained scale.

    The first chain starts at ``start`` itself, so that one chain always begins at the data-driven values.
    """
    rng = as_generator(_jitter_seed(random_seed))
    free = unconstrain(model, start)
    points = [dict(start)]
    for _ in range(n_chains - 1):
        moved = {name: value + rng.uniform(-half_width, half_width, np.shape(value)) for name, value in free.items()}
        points.append(constrain(model, moved))
    return points


def _jitter_seed(random_seed: Any) -> Any:
    """A seed that follows from the sampling seed without repeating its stream; None stays None."""
    if random_seed is None:
        return None
    if isinstance(random_seed, np.random.Generator):
        return int(random_seed.integers(2**30))
    return np.random.default_rng(np.random.SeedSequence([*np.atleast_1d(random_seed).tolist(), 7919]))
