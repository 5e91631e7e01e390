"""Softmax choices, without response times.

Found by the registry as models ``softmax_inv_temperature_2`` and ``softmax_inv_temperature_3`` and their family.
"""

import math

from hssm.models.family import NumberedFamily
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

_BETA = ParameterSpec(
    name="beta",
    role="beta",
    bounds=(0.0, math.inf),
    description="inverse temperature: 0 is guessing, large is always the best",
)


def softmax(n: int) -> ModelSpec:
    """``softmax_inv_temperature_{n}``."""
    choices = (-1, 1) if n == 2 else tuple(range(n))
    logits = tuple(
        ParameterSpec(
            name=f"logit{i}",
            role="logit",
            factor="beta",
            description=f"value of choice {choices[i]} relative to {choices[0]}",
        )
        for i in range(1, n)
    )
    return ModelSpec(
        name=f"softmax_inv_temperature_{n}",
        parameters=(_BETA, *logits),
        choices=choices,
        response=("response",),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.softmax:SOFTMAX")),),
        simulator=Simulator(draw=Reference("hssm.simulators.race:SOFTMAX.draw"), exact=True),
        description=f"Softmax choice between {n} alternatives, response only",
        equation="P(i) ∝ exp(beta·logit_i), logit_0 = 0",
        references=("Luce, R. D. (1959). Individual choice behavior: A theoretical analysis. Wiley.",),
    )


MODELS = tuple(softmax(n) for n in (2, 3))
FAMILY = NumberedFamily(pattern="softmax_inv_temperature_{n}", member=softmax)
