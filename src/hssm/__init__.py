"""Hierarchical Bayesian sequential sampling models.

Public names resolve on first use, so ``import hssm`` is fast, prints nothing and loads no sampler, network or
plotting package.
"""

from __future__ import annotations

from hssm.lazy import lazy_names

__version__ = "0.6.0.dev0"

_HOMES = {
    "HSSM": "hssm.hssm",
    "Link": "hssm.parameters.link",
    "ModelConfig": "hssm.models.config",
    "Param": "hssm.parameters.param",
    "Prior": "hssm.parameters.prior",
    "check_data_for_rl": "hssm.data.panel",
    "compare": "hssm.diagnostics.comparison",
    "diffusion_model": "hssm.models.diffusion",
    "list_data": "hssm.data.datasets",
    "list_models": "hssm.models.registry",
    "load_data": "hssm.data.datasets",
    "log_cdf": "hssm.likelihoods.evaluate",
    "log_density": "hssm.likelihoods.evaluate",
    "log_survival": "hssm.likelihoods.evaluate",
    "register_model": "hssm.models.registry",
    "set_floatX": "hssm.precision",
    "show_defaults": "hssm.parameters.show",
    "simulate_data": "hssm.data.simulate",
    "tidy_draws": "hssm.inference.tidy",
}

_SUBMODULES = (
    "config",
    "defaults",
    "diagnostics",
    "distribution_utils",
    "likelihoods",
    "modelconfig",
    "networks",
    "param",
    "plotting",
    "recovery",
    "utils",
)

__all__ = [*sorted(_HOMES), "__version__"]  # noqa: PLE0604  (names resolve lazily)


__getattr__, __dir__ = lazy_names(__name__, _HOMES, _SUBMODULES)
