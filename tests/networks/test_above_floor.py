"""What is known of one accumulator: against solved densities, and each piece against its own definition."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from hssm.networks.above_floor import driftless, known_parts, log_over, mills_ratio, scaled, slowest_wave
from hssm.networks.accumulators import single_logs
from hssm.networks.recipe import log_sigmoid


def both(one, tau):
    """Known and exact log densities and log survivors (n,) of an accumulator at times (n,)."""
    columns = [np.full(len(tau), value) for value in one.values()]
    exact = single_logs(dict(zip(one, columns, strict=True)), tau[:, None])[:, :, 0]
    density, logit = known_parts(scaled(*(part[:, None].astype(np.float32) for part in (*columns, tau))))
    known = [np.asarray(density)[:, 0] - 2.0 * np.log(one["a"]), np.asarray(log_sigmoid(logit))[:, 0]]
    return np.array(known, dtype=float), exact


def test_log_over() -> None:
    x = np.concatenate([[-0.95, -1e-6, 0.0, 1e-6], np.geomspace(1e-3, 1e3, 20)])
    exact = np.divide(np.log1p(x), x, out=np.ones_like(x), where=x != 0)
    np.testing.assert_allclose(log_over(x.astype(np.float32)), exact, rtol=1e-5)


def test_mills_ratio() -> None:
    x = np.linspace(0.0, 12.0, 50)
    np.testing.assert_allclose(mills_ratio(x), norm.sf(x) / norm.pdf(x), rtol=1e-6)
    np.testing.assert_allclose(mills_ratio(1e4), 1e-4, rtol=1e-6)


def test_slowest_wave_is_a_root() -> None:
    q = np.array([0.0, 0.01, 0.5, 2.0, 8.0])
    root = [brentq(lambda k, q=q: k * np.cos(k) + q * np.sin(k), 1.0, np.pi - 1e-9) for q in q]
    np.testing.assert_allclose(slowest_wave(q), root, rtol=2e-6)


@pytest.mark.parametrize("z", [0.0, 0.5, 0.9])
def test_driftless_motion(z) -> None:
    """The sum over all waves."""
    s = np.array([0.05, 0.2, 1.0, 1.19, 1.21, 3.0])
    k = np.pi * (np.arange(200) + 0.5)
    waves = (-1.0) ** np.arange(200) * k * np.cos(k * z) * np.exp(-0.5 * k**2 * s[:, None])
    np.testing.assert_allclose(driftless(s, z), np.log(waves.sum(axis=1)), atol=5e-5)


@pytest.mark.parametrize("z", [0.0, 0.4, 0.85])
@pytest.mark.parametrize("theta", [-0.1, 0.0, 0.8, 1.4])
def test_early_parts_are_nearly_exact(theta, z) -> None:
    one = {"v": 1.5, "a": 1.4, "z": z, "theta": theta}
    tau = np.geomspace(0.02, 0.2 / (1.0 + 0.2 * np.tan(theta)), 8)
    known, exact = both(one, tau)
    usable = exact[0] > -30.0
    assert usable.any()
    np.testing.assert_allclose(known[:, usable], exact[:, usable], atol=2e-3)


@pytest.mark.parametrize("drift", [0.0, 0.6, 2.2])
@pytest.mark.parametrize("theta", [-0.05, 0.0, 0.8])
def test_late_parts_are_within_a_few_percent(theta, drift) -> None:
    one = {"v": drift, "a": 1.4, "z": 0.3, "theta": theta}
    until = 8.0 if theta <= 0.0 else 0.85 * 1.4 / np.tan(theta)
    known, exact = both(one, np.linspace(0.4, until, 12))
    usable = exact[0] > -20.0
    assert usable.sum() > 5
    np.testing.assert_allclose(known[:, usable], exact[:, usable], atol=0.15)


def test_a_level_bound_without_drift_is_known() -> None:
    known, exact = both({"v": 0.0, "a": 1.2, "z": 0.2, "theta": 0.0}, np.geomspace(0.1, 12.0, 20))
    np.testing.assert_allclose(known[0], exact[0], atol=1e-4)
