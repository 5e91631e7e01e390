"""The lognormal race: densities of ``lnr{n}``.

The finishing time of accumulator i is lognormal, log T_i ~ N(m_i, s_i^2): Heathcote & Love (2012),
https://doi.org/10.3389/fpsyg.2012.00292; Rouder, Province, Morey, Gomez & Heathcote (2015),
https://doi.org/10.1007/s11336-013-9396-3. Either one ``s`` is common to all, as in the models, or each has its own,
``s0``, ...
"""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.race import TINIEST, Accumulator, Own, race
from hssm.densities.special.gaussian import HALF_LOG_2PI, log_ndtr
from hssm.densities.special.logarithms import safe_log


def _standardised(tau: TensorVariable, own: Own) -> TensorVariable:
    return (safe_log(tau) - own["m"]) / own["s"]


def log_density_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log density of a lognormal finishing time."""
    x = _standardised(tau, own)
    return -0.5 * x * x - HALF_LOG_2PI - safe_log(own["s"]) - safe_log(tau)


def log_survivor_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log probability that a lognormal time is longer."""
    return log_ndtr(-_standardised(tau, own))


LOGNORMAL_RACE = race(
    Accumulator(
        indexed=("m", "s"),
        shared=(),
        log_density=log_density_of_one,
        log_survivor=log_survivor_of_one,
        inside=lambda own: pt.gt(own["s"], TINIEST),
        safe=lambda own, inside: {**own, "s": pt.switch(inside, own["s"], 1.0)},
    )
)
"""Parameters m0, m1, ..., s (or s0, s1, ...), t."""
