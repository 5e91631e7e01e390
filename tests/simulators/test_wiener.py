"""The exact samplers draw from the distribution of the model, checked against an independent computation.

Every statistical comparison fails with probability ``FALSE_ALARM`` if the sampler is right; there are about
230 of them, so a new seed would raise a false alarm with probability 0.03 for the whole file.
"""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from hssm.simulators.wiener import DDM, DDM_SDV, exit_time, first_passage
from hssm.spec import MISSING_CODE, SimulationOptions
from tests.simulators.passage_reference import Reference
from tests.tolerances import MONTE_CARLO, QUADRATURE

N_DRAWS = 50_000
FEWEST = 200  # draws below which a KS test says little
FALSE_ALARM = MONTE_CARLO.false_alarm
SEED = 20261120

DDM_POINTS = [
    {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3},
    {"v": 0.0, "a": 1.0, "z": 0.5, "t": 0.0},
    {"v": -1.2, "a": 0.8, "z": 0.7, "t": 0.25},
    {"v": 2.0, "a": 2.5, "z": 0.3, "t": 0.1},
    {"v": 8.0, "a": 1.0, "z": 0.1, "t": 0.0},
    {"v": -8.0, "a": 0.3, "z": 0.9, "t": 0.0},
    {"v": 0.3, "a": 5.0, "z": 0.01, "t": 0.5},
    {"v": -0.2, "a": 5.0, "z": 0.99, "t": 0.0},
    {"v": 1.0, "a": 0.1, "z": 0.5, "t": 0.0},
    {"v": 0.05, "a": 1.0, "z": 0.37, "t": 1.0},
]
SDV_POINTS = [
    {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3, "sv": 0.0},
    {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3, "sv": 1.0},
    {"v": 0.0, "a": 1.0, "z": 0.5, "t": 0.0, "sv": 2.0},
    {"v": -1.2, "a": 0.8, "z": 0.7, "t": 0.25, "sv": 0.5},
    {"v": 2.0, "a": 2.5, "z": 0.3, "t": 0.1, "sv": 1.5},
    {"v": 3.0, "a": 1.0, "z": 0.1, "t": 0.0, "sv": 3.0},
    {"v": 0.3, "a": 3.0, "z": 0.05, "t": 0.5, "sv": 0.3},
    {"v": 1.0, "a": 0.2, "z": 0.5, "t": 0.0, "sv": 1.0},
]
CASES = [(DDM, theta) for theta in DDM_POINTS] + [(DDM_SDV, theta) for theta in SDV_POINTS]


def draw(simulator, theta, n, seed=SEED):
    rows = {name: np.full(n, float(value)) for name, value in theta.items()}
    return simulator.draw(np.random.default_rng(seed), rows, SimulationOptions())


def moments():
    path = Path(__file__).parents[1] / "references" / "moments.csv"
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["family"] == "ddm"]
    return [{key: float(value) for key, value in row.items() if key != "family" and value} for row in rows]


@pytest.mark.parametrize(("simulator", "theta"), CASES)
def test_draws_follow_the_density(simulator, theta):
    out, reference = draw(simulator, theta, N_DRAWS), Reference(theta)
    total = reference.probability(-1) + reference.probability(1)
    assert total == pytest.approx(1.0, abs=QUADRATURE.absolute)

    n_upper = int((out[:, 1] > 0).sum())
    assert stats.binomtest(n_upper, N_DRAWS, min(reference.probability(1), 1.0)).pvalue > FALSE_ALARM
    for choice in (-1, 1):
        rt = out[out[:, 1] == choice, 0]
        if len(rt) >= FEWEST:
            result = stats.kstest(rt, lambda x, choice=choice: reference.cdf(x, choice))
            assert result.pvalue > FALSE_ALARM, (choice, result)


def test_the_comparison_notices_a_wrong_sampler():
    """A shift of one hundredth of a second, or a start that is a little off, does not pass."""
    theta = {"v": 0.5, "a": 1.0, "z": 0.5, "t": 0.3}
    out, reference = draw(DDM, theta, N_DRAWS), Reference(theta)
    rt = out[out[:, 1] > 0, 0]
    assert stats.kstest(rt + 0.01, lambda x: reference.cdf(x, 1)).pvalue < FALSE_ALARM
    other = Reference({**theta, "z": 0.52})
    assert stats.binomtest(int((out[:, 1] > 0).sum()), N_DRAWS, other.probability(1)).pvalue < FALSE_ALARM


