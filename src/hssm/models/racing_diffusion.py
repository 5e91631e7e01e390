"""Racing diffusions.

Found by the registry as model ``racing_diffusion_3`` and family ``racing_diffusion_{n}``.
"""

from dataclasses import replace

from hssm.models.common import START_RANGE, T_OF_RACE, THRESHOLD
from hssm.models.family import NumberedFamily
from hssm.models.races import drifts
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

_T = replace(T_OF_RACE, default_prior={"name": "HalfNormal", "sigma": 0.3})


def racing_diffusion(n: int) -> ModelSpec:
    """``racing_diffusion_{n}``."""
    return ModelSpec(
        name=f"racing_diffusion_{n}",
        parameters=(replace(START_RANGE, unit="√s"), replace(THRESHOLD, unit="√s"), *drifts(n), _T),
        choices=tuple(range(n)),
        likelihoods=(
            LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.racing_diffusion:RACING_DIFFUSION")),
        ),
        simulator=Simulator(draw=Reference("hssm.simulators.race:RACING_DIFFUSION.draw"), exact=True),
        description=f"Racing diffusion model with {n} accumulators",
        equation="dx_i = v_i dτ + dW_i, x_i(0) ~ U(0, A), no lower barrier; first at b; rt = t + τ",
        references=(
            "Logan, G. D., Van Zandt, T., Verbruggen, F., & Wagenmakers, E.-J. (2014). On the ability to inhibit "
            "thought and action. Psychological Review, 121, 66-95.",
            "Tillman, G., Van Zandt, T., & Logan, G. D. (2020). Sequential sampling models without random "
            "between-trial variability: The racing diffusion model of speeded decision making. Psychonomic Bulletin & "
            "Review, 27, 911-936.",
        ),
    )


MODEL = racing_diffusion(3)
FAMILY = NumberedFamily(pattern="racing_diffusion_{n}", member=racing_diffusion)
