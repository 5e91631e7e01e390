"""Linear ballistic accumulators, in two conventions.

Found by the registry as models ``lba2``, ``lba3``, ``lba4`` and families ``lba{n}`` and ``lba{n}_t``.
"""

import math
from dataclasses import replace

from hssm.models.common import START_RANGE, T_OF_RACE, THRESHOLD
from hssm.models.family import Families, NumberedFamily
from hssm.models.races import drifts
from hssm.spec import Growth, LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

_REFERENCES = (
    "Brown, S. D., & Heathcote, A. (2008). The simplest complete model of choice response time: Linear ballistic "
    "accumulation. Cognitive Psychology, 57, 153-178.",
)


_TYPICAL = 1.5
"""Typical response times, in units of the fastest."""
_POSITIVE = ParameterSpec(name="v", bounds=(0.0, math.inf), unit="1/s", description="mean drift")
_ANY = replace(_POSITIVE, bounds=(-math.inf, math.inf))


def _parameters(n: int, drift: ParameterSpec, spread: float, time: float) -> tuple[ParameterSpec, ...]:
    """Range, threshold and drifts; starting points vary times as drifts do if A = sqrt(12) ``spread`` decision time.

    ``spread`` is the standard deviation of drifts, ``time`` a typical decision time in units of the fastest response.
    """
    law = Reference("hssm.parameters.coordinates:log_hypotenuse")
    along = Growth(beside="A", law=law, scale=math.sqrt(12.0) * spread * time)
    return (START_RANGE, replace(THRESHOLD, along=along), *drifts(n, replace(drift, along=along)))


def lba(n: int) -> ModelSpec:
    """``lba{n}``: drift standard deviation 0.1, drifts given that at least one is positive, no non-decision time."""
    return ModelSpec(
        name=f"lba{n}",
        parameters=_parameters(n, _POSITIVE, 0.1, _TYPICAL),
        choices=tuple(range(n)),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.lba:LBA")),),
        simulator=Simulator(draw=Reference("hssm.simulators.race:LBA.draw"), exact=True),
        description=f"Linear ballistic accumulator with {n} accumulators",
        equation="dx_i = d_i dτ, x_i(0) ~ U(0, A), d_i ~ N(v_i, 0.1²) given that some d_i > 0; first at b; rt = τ",
        references=_REFERENCES,
    )


def lba_t(n: int) -> ModelSpec:
    """``lba{n}_t``: drift standard deviation 1, each drift given that it is positive, with non-decision time."""
    return ModelSpec(
        name=f"lba{n}_t",
        parameters=(*_parameters(n, _ANY, 1.0, _TYPICAL - 0.5), T_OF_RACE),
        choices=tuple(range(n)),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference("hssm.densities.lba:LBA_T")),),
        simulator=Simulator(draw=Reference("hssm.simulators.race:LBA_T.draw"), exact=True),
        description=f"Linear ballistic accumulator with {n} accumulators and non-decision time",
        equation="dx_i = d_i dτ, x_i(0) ~ U(0, A), d_i ~ N(v_i, 1) given d_i > 0; first at b; rt = t + τ",
        references=_REFERENCES,
    )


MODELS = tuple(lba(n) for n in (2, 3, 4))

FAMILY = Families((NumberedFamily(pattern="lba{n}", member=lba), NumberedFamily(pattern="lba{n}_t", member=lba_t)))
