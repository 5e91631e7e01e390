"""Log probability that a ballistic accumulator with a positive drift has not reached its threshold.

Used by ``densities/lba.py``: the mean of Phi(y) - Phi(c - d - q) over y in (c - d, c + d), which is the mass of a
standard normal between c - d - q and c - d, plus the part between c - d and c + d weighted by the share of starts that
lie beyond: two sums of positive numbers, so that nothing cancels however late it is. Notation, panels and second
derivatives as in ``normal_panel.py``.
"""

from __future__ import annotations

import sys
from math import exp, log

from hssm.densities.special import gaussian, normal_panel
from hssm.densities.special.function import Piece, SpecialFunction, where
from hssm.densities.special.gaussian import HALF_LOG_2PI
from hssm.densities.special.normal_panel import _FARTHEST, _FLAT, _NARROW, _narrow_panel, _wide_panel

_STEP = 1e-5


def _panel(c, d):
    """Shift and means of phi, u phi and (1 - u) phi over (c - d, c + d)."""
    x = abs(c)
    narrow = (d <= _NARROW) & (x * d <= _FLAT)
    a_shift, a0, a1, a_lift, _, _, _ = _narrow_panel(where(narrow, x, 0.5), where(narrow, d, 0.1))
    b_shift, b0, b1, b_lift, _, _, _ = _wide_panel(x, where(narrow, 1.0, d))
    shift = where(narrow, a_shift, b_shift)
    mean0, mean1 = where(narrow, a0, b0), where(narrow, a1, b1)
    lift = where(narrow, a_lift, b_lift)
    below = c < 0.0
    return shift, mean0, where(below, -mean1, mean1), where(below, lift, mean0 - mean1)


def _is_inside(c, d, q):
    return (d >= 0.0) & (d < _FARTHEST) & (abs(c) < _FARTHEST) & (q > 0.0) & (q < _FARTHEST)


def _jet(c, d, q):
    low = c - d
    first_shift, first, _, _ = _panel(low - 0.5 * q, 0.5 * q)
    shift2, mean0, mean1, fall = _panel(c, d)
    shift = where(first_shift > shift2, first_shift, shift2)
    scale1, scale2 = exp(first_shift - shift), exp(shift2 - shift)
    base = exp(-0.5 * (low - q) * (low - q) - shift)
    total = q * first * scale1 + d * fall * scale2
    value = log(total) + shift - HALF_LOG_2PI
    return value, (scale2 * mean0 - base) / total, (scale2 * mean1 + base) / total, base / total


def _hessian(c, d, q):
    h, k, e = _STEP * (1.0 + abs(c)), _STEP * (d + q), _STEP * q
    under = where(d > k, d - k, d)
    _, uc, ud, uq = _jet(c + h, d, q)
    _, lc, ld, lq = _jet(c - h, d, q)
    _, _, vd, vq = _jet(c, d + k, q)
    _, _, wd, wq = _jet(c, under, q)
    _, _, _, high = _jet(c, d, q + e)
    _, _, _, low = _jet(c, d, q - e)
    first = (0.5 * (uc - lc) / h, 0.5 * (ud - ld) / h, 0.5 * (uq - lq) / h)
    return (*first, (vd - wd) / (d + k - under), (vq - wq) / (d + k - under), 0.5 * (high - low) / e)


log_rise = SpecialFunction(
    name="log_normal_rise",
    n_variables=3,
    pieces=(Piece(holds=_is_inside, jet=_jet, hessian=_hessian, anchor=(0.5, 0.5, 0.5)),),
    modules=(sys.modules[__name__], normal_panel, gaussian),
)
"""``log_rise(c, d, q)``: log of the mean of Phi(y) - Phi(c - d - q) over y in (c - d, c + d), d >= 0, q > 0."""
