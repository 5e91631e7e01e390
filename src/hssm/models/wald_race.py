"""Races of diffusions to a linearly collapsing bound, without a reflecting floor.

Found by the registry as family ``wald_race{n}``.
"""

import math
from dataclasses import replace

from hssm.models.common import T_OF_RACE, THETA, A, V, Z
from hssm.models.family import NumberedFamily
from hssm.spec import LikelihoodSpec, ModelSpec, Reference, Simulator

_A = replace(A, description="height of the bound at the start")
_Z = replace(Z, closed=(True, False), description="starting point, as a share of the bound's height")


def wald_race(n: int) -> ModelSpec:
    """``wald_race{n}``."""
    drifts = tuple(
        replace(V, name=f"v{i}", bounds=(-math.inf, math.inf), description=f"drift of accumulator {i} (response {i})")
        for i in range(n)
    )
    return ModelSpec(
        name=f"wald_race{n}",
        parameters=(*drifts, _A, _Z, T_OF_RACE, replace(THETA, description="angle by which the bound comes down")),
        choices=tuple(range(n)),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.wald_race:WALD_RACE")),),
        simulator=Simulator(draw=Reference("hssm.simulators.race:WALD_RACE.draw"), exact=True),
        description=f"Race of {n} diffusions to a linearly collapsing bound, no floor",
        equation="dx_i = v_i dτ + dW_i, x_i(0) = z a; first at a − τ·tan theta; rt = t + τ",
        references=(
            "Anders, R., Alario, F.-X., & Van Maanen, L. (2016). The shifted Wald distribution for response time data "
            "analysis. Psychological Methods, 21, 309-327.",
        ),
    )


FAMILY = NumberedFamily(pattern="wald_race{n}", member=wald_race)
