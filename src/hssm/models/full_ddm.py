"""The diffusion model with drift, starting point and non-decision time that vary between trials.

Found by the registry as model ``full_ddm``.
"""

from hssm.models.common import ST, SV, SZ, A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

MODEL = ModelSpec(
    name="full_ddm",
    parameters=(V, A, Z, T, SZ, SV, ST),
    choices=(-1, 1),
    likelihoods=(
        LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.variability_distribution:FULL_DDM")),
        LikelihoodSpec(
            kind="blackbox", source=Reference("hssm.densities.blackbox_extended:full_ddm_blackbox"), backend="numpy"
        ),
    ),
    simulator=Simulator(draw=Reference("hssm.simulators.wiener_mixtures:FULL_DDM.draw"), exact=True),
    description="Drift diffusion model with drift, starting point and non-decision time variability",
    equation="in a trial: drift ~ Normal(v, sv²), start ~ Uniform(z ± sz/2), non-decision time ~ Uniform(t ± st/2); "
    "otherwise as ddm",
    references=(
        "Ratcliff, R., & Tuerlinckx, F. (2002). Estimating parameters of the diffusion model: Approaches to dealing "
        "with contaminant reaction times and parameter variability. Psychonomic Bulletin & Review, 9, 438-481.",
        "Ratcliff, R., & McKoon, G. (2008). The diffusion decision model: Theory and data for two-choice decision "
        "tasks. Neural Computation, 20, 873-922.",
    ),
)
