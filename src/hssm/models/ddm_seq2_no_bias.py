"""Two unbiased diffusion stages, one after the other.

Found by the registry as model ``ddm_seq2_no_bias``.
"""

from dataclasses import replace

from hssm.models.common import A, T, V
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

MODEL = ModelSpec(
    name="ddm_seq2_no_bias",
    parameters=(
        replace(V, name="vh", description="drift of the first stage, positive towards the upper boundary"),
        replace(V, name="vl1", description="drift of the second stage after the lower boundary in the first"),
        replace(V, name="vl2", description="drift of the second stage after the upper boundary in the first"),
        A,
        T,
    ),
    choices=(0, 1, 2, 3),
    likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.two_stages:DDM_SEQ2_NO_BIAS")),),
    simulator=Simulator(draw=Reference("hssm.simulators.wiener_mixtures:DDM_SEQ2_NO_BIAS.draw"), exact=True),
    description="Two drift diffusion stages in sequence, each from the middle",
    equation="dX = vh dτ + dW from 0 to ±a, then dX = vl1 dτ + dW (after −a) or vl2 (after +a) from 0 to ±a; "
    "rt = t + τ₁ + τ₂; choice = 2·[first up] + [second up]",
    references=(
        "Solway, A., & Botvinick, M. M. (2015). Evidence integration in model-based tree search. Proceedings of the "
        "National Academy of Sciences, 112, 11708-11713.",
    ),
)
