"""Races of diffusions with a reflecting floor to a linearly collapsing bound.

Found by the registry as model ``race_no_bias_angle_4`` and family ``race_no_bias_angle_{n}``.
"""

import math
from dataclasses import replace

from hssm.models.common import T_OF_RACE, THETA, A, V, Z
from hssm.models.family import NumberedFamily
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

_A = replace(A, description="height of the bound at the start, above the floor at 0")
_Z = replace(Z, closed=(True, False), description="common starting point, as a share of the bound's height")
_THETA = replace(THETA, description="angle by which the bound comes down; below 0 it rises")


def reflected_race(n: int) -> ModelSpec:
    """``race_no_bias_angle_{n}``."""
    drifts = tuple(
        replace(V, name=f"v{i}", bounds=(-math.inf, math.inf), description=f"drift of accumulator {i} (response {i})")
        for i in range(n)
    )
    return ModelSpec(
        name=f"race_no_bias_angle_{n}",
        parameters=(*drifts, _A, _Z, T_OF_RACE, _THETA),
        choices=tuple(range(n)),
        likelihoods=(
            LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.reflected_race:REFLECTED_RACE")),
        ),
        simulator=Simulator(draw=Reference("hssm.simulators.reflected_race:REFLECTED_RACE.draw"), exact=True),
        description=f"Race of {n} diffusions above a reflecting floor to a linearly collapsing bound",
        equation=("dx_i = v_i dτ + dW_i, x_i(0) = z a, reflected at 0; first at a − τ·tan theta; rt = t + τ"),
        references=(
            "Usher, M., & McClelland, J. L. (2001). The time course of perceptual choice: The leaky, competing "
            "accumulator model. Psychological Review, 108, 550-592. (the floor; here without leak and inhibition)",
            "Ratcliff, R., & Smith, P. L. (2004). A comparison of sequential sampling models for two-choice reaction "
            "time. Psychological Review, 111, 333-367.",
        ),
    )


MODEL = reflected_race(4)
FAMILY = NumberedFamily(pattern="race_no_bias_angle_{n}", member=reflected_race)
