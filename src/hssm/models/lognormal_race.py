"""Lognormal races.

Found by the registry as family ``lnr{n}``.
"""

import math

from hssm.models.common import T_OF_RACE
from hssm.models.family import NumberedFamily
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

_S = ParameterSpec(
    name="s",
    bounds=(0.0, math.inf),
    unit="log s",
    description="standard deviation of log finishing times, common to all",
)


def lognormal_race(n: int) -> ModelSpec:
    """``lnr{n}``."""
    means = tuple(
        ParameterSpec(
            name=f"m{i}", unit="log s", description=f"mean log finishing time of accumulator {i} (response {i})"
        )
        for i in range(n)
    )
    return ModelSpec(
        name=f"lnr{n}",
        parameters=(*means, _S, T_OF_RACE),
        choices=tuple(range(n)),
        likelihoods=(
            LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.lognormal_race:LOGNORMAL_RACE")),
        ),
        simulator=Simulator(draw=Reference("hssm.simulators.race:LOGNORMAL_RACE.draw"), exact=True),
        description=f"Lognormal race with {n} accumulators",
        equation="log τ_i ~ N(m_i, s²); first one; rt = t + τ",
        references=(
            "Heathcote, A., & Love, J. (2012). Linear deterministic accumulator models of simple choice. Frontiers in "
            "Psychology, 3, 292.",
            "Rouder, J. N., Province, J. M., Morey, R. D., Gomez, P., & Heathcote, A. (2015). The lognormal race: A "
            "cognitive-process model of choice and latency with desirable psychometric properties. Psychometrika, 80, "
            "491-513.",
        ),
    )


FAMILY = NumberedFamily(pattern="lnr{n}", member=lognormal_race)
