"""Do fits with omissions find the truth, and is dropping the omissions as bad as it is said to be? Slow set.

Forty data sets per model and share of omissions. Coverage of 90 % intervals must lie in its binomial band, and the mean
error of the right treatment within its standard errors plus half a posterior standard deviation for the pull of the
priors.
"""

import numpy as np
import pytest
from scipy import stats

import hssm
from tests.fitted import quietly
from tests.tolerances import MONTE_CARLO

N_DATASETS, N_TRIALS = 40, 300
TRUTHS = {
    "ddm": {"v": 0.8, "a": 1.3, "z": 0.5, "t": 0.3},
    "angle": {"v": 0.8, "a": 1.5, "z": 0.5, "t": 0.3, "theta": 0.3},
    "lba3": {"A": 0.3, "b": 0.6, "v0": 0.6, "v1": 0.5, "v2": 0.4},
}
DISTORTED = {"ddm": "v", "angle": "theta", "lba3": "v0"}
"""The parameter that dropping the omissions gets wrong most clearly."""
LEVEL = 0.9
FIRST_RANK, LAST_RANK = 5, 94
"""Ranks of the truth among 99 draws, 0 to 99, that lie in the central interval of that level."""
PRIOR_PULL = 0.5
"""Mean error, in posterior standard deviations, that priors and skewed posteriors may make."""
N_DROPPED = 8


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.15, 0.35, 0.5])
@pytest.mark.parametrize("model", TRUTHS)
def test_omissions_are_modelled_without_bias(model: str, share: float) -> None:
    truth = TRUTHS[model]
    deadline = deadline_of(model, share)
    study = hssm.recovery.parameter_recovery(
        model,
        N_DATASETS,
        N_TRIALS,
        theta=truth,
        hssm_kwargs={"deadline": deadline},
        executor=1,
        random_state=7000,
        progressbar=False,
    )
    assert study.failures.empty
    band = stats.binom.ppf([MONTE_CARLO.false_alarm / 2, 1 - MONTE_CARLO.false_alarm / 2], N_DATASETS, LEVEL)
    for name, found in study.table.groupby("parameter"):
        covered = sum(FIRST_RANK <= record["ranks"][name] <= LAST_RANK for record in study.records)
        assert band[0] <= covered <= band[1], (name, covered)
        noise = MONTE_CARLO.standard_errors * found["mean"].std() / np.sqrt(N_DATASETS)
        assert abs(found["mean"].mean() - truth[name]) <= noise + PRIOR_PULL * found["sd"].mean(), name


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.15, 0.35, 0.5])
@pytest.mark.parametrize("model", TRUTHS)
def test_dropping_omissions_is_wrong(model: str, share: float) -> None:
    name, deadline = DISTORTED[model], deadline_of(model, share)
    errors = []
    for i in range(N_DROPPED):
        data = hssm.simulate_data(model, TRUTHS[model], size=N_TRIALS, random_state=7000 + i, deadline=deadline)
        fit = quietly(hssm.HSSM(data[data["rt"] > 0], model=model, p_outlier=None), random_seed=i)
        errors.append(float(fit["posterior"][name].mean()) - TRUTHS[model][name])
    assert abs(np.mean(errors)) > MONTE_CARLO.standard_errors * np.std(errors, ddof=1) / np.sqrt(N_DROPPED), name


def deadline_of(model: str, share: float) -> float:
    """Seconds after which ``share`` of the responses would come."""
    data = hssm.simulate_data(model, TRUTHS[model], size=200_000, random_state=99)
    return float(np.quantile(data["rt"], 1 - share))
