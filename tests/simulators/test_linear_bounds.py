"""The exact sampler of ``angle`` draws the tabulated moments, quantiles and masses, and never hangs.

Every statistical comparison fails with probability ``FALSE_ALARM`` if the sampler is right; there are about 180.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hssm.simulators.linear_bounds import ANGLE, ending_probability, first_passage_linear, wedge_exit
from hssm.simulators.wiener import DDM
from hssm.spec import MISSING_CODE, SimulationOptions
from tests.densities.compare import REFERENCES
from tests.tolerances import MONTE_CARLO, SAME_NUMERICS

N = 50_000
FALSE_ALARM = MONTE_CARLO.false_alarm
NAMES = ("v", "a", "z", "t", "theta")
SEED = 20261121


def draw(simulator, theta, n, seed=SEED):
    rows = {name: np.full(n, float(value)) for name, value in theta.items()}
    return simulator.draw(np.random.default_rng(seed), rows, SimulationOptions())


def table():
    frame = pd.read_csv(REFERENCES / "moments.csv").query("family == 'angle'")
    return frame.to_dict("records")


@pytest.mark.parametrize("row", table(), ids=lambda row: f"theta={row['theta']:.2f}-a={row['a']:.2f}")
def test_mass_choices_moments_and_quantiles(row):
    out = draw(ANGLE, {name: row[name] for name in NAMES}, N)
    finished = out[:, 0] != MISSING_CODE
    assert np.all(out[~finished] == MISSING_CODE)
    assert stats.binomtest(int(finished.sum()), N, min(row["total_mass"], 1.0)).pvalue > FALSE_ALARM
    assert stats.binomtest(int((out[:, 1] == 1).sum()), N, row["p_upper"]).pvalue > FALSE_ALARM
    rt = out[finished, 0]
    if np.isfinite(row["var_rt"]):
        assert abs(rt.mean() - row["mean_rt"]) < MONTE_CARLO.standard_errors * np.sqrt(row["var_rt"] / len(rt))
    for name, probability in (("q10", 0.1), ("q50", 0.5), ("q90", 0.9)):
        assert stats.binomtest(int((rt <= row[name]).sum()), len(rt), probability).pvalue > FALSE_ALARM, name


def test_parallel_bounds_are_the_simple_model():
    theta = {"v": 0.7, "a": 1.2, "z": 0.35, "t": 0.2}
    angle, simple = draw(ANGLE, {**theta, "theta": 0.0}, N), draw(DDM, theta, N, SEED + 1)
    for choice in (-1, 1):
        pair = (rows[rows[:, 1] == choice, 0] for rows in (angle, simple))
        assert stats.ks_2samp(*pair).pvalue > FALSE_ALARM


def test_all_end_before_the_collapse():
    theta = {"v": 0.3, "a": 1.0, "z": 0.9, "t": 0.25, "theta": 1.3}
    out = draw(ANGLE, theta, N)
    assert np.all((out[:, 0] > 0.25) & (out[:, 0] <= 0.25 + 1.0 / np.tan(1.3)))


@pytest.mark.parametrize("slope", [-0.04, -0.3, -1.0, -4.0])
def test_ending_probability(slope):
    """One where the drift outruns the bounds, falling with their speed, and the share that the walk really ends."""
    rng = np.random.default_rng(SEED)
    assert ending_probability(-slope, slope) == 1.0
    for drift in (0.0, 0.5 * -slope):
        p = ending_probability(drift, slope)
        assert 0.0 < p <= 1.0 + SAME_NUMERICS.absolute
        assert p == pytest.approx(ending_probability(-drift, slope), rel=SAME_NUMERICS.relative)
        assert p > ending_probability(drift, 2.0 * slope)
        ended = sum(wedge_exit(rng, drift, slope)[0] < np.inf for _ in range(4000))
        assert stats.binomtest(ended, 4000, min(p, 1.0)).pvalue > FALSE_ALARM


def test_any_scale_ends():
    rng = np.random.default_rng(SEED)
    for v, below, above, slope in [
        (0.0, 1e-12, 1.0, 0.5),
        (50.0, 1e-9, 3.0, 9.0),
        (-500.0, 1.0, 1e-3, 1e-9),
        (1, 1, 1, 1e16),
    ]:
        tau, choice = first_passage_linear(rng, v, below, above, slope)
        assert 0 <= tau < np.inf and choice in (-1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"a": 0.0},
        {"a": np.inf},
        {"a": np.nan},
        {"z": 0.0},
        {"z": 1.0},
        {"v": np.nan},
        {"theta": np.pi / 2},
        {"theta": np.nan},
    ],
)
def test_outside_the_domain_there_is_no_response(wrong):
    theta = {"v": 0.5, "a": 1.0, "z": 0.5, "t": 0.1, "theta": 0.5, **wrong}
    assert np.all(draw(ANGLE, theta, 3) == MISSING_CODE)


def test_same_seed_same_draws():
    theta = {"v": 0.5, "a": 1.0, "z": 0.5, "t": 0.1, "theta": -0.5}
    np.testing.assert_array_equal(draw(ANGLE, theta, 100), draw(ANGLE, theta, 100))
    assert not np.array_equal(draw(ANGLE, theta, 100), draw(ANGLE, theta, 100, seed=1))
