"""The drift diffusion model: constant drift between two constant boundaries.

Found by the registry as model ``ddm``.
"""

from hssm.models.common import A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

MODEL = ModelSpec(
    name="ddm",
    parameters=(V, A, Z, T),
    choices=(-1, 1),
    likelihoods=(
        LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.wiener:DDM")),
        LikelihoodSpec(kind="blackbox", source=Reference("hssm.densities.blackbox:ddm_blackbox"), backend="numpy"),
    ),
    simulator=Simulator(draw=Reference("hssm.simulators.wiener:DDM.draw"), exact=True),
    description="Drift diffusion model",
    equation="dX = v dτ + dW, X(0) = a(2z − 1), absorbed at −a and +a; rt = t + τ",
    references=(
        "Ratcliff, R. (1978). A theory of memory retrieval. Psychological Review, 85, 59-108.",
        "Navarro, D. J., & Fuss, I. G. (2009). Fast and accurate calculations for first-passage times in Wiener "
        "diffusion models. Journal of Mathematical Psychology, 53, 222-230.",
    ),
)
