"""``poisson_race``: reference values, choice probabilities, edges."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special

from hssm.densities.special.gamma import SMALLEST
from tests.densities.compare import assert_close
from tests.densities.race_case import check_density, check_distribution, check_never_nan, compiled, table
from tests.tolerances import OTHER_ALGORITHM

PATH = "hssm.densities.poisson_race:POISSON_RACE"
NAMES = ("r1", "r2", "k1", "k2", "t")


def test_density_and_gradient_against_reference() -> None:
    check_density(PATH, table("poisson_race"), NAMES)


def test_jax_density_and_gradient_against_reference() -> None:
    check_density(PATH, table("poisson_race"), NAMES, "JAX")


def test_distribution_against_reference() -> None:
    check_distribution(PATH, table("poisson_race"), NAMES)


def test_choice_probability_is_a_beta_probability() -> None:
    r1, r2, k1, k2 = np.array([[10.0, 8, 4, 5], [3, 2, 1.5, 0.7], [1, 20, 2, 30]]).T
    value = compiled(PATH, "log_cdf", NAMES)(np.full(3, np.inf), -np.ones(3), r1, r2, k1, k2, np.zeros(3))[0]
    assert_close(np.exp(value), special.betainc(k1, k2, r1 / (r1 + r2)), OTHER_ALGORITHM)


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([-1.0, 1.0]),
    "r1": st.one_of(st.floats(-1, 50), st.sampled_from([0.0, 1e-8, 1e3])),
    "r2": st.one_of(st.floats(-1, 50), st.sampled_from([0.0, 1e-8, 1e3])),
    "k1": st.one_of(st.floats(-1, 80), st.sampled_from([0.0, 1e-6, 1e3])),
    "k2": st.one_of(st.floats(-1, 80), st.sampled_from([0.0, 1e-6, 1e3])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0])),
}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
@example({"rt": 0.25, "response": -1.0, "r1": 2.3e-308, "r2": 1.0, "k1": 1.0, "k2": 1.0, "t": 0.0})
@example({"rt": np.inf, "response": -1.0, "r1": 1.0, "r2": 1e3, "k1": 1.0, "k2": 1.0, "t": 0.0})
def test_never_nan(point: dict[str, float]) -> None:
    valid = all(point[name] > SMALLEST for name in ("r1", "r2", "k1", "k2")) and point["t"] >= 0
    check_never_nan(PATH, NAMES, point, valid=valid)
