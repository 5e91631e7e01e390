import numpy as np
import pymc as pm
import pytest

from hssm.bambi_bridge.transforms import constrain, unconstrain
from tests.tolerances import SAME_NUMERICS

POINT = {"free": np.array(-1.5), "positive": np.array([0.5, 2.0]), "between": np.array(0.25), "below": np.array(0.1)}


@pytest.fixture(scope="module")
def model():
    with pm.Model() as model:
        pm.Normal("free")
        pm.HalfNormal("positive", shape=2)
        between = pm.Uniform("between", 0, 1)
        pm.Uniform("below", 0, between)
    return model


def test_the_unconstrained_scale_is_pymcs(model):
    free = unconstrain(model, POINT)
    expected = {"free": -1.5, "positive": np.log([0.5, 2.0]), "between": np.log(1 / 3), "below": np.log(0.1 / 0.15)}
    for name, value in expected.items():
        np.testing.assert_allclose(free[name], value, rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)


def test_there_and_back(model):
    back = constrain(model, unconstrain(model, POINT))
    assert set(back) == set(POINT)
    for name, value in POINT.items():
        np.testing.assert_allclose(back[name], value, rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)


def test_a_subset_of_the_variables_is_enough(model):
    assert set(unconstrain(model, {"positive": np.array([1.0, 1.0])})) == {"positive"}
    np.testing.assert_array_equal(unconstrain(model, {"free": np.array(3.0)})["free"], 3.0)


def test_the_given_point_is_left_alone(model):
    point = {name: value.copy() for name, value in POINT.items()}
    unconstrain(model, point)
    for name, value in POINT.items():
        np.testing.assert_array_equal(point[name], value)
