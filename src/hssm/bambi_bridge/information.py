"""How much each trial says about a parameter at the starting values: squared score on the link scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hssm.likelihoods.pointwise import evaluate_pointwise
from hssm.spec import Likelihood, Observations, ResolvedParam

STEP = 1e-3


def trial_information(
    likelihood: Likelihood,
    observations: Observations,
    params: Mapping[str, ResolvedParam],
    start: Mapping[str, Any],
    parameter: str,
) -> np.ndarray:
    """(n_trials,) estimate of the Fisher information about ``parameter`` from its score at ``start``.

    The score is a central difference of the log density on the parameter's link scale; its square has the Fisher
    information as expectation.
    """
    observed = {name: observations.frame[name].to_numpy(dtype=float) for name in observations.response}
    observed |= {name: observations.frame[name].to_numpy(dtype=float) for name in likelihood.covariates}
    theta = {name: np.asarray(start[name], dtype=float).reshape(1, -1) for name in likelihood.params}
    for name in likelihood.params:
        if not params[name].is_fixed:
            theta[name] = np.repeat(theta[name], 2, axis=0)
    link = params[parameter].link
    eta = link.link(theta[parameter]) if link is not None else theta[parameter]
    # Both sides of the difference go through one call: two draws.
    shifted = eta + np.array([[-STEP], [STEP]])
    theta[parameter] = link.linkinv(shifted) if link is not None else shifted
    density = evaluate_pointwise(likelihood, observed, theta)
    score = (density[1] - density[0]) / (2 * STEP)
    return np.where(np.isfinite(score), score, 0.0) ** 2
