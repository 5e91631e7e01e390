"""Diffusion with jumps: symmetric stable noise between two fixed boundaries.

Found by the registry as model ``levy``. Its density has no form that samplers could use, so its only likelihood is the
network that ships with the package.
"""

from hssm.models.common import A, T, V, Z
from hssm.spec import ModelSpec, ParameterSpec, Reference, Simulator

_ALPHA = ParameterSpec(
    name="alpha",
    bounds=(1.0, 2.0),
    closed=(False, True),
    description="stability of the noise: 2 is a diffusion with variance 2 per second, less has heavier tails and jumps",
)

MODEL = ModelSpec(
    name="levy",
    parameters=(V, A, Z, _ALPHA, T),
    choices=(-1, 1),
    simulator=Simulator(draw=Reference("hssm.simulators.stable:draw")),
    description="Levy flight model: evidence with jumps, from symmetric stable noise",
    equation="dX = v dτ + dL, L symmetric stable: E exp(ikL(τ)) = exp(−τ|k|^alpha); X(0) = a(2z − 1), leaves ±a; "
    "rt = t + τ",
    references=(
        "Voss, A., Lerche, V., Mertens, U., & Voss, J. (2019). Sequential sampling models with variable boundaries and "
        "non-normal noise: A comparison of six models. Psychonomic Bulletin & Review, 26, 813-832.",
        "Dyda, B., Kuznetsov, A., & Kwaśnicki, M. (2017). Eigenvalues of the fractional Laplace operator in the unit "
        "ball. Journal of the London Mathematical Society, 95, 500-518. (labels of the network)",
    ),
)
