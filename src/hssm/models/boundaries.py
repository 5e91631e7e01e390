"""Boundaries that ``diffusion_model`` knows by name, those of ssm-simulators, with their parameters.

The functions are in ``densities/boundaries.py``; here is what a model needs to know besides.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hssm.models.common import THETA, A
from hssm.models.weibull import ALPHA, BETA
from hssm.spec import ParameterSpec, Reference


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """A boundary by its name in ssm-simulators; ``starts_at_a`` if its height at the start is the parameter a."""

    name: str
    parameters: tuple[ParameterSpec, ...]
    starts_at_a: bool = True

    @property
    def function(self) -> Callable[[Any, Any], Any]:
        """``f(tau, p)``, half the separation."""
        function: Callable[[Any, Any], Any] = Reference(f"hssm.densities.boundaries:{self.name}").load()
        return function

    def start(self, p: Any) -> Any:
        """Where evidence begins: z is relative to the height at the start."""
        height = p.a if self.starts_at_a else self.function(0.0, p)
        return height * (2.0 * p.z - 1.0)


_RATE = ParameterSpec(name="B", bounds=(0.0, math.inf), unit="1/s", description="rate of the collapse")
_TIME = ParameterSpec(name="M", unit="s", description="decision time around which boundaries fall, by 1 altogether")
_SKEW = ParameterSpec(
    name="nu", bounds=(0.0, math.inf), description="skew of the collapse (v in ssm-simulators): 1 is the logistic curve"
)
_HEIGHT = ParameterSpec(
    name="scale", bounds=(0.0, math.inf), closed=(True, False), description="area of the bump on the boundaries"
)
_SHAPE = ParameterSpec(name="alphaGamma", bounds=(1.0, math.inf), description="shape of the bump")
_WIDTH = ParameterSpec(name="scaleGamma", bounds=(0.0, math.inf), unit="s", description="scale of the bump in time")
_SLOPE = ParameterSpec(
    name="b", bounds=(0.0, math.inf), closed=(True, False), unit="1/√s", description="rate at which boundaries close in"
)

BOUNDARIES = {
    boundary.name: boundary
    for boundary in (
        Boundary(name="constant", parameters=(A,)),
        Boundary(name="angle", parameters=(A, THETA)),
        Boundary(name="weibull_cdf", parameters=(A, ALPHA, BETA)),
        Boundary(name="generalized_logistic", parameters=(A, _RATE, _TIME, _SKEW), starts_at_a=False),
        Boundary(name="conflict_gamma", parameters=(A, THETA, _HEIGHT, _SHAPE, _WIDTH)),
        Boundary(name="addm_collapse", parameters=(A, _SLOPE)),
    )
}
