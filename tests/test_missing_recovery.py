"""Do fits with omissions find the truth, and is dropping the omissions as bad as it is said to be? Hours; slow set.

Forty data sets per model and share of omissions. Coverage of 90 % intervals must lie in its binomial band, and the mean
error of the right treatment within its standard errors plus half a posterior standard deviation for the pull of the
priors.
"""

import warnings

import numpy as np
import pytest
from scipy import stats

import hssm
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
PRIOR_PULL = 0.5
"""Mean error, in posterior standard deviations, that priors and skewed posteriors may make."""


def estimates(data, model: str, deadline: float | None, seed: int) -> dict[str, np.ndarray]:
    """Mean, standard deviation and ends of the 90 % interval of every parameter."""
    options = {} if deadline is None else {"deadline": deadline}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = hssm.HSSM(data, model=model, p_outlier=None, **options)
        tree = fit.sample(
            draws=500,
            tune=500,
            chains=2,
            cores=1,
            random_seed=seed,
            progressbar=False,
            idata_kwargs={"log_likelihood": False},
        )
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    draws = {name: tree["posterior"][name].to_numpy().ravel() for name in TRUTHS[model]}
    return {name: np.array([x.mean(), x.std(), *np.quantile(x, ends)]) for name, x in draws.items()}


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.15, 0.35, 0.5])
@pytest.mark.parametrize("model", TRUTHS)
def test_omissions_are_modelled_without_bias(model: str, share: float) -> None:
    truth = TRUTHS[model]
    deadline = float(np.quantile(hssm.simulate_data(model, truth, size=200_000, random_state=99)["rt"], 1 - share))
    modelled, dropped = [], []
    for i in range(N_DATASETS):
        data = hssm.simulate_data(model, truth, size=N_TRIALS, random_state=7000 + i, deadline=deadline)
        modelled.append(estimates(data, model, deadline, i))
        dropped.append(estimates(data[data["rt"] > 0], model, None, i))
    band = stats.binom.ppf([MONTE_CARLO.false_alarm / 2, 1 - MONTE_CARLO.false_alarm / 2], N_DATASETS, LEVEL)
    for name, value in truth.items():
        mean, sd, low, high = np.array([fit[name] for fit in modelled]).T
        covered = int(((low <= value) & (value <= high)).sum())
        assert band[0] <= covered <= band[1], (name, covered)
        error = MONTE_CARLO.standard_errors * mean.std(ddof=1) / np.sqrt(N_DATASETS) + PRIOR_PULL * sd.mean()
        assert abs(mean.mean() - value) <= error, name
    name = DISTORTED[model]
    wrong = np.array([fit[name][0] for fit in dropped]) - truth[name]
    assert abs(wrong.mean()) > MONTE_CARLO.standard_errors * wrong.std(ddof=1) / np.sqrt(N_DATASETS), name
