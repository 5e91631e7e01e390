"""Diffusion between boundaries that collapse along a Weibull curve.

Found by the registry as model ``weibull``.
"""

import math

from hssm.models.common import A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

ALPHA = ParameterSpec(
    name="alpha",
    bounds=(0.0, math.inf),
    description="shape of the collapse: at most 1 is early, more holds the boundaries up to beta and then drops them",
)
BETA = ParameterSpec(
    name="beta",
    bounds=(0.0, math.inf),
    unit="s",
    description="decision time at which the boundaries are down to 37 % of a",
)

MODEL = ModelSpec(
    name="weibull",
    parameters=(V, A, Z, T, ALPHA, BETA),
    choices=(-1, 1),
    likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.diffusions:WEIBULL")),),
    simulator=Simulator(draw=Reference("hssm.simulators.diffusion:WEIBULL.draw")),
    description="Drift diffusion model with boundaries that collapse along a Weibull curve",
    equation="dX = v dτ + dW, X(0) = a(2z − 1), absorbed at ±a·exp(−(τ/beta)^alpha); rt = t + τ",
    references=(
        "Hawkins, G. E., Forstmann, B. U., Wagenmakers, E.-J., Ratcliff, R., & Brown, S. D. (2015). Revisiting the "
        "evidence for collapsing boundaries and urgency signals in perceptual decision-making. Journal of "
        "Neuroscience, 35, 2476-2484.",
        "Buonocore, A., Giorno, V., Nobile, A. G., & Ricciardi, L. M. (1990). On the two-boundary first-crossing-time "
        "problem for diffusion processes. Journal of Applied Probability, 27, 102-114. (numerical likelihood)",
    ),
)
