"""A likelihood evaluated on arrays: compiled once per shape pattern, then called for any data and draws.

The same compiled function serves log-likelihoods of posterior draws, starting-value checks and the information
that centring is decided by; it does not depend on a regression, so its compiled code is shared by all models
with the same likelihood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from hssm.spec import Likelihood

Pattern = tuple[tuple[bool, bool], ...]


def evaluate_pointwise(
    likelihood: Likelihood,
    observed: Mapping[str, np.ndarray],
    theta: Mapping[str, np.ndarray],
    function: str = "log_density",
) -> np.ndarray:
    """Log density (or ``log_cdf``, ``log_survival``) of every trial for every draw.

    Parameters
    ----------
    likelihood : the assembled likelihood
    observed : columns and covariates by name, each (n_trials,)
    theta : parameters by name, each (n_draws or 1, n_trials or 1) on the natural scale
    function : which function of the likelihood

    Returns
    -------
    (n_draws, n_trials) float64 array
    """
    names = likelihood.params
    arrays = [np.atleast_2d(np.asarray(theta[name], dtype=float)) for name in names]
    pattern = tuple((array.shape[0] == 1, array.shape[1] == 1) for array in arrays)
    columns = needed_columns(likelihood)
    data = [np.asarray(observed[name], dtype=float)[None, :] for name in columns]
    n_draws = max(array.shape[0] for array in arrays)
    result = compiled(likelihood, function, pattern)(*data, *arrays)
    return np.broadcast_to(result, (n_draws, data[0].shape[1]))


@lru_cache(maxsize=64)
def compiled(likelihood: Likelihood, function: str, pattern: Pattern) -> Callable[..., np.ndarray]:
    """A PyTensor function of the data columns (1, n) and the parameters, broadcastable as ``pattern`` says."""
    import pytensor
    import pytensor.tensor as pt

    columns = needed_columns(likelihood)
    observed = {name: pt.TensorType("float64", shape=(1, None))(name) for name in columns}
    theta: dict[str, Any] = {
        name: pt.TensorType("float64", shape=(1 if one_draw else None, 1 if one_trial else None))(name)
        for name, (one_draw, one_trial) in zip(likelihood.params, pattern, strict=True)
    }
    expression = getattr(likelihood, function)(observed, theta)
    inputs = [*observed.values(), *theta.values()]
    return pytensor.function(inputs, expression, on_unused_input="ignore", trust_input=True)


def needed_columns(likelihood: Likelihood) -> tuple[str, ...]:
    """Response columns and covariates, each once: a deadline is both."""
    return tuple(dict.fromkeys((*likelihood.columns, *likelihood.covariates)))
