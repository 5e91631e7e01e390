"""Choices by softmax, without response times: density of ``softmax_inv_temperature_{n}``.

P(alternative i) is proportional to exp(beta logit_i), with logit_0 = 0: Luce (1959), Individual choice behavior.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import log_add_exp, masked
from hssm.spec import Density, Named


def softmax_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log probability of a choice.

    Parameters
    ----------
    observed
        ``response``: -1 or +1 with two alternatives, else 0, 1, ...
    theta
        ``beta`` >= 0, the inverse temperature, and ``logit1``, ``logit2``, ...; the first alternative has logit 0.

    Returns
    -------
    TensorVariable
        -inf where ``beta`` is negative, with zero gradient.
    """
    response, beta = pt.as_tensor_variable(observed["response"]), pt.as_tensor_variable(theta["beta"])
    utilities = [pt.zeros_like(beta)]
    while f"logit{len(utilities)}" in theta:
        utilities.append(beta * theta[f"logit{len(utilities)}"])
    codes = (-1, 1) if len(utilities) == 2 else range(len(utilities))
    pairs = list(zip(codes, utilities, strict=True))
    chosen = reduce(lambda value, pair: pt.switch(pt.eq(response, pair[0]), pair[1], value), pairs[1:], utilities[0])
    others = [_other(response, pairs, i, chosen) for i in range(len(pairs))]
    return masked(pt.ge(beta, 0) & pt.lt(beta, np.inf), -log_add_exp(*others))


def _other(response: TensorVariable, pairs: list, i: int, chosen: TensorVariable) -> TensorVariable:
    """Utility of alternative i relative to the chosen one: exactly 0 for that one itself."""
    return pt.switch(pt.eq(response, pairs[i][0]), 0.0, pairs[i][1] - chosen)


SOFTMAX = Density(log_density=softmax_log_density)
"""Parameters beta, logit1, logit2, ...; any number of alternatives."""
