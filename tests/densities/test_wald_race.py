"""``wald_race{n}``: reference values, edges."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.densities.race_case import EDGY, at, check_density, check_distribution, check_never_nan_to_a_line, table

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


@example(at(np.inf, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.5625))
@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
def test_never_nan(point: dict[str, float]) -> None:
    check_never_nan_to_a_line(PATH, point)
