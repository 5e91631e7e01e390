"""The Poisson race of two counters.

Found by the registry as model ``poisson_race``.
"""

import math

from hssm.models.common import T_OF_RACE
from hssm.spec import Growth, LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator


def _counter(name: str, role: str, i: int, unit: str, what: str, power: float) -> ParameterSpec:
    """A parameter of counter i; with mean and variance of a gamma time given, it is a power of the mean of the time."""
    law = Reference("hssm.parameters.coordinates:log_remaining")
    return ParameterSpec(
        name=f"{name}{i}",
        role=role,
        bounds=(0.0, math.inf),
        along=Growth(beside="t", law=law, power=power, time="mean"),
        unit=unit,
        description=f"{what} (response {2 * i - 3})",
    )


MODEL = ModelSpec(
    name="poisson_race",
    parameters=(
        *(_counter("r", "r", i, "1/s", f"rate of events of counter {i}", 1.0) for i in (1, 2)),
        *(_counter("k", "k", i, "events", f"events that counter {i} needs; need not be whole", 2.0) for i in (1, 2)),
        T_OF_RACE,
    ),
    choices=(-1, 1),
    likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.poisson_race:POISSON_RACE")),),
    simulator=Simulator(draw=Reference("hssm.simulators.race:POISSON_RACE.draw"), exact=True),
    description="Race of two Poisson counters",
    equation="τ_i ~ Gamma(shape k_i, rate r_i); counter 1 first: −1, counter 2 first: +1; rt = t + τ",
    references=(
        "Townsend, J. T., & Ashby, F. G. (1983). The stochastic modeling of elementary psychological processes. "
        "Cambridge University Press.",
        "Smith, P. L., & Van Zandt, T. (2000). Time-dependent Poisson counter models of response latency in simple "
        "judgment. British Journal of Mathematical and Statistical Psychology, 53, 293-315.",
    ),
)
