"""Diffusion between linearly collapsing boundaries.

Found by the registry as models ``angle`` and ``angle_extended``.
"""

from dataclasses import replace

from hssm.models.common import THETA, A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

_ANGLE = ModelSpec(
    name="angle",
    parameters=(V, A, Z, T, THETA),
    choices=(-1, 1),
    likelihoods=(
        LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.linear_bounds:ANGLE")),
        LikelihoodSpec(
            kind="blackbox", source=Reference("hssm.densities.blackbox_extended:angle_blackbox"), backend="numpy"
        ),
    ),
    simulator=Simulator(draw=Reference("hssm.simulators.linear_bounds:ANGLE.draw"), exact=True),
    description="Drift diffusion model with linearly collapsing boundaries",
    equation="dX = v dτ + dW, X(0) = a(2z − 1), absorbed at ±(a − τ·tan theta); rt = t + τ",
    references=(
        "Anderson, T. W. (1960). A modification of the sequential probability ratio test to reduce the sample size. "
        "Annals of Mathematical Statistics, 31, 165-197.",
        "Hawkins, G. E., Forstmann, B. U., Wagenmakers, E.-J., Ratcliff, R., & Brown, S. D. (2015). Revisiting the "
        "evidence for collapsing boundaries and urgency signals in perceptual decision-making. Journal of "
        "Neuroscience, 35, 2476-2484.",
    ),
)

MODELS = (
    _ANGLE,
    replace(
        _ANGLE,
        name="angle_extended",
        description="Drift diffusion model with linearly collapsing boundaries, any drift",
    ),
)
