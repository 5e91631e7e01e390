"""``racing_diffusion_{n}``: reference values, backends, total probability, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.densities.compare import assert_close
from tests.densities.race_case import check_density, check_distribution, check_never_nan, compiled, table
from tests.tolerances import OTHER_ALGORITHM

PATH = "hssm.densities.racing_diffusion:RACING_DIFFUSION"


def names(n: int) -> tuple[str, ...]:
    return ("A", "b", *(f"v{i}" for i in range(n)), "t")


@pytest.mark.parametrize("n", [2, 3])
def test_density_and_gradient_against_reference(n: int) -> None:
    check_density(PATH, table("rdm", n), names(n))


def test_jax_density_and_gradient_against_reference() -> None:
    check_density(PATH, table("rdm", 2), names(2), "JAX")


@pytest.mark.parametrize("n", [2, 3])
def test_distribution_against_reference(n: int) -> None:
    check_distribution(PATH, table("rdm", n), names(n))


def test_winners_and_survivor_add_to_one() -> None:
    """Drifts near and below zero included, where the antiderivative is a divided difference."""
    rng = np.random.default_rng(3)
    n = 100
    drifts = rng.choice([0.0, 1e-9, -1e-4, 0.01, -1.0, 2.0, 15.0], (2, n))
    theta = [rng.uniform(0, 2, n) * rng.choice([0, 0.01, 1], n), np.full(n, 2.1), *drifts, np.zeros(n)]
    rt = np.exp(rng.uniform(-2, 4, n))
    total = sum(np.exp(compiled(PATH, "log_cdf", names(2))(rt, np.full(n, c), *theta)[0]) for c in (0.0, 1.0))
    total = total + np.exp(compiled(PATH, "log_survival", names(2))(rt, np.zeros(n), *theta)[0])
    assert_close(total, 1.0, OTHER_ALGORITHM)


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([0.0, 1.0]),
    "A": st.one_of(st.floats(-0.1, 3), st.sampled_from([0.0, 1e-300, 1e-12, 1e-5])),
    "b": st.one_of(st.floats(-0.1, 5), st.sampled_from([1e-12, 0.5, 1e3])),
    "v0": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, 1e-300, 1e-5, 100.0])),
    "v1": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, -100.0])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0])),
}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
def test_never_nan(point: dict[str, float]) -> None:
    check_never_nan(PATH, names(2), point, valid=0 <= point["A"] < point["b"] and point["t"] >= 0)
