"""Partial centring: it is exact, and under a Gaussian likelihood it leaves standard normal numbers."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest

from hssm.bambi_bridge.partial import PartialCentering, with_witnesses
from tests.bambi_bridge.cases import PYTHON, assert_same, make_model
from tests.tolerances import FINITE_DIFFERENCE

INFORMATION = np.array([0.0, 0.3, 4.0, 250.0])
FAVOURED = np.array([0.0, -1.2, 0.4, 2.0])
MU, SIGMA = 0.7, 0.6


def transform() -> PartialCentering:
    return PartialCentering(INFORMATION, INFORMATION * FAVOURED)


def test_there_and_back() -> None:
    there, x = transform(), np.linspace(-2.0, 3.0, 4)
    assert_same(there.backward(there.forward(x, MU, SIGMA).eval(), MU, SIGMA).eval(), x)


def test_the_jacobian_is_that_of_the_change_of_variables() -> None:
    there, y, step = transform(), np.linspace(-1.0, 2.0, 4), 1e-5
    slope = (there.backward(y + step, MU, SIGMA) - there.backward(y - step, MU, SIGMA)).eval() / (2 * step)
    assert_same(there.log_jac_det(y, MU, SIGMA).eval(), np.log(slope), FINITE_DIFFERENCE)


def test_without_information_it_is_the_noncentered_form() -> None:
    nothing = PartialCentering(np.zeros(4), np.zeros(4))
    x = np.linspace(-2.0, 3.0, 4)
    assert_same(nothing.forward(x, MU, SIGMA).eval(), (x - MU) / SIGMA)


@pytest.mark.parametrize("sigma", [0.02, 0.5, 10.0])
def test_a_gaussian_likelihood_leaves_standard_normal_numbers_whatever_the_scale(sigma: float) -> None:
    """log p(y) - log p(0) = -|y|^2 / 2 for effects seen through normal noise of variance 1 / information."""
    with pm.Model() as model:
        mu = with_witnesses(pm.Data("mu", np.full(4, MU)), pm.Data("i", INFORMATION))
        effects = pm.Normal("x", mu, sigma, transform=transform())
        pm.Potential("likelihood", -0.5 * INFORMATION * (effects - FAVOURED) ** 2)
    density = model.compile_logp(mode=PYTHON)
    y = np.array([0.3, -2.0, 1.1, 0.8])
    assert_same(density({"x_partial__": y}) - density({"x_partial__": np.zeros(4)}), -0.5 * np.sum(y**2))


def test_the_model_is_the_same_in_any_form() -> None:
    """The joint density of coefficients and effects, Jacobians left out, does not know of coordinates."""
    from tests.bambi_bridge.cases import log_density

    partial = make_model("1 + x + (1 + x|p)", noncentered="auto")
    plain = make_model("1 + x + (1 + x|p)", noncentered=False)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        start = {name: value + 0.01 * rng.random(value.shape) for name, value in plain.initvals.items()}
        assert_same(log_density(partial.pymc_model)(start), log_density(plain.pymc_model)(start))
