"""``wald_race{n}``: reference values, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.densities.race_case import check_density, check_distribution, check_never_nan, table

PATH = "hssm.densities.wald_race:WALD_RACE"


def names(n: int) -> tuple[str, ...]:
    return (*(f"v{i}" for i in range(n)), "a", "z", "t", "theta")


@pytest.mark.parametrize("n", [2, 3, 4])
def test_density_and_gradient_against_reference(n: int) -> None:
    check_density(PATH, table("race_inverse_gaussian", n), names(n))


def test_jax_density_and_gradient_against_reference() -> None:
    check_density(PATH, table("race_inverse_gaussian", 2), names(2), "JAX")


def test_distribution_against_reference() -> None:
    check_distribution(PATH, table("race_inverse_gaussian", 2), names(2))


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([0.0, 1.0]),
    "v0": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, 100.0])),
    "v1": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, -100.0])),
    "a": st.one_of(st.floats(-0.5, 5), st.sampled_from([0.0, 1e-10, 1e3])),
    "z": st.one_of(st.floats(-0.2, 1.2), st.sampled_from([0.0, 1.0, 1 - 1e-12])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0])),
    "theta": st.one_of(st.floats(-1.8, 1.8), st.sampled_from([0.0, np.pi / 2])),
}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
def test_never_nan(point: dict[str, float]) -> None:
    valid = point["a"] > 0 and 0 <= point["z"] < 1 and point["t"] >= 0 and abs(point["theta"]) < np.pi / 2
    check_never_nan(PATH, names(2), point, valid=valid)
