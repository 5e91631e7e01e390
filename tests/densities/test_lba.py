"""``lba{n}`` and ``lba{n}_t``: reference values, backends, late times, edges."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.densities.compare import assert_close
from tests.densities.race_case import check_density, check_distribution, check_never_nan, compiled, table
from tests.tolerances import OTHER_ALGORITHM

PATHS = {"any_positive": "hssm.densities.lba:LBA", "each_positive": "hssm.densities.lba:LBA_T"}
ACCUMULATORS = (2, 3, 4)


def names(n: int) -> tuple[str, ...]:
    return ("A", "b", *(f"v{i}" for i in range(n)), "s", "t")


@pytest.mark.parametrize("n", ACCUMULATORS)
@pytest.mark.parametrize("normalisation", PATHS)
def test_density_and_gradient_against_reference(normalisation: str, n: int) -> None:
    check_density(PATHS[normalisation], table("lba", n, normalisation=normalisation), names(n))


@pytest.mark.parametrize("normalisation", PATHS)
def test_jax_density_and_gradient_against_reference(normalisation: str) -> None:
    check_density(PATHS[normalisation], table("lba", 2, normalisation=normalisation), names(2), "JAX")


@pytest.mark.parametrize("normalisation", PATHS)
def test_distribution_against_reference(normalisation: str) -> None:
    check_distribution(PATHS[normalisation], table("lba", 3, normalisation=normalisation), names(3))


@pytest.mark.parametrize("normalisation", PATHS)
def test_survivor_keeps_its_digits_late(normalisation: str) -> None:
    """What is still to come falls off as 1 / tau^2 for two accumulators that will finish, 1 / tau for one of many."""
    tau = np.array([1e4, 1e6, 1e8])
    point = {"A": 0.4, "b": 1.0, "v0": 0.5, "v1": 0.7, "s": 1.0, "t": 0.0}
    value, *_ = compiled(PATHS[normalisation], "log_survival", names(2))(
        tau, np.zeros(3), *(np.full(3, point[name]) for name in names(2))
    )
    order = 1 if normalisation == "any_positive" else 2
    expected = -order * np.diff(np.log(tau))
    assert np.abs(np.diff(value) - expected).max() < 1e-3


def test_choice_probabilities_add_to_one() -> None:
    point = {"A": 0.4, "b": 1.0, "v0": 0.5, "v1": -0.7, "v2": 1.0, "s": 1.0, "t": 0.1}
    for path in PATHS.values():
        value, *_ = compiled(path, "log_cdf", names(3))(
            np.full(3, np.inf), np.arange(3.0), *(np.full(3, point[name]) for name in names(3))
        )
        assert_close(np.exp(value).sum(), 1.0, OTHER_ALGORITHM)


def test_density_where_hardly_any_drift_is_positive() -> None:
    """P(any drift > 0) = 1 - (1 - Phi(-40))^2 is no number, its log is: 2 Phi(-40) to first order."""
    point = {"A": 0.0, "b": 1.0, "v0": -4.0, "v1": -4.0, "s": 0.1, "t": 0.0}
    value, *slopes = compiled(PATHS["any_positive"], "log_density", names(2))(
        np.array([100.0]), np.zeros(1), *(np.array([point[name]]) for name in names(2))
    )
    expected = stats.norm.logpdf(0.01, -4.0, 0.1) + np.log(1e-4) - np.log(2.0) - stats.norm.logcdf(-40.0)
    assert_close(value, expected, OTHER_ALGORITHM)
    assert np.isfinite(slopes).all()


EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([0.0, 1.0]),
    "A": st.one_of(st.floats(-0.1, 3), st.sampled_from([0.0, 1e-300, 1e-12, 1e-5])),
    "b": st.one_of(st.floats(-0.1, 5), st.sampled_from([1e-12, 0.5, 1e3])),
    "v0": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, 1e-300, 30.0])),
    "v1": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, -30.0])),
    "s": st.sampled_from([0.1, 1.0]),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0])),
}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
@example({"rt": 8e-105, "response": 0.0, "A": 0.0, "b": 1.0, "v0": -4.0, "v1": -4.0, "s": 0.1, "t": 0.0})
@example({"rt": 5e-324, "response": 0.0, "A": 0.2, "b": 1.0, "v0": 1.0, "v1": -4.0, "s": 0.1, "t": 0.0})
@example({"rt": 1e-45, "response": 0.0, "A": 1e-45, "b": 3.0, "v0": 0.0, "v1": 0.0, "s": 0.1, "t": 0.0})
@example({"rt": 1e-8, "response": 0.0, "A": 1e-16, "b": 3.0, "v0": 1.0, "v1": -1.0, "s": 0.1, "t": 0.0})
def test_never_nan(point: dict[str, float]) -> None:
    for path in PATHS.values():
        check_never_nan(path, names(2), point, valid=0 <= point["A"] < point["b"] and point["t"] >= 0)
