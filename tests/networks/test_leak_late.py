"""Slow waves: those without leak, those of a strong leak, and the late density that they give."""

import numpy as np

import hssm
from hssm.networks.chebyshev import products
from hssm.networks.leak_early import START
from hssm.networks.leak_late import LEAK, N_WAVES, PULL, late_waves
from tests.tolerances import SINGLE_PRECISION

W = np.array([0.15, 0.5, 0.85])


def waves_at(pull, leak):
    """Rates (N_WAVES,) as in ``LateWaves``, and sizes (N_WAVES, 3) at W."""
    at = [np.array([[number]], dtype=np.float32) for number in (pull, leak)]
    basis = np.asarray(products(PULL.polynomials(at[0]), LEAK.polynomials(at[1])))
    sizes = (basis @ late_waves().sizes).reshape(N_WAVES, START.n)
    starts = np.asarray(START.polynomials(W.astype(np.float32)[:, None]))
    return (basis @ late_waves().rates)[0], sizes @ starts.T


def test_without_leak_they_are_sines() -> None:
    rates, sizes = waves_at(3.0, 0.0)
    np.testing.assert_allclose(rates, 0.5 * np.pi**2 * np.array([1.0, 3.0, 8.0]), rtol=1e-4)
    flux = np.array([k * np.pi * np.sin(k * np.pi * W) for k in (1, 2, 3)])
    np.testing.assert_allclose(sizes[0], np.log(flux[0] / (W * (1 - W))), atol=1e-3)
    np.testing.assert_allclose(sizes[1:], flux[1:] / flux[0], atol=5e-3)


def test_strong_leak_is_a_harmonic_oscillator() -> None:
    """Far from the bounds, with rates leak / 2, 3 leak / 2, ..."""
    rates, _ = waves_at(0.0, 36.0)
    np.testing.assert_allclose(rates[:2], [18.0, 36.0], rtol=0.02)


def test_late_density() -> None:
    pull, leak, u = 2.0, 4.0, np.array([0.5, 1.0, 3.0])
    rates, sizes = waves_at(pull, leak)
    theta = {"v": pull, "a": 0.5, "z": 0.5, "g": leak, "t": 0.0}
    exact = hssm.log_density("ornstein", {"rt": u, "response": -np.ones(3)}, theta)
    others = sum(size * np.exp(-gap * u) for gap, size in zip(rates[1:], sizes[1:, 1], strict=True))
    flux = sizes[0, 1] + np.log(0.25) - rates[0] * u + np.log1p(others)
    found = flux - 0.5 * pull - 0.125 * leak + 0.5 * (leak - pull * pull) * u
    np.testing.assert_allclose(found, exact, atol=5 * SINGLE_PRECISION.absolute)
