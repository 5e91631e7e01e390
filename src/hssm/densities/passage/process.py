"""A :class:`~hssm.densities.passage.trace.Process` as the density of a model.

What is left to do around the operation: decision time and broadcasting. The domain of the non-decision time is that of
the model's parameter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.passage.op import PassageOp
from hssm.densities.passage.trace import Process
from hssm.spec import Density, Named

TOLERANCE = 1e-6
"""Largest relative error of a density above exp(-20) that is aimed at; most are far better."""


@dataclass(frozen=True, kw_only=True)
class PassageDensity:
    """Density, distribution function and survivor of a process with non-decision time ``t``."""

    process: Process
    tolerance: float = TOLERANCE

    def log_density(self, observed: Named, theta: Named) -> TensorVariable:
        """Log joint density of response time and response (-1 or +1); -inf outside the domain, with zero gradient."""
        return self._evaluate("density", observed, theta)

    def log_cdf(self, observed: Named, theta: Named) -> TensorVariable:
        """Log P(RT <= rt, response); ``rt`` may be infinite."""
        return self._evaluate("cdf", observed, theta)

    def log_survival(self, observed: Named, theta: Named) -> TensorVariable:
        """Log P(RT > rt), any response; 0 while rt <= t."""
        return self._evaluate("survival", {**observed, "response": np.int8(1)}, theta)

    def _evaluate(self, what: str, observed: Named, theta: Named) -> TensorVariable:
        tau = pt.as_tensor_variable(observed["rt"]) - theta["t"]
        known = {**observed, **theta}  # a user's functions may read extra fields
        inputs = pt.broadcast_arrays(tau, observed["response"], *(known[name] for name in self.process.parameters))
        trials = pt.stack([pt.cast(x, "float64").ravel() for x in inputs])
        flat, _ = PassageOp(self.process, what, self.tolerance)(trials)
        return pt.cast(flat.reshape(inputs[0].shape, ndim=inputs[0].ndim), tau.dtype)


def passage_density(process: Process, tolerance: float = TOLERANCE) -> Density:
    """The density of a process."""
    density = PassageDensity(process=process, tolerance=tolerance)
    return Density(log_density=density.log_density, log_cdf=density.log_cdf, log_survival=density.log_survival)
