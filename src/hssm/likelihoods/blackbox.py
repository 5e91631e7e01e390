"""Log densities of the diffusion models as NumPy functions of a data matrix: no graph, no gradient.

A door for users: nothing inside the package comes in through here.
"""

from hssm.densities.blackbox import ddm_blackbox as logp_ddm_bbox
from hssm.densities.blackbox import ddm_sdv_blackbox as logp_ddm_sdv_bbox
from hssm.densities.blackbox_extended import full_ddm_blackbox as logp_full_ddm_bbox

__all__ = ["logp_ddm_bbox", "logp_ddm_sdv_bbox", "logp_full_ddm_bbox"]
