"""What the model remembers is what PyMC derives."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest

from hssm.bambi_bridge.model import FitModel, unconstrained_point
from tests.bambi_bridge.cases import make_model


@pytest.fixture(scope="module")
def model():
    return make_model("1 + x + (1|p)")


def test_the_log_density_is_derived_once(model) -> None:
    built = model._built.pymc_model
    assert isinstance(built, FitModel)
    assert built.logp() is built.logp()
    point = unconstrained_point(built, model.initvals)
    expected = pm.Model.logp(built)
    found = built.logp().eval(_by_variable(built, point))
    assert np.isfinite(found)
    assert found == expected.eval(_by_variable(built, point))


def test_other_arguments_and_further_terms_are_derived_anew() -> None:
    with FitModel() as built:
        x = pm.HalfNormal("x")
    first = built.logp()
    assert built.logp(jacobian=False) is not first
    values = {built.rvs_to_values[x]: 0.3}
    without = built.logp().eval(values)
    with built:
        pm.Potential("more", -2.0 * x)
    assert np.isclose(built.logp().eval(values), without - 2.0 * np.exp(0.3), rtol=1e-14)
    assert built.logp(vars=[x]).ndim == 0


def test_starting_points_are_those_of_pymc(model) -> None:
    built, start = model._built.pymc_model, model.initvals
    found = built._make_initial_point(overrides=start)(1)
    expected = pm.Model._make_initial_point(built, overrides=start)(1)
    assert list(found) == list(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, atol=1e-12)
    point = unconstrained_point(built, start)
    assert [value.name for value in built.value_vars] == list(point)


def test_a_start_that_is_not_whole_is_left_to_pymc(model) -> None:
    built, start = model._built.pymc_model, dict(model.initvals)
    start.pop("t")
    found, expected = (
        make(built, overrides=start)(1) for make in (FitModel._make_initial_point, pm.Model._make_initial_point)
    )
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


def _by_variable(built, point):
    return {value: point[value.name] for value in built.value_vars}
