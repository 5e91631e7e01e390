"""Racing diffusions to a fixed threshold: densities of ``racing_diffusion_{n}``.

Accumulator i starts uniformly in (0, A) and diffuses with drift v_i and unit noise, with no lower barrier, to the
threshold b: Logan, Van Zandt, Verbruggen & Wagenmakers (2014), https://doi.org/10.1037/a0035230; Tillman, Van Zandt &
Logan (2020), https://doi.org/10.3758/s13423-020-01719-6. In units of sqrt(tau) its density is that of a ballistic
accumulator, and A = 0 is the Wald race. The term exp(2 v b) of the textbook survivor is never formed, see
``special.wald_survival``.
"""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.lba import safe_threshold, threshold_inside
from hssm.densities.race import Accumulator, Own, race
from hssm.densities.special.logarithms import safe_log
from hssm.densities.special.normal_panel import log_ramp
from hssm.densities.special.wald_survival import log_wald_survivor


def log_density_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log density of the finishing time of one accumulator."""
    unit = pt.sqrt(tau)
    half = 0.5 * own["A"]
    centre = (own["b"] - half) / unit - own["v"] * unit
    return log_ramp(centre, half / unit, (own["b"] - own["A"]) / unit) - safe_log(tau)


def log_survivor_of_one(tau: TensorVariable, own: Own) -> TensorVariable:
    """Log probability that one accumulator has not finished."""
    unit = pt.sqrt(tau)
    half = 0.5 * own["A"]
    return log_wald_survivor((own["b"] - half) / unit, half / unit, own["v"] * unit)


RACING_DIFFUSION = race(
    Accumulator(
        indexed=("v",),
        shared=("A", "b"),
        log_density=log_density_of_one,
        log_survivor=log_survivor_of_one,
        inside=threshold_inside,
        safe=safe_threshold,
    )
)
"""Parameters A, b, v0, v1, ..., t; drifts may be zero or negative, then the race may never end."""
