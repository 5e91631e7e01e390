"""What the model files of races share: drifts, and races of diffusions to a bound that comes down in a straight line.

Used by ``lba.py``, ``racing_diffusion.py``, ``wald_race.py`` and ``reflected_race.py``.
"""

from __future__ import annotations

import math
from dataclasses import replace

from hssm.models.common import T_OF_RACE, THETA, A, V, Z
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Reference, Simulator

_HEIGHT = replace(A, description="height of the bound at the start, above 0")
_START = replace(Z, closed=(True, False), description="common starting point, as a share of the bound's height")
_ANGLE = replace(THETA, description="angle by which the bound comes down; below 0 it rises")
_DRIFT = ParameterSpec(name="v", bounds=(0.0, math.inf), unit="1/√s", description="drift")

_DRIFT_TO_LINE = replace(V, bounds=(-math.inf, math.inf), description="drift")


def drifts(n: int, drift: ParameterSpec = _DRIFT) -> tuple[ParameterSpec, ...]:
    """``v0`` to ``v{n - 1}``, the same parameter for each accumulator."""
    return tuple(
        replace(drift, name=f"v{i}", description=f"{drift.description} of accumulator {i} (response {i})")
        for i in range(n)
    )


def race_to_a_line(
    n: int, name: str, *, density: str, draw: str, description: str, equation: str, references: tuple[str, ...]
) -> ModelSpec:
    """A race of n diffusions, responses 0 to n - 1, from one starting point to a bound that comes down in a line.

    ``density`` and ``draw`` say where the :class:`~hssm.spec.Density` and the exact simulator are; the rest is as in
    :class:`~hssm.spec.ModelSpec`.
    """
    return ModelSpec(
        name=name,
        parameters=(*drifts(n, _DRIFT_TO_LINE), _HEIGHT, _START, T_OF_RACE, _ANGLE),
        choices=tuple(range(n)),
        likelihoods=(LikelihoodSpec(kind="analytical", source=Reference(density)),),
        simulator=Simulator(draw=Reference(draw), exact=True),
        description=description,
        equation=equation,
        references=references,
    )
