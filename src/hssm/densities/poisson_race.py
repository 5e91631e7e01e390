"""The Poisson race: densities of ``poisson_race``.

Accumulator i counts Poisson events of rate r_i and finishes at the k_i-th; with real k_i > 0 its time is Gamma(k_i,
rate r_i). Accumulator 1 gives response -1, accumulator 2 response +1. Townsend & Ashby (1983); Smith & Van Zandt
(2000), https://doi.org/10.1348/000711000159349.
"""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.race import Accumulator, Own, Race
from hssm.densities.special.gamma import SMALLEST, log_gamma, log_gamma_survivor
from hssm.densities.special.logarithms import safe_log
from hssm.spec import Density, Named


def log_density_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log density of a gamma finishing time."""
    x = own["r"] * tau
    return own["k"] * safe_log(x) - x - log_gamma(own["k"]) - safe_log(tau)


def log_survivor_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log probability that a gamma time is longer."""
    return log_gamma_survivor(own["k"], own["r"] * tau)


def _inside(own: Own) -> TensorVariable:
    finite = pt.lt(own["r"], np.inf) & pt.lt(own["k"], np.inf)
    return pt.gt(own["r"], SMALLEST) & pt.gt(own["k"], SMALLEST) & finite


def _safe(own: Own, inside: TensorVariable) -> Own:
    return {name: pt.switch(inside, value, 1.0) for name, value in own.items()}


_RACE = Race(
    accumulator=Accumulator(
        indexed=("r", "k"),
        shared=(),
        log_density=log_density_of_one,
        log_survivor=log_survivor_of_one,
        inside=_inside,
        safe=_safe,
    )
)


def _counted_from_zero(observed: Named, theta: Named) -> tuple[Named, Named]:
    """Responses -1 and +1 as 0 and 1, accumulators 1 and 2 as 0 and 1."""
    response = pt.switch(pt.gt(observed["response"], 0), np.int8(1), np.int8(0))
    renamed = {f"{name}{i}": theta[f"{name}{i + 1}"] for name in ("r", "k") for i in (0, 1)}
    return {**observed, "response": response}, {**renamed, "t": theta["t"]}


def poisson_race_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of response time and response (-1: accumulator 1 first); ``theta`` r1, r2, k1, k2, t."""
    return _RACE.log_density(*_counted_from_zero(observed, theta))


def poisson_race_log_cdf(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT <= rt, response); ``rt`` may be infinite (log choice probability)."""
    return _RACE.log_cdf(*_counted_from_zero(observed, theta))


def poisson_race_log_survival(observed: Named, theta: Named) -> TensorVariable:
    """Log P(RT > rt), any response."""
    return _RACE.log_survival(*_counted_from_zero({"response": np.int8(0), **observed}, theta))


POISSON_RACE = Density(
    log_density=poisson_race_log_density, log_cdf=poisson_race_log_cdf, log_survival=poisson_race_log_survival
)
