import pymc as pm

import hssm
from hssm.param.parameterization_check import find_disconnected_free_rvs
from tests.fitted import INCLUDE, hierarchical_frame


def test_every_variable_of_our_models_reaches_the_likelihood():
    for noncentered in (True, False):
        model = hssm.HSSM(hierarchical_frame(), include=INCLUDE, noncentered=noncentered)
        assert find_disconnected_free_rvs(model.pymc_model) == []


def test_variables_without_effect_are_named():
    with pm.Model() as model:
        mean, _ = pm.Normal("mean"), pm.Normal("forgotten")
        scale = pm.HalfNormal("scale")
        pm.Normal("y", mean, 1.0, observed=0.3)
        above = pm.Normal("hyper")
        pm.Normal("child", above)
        pm.Potential("p", -scale)
    assert find_disconnected_free_rvs(model) == ["forgotten", "hyper", "child"]
