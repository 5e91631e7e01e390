"""The drift diffusion model whose drift varies between trials.

Found by the registry as model ``ddm_sdv``.
"""

from hssm.models.common import SV, A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

MODEL = ModelSpec(
    name="ddm_sdv",
    parameters=(V, A, Z, T, SV),
    choices=(-1, 1),
    likelihoods=(
        LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.wiener:DDM_SDV")),
        LikelihoodSpec(kind="blackbox", source=Reference("hssm.densities.blackbox:ddm_sdv_blackbox"), backend="numpy"),
    ),
    simulator=Simulator(draw=Reference("hssm.simulators.wiener:DDM_SDV.draw"), exact=True),
    description="Drift diffusion model with drift variability",
    equation="drift of a trial ~ Normal(v, sv²); otherwise as ddm",
    references=(
        "Ratcliff, R., & Rouder, J. N. (1998). Modeling response times for two-choice decisions. Psychological "
        "Science, 9, 347-356.",
        "Tuerlinckx, F. (2004). The efficient computation of the cumulative distribution and probability density "
        "functions in the diffusion model. Behavior Research Methods, 36, 702-716.",
    ),
)
