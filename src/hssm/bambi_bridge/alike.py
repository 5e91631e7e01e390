"""Which trials without a plain rt are alike: same outcome, same predictors, hence the same probability.

The last thing that is read from the design before the PyMC model is built. Probabilities of omissions and of choices
may be integrals, and cost far more than densities; ``likelihoods.missing`` evaluates one trial of those alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hssm.bambi_bridge.compat import Term
from hssm.likelihoods.missing import ALIKE
from hssm.likelihoods.pointwise import needed_columns
from hssm.spec import Likelihood, Observations, ResolvedParam


def with_rows_alike(
    observations: Observations,
    params: Mapping[str, ResolvedParam],
    terms: Mapping[str, tuple[Term, ...]],
    likelihood: Likelihood,
) -> Observations:
    """Observations whose frame has the column ``ALIKE``, if the likelihood asks for it.

    It holds the position of the first trial that equals the row in response columns, covariates and the design of every
    parameter. What a design is made of does not matter, so functions in formulas may be any.
    """
    if ALIKE not in likelihood.covariates:
        return observations
    frame, n = observations.frame, observations.n_trials
    parts = [frame[name].to_numpy(dtype=float) for name in needed_columns(likelihood) if name != ALIKE]
    parts += [np.asarray(p.fixed_value, dtype=float) for p in params.values() if p.is_fixed and np.ndim(p.fixed_value)]
    parts += [part for own in terms.values() for term in own for part in _design(term, n)]
    matrix = np.column_stack([part.reshape(n, -1) for part in parts])
    _, first, group = np.unique(matrix, axis=0, return_index=True, return_inverse=True)
    return replace(observations, frame=frame.assign(**{ALIKE: first[group.ravel()]}))


def _design(term: Term, n: int) -> list[Any]:
    if term.kind == "hsgp":  # its levels are not part of what is read of it: no two trials count as alike
        return [np.arange(n)]
    return [term.columns] if term.index is None else [term.columns, term.index]
