"""``lnr{n}``: reference values, one common standard deviation, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.densities.compare import assert_close
from tests.densities.race_case import check_density, check_distribution, check_never_nan, compiled, table
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS

PATH = "hssm.densities.lognormal_race:LOGNORMAL_RACE"


def names(n: int) -> tuple[str, ...]:
    return (*(f"m{i}" for i in range(n)), *(f"s{i}" for i in range(n)), "t")


@pytest.mark.parametrize("n", [2, 3, 4])
def test_density_and_gradient_against_reference(n: int) -> None:
    check_density(PATH, table("lnr", n), names(n))


def test_jax_density_and_gradient_against_reference() -> None:
    check_density(PATH, table("lnr", 2), names(2), "JAX")


@pytest.mark.parametrize("n", [2, 3])
def test_distribution_against_reference(n: int) -> None:
    check_distribution(PATH, table("lnr", n), names(n))


def test_a_common_deviation_is_each_ones() -> None:
    rt, response, m0, m1, s, t = np.array([[0.5, 0, -1.0, -0.8, 0.4, 0.1], [1.2, 1, 0.1, -0.2, 0.9, 0.3]]).T
    common = compiled(PATH, "log_density", ("m0", "m1", "s", "t"))(rt, response, m0, m1, s, t)[0]
    assert_close(common, compiled(PATH, "log_density", names(2))(rt, response, m0, m1, s, s, t)[0], SAME_NUMERICS)


def test_choice_probability_is_a_normal_probability() -> None:
    inf, zero = np.array([np.inf]), np.zeros(1)
    m0, m1, s0, s1 = np.array([-0.5]), np.array([-0.3]), np.array([0.4]), np.array([0.9])
    value = compiled(PATH, "log_cdf", names(2))(inf, zero, m0, m1, s0, s1, zero)[0]
    assert_close(np.exp(value), stats.norm.cdf((m1 - m0) / np.hypot(s0, s1)), OTHER_ALGORITHM)


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([0.0, 1.0]),
    "m0": st.floats(-30, 30),
    "m1": st.floats(-30, 30),
    "s0": st.one_of(st.floats(-0.1, 5), st.sampled_from([0.0, 1e-3])),
    "s1": st.one_of(st.floats(-0.1, 5), st.sampled_from([0.0, 1e3])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0])),
}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
def test_never_nan(point: dict[str, float]) -> None:
    valid = point["s0"] > 0 and point["s1"] > 0 and point["t"] >= 0
    check_never_nan(PATH, names(2), point, valid=valid)
