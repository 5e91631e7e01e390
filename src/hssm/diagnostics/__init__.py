"""After the fit: can the draws be trusted, which model predicts best, what is the evidence; names resolve on use."""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "average_predictions": "hssm.diagnostics.averaging",
    "bayes_factor": "hssm.diagnostics.evidence",
    "check": "hssm.diagnostics.checking",
    "compare": "hssm.diagnostics.comparison",
    "dic": "hssm.diagnostics.criteria",
    "log_evidence": "hssm.diagnostics.evidence",
    "loo": "hssm.diagnostics.criteria",
    "refit_high_k": "hssm.diagnostics.refit",
    "waic": "hssm.diagnostics.criteria",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (names resolve lazily)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hssm.diagnostics' has no attribute {name!r}.")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
