"""Distribution classes made from likelihoods: parameters by position or name, and errors that name them."""

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose

import hssm
from hssm.distributions.make import make_distribution_class
from tests.distributions.cases import PARAMETERS, VALUES, ddm_likelihood
from tests.evaluation import PYTHON
from tests.tolerances import OTHER_ALGORITHM

DDM = make_distribution_class(ddm_likelihood(), name="DDM")
OBSERVED = np.array([[0.8, 1.0], [1.3, -1.0], [0.6, 1.0]])


def log_density(distribution: object) -> np.ndarray:
    return np.asarray(pm.logp(distribution, OBSERVED).eval(mode=PYTHON))


def test_position_and_name_give_the_same_density() -> None:
    v, a, z, t = VALUES
    expected = hssm.log_density("ddm", {"rt": OBSERVED[:, 0], "response": OBSERVED[:, 1]}, PARAMETERS)
    for distribution in (DDM.dist(v, a, z, t), DDM.dist(**PARAMETERS), DDM.dist(v, a, t=t, z=z)):
        assert_allclose(log_density(distribution), expected, rtol=OTHER_ALGORITHM.relative)


def test_the_class_knows_its_likelihood() -> None:
    assert DDM.__name__ == "DDM"
    assert DDM.params == ("v", "a", "z", "t")
    assert DDM.likelihood is ddm_likelihood()
    assert "rt, response" in DDM.__doc__


@pytest.mark.parametrize(
    ("args", "kwargs", "words"),
    [
        ((1.0,), {"a": 1.0}, ["needs", "v, a, z, t", "missing: z, t"]),
        ((1.0, 1.0, 0.5, 0.2, 3.0), {}, ["takes 4", "got 5"]),
        ((1.0,), {"v": 1.0, "a": 1.0, "z": 0.5, "t": 0.1}, ["'v'", "twice"]),
    ],
)
def test_wrong_parameters_are_named(args: tuple, kwargs: dict, words: list[str]) -> None:
    with pytest.raises(TypeError) as caught:
        DDM.dist(*args, **kwargs)
    assert all(word in str(caught.value) for word in words)


def test_it_serves_in_a_model_of_ones_own() -> None:
    with pm.Model() as model:
        drift = pm.Normal("drift", 0.0, 1.0)
        DDM("y", v=drift, a=1.2, z=0.5, t=0.2, observed=OBSERVED)
    found = model.compile_logp(mode=PYTHON)({"drift": 0.4})
    observed = {"rt": OBSERVED[:, 0], "response": OBSERVED[:, 1]}
    expected = hssm.log_density("ddm", observed, {**PARAMETERS, "v": 0.4}).sum()
    assert_allclose(found, expected - 0.5 * (np.log(2 * np.pi) + 0.4**2), rtol=OTHER_ALGORITHM.relative)
