"""After the fit: can the draws be trusted, which model predicts best, what is the evidence; names resolve on use."""

from __future__ import annotations

from hssm.lazy import lazy_names

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

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
