"""Labels for models whose densities have to be solved for, one solution per parameter vector.

Integral equations of first passage (``densities.passage``) at a tolerance that is enough for labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from hssm.networks.reference import Exact, labelled_rows
from hssm.networks.rows import SHORTEST, SOLVED, Table, draw_vectors
from hssm.spec import Density, ModelSpec

TOLERANCE = 1e-4
"""Of the integral equations: far below the error of any network."""

N_TIMES, LATEST = 320, 200.0
"""Grid in log time on which densities are integrated for probabilities of outcomes."""


@dataclass(frozen=True)
class Solved:
    """Labels from the integral equations of a model; probabilities are integrals of its densities."""

    spec: ModelSpec
    name = "exact"
    share = SOLVED
    vectors = staticmethod(draw_vectors)
    rows = labelled_rows

    def table(self, theta: Mapping[str, np.ndarray], times: np.ndarray, weights: np.ndarray) -> Table:
        """Log densities of both choices; ``t`` plays no part."""
        return Exact(_coarser(self.spec)).table(theta, times, weights)

    def probabilities(self, theta: Mapping[str, np.ndarray], kind: str, deadline: np.ndarray) -> np.ndarray:
        """From cubic splines through the densities of log time."""
        from scipy.interpolate import CubicSpline

        t, n = theta["t"], len(deadline)
        last = LATEST if kind == "cpn" else max(float((deadline - t[:, None]).max()), 1.0)
        logs = np.linspace(np.log(SHORTEST), np.log(last), N_TIMES)
        times = np.broadcast_to(np.exp(logs), (n, N_TIMES))
        density = np.exp(self.table(theta, times, times).log_density) * times[:, None, :]
        ended = CubicSpline(logs, density, axis=2).antiderivative()
        if kind == "cpn":
            mass = ended(logs[-1])
            return (mass / mass.sum(axis=1, keepdims=True))[:, None]
        at = np.log(np.clip(deadline - t[:, None], SHORTEST, last))
        asked = slice(None) if kind == "opn" else slice(1, None)
        reached = np.stack([ended(at[:, j])[np.arange(n), :, np.arange(n)] for j in range(at.shape[1])], axis=1)
        return np.clip(1.0 - reached[..., asked].sum(axis=2, keepdims=True), 0.0, 1.0)


def is_solved(density: Density) -> bool:
    """Whether it comes from the integral equations."""
    from hssm.densities.passage.process import PassageDensity

    return isinstance(getattr(density.log_density, "__self__", None), PassageDensity)


@cache
def _coarser_by_name(name: str) -> ModelSpec:
    from hssm.densities.passage.process import passage_density
    from hssm.models.registry import get_model

    spec = get_model(name)
    first = spec.likelihood("analytical")
    density = getattr(first.source, "load", lambda: first.source)()
    source = passage_density(density.log_density.__self__.process, TOLERANCE)
    return replace(spec, likelihoods=(replace(first, source=source),))


def _coarser(spec: ModelSpec) -> ModelSpec:
    """The model with a looser tolerance; kept, so that its density is compiled once."""
    return _coarser_by_name(spec.name)
