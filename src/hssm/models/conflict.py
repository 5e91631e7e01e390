"""Diffusion models of conflict tasks: attention moves from distractors to the target within a trial.

Found by the registry as models ``conflict_ds`` and ``shrink_spot``.
"""

import math
from dataclasses import replace

from hssm.models.common import A, T, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

_V = replace(V, description="part of the drift that attention does not change; often fixed to 0")
_TINIT = ParameterSpec(
    name="tinit", bounds=(0.0, math.inf), closed=(True, False), description="attention to the target at the start"
)
_DINIT = replace(_TINIT, name="dinit", description="attention to the distractor at the start; it ends at 0")
_TFIXEDP = replace(_TINIT, name="tfixedp", description="attention to the target at the end")
_TSLOPE = ParameterSpec(
    name="tslope", bounds=(0.0, math.inf), unit="1/s", description="rate at which attention to the target settles"
)
_DSLOPE = replace(_TSLOPE, name="dslope", description="rate at which attention to the distractor fades")
_TCOH = ParameterSpec(
    name="tcoh", unit="1/√s", description="drift of the fully attended target, positive towards the upper boundary"
)
_DCOH = replace(_TCOH, name="dcoh", description="drift of the distractor; of the other sign in incongruent trials")

_PTARGET = ParameterSpec(
    name="ptarget", unit="1/√s", description="drift of the fully attended target, positive towards the upper boundary"
)
_POUTER = replace(_PTARGET, name="pouter", description="drift of the outer flankers; of the other sign if incongruent")
_PINNER = replace(_POUTER, name="pinner", description="drift of the inner flankers; usually fixed to that of the outer")
_R = ParameterSpec(
    name="r",
    bounds=(0.0, math.inf),
    closed=(True, False),
    unit="1/s",
    default_prior={"name": "HalfNormal", "sigma": 10.0},
    description="rate at which the spotlight narrows, in widths of an item; 0.02 per ms is 20",
)
_SDA = ParameterSpec(
    name="sda",
    bounds=(0.0, math.inf),
    unit="items",
    description="standard deviation of the spotlight at the start, in widths of an item",
)
_NUMERICAL = (
    "Buonocore, A., Nobile, A. G., & Ricciardi, L. M. (1987). A new integral equation for the evaluation of "
    "first-passage-time probability densities. Advances in Applied Probability, 19, 784-800. (numerical likelihood)"
)

MODELS = (
    ModelSpec(
        name="conflict_ds",
        parameters=(_V, A, Z, T, _TINIT, _DINIT, _TSLOPE, _DSLOPE, _TFIXEDP, _TCOH, _DCOH),
        choices=(-1, 1),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.diffusions:CONFLICT_DS")),),
        simulator=Simulator(draw=Reference("hssm.simulators.diffusion:CONFLICT_DS.draw")),
        description="Conflict model with two attentions that settle at their own rates (dual stage)",
        equation=(
            "dX = (v + tcoh·(tfixedp + (tinit − tfixedp)·exp(−tslope·τ)) + dcoh·dinit·exp(−dslope·τ)) dτ + dW, "
            "X(0) = a(2z − 1), absorbed at ±a; rt = t + τ"
        ),
        references=(
            "Hübner, R., Steinhauser, M., & Lehle, C. (2010). A dual-stage two-phase model of selective attention. "
            "Psychological Review, 117, 759-784. (the idea; here attention moves smoothly)",
            _NUMERICAL,
        ),
    ),
    ModelSpec(
        name="shrink_spot",
        parameters=(_V, A, Z, T, _PTARGET, _POUTER, _PINNER, _R, _SDA),
        choices=(-1, 1),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.diffusions:SHRINK_SPOT")),),
        simulator=Simulator(draw=Reference("hssm.simulators.diffusion:SHRINK_SPOT.draw")),
        description="Conflict model with a spotlight of attention that narrows to the target (flanker task)",
        equation=(
            "dX = (v + ptarget·A₁ + pinner·(A₃ − A₁) + pouter·(1 − A₃)) dτ + dW, Aₖ = erf(k / (2√2·s)), "
            "s = max(sda − r·τ, 0.001); X(0) = a(2z − 1), absorbed at ±a; rt = t + τ"
        ),
        references=(
            "White, C. N., Ratcliff, R., & Starns, J. J. (2011). Diffusion models of the flanker task: Discrete versus "
            "gradual attentional selection. Cognitive Psychology, 63, 210-238.",
            _NUMERICAL,
        ),
    ),
)
