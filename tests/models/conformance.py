"""Machinery of the conformance suite: cases, and likelihoods compiled once per case and backend.

A case is a registered model x likelihood kind x wrapper. Everything a property needs is evaluated through few
compiled functions that are kept, because compiling, not evaluating, is what the suite's time goes into.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.lapse import P_OUTLIER, resolve_lapse
from hssm.models.registry import get_model, list_models
from hssm.spec import Likelihood, ModelSpec, SimulationOptions
from tests.models.points import points_of

P_LAPSE = 0.1
LAPSE_END = 20.0
LONGEST = 400.0


@dataclass(frozen=True)
class Case:
    """One registered model, by one kind of likelihood, bare or with a lapse."""

    model: str
    kind: str
    lapse: bool

    def __str__(self) -> str:
        return f"{self.model}-{self.kind}{'-lapse' * self.lapse}"

    @property
    def spec(self) -> ModelSpec:
        return get_model(self.model)

    @property
    def likelihood(self) -> Likelihood:
        return _assembled(self)

    @property
    def points(self) -> tuple[dict[str, float], ...]:
        extra = {P_OUTLIER: P_LAPSE} if self.lapse else {}
        return tuple({**point, **extra} for point in points_of(self.spec))


CASES = [
    Case(model, likelihood.kind, lapse)
    for model in list_models()
    for likelihood in get_model(model).likelihoods
    if likelihood.kind != "approx_differentiable"
    for lapse in (False, True)
]
"""Networks approximate these laws: how well is what their certificates say."""

LAPSING = ("ddm", "full_ddm", "lba3", "softmax_inv_temperature_3")
"""Models that are tried with a lapse by default: the wrapper is the same for all, but every case is compiled anew."""


def every(condition: Callable[[Case], bool] = lambda case: True) -> pytest.MarkDecorator:
    """Parametrisation by the cases for which ``condition`` holds; other models' with a lapse are slow."""
    return pytest.mark.parametrize("case", [_marked(case) for case in CASES if condition(case)], ids=str)


def _marked(case: Case) -> Any:
    """In groups of a model, which one process tests (``--dist loadgroup``): its functions are compiled once."""
    slow = [pytest.mark.slow] if case.lapse and case.model not in LAPSING else []
    return pytest.param(case, marks=[pytest.mark.xdist_group(f"conformance of {case.model}"), *slow])


def differentiable(case: Case) -> bool:
    return case.kind != "blackbox"


@lru_cache
def _assembled(case: Case) -> Likelihood:
    return assemble(
        case.spec, case.spec.likelihood(case.kind), lapse=resolve_lapse() if case.lapse else None, floor=False
    )


@lru_cache
def compiled(case: Case, *, gradient: bool = False, mode: str | None = None, floatx: str = "float64"):  # type: ignore[no-untyped-def]
    """A function of the columns and parameters, all vectors, to the log density (and the sum's gradient)."""
    likelihood = case.likelihood
    with pytensor.config.change_flags(floatX=floatx):
        observed = {name: pt.vector(name, dtype=floatx) for name in likelihood.columns}
        theta = {name: pt.vector(name, dtype=floatx) for name in likelihood.params}
        value = likelihood.log_density(observed, theta)
        outputs = [value]
        if gradient:
            outputs += pt.grad(value.sum(), list(theta.values()), disconnected_inputs="ignore")
        return pytensor.function([*observed.values(), *theta.values()], outputs, mode=mode, on_unused_input="ignore")


def evaluate(case: Case, data: np.ndarray, theta: Mapping[str, np.ndarray], *, gradient: bool = False, **how: str):  # type: ignore[no-untyped-def]
    """Log density of (n, n_columns) data; with ``gradient`` also parameter -> (n,) derivatives."""
    likelihood = case.likelihood
    dtype = how.get("floatx", "float64")
    vectors = [np.broadcast_to(theta[name], len(data)) for name in likelihood.params]
    arrays = [np.ascontiguousarray(each, dtype=dtype) for each in [*data.T, *vectors]]
    # Where there is a gradient, one compiled function serves both questions.
    with_gradient = gradient or (case.kind != "blackbox" and not how)
    value, *slopes = compiled(case, gradient=with_gradient, **how)(*arrays)
    if not gradient:
        return value
    return value, dict(zip(likelihood.params, slopes, strict=True))


@lru_cache
def drawn(case: Case, i: int, n: int) -> np.ndarray:
    """(n, n_columns) responses simulated at the i-th point."""
    theta = {name: np.full(n, value) for name, value in case.points[i].items()}
    return case.likelihood.simulate(np.random.default_rng(1000 + i), theta, SimulationOptions())


def time_panels(*starts: float) -> np.ndarray:
    """Edges of quadrature panels from 0 to the longest time, fine after the ends of the non-decision time."""
    after = [start + np.concatenate([[0.0], np.geomspace(1e-6, LONGEST, 300)]) for start in starts]
    return np.unique(np.concatenate([[0.0], *after, [LAPSE_END]]))


def quadrature_nodes(edges: np.ndarray, n: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on every panel, each (n_panels, n)."""
    x, w = np.polynomial.legendre.leggauss(n)
    half = 0.5 * np.diff(edges)[:, None]
    return edges[:-1, None] + half * (1.0 + x), half * w


def mass_by_panel(case: Case, point: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Panel edges, and the probability of every (choice, panel); one panel for a choice-only model."""
    choices = case.spec.choices
    if case.spec.is_choice_only:
        data = np.array(choices, dtype=float)[:, None]
        return np.zeros(1), np.exp(evaluate(case, data, point))[:, None]
    t, half_width = point.get("t", 0.0), 0.5 * point.get("st", 0.0)
    edges = time_panels(*{t - half_width, t + half_width})
    nodes, weights = quadrature_nodes(edges)
    masses = []
    for choice in choices:
        data = np.column_stack([nodes.ravel(), np.full(nodes.size, float(choice))])
        density = np.exp(evaluate(case, data, point)).reshape(nodes.shape)
        masses.append((density * weights).sum(axis=1))
    return edges, np.array(masses)
