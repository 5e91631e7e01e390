"""Exact samplers of ``full_ddm`` and ``ddm_seq2_no_bias`` against their distribution functions."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from hssm.densities.two_stages import DDM_SEQ2_NO_BIAS as TWO_STAGES
from hssm.densities.variability_distribution import FULL_DDM as FULL
from hssm.simulators.wiener import DDM
from hssm.simulators.wiener_mixtures import DDM_SEQ2_NO_BIAS, FULL_DDM
from hssm.spec import MISSING_CODE, SimulationOptions
from tests.tolerances import MONTE_CARLO

N, N_GRID = 50_000, 400
FULL_POINTS = [
    {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.25, "sz": 0.2, "sv": 0.4, "st": 0.1},
    {"v": -2.5, "a": 0.7, "z": 0.65, "t": 0.3, "sz": 0.7, "sv": 1.5, "st": 0.6},
]
STAGE_POINTS = [
    {"vh": 0.5, "vl1": -0.8, "vl2": 1.2, "a": 1.2, "t": 0.25},
    {"vh": -2.5, "vl1": 0.5, "vl2": 0, "a": 0.5, "t": 0},
]


def draw(simulator, theta, n, seed=20261121):
    rows = {name: np.full(n, float(value)) for name, value in theta.items()}
    return simulator.draw(np.random.default_rng(seed), rows, SimulationOptions())


def check(simulator, density, choices, points):
    inputs = {name: pt.vector(name) for name in ("rt", "response", *points[0])}
    cdf = pytensor.function(list(inputs.values()), pt.exp(density.log_cdf(inputs, inputs)))
    for theta in points:
        out = draw(simulator, theta, N)
        for choice in choices:
            rt = np.sort(out[out[:, 1] == choice, 0])
            grid = np.append(np.quantile(rt, np.linspace(0, 1, N_GRID)), np.inf)
            full = [np.full(len(grid), float(x)) for x in (choice, *theta.values())]
            probability = cdf(grid, *full)
            assert stats.binomtest(len(rt), N, probability[-1]).pvalue > MONTE_CARLO.false_alarm
            curve = np.interp(rt, grid[:-1], probability[:-1]) / probability[-1]
            assert stats.kstest(curve, "uniform").pvalue > MONTE_CARLO.false_alarm


def test_full_ddm_follows_its_distribution_function():
    check(FULL_DDM, FULL, (-1, 1), FULL_POINTS)


def test_two_stages_follow_their_distribution_function():
    check(DDM_SEQ2_NO_BIAS, TWO_STAGES, range(4), STAGE_POINTS)


def test_no_variability_is_the_simple_model():
    theta = {"v": 0.5, "a": 1.5, "z": 0.4, "t": 0.3}
    full, simple = draw(FULL_DDM, {**theta, "sz": 0, "sv": 0, "st": 0}, N), draw(DDM, theta, N, 1)
    for choice in (-1, 1):
        pair = (rows[rows[:, 1] == choice, 0] for rows in (full, simple))
        assert stats.ks_2samp(*pair).pvalue > MONTE_CARLO.false_alarm


@pytest.mark.parametrize(
    "wrong", [{"sz": 1.01}, {"sz": -0.1}, {"st": 0.6}, {"sv": -1}, {"a": 0}, {"z": 1}, {"v": np.nan}]
)
def test_outside_the_domain_there_is_no_response(wrong):
    assert np.all(draw(FULL_DDM, {**FULL_POINTS[0], **wrong}, 3) == MISSING_CODE)


@pytest.mark.parametrize("wrong", [{"a": 0}, {"a": np.inf}, {"vh": np.nan}, {"vl2": np.inf}])
def test_two_stages_outside_the_domain(wrong):
    assert np.all(draw(DDM_SEQ2_NO_BIAS, {**STAGE_POINTS[0], **wrong}, 3) == MISSING_CODE)
