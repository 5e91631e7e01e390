"""Gauss-Legendre rules for densities that are averages: over starts, non-decision times, stages of a trial.

A panel gives its nodes on a new last axis, with weights that add up to one, so that a panel of no width is a plain
value. Gradients flow through the nodes: they are the derivatives of the average.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorLike, TensorVariable

from hssm.densities.logspace import finite_or
from hssm.densities.special.held import held
from hssm.densities.special.logarithms import safe_log

REACH = 80.0
"""Twice the log of the ratio below which a part of an integral is left out."""

SHORTEST_SHARE = 1e-20
"""Smallest time that counts, relative to the longest of an integral."""


@cache
def unit_rule(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of the Gauss-Legendre rule with ``n`` nodes on (0, 1)."""
    x, weights = np.polynomial.legendre.leggauss(n)
    return 0.5 * (1.0 + x), 0.5 * weights


def last_axis(x: TensorLike) -> TensorVariable:
    """``x`` with one more axis at the end, for nodes."""
    return pt.expand_dims(pt.as_tensor_variable(x), -1)


def log_panel(low: TensorVariable, high: TensorVariable, n: int) -> tuple[TensorVariable, TensorVariable]:
    """Nodes between 0 < low <= high, equally dense in their logarithm, and the log weights of a mean over the panel.

    A node keeps its relative place when the ends move, which gives the derivative of a mean without cancellation.
    """
    x, weights = unit_rule(n)
    growth = held((high - low) / low)
    wide = pt.gt(growth, 1e-12)
    growth = last_axis(pt.switch(wide, growth, 1e-12))
    length = pt.log1p(growth)
    place = pt.expm1(length * x) / growth
    return last_axis(low) + last_axis(high - low) * place, pt.log(length * (1.0 + growth * place) / growth * weights)


def log_sum_over(terms: TensorVariable, axes: int | tuple[int, ...] = -1) -> TensorVariable:
    """Log of the sum of exp(terms) over axes; -inf with zero gradient where all are."""
    top = held(finite_or(pt.max(terms, axis=axes)))
    raised = pt.expand_dims(top, axes)
    return top + safe_log(pt.sum(pt.exp(terms - raised), axis=axes))


def earliest(
    longest: TensorVariable, distance2: TensorVariable, drift2: TensorVariable, variance: TensorLike = 0.0
) -> TensorVariable:
    """Time before which, compared to the rest up to ``longest``, no path has come as far as ``distance2``; no gradient.

    The density of a passage at time t rises like t^(-3/2) exp(-(distance + drift t)^2 / (2 t (1 + variance t))), where
    ``variance`` is that of the drift between trials.
    """
    away = pt.gt(distance2, 0.0)
    safe = pt.switch(away, distance2, 1.0)
    peak = pt.minimum(longest, safe / (1.5 + pt.sqrt(2.25 + drift2 * safe)))
    crossed = pt.switch(pt.gt(variance, 0.0), 2.0 * pt.sqrt(drift2 * safe), 0.0)
    cut = 1.0 / (1.0 / peak + (REACH + 10.0 + drift2 * peak + crossed) / safe)
    cut = 2.0 * cut / (1.0 + pt.sqrt(1.0 + 4.0 * variance * cut))
    return held(pt.maximum(pt.switch(away, cut, 0.0), SHORTEST_SHARE * longest))


def latest(
    start: TensorVariable, distance2: TensorVariable, drift2: TensorVariable, rate: TensorVariable
) -> TensorVariable:
    """Time after which, compared to the rest from ``start``, nothing is left to come; no gradient.

    ``rate`` is that of the exponential decline of the density in the end.
    """
    peak = distance2 / (1.5 + pt.sqrt(2.25 + drift2 * distance2))
    return held(pt.maximum(start, peak) + 1.5 * (peak + 0.5 * REACH / rate))
