"""Terms of a weak leak: the straight path at once, and exact densities of a little leak a little later."""

import numpy as np
import pytest

import hssm
from hssm.networks.chebyshev import products
from hssm.networks.leak_early import ROOT_TIME, START, early_terms
from tests.tolerances import SINGLE_PRECISION


def terms_at(u, w):
    at = [np.asarray(numbers, dtype=np.float32)[:, None] for numbers in (np.sqrt(u), w)]
    return np.asarray(products(ROOT_TIME.polynomials(at[0]), START.polynomials(at[1])) @ early_terms())


def test_at_first_paths_are_straight() -> None:
    """Moments of y along the line from w to 0, and variances of integrals over a Brownian bridge around it."""
    w = np.array([0.4, 0.6, 0.8])
    y = w - 0.5
    c1, c2, c3, _, _ = terms_at(np.full(3, 1e-3), w).T
    np.testing.assert_allclose(c1, 0.5 * (y - 0.5), atol=2e-3)
    np.testing.assert_allclose(c2, -(y * y - 0.5 * y + 0.25) / 3.0, atol=2e-3)
    np.testing.assert_allclose(c3, 1.0 / 24.0, atol=1e-3)


@pytest.mark.parametrize("u", [0.02, 0.08, 0.25])
@pytest.mark.parametrize(("b", "leak"), [(1.5, 0.9), (-1.5, 0.9), (0.0, 1.5)])
def test_a_little_leak(u, b, leak) -> None:
    w, pull = np.array([0.15, 0.5, 0.85]), b / leak
    rt, response = np.full(3, u), -np.ones(3)
    still = {"a": np.full(3, 0.5), "z": w, "t": np.zeros(3)}
    one = {"rt": rt, "response": response}
    exact = hssm.log_density("ornstein", one, {"v": np.full(3, pull), "g": np.full(3, leak), **still})
    exact = exact - hssm.log_density("ddm", one, {"v": np.zeros(3), **still})
    exact = exact + pull * w + 0.5 * leak * w * (1.0 - w) - 0.5 * (leak - pull * pull) * u
    c1, c2, c3, c4, c5 = terms_at(rt, w).T
    h = 0.5 * leak * leak
    found = u * (b * c1 + h * c2) + u**3 * (b * b * c3 + b * h * c4 + h * h * c5)
    np.testing.assert_allclose(found, exact, atol=SINGLE_PRECISION.absolute)
