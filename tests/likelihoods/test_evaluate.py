"""log_density, log_cdf and log_survival on data: agreement with the tables' numbers, gradients, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hssm
from tests.densities.compare import assert_close, reference
from tests.tolerances import ANALYTIC_GRADIENT, OTHER_ALGORITHM, SAME_NUMERICS

THETA = {"v": 0.5, "a": 1.0, "z": 0.45, "t": 0.3}
DATA = {"rt": [0.5, 0.9, 1.7, 0.25], "response": [1, -1, 1, 1]}


def test_agrees_with_the_reference_table():
    table = reference("ddm").head(40)
    theta = {name: table[name].to_numpy() for name in THETA}
    value, gradient = hssm.log_density("ddm", table, theta, gradient=True)
    assert_close(value, table["log_density"], OTHER_ALGORITHM)
    for name in THETA:
        assert_close(gradient[name], table[f"d_{name}"], ANALYTIC_GRADIENT)
    assert_close(hssm.log_cdf("ddm", table, theta), table["log_cdf"], OTHER_ALGORITHM)
    assert_close(hssm.log_survival("ddm", table, theta), table["log_survivor"], OTHER_ALGORITHM)


def test_nothing_is_floored():
    value, gradient = hssm.log_density("ddm", DATA, THETA, gradient=True)
    assert value[3] == -np.inf  # rt before the non-decision time
    assert all(np.all(np.isfinite(part)) for part in gradient.values())


def test_scalar_and_vector_parameters_agree():
    vectors = {name: np.full(4, value) for name, value in THETA.items()}
    assert_close(hssm.log_density("ddm", DATA, vectors), hssm.log_density("ddm", DATA, THETA), SAME_NUMERICS)


def test_lapse_is_a_mixture_over_rt_and_choice():
    plain = np.exp(hssm.log_density("ddm", DATA, THETA))
    mixed = np.exp(hssm.log_density("ddm", DATA, THETA, p_outlier=0.1))
    assert_close(mixed, 0.9 * plain + 0.1 / 20 / 2, SAME_NUMERICS)


def test_frame_and_mapping_are_the_same():
    frame = pd.DataFrame(DATA, index=list("abcd"))
    np.testing.assert_array_equal(hssm.log_density("ddm", frame, THETA), hssm.log_density("ddm", DATA, THETA))


def test_survival_needs_no_response():
    alone = hssm.log_survival("ddm", {"rt": DATA["rt"]}, THETA)
    np.testing.assert_array_equal(alone, hssm.log_survival("ddm", DATA, THETA))


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        (lambda: hssm.log_density("ddn", DATA, THETA), ["ddn", "ddm"]),
        (
            lambda: hssm.log_density("ddm", DATA, {"v": 1, "a": 1, "z": 0.5, "tt": 0.2}),
            ["tt", "missing: t", "v, a"],
        ),
        (lambda: hssm.log_density("ddm", {"rt": [1.0]}, THETA), ["'response'", "rt"]),
        (lambda: hssm.log_density("ddm", DATA, {**THETA, "v": [1.0, 2.0]}), ["'v'", "length 4", "(2,)"]),
        (lambda: hssm.log_density("ddm", {"rt": [1.0], "response": [1, 1]}, THETA), ["unequal lengths"]),
        (lambda: hssm.log_cdf("ddm", DATA, THETA, loglik_kind="blackbox"), ["no log_cdf", "ddm_sdv"]),
    ],
)
def test_errors_say_what_is_wrong(call, parts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(part in str(error.value) for part in parts), error.value


def test_a_model_is_named():
    with pytest.raises(TypeError, match="name of a model"):
        hssm.log_density(3, DATA, THETA)


def test_data_without_names_are_refused_in_words() -> None:
    with pytest.raises(TypeError, match="'rt', 'response', got ndarray"):
        hssm.log_density("ddm", np.ones((3, 2)), {"v": 0.0, "a": 1.0, "z": 0.5, "t": 0.1})
