"""Leaky or unstable diffusion between fixed or linearly collapsing boundaries.

Found by the registry as models ``ornstein`` and ``ornstein_angle``.
"""

from hssm.models.common import THETA, A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

_G = ParameterSpec(
    name="g", unit="1/s", description="leak: above 0 evidence decays towards 0, below 0 it drives itself away from 0"
)
_REFERENCES = (
    "Busemeyer, J. R., & Townsend, J. T. (1993). Decision field theory: A dynamic-cognitive approach to decision "
    "making in an uncertain environment. Psychological Review, 100, 432-459.",
    "Buonocore, A., Nobile, A. G., & Ricciardi, L. M. (1987). A new integral equation for the evaluation of "
    "first-passage-time probability densities. Advances in Applied Probability, 19, 784-800. (numerical likelihood)",
)

MODELS = (
    ModelSpec(
        name="ornstein",
        parameters=(V, A, Z, _G, T),
        choices=(-1, 1),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.diffusions:ORNSTEIN")),),
        simulator=Simulator(draw=Reference("hssm.simulators.diffusion:ORNSTEIN.draw")),
        description="Ornstein-Uhlenbeck model: diffusion with leak",
        equation="dX = (v − g·X) dτ + dW, X(0) = a(2z − 1), absorbed at ±a; rt = t + τ",
        references=_REFERENCES,
    ),
    ModelSpec(
        name="ornstein_angle",
        parameters=(V, A, Z, _G, T, THETA),
        choices=(-1, 1),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.diffusions:ORNSTEIN_ANGLE")),),
        simulator=Simulator(draw=Reference("hssm.simulators.diffusion:ORNSTEIN_ANGLE.draw")),
        description="Ornstein-Uhlenbeck model with linearly collapsing boundaries",
        equation="dX = (v − g·X) dτ + dW, X(0) = a(2z − 1), absorbed at ±(a − τ·tan theta); rt = t + τ",
        references=_REFERENCES,
    ),
)
