"""What PyMC's own NUTS needs, compiled once and before its chains start.

PyMC compiles the same small functions anew for every chain: the point it starts at, the values it records. Here
these are made once, for all chains.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
from pymc.backends.ndarray import NDArray
from pymc.blocking import DictToArrayBijection
from pymc.step_methods.hmc.quadpotential import QuadPotentialDiagAdapt

from hssm.bambi_bridge.model import unconstrained_point
from hssm.collector import collector_paused
from hssm.inference.leapfrog import LimitedIntegrator
from hssm.inference.metric import MOST_DENSE, WIDTHS, moves_in, rounded_potential
from hssm.inference.potential import WEIGHT
from hssm.inference.results import stored_names
from hssm.spec import BuiltModel

OWN_INIT = "adapt_diag"
"""The initialisation of PyMC's NUTS that begins with the quick fit's metric."""

INIT_NUTS_TAKES = ("n_init", "jitter_max_retries", "compile_kwargs", "quiet", "tune", "chains", "initvals")


def compiled_step(
    built: BuiltModel, keywords: Mapping[str, Any], nuts: Mapping[str, Any], seed: Any, init: str = OWN_INIT
) -> Any:
    """The NUTS step of a model, compiled before the chains fork: else each compiles the same code for itself.

    Parameters
    ----------
    built : BuiltModel
    keywords : mapping
        Of ``pm.sample``; ``initvals`` has one starting point per chain, on the variables' own scales.
    nuts : mapping
        Options of ``pm.NUTS``.
    seed : None, int or sequence of int
        Of the chains; the potential's generator gets a stream of its own, apart from theirs.
    init : str
        PyMC's name of an initialisation.
    """
    own = None if seed is None else np.random.SeedSequence([*np.atleast_1d(seed).tolist(), 104729])
    with collector_paused():
        if init == OWN_INIT and not {"potential", "scaling"} & set(nuts):
            step, point = _own_step(built, keywords, nuts, np.random.default_rng(own))
        else:
            passed = {key: keywords[key] for key in INIT_NUTS_TAKES if keywords.get(key) is not None}
            seeds = None if own is None else own.generate_state(keywords["chains"]).tolist()
            points, step = pm.init_nuts(
                init=init, model=built.pymc_model, random_seed=seeds, progressbar=False, **passed, **nuts
            )
            point = points[0]
        flat = DictToArrayBijection.map(point)
        step.integrator.compute_state(flat, np.zeros_like(flat.data))
    return step


def _own_step(
    built: BuiltModel, keywords: Mapping[str, Any], nuts: Mapping[str, Any], rng: np.random.Generator
) -> tuple[Any, dict[str, np.ndarray]]:
    """The step with a metric from the quick fit, and the first chain's starting point as PyMC names it."""
    model, starts = built.pymc_model, keywords["initvals"]
    points = [unconstrained_point(model, start) for start in starts]
    flat = np.stack([DictToArrayBijection.map(point).data for point in points])
    value_and_slope = model.logp_dlogp_function(
        ravel_inputs=True, initial_point=points[0], **(keywords.get("compile_kwargs") or {})
    )
    value_and_slope.trust_input = True
    potential: Any = rounded_potential(built, starts[0], flat[0], rng)
    if potential is None:
        potential = QuadPotentialDiagAdapt(flat.shape[1], flat.mean(axis=0), np.ones(flat.shape[1]), WEIGHT, rng=rng)
    step = pm.NUTS(
        model=model, potential=potential, rng=rng, initial_point=points[0], logp_dlogp_func=value_and_slope, **nuts
    )
    if flat.shape[1] <= MOST_DENSE or moves_in(built, WIDTHS):  # among many numbers one trial's cusp is nothing
        step.integrator = LimitedIntegrator(step)
    return step, points[0]


class Recorder(NDArray):
    """PyMC's store of one chain's draws; its copies, one per chain, share the compiled function."""

    def __copy__(self) -> Recorder:
        return type(self)(
            model=self.model, vars=self.vars, fn=self.fn, var_shapes=self.var_shapes, var_dtypes=self.var_dtypes
        )


def recorder(built: BuiltModel, start: Mapping[str, np.ndarray]) -> Recorder:
    """A store of the variables that are kept; ``start`` is a starting point on the variables' own scales."""
    model, names = built.pymc_model, stored_names(built)
    chosen = [variable for variable in model.unobserved_RVs if variable.name in names]
    point = unconstrained_point(model, start)
    with collector_paused():
        return Recorder(model=model, vars=model.replace_rvs_by_values(chosen), test_point=point)
