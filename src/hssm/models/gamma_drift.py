"""Diffusion whose drift has a pulse in the form of a gamma density, between fixed or linearly collapsing boundaries.

Found by the registry as models ``gamma_drift`` and ``gamma_drift_angle``.
"""

import math
from dataclasses import replace

from hssm.models.common import THETA, A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

_V = replace(V, description="drift before and after the pulse, positive towards the upper boundary")
_PULSE = (
    ParameterSpec(
        name="shape",
        bounds=(1.0, math.inf),
        description="shape of the pulse: larger is narrower relative to its time",
    ),
    ParameterSpec(
        name="scale",
        bounds=(0.0, math.inf),
        unit="s",
        description="time scale of the pulse, which peaks (shape - 1)·scale after the start",
    ),
    ParameterSpec(name="c", unit="1/√s", description="height of the pulse, positive towards the upper boundary"),
)
_PROCESS = "v + c·(τ/m)^(shape−1)·exp(shape − 1 − τ/scale), m = (shape − 1)·scale"
_REFERENCES = (
    "Ulrich, R., Schröter, H., Leuthold, H., & Birngruber, T. (2015). Automatic and controlled stimulus processing in "
    "conflict tasks: Superimposed diffusion processes and delta functions. Cognitive Psychology, 78, 148-174.",
    "Buonocore, A., Nobile, A. G., & Ricciardi, L. M. (1987). A new integral equation for the evaluation of "
    "first-passage-time probability densities. Advances in Applied Probability, 19, 784-800. (numerical likelihood)",
)

MODELS = (
    ModelSpec(
        name="gamma_drift",
        parameters=(_V, A, Z, T, *_PULSE),
        choices=(-1, 1),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.diffusions:GAMMA_DRIFT")),),
        simulator=Simulator(draw=Reference("hssm.simulators.diffusion:GAMMA_DRIFT.draw")),
        description="Drift diffusion model with a pulse in the drift",
        equation=f"dX = drift dτ + dW, drift {_PROCESS}; X(0) = a(2z − 1), absorbed at ±a; rt = t + τ",
        references=_REFERENCES,
    ),
    ModelSpec(
        name="gamma_drift_angle",
        parameters=(_V, A, Z, T, THETA, *_PULSE),
        choices=(-1, 1),
        likelihoods=(
            LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.diffusions:GAMMA_DRIFT_ANGLE")),
        ),
        simulator=Simulator(draw=Reference("hssm.simulators.diffusion:GAMMA_DRIFT_ANGLE.draw")),
        description="Drift diffusion model with a pulse in the drift and linearly collapsing boundaries",
        equation=f"as gamma_drift, drift {_PROCESS}, absorbed at ±(a − τ·tan theta); rt = t + τ",
        references=_REFERENCES,
    ),
)