@pytest.mark.parametrize("row", moments())
def test_moments_and_quantiles(row):
    n = 20_000
    out = draw(DDM, {name: row[name] for name in ("v", "a", "z", "t")}, n)
    rt, upper = out[:, 0], int((out[:, 1] > 0).sum())
    standard_error = np.sqrt(row["var_rt"] / n)
    assert abs(rt.mean() - row["mean_rt"]) < MONTE_CARLO.standard_errors * standard_error
    assert stats.binomtest(upper, n, row["p_upper"]).pvalue > FALSE_ALARM
    for name, probability in (("q10", 0.1), ("q50", 0.5), ("q90", 0.9)):
        below = int((rt <= row[name]).sum())
        assert stats.binomtest(below, n, probability).pvalue > FALSE_ALARM, name


@pytest.mark.parametrize("drift", [0.0, 1e-8, 0.1, 1.0, 5.0, 60.0])
def test_exit_time_has_the_laplace_transform_of_theory(drift):
    """E exp(-p T) = cosh(drift) / cosh(sqrt(drift^2 + 2 p)) for the exit from (-1, 1)."""
    rng = np.random.default_rng(SEED)
    times = np.array([exit_time(rng, drift) for _ in range(20_000)])
    for p in (0.3, 3.0, 30.0):
        values = np.exp(-p * times)
        root = np.sqrt(drift**2 + 2 * p)
        expected = np.exp(drift - root) * (1 + np.exp(-2 * drift)) / (1 + np.exp(-2 * root))
        assert abs(values.mean() - expected) < MONTE_CARLO.standard_errors * values.std() / np.sqrt(len(values))


def test_mirror_images_agree():
    """Swapping v -> -v and z -> 1 - z swaps the responses and nothing else."""
    out = draw(DDM, {"v": 0.7, "a": 1.2, "z": 0.35, "t": 0.2}, N_DRAWS)
    mirrored = draw(DDM, {"v": -0.7, "a": 1.2, "z": 0.65, "t": 0.2}, N_DRAWS, seed=SEED + 1)
    for choice in (-1, 1):
        first, second = out[out[:, 1] == choice, 0], mirrored[mirrored[:, 1] == -choice, 0]
        assert stats.ks_2samp(first, second).pvalue > FALSE_ALARM


def test_the_last_boundary_is_met_for_any_scale():
    """Starts a rounding error away from a boundary, huge and tiny separations: always a response."""
    rng = np.random.default_rng(SEED)
    for v, below, above in [(0.0, 1e-12, 1.0), (50.0, 1e-9, 3.0), (-500.0, 1.0, 1e-3), (1e-300, 1e-6, 1e-6)]:
        tau, choice = first_passage(rng, v, below, above)
        assert np.isfinite(tau)
        assert tau > 0
        assert choice in (-1, 1)


def test_trials_keep_their_own_parameters():
    n = 4000
    theta = {"v": np.tile([6.0, -6.0], n), "a": np.full(2 * n, 1.0), "z": np.full(2 * n, 0.5)}
    theta["t"] = np.tile([0.0, 7.0], n)
    out = DDM.draw(np.random.default_rng(SEED), theta, SimulationOptions())
    assert np.all(out[1::2, 0] > 7.0)
    assert np.all(out[::2, 0] < 7.0)
    assert (out[::2, 1] > 0).mean() > 0.99
    assert (out[1::2, 1] < 0).mean() > 0.99


def test_sdv_without_variability_is_ddm():
    theta = {"v": 0.5, "a": 1.5, "z": 0.4, "t": 0.3}
    np.testing.assert_array_equal(draw(DDM, theta, 100), draw(DDM_SDV, {**theta, "sv": 0.0}, 100))


def test_same_seed_same_draws_and_no_global_state():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    theta = DDM_POINTS[0]
    np.testing.assert_array_equal(draw(DDM, theta, 100), draw(DDM, theta, 100))
    assert not np.array_equal(draw(DDM, theta, 100), draw(DDM, theta, 100, seed=1))
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    "wrong",
    [{"a": 0.0}, {"a": -1.0}, {"a": np.inf}, {"a": np.nan}, {"z": 0.0}, {"z": 1.0}, {"z": np.nan}]
    + [{"v": np.nan}, {"v": np.inf}, {"sv": -1.0}, {"sv": np.nan}],
)
def test_outside_the_domain_there_is_no_response(wrong):
    theta = {"v": 0.5, "a": 1.0, "z": 0.5, "t": 0.1, "sv": 0.5, **wrong}
    assert np.all(draw(DDM_SDV, theta, 3) == MISSING_CODE)


def test_no_trials():
    assert draw(DDM, DDM_POINTS[0], 0).shape == (0, 2)
