"""Races of diffusions to a linearly collapsing bound, without a reflecting floor.

Found by the registry as family ``wald_race{n}``.
"""

from hssm.models.family import NumberedFamily
from hssm.models.races import race_to_a_line
from hssm.spec import ModelSpec


def wald_race(n: int) -> ModelSpec:
    """``wald_race{n}``."""
    return race_to_a_line(
        n,
        f"wald_race{n}",
        density="hssm.densities.wald_race:WALD_RACE",
        draw="hssm.simulators.race:WALD_RACE.draw",
        description=f"Race of {n} diffusions to a linearly collapsing bound, no floor",
        equation="dx_i = v_i dτ + dW_i, x_i(0) = z a; first at a − τ·tan theta; rt = t + τ",
        references=(
            "Anders, R., Alario, F.-X., & Van Maanen, L. (2016). The shifted Wald distribution for response time data "
            "analysis. Psychological Methods, 21, 309-327.",
        ),
    )


FAMILY = NumberedFamily(pattern="wald_race{n}", member=wald_race)
