"""Races above a reflecting floor: each accumulator's times against closed forms, and what cannot finish."""

import numpy as np
import pytest
from scipy import stats

from hssm.densities.passage.floor import FloorOp
from hssm.models.registry import get_model
from hssm.spec import MISSING_CODE, SimulationOptions
from tests.tolerances import MONTE_CARLO

N = 20_000


def draw(n: int = N, max_t: float = 20.0, **theta: float) -> np.ndarray:
    columns = {name: np.full(n, float(value)) for name, value in theta.items()}
    simulator = get_model("race_no_bias_angle_2").simulator
    return simulator.draw(np.random.default_rng(7), columns, SimulationOptions(max_t=max_t))


@pytest.mark.parametrize(("v", "theta", "z"), [(0.0, 0.0, 0.0), (1.5, 0.4, 0.3), (-1.0, 0.5, 0.1), (1.0, -0.1, 0.6)])
def test_times_have_the_distribution_of_the_integral_equation(v: float, theta: float, z: float) -> None:
    a, t = 1.2, 0.2
    data = draw(v0=v, v1=v, a=a, z=z, t=t, theta=theta)
    rt = data[data[:, 1] != MISSING_CODE, 0]
    assert len(rt) > 0.99 * N

    def cdf(rt: np.ndarray) -> np.ndarray:
        time, closing = (rt - t) / a**2, a * np.tan(theta)
        trials = np.array([time / (1 - closing * time), *(np.full(rt.size, x) for x in (v * a, z, closing))])
        return 1.0 - np.exp(2.0 * FloorOp(True).evaluate(trials)[0])

    assert stats.kstest(rt, cdf).pvalue > MONTE_CARLO.false_alarm
    first = (data[:, 1] == 0).sum()
    assert stats.binomtest(int(first), len(rt)).pvalue > MONTE_CARLO.false_alarm


def test_mean_time_from_the_floor_without_drift_is_the_squared_height() -> None:
    """Of one accumulator alone: the other is held back by its drift."""
    data = draw(max_t=60.0, v0=0.0, v1=-40.0, a=1.0, z=0.0, t=0.0, theta=0.0)
    assert (data[:, 1] == 0).all()
    error = data[:, 0].std() / np.sqrt(N)
    assert abs(data[:, 0].mean() - 1.0) < MONTE_CARLO.standard_errors * error


def test_what_does_not_finish_is_missing() -> None:
    assert (draw(50, v0=-9, v1=-9, a=3, z=0, t=0.1, theta=0) == MISSING_CODE).all()
    inside = {"v0": 1.0, "v1": 1.0, "a": 1.0, "z": 0.2, "t": 0.1, "theta": 0.1}
    for name, value in {"a": -1.0, "z": 1.0, "t": -0.1, "theta": 1.7}.items():
        assert (draw(5, **{**inside, name: value}) == MISSING_CODE).all()
