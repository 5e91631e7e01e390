"""The default fit of simulated data of every exact model: it covers the truth, without divergences.

Weakly identified by theory: the poisson race's rates and shapes trade off (their ratio is what data fix), the scale of
``lba{n}`` rests on the drifts' fixed standard deviation alone, and beta and the logits of a softmax share one scale.
``wald_race{n}`` is absent: data fix a (1 - z) and v_i + tan(theta) only.
"""

import numpy as np
import pytest
from scipy import stats

import hssm
from tests.tolerances import MONTE_CARLO

TRUTHS = {
    "ddm": {"v": 0.8, "a": 1.2, "z": 0.55, "t": 0.3},
    "ddm_sdv": {"v": 1.0, "a": 1.2, "z": 0.55, "t": 0.3, "sv": 0.6},
    "full_ddm": {"v": 1.0, "a": 1.2, "z": 0.5, "t": 0.35, "sz": 0.2, "sv": 0.6, "st": 0.15},
    "angle": {"v": 0.8, "a": 1.4, "z": 0.5, "t": 0.3, "theta": 0.3},
    "angle_extended": {"v": 2.0, "a": 1.5, "z": 0.45, "t": 0.3, "theta": 0.4},
    "ddm_seq2_no_bias": {"vh": 0.8, "vl1": -0.6, "vl2": 1.0, "a": 1.0, "t": 0.3},
    "lba2": {"A": 0.3, "b": 0.8, "v0": 1.0, "v1": 0.9},
    "lba3": {"A": 0.3, "b": 0.8, "v0": 1.0, "v1": 0.9, "v2": 0.8},
    "lba3_t": {"A": 0.5, "b": 1.0, "v0": 2.5, "v1": 1.5, "v2": 1.0, "t": 0.2},
    "racing_diffusion_3": {"A": 0.4, "b": 1.2, "v0": 2.5, "v1": 1.5, "v2": 1.0, "t": 0.2},
    "lnr3": {"m0": -0.8, "m1": -0.5, "m2": -0.3, "s": 0.5, "t": 0.2},
    "poisson_race": {"r1": 10.0, "r2": 8.0, "k1": 4.0, "k2": 5.0, "t": 0.2},
    "softmax_inv_temperature_2": {"beta": 1.5, "logit1": 0.4},
    "softmax_inv_temperature_3": {"beta": 1.5, "logit1": 0.4, "logit2": -0.5},
}
N_REPLICATIONS = 20
COVERAGE = 0.9


@pytest.mark.slow
@pytest.mark.parametrize("model", TRUTHS)
def test_intervals_cover_the_truth(model: str) -> None:
    truth = TRUTHS[model]
    covered = {name: 0 for name in truth}
    divergences = 0
    for seed in range(N_REPLICATIONS):
        data = hssm.simulate_data(model, theta=truth, size=500, random_state=seed)
        traces = hssm.HSSM(data, model=model).sample(
            draws=500, tune=1000, chains=2, cores=1, random_seed=seed, progressbar=False
        )
        divergences += int(traces.sample_stats.diverging.sum())
        for name, value in truth.items():
            low, high = np.quantile(traces.posterior[name], [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
            covered[name] += low <= value <= high
    fewest = stats.binom(N_REPLICATIONS, COVERAGE).ppf(MONTE_CARLO.false_alarm)
    assert all(count >= fewest for count in covered.values()), covered
    assert divergences == 0
