"""What the prior says about parameters: draws of it on the natural scale, and their summary.

Used by ``prior_summary`` and ``plot_prior``. Covariates are held as in :mod:`hssm.inference.natural`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hssm.inference.draws import flatten
from hssm.inference.natural import Who, cell_values, make_cells
from hssm.inference.prior import sample_prior
from hssm.spec import BuiltModel

QUANTILES = (0.05, 0.5, 0.95)

EVERY_TRIAL, TYPICAL_TRIAL = "every trial", "typical trial"
TYPICAL_MEMBER, ANY_MEMBER = "typical member", "any member"

Samples = Mapping[tuple[str, str], np.ndarray]
"""Parameter and for whom -> (n_draws,) natural-scale values."""


def natural_prior(built: BuiltModel, draws: int, rng: np.random.Generator) -> dict[tuple[str, str], np.ndarray]:
    """Draws of every free parameter from the prior.

    Of a regression with groups, the typical member (zero deviation) and any member (a new one per draw); of one
    without, a trial at the mean or reference level of its predictors.
    """
    prior = flatten(sample_prior(built, draws, rng)).values
    if not prior:
        return {}
    cells = make_cells(built)
    whose: tuple[Who, Who] = ("median", "member")
    typical, member = ({n: v[:, 0] for n, v in cell_values(built, cells, prior, who, rng)} for who in whose)
    found = {}
    for name, predictor in built.predictors.items():
        if predictor.param.is_fixed:
            continue
        if predictor.groups():
            found[name, TYPICAL_MEMBER] = typical[name]
            found[name, ANY_MEMBER] = member[name]
        else:
            found[name, TYPICAL_TRIAL if predictor.param.is_regression else EVERY_TRIAL] = typical[name]
    return found


def prior_table(samples: Samples) -> pd.DataFrame:
    """Mean, standard deviation and quantiles of natural-scale draws, a row per parameter and for whom."""
    index = pd.MultiIndex.from_tuples(list(samples), names=["parameter", "of"]) if samples else None
    columns = ["mean", "sd", *(f"{100 * q:g}%" for q in QUANTILES)]
    rows = [[v.mean(), v.std(ddof=1), *np.quantile(v, QUANTILES)] for v in samples.values()]
    return pd.DataFrame(rows, index=index, columns=columns)
