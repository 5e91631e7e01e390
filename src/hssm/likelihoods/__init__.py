"""Likelihoods: a model's density and simulator under one roof, and what is wrapped around them.

Log densities as functions and PyMC distributions, for users, are in ``analytical`` and ``blackbox``; their names
resolve here too, on first use.
"""

from __future__ import annotations

from hssm.lazy import lazy_names

_HOMES = {
    name: "hssm.likelihoods.analytical"
    for name in (
        *("ANGLE", "DDM", "DDM_SDV", "FULL_DDM", "LBA2", "LBA3", "LBA4", "POISSON_RACE", "RDM3"),
        *("logp_angle", "logp_ddm", "logp_ddm_sdv", "logp_ddm_seq2_no_bias", "logp_full_ddm", "logp_lba2"),
        *("logp_lba3", "logp_lba4", "logp_poisson_race", "logp_rdm3", "softmax_inv_temperature"),
    )
} | {name: "hssm.likelihoods.blackbox" for name in ("logp_ddm_bbox", "logp_ddm_sdv_bbox", "logp_full_ddm_bbox")}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (names resolve lazily)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
