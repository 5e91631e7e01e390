"""For PyMC users: distributions, random variables, likelihood functions and Bambi families of response models."""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "make_blackbox_op": "hssm.distribution_utils.callables",
    "make_distribution": "hssm.distribution_utils.dist",
    "make_distribution_for_supported_model": "hssm.distribution_utils.dist",
    "make_family": "hssm.bambi_bridge.family",
    "make_hssm_rv": "hssm.distribution_utils.dist",
    "make_likelihood_callable": "hssm.distribution_utils.callables",
    "make_missing_data_callable": "hssm.distribution_utils.callables",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (names resolve lazily)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hssm.distribution_utils' has no attribute {name!r}.")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
