"""Hierarchical Bayesian sequential sampling models.

Public names resolve on first use, so ``import hssm`` is fast, prints nothing and loads no sampler, network or
plotting package.
"""

from __future__ import annotations

import importlib
from typing import Any

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


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in _SUBMODULES:
        value = importlib.import_module(f"hssm.{name}")
    else:
        raise AttributeError(f"module 'hssm' has no attribute {name!r}.")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES})
