"""Races of diffusions with a reflecting floor to a linearly collapsing bound.

Found by the registry as model ``race_no_bias_angle_4`` and family ``race_no_bias_angle_{n}``.
"""

from hssm.models.family import NumberedFamily
from hssm.models.races import race_to_a_line
from hssm.spec import ModelSpec


def reflected_race(n: int) -> ModelSpec:
    """``race_no_bias_angle_{n}``."""
    return race_to_a_line(
        n,
        f"race_no_bias_angle_{n}",
        density="hssm.densities.reflected_race:REFLECTED_RACE",
        draw="hssm.simulators.reflected_race:REFLECTED_RACE.draw",
        description=f"Race of {n} diffusions above a reflecting floor to a linearly collapsing bound",
        equation="dx_i = v_i dτ + dW_i, x_i(0) = z a, reflected at 0; first at a − τ·tan theta; rt = t + τ",
        references=(
            "Usher, M., & McClelland, J. L. (2001). The time course of perceptual choice: The leaky, competing "
            "accumulator model. Psychological Review, 108, 550-592. (the floor; here without leak and inhibition)",
            "Ratcliff, R., & Smith, P. L. (2004). A comparison of sequential sampling models for two-choice reaction "
            "time. Psychological Review, 111, 333-367.",
        ),
    )


MODEL = reflected_race(4)
FAMILY = NumberedFamily(pattern="race_no_bias_angle_{n}", member=reflected_race)
