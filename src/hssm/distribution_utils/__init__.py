"""For PyMC users: distributions, random variables, likelihood functions and Bambi families of response models."""

from __future__ import annotations

from hssm.lazy import lazy_names

_HOMES = {
    "load_onnx_model": "hssm.distribution_utils.onnx",
    "make_blackbox_op": "hssm.distribution_utils.callables",
    "make_distribution": "hssm.distribution_utils.dist",
    "make_distribution_for_supported_model": "hssm.distribution_utils.dist",
    "make_family": "hssm.bambi_bridge.family",
    "make_hssm_rv": "hssm.distribution_utils.dist",
    "make_likelihood_callable": "hssm.distribution_utils.callables",
    "make_missing_data_callable": "hssm.distribution_utils.callables",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (names resolve lazily)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
