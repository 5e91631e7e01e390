"""Race samplers against closed forms: winners, times, races that never end, trials outside the domain."""

import numpy as np
import pytest
from scipy import stats

from hssm.models.registry import get_model
from hssm.simulators.race import LBA_DRIFT_SD
from hssm.spec import MISSING_CODE, SimulationOptions
from tests.tolerances import MONTE_CARLO

N = 100_000


def draw(model: str, n: int = N, **theta: float) -> np.ndarray:
    """(n, n_columns) responses of a model at one point."""
    columns = {name: np.full(n, float(value)) for name, value in theta.items()}
    return get_model(model).simulator.draw(np.random.default_rng(7), columns, SimulationOptions())


def assert_share(hits: np.ndarray, expected: float) -> None:
    error = np.sqrt(expected * (1 - expected) / len(hits))
    assert abs(hits.mean() - expected) < MONTE_CARLO.standard_errors * error


def assert_times(rt: np.ndarray, cdf) -> None:  # type: ignore[no-untyped-def]
    assert stats.kstest(rt, cdf).pvalue > MONTE_CARLO.false_alarm


def test_lognormal_race() -> None:
    data = draw("lnr2", m0=-0.5, m1=-0.2, s=0.6, t=0.2)
    assert_share(data[:, 1] == 0, stats.norm.cdf(0.3 / np.hypot(0.6, 0.6)))
    either = [stats.norm(m, 0.6) for m in (-0.5, -0.2)]
    assert_times(data[:, 0], lambda rt: 1 - np.prod([each.sf(np.log(rt - 0.2)) for each in either], axis=0))


def test_poisson_race() -> None:
    data = draw("poisson_race", r1=10, r2=8, k1=4, k2=5, t=0.1)
    assert_share(data[:, 1] == -1, stats.beta(4, 5).cdf(10 / 18))
    assert_times(data[:, 0], lambda rt: 1 - stats.gamma.sf(10 * (rt - 0.1), 4) * stats.gamma.sf(8 * (rt - 0.1), 5))


def test_wald_race_with_bounds_that_come_down() -> None:
    data = draw("wald_race2", v0=1.0, v1=0.2, a=1.5, z=0.2, t=0.0, theta=0.3)
    distance, drifts = 1.2, np.array([1.0, 0.2]) + np.tan(0.3)
    # scipy's inverse Gaussian has mean mu * scale with scale = distance squared.
    each = [stats.invgauss(mu=1 / (drift * distance), scale=distance**2) for drift in drifts]
    assert_times(data[:, 0], lambda rt: 1 - each[0].sf(rt) * each[1].sf(rt))


def test_racing_diffusion_that_never_ends() -> None:
    data = draw("racing_diffusion_2", A=0.0, b=1.0, v0=-0.5, v1=-0.2, t=0.3)
    missing = data[:, 1] == MISSING_CODE
    assert_share(missing, (1 - np.exp(-1.0)) * (1 - np.exp(-0.4)))
    assert np.all(data[missing, 0] == MISSING_CODE) and np.all(data[~missing, 0] > 0.3)


def test_lba_winner_has_a_positive_drift() -> None:
    """With equal fixed starts the largest drift wins, given that it is positive."""
    data = draw("lba2", A=0.0, b=0.5, v0=0.02, v1=0.05)
    assert np.all(data[:, 0] > 0)
    drifts = [stats.norm(v, LBA_DRIFT_SD) for v in (0.02, 0.05)]
    none = drifts[0].cdf(0) * drifts[1].cdf(0)
    assert_times(data[:, 0], lambda rt: (1 - drifts[0].cdf(0.5 / rt) * drifts[1].cdf(0.5 / rt)) / (1 - none))


@pytest.mark.parametrize("v", [-20.0, -1.0, 2.0])
def test_lba_with_truncated_drifts(v: float) -> None:
    data = draw("lba2_t", A=0.0, b=0.5, v0=v, v1=v, t=0.1)
    drift = stats.truncnorm(-v, np.inf, loc=v)
    assert_times(data[:, 0], lambda rt: 1 - drift.cdf(0.5 / (rt - 0.1)) ** 2)


def test_softmax() -> None:
    weights = np.exp(1.5 * np.array([0.0, 0.4, -0.5, 1.0]))
    data = draw("softmax_inv_temperature_4", beta=1.5, logit1=0.4, logit2=-0.5, logit3=1.0)
    counts = np.bincount(data[:, 0].astype(int), minlength=4)
    assert stats.chisquare(counts, weights / weights.sum() * N).pvalue > MONTE_CARLO.false_alarm
    assert set(draw("softmax_inv_temperature_2", beta=1.5, logit1=0.4)[:, 0]) == {-1.0, 1.0}


@pytest.mark.parametrize(
    ("model", "theta"),
    [
        ("lba2", {"A": 1.0, "b": 0.5, "v0": 1, "v1": 1}),
        ("racing_diffusion_2", {"A": -1.0, "b": 0.5, "v0": 1, "v1": 1, "t": 0}),
        ("wald_race2", {"v0": 1, "v1": 1, "a": 1, "z": 1.0, "t": 0, "theta": 0}),
        ("lnr2", {"m0": 0, "m1": 0, "s": 0, "t": 0}),
        ("poisson_race", {"r1": 0, "r2": 1, "k1": 1, "k2": 1, "t": 0}),
        ("softmax_inv_temperature_2", {"beta": -1.0, "logit1": 0}),
    ],
)
def test_outside_the_domain_is_missing(model: str, theta: dict[str, float]) -> None:
    assert np.all(draw(model, 5, **theta) == MISSING_CODE)
