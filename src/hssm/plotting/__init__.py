"""Plots of fitted models: public functions resolve on first use, so Matplotlib loads only when something is drawn.

One public plot per file; what it shows is computed in ``data``, ``densities`` and ``quantiles``, without Matplotlib.
"""

from __future__ import annotations

from hssm.lazy import lazy_names

_HOMES = {
    "plot_conditional_accuracy": "hssm.plotting.conditional_accuracy",
    "plot_delta": "hssm.plotting.delta",
    "plot_effects": "hssm.plotting.effects",
    "plot_model_cartoon": "hssm.plotting.cartoon",
    "plot_network_certificate": "hssm.plotting.network_certificate",
    "plot_predictive": "hssm.plotting.predictive",
    "plot_prior": "hssm.plotting.prior",
    "plot_quantile_probability": "hssm.plotting.quantile_probability",
    "plot_recovery": "hssm.plotting.recovery",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (names resolve lazily)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
