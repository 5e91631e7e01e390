"""The step and the store of draws that PyMC's sampler is handed."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from pymc.step_methods.hmc.integration import CpuLeapfrogIntegrator

import hssm
from hssm.bambi_bridge.model import unconstrained_point
from hssm.inference.leapfrog import LimitedIntegrator
from hssm.inference.metric import correlated_numbers
from hssm.inference.nuts import compiled_step, recorder
from hssm.inference.potential import DensePotential, RoundedPotential
from hssm.inference.results import stored_names
from hssm.inference.samplers import jittered
from tests.bambi_bridge.cases import make_frame, make_model


@pytest.fixture(scope="module")
def model():
    return make_model("1 + x + (1|p)")


def _keywords(model) -> dict:
    return {"chains": 2, "initvals": jittered(model.initvals, model._built.pymc_model, 2, 0.05, 1)}


def test_the_step_is_that_of_pymc_with_our_metric(model) -> None:
    built = model._built
    with built.pymc_model:
        step = compiled_step(built, _keywords(model), {"target_accept": 0.93}, 1)
    assert type(step.potential) is RoundedPotential
    assert step.target_accept == 0.93
    assert [value.name for value in step.vars] == [value.name for value in built.pymc_model.value_vars]


def test_correlations_adapt_where_there_are_widths() -> None:
    model = hssm.HSSM(make_frame(), model="ddm_sdv")
    with model._built.pymc_model:
        step = compiled_step(model._built, _keywords(model), {}, 1)
    assert type(step.potential) is DensePotential


def test_with_many_group_effects_only_shared_numbers_correlations_adapt() -> None:
    formula = "v ~ 1 + (1|participant_id)"
    data = hssm.simulate_data("ddm_sdv", {"v": 0.7, "a": 1.2, "z": 0.5, "t": 0.3, "sv": 0.5}, size=300, random_state=1)
    data["participant_id"] = np.arange(len(data)) % 30
    model = hssm.HSSM(data, model="ddm_sdv", include=[{"name": "v", "formula": formula}])
    chosen = correlated_numbers(model._built, model.initvals)
    sizes = [np.size(model.initvals[variable.name]) for variable in model._built.pymc_model.free_RVs]
    assert sizes.count(1) + 30 == len(chosen)
    np.testing.assert_array_equal(chosen, np.repeat(np.array(sizes) == 1, sizes))


def test_slopes_are_limited_where_one_trial_may_be_a_cusp() -> None:
    data = hssm.simulate_data("ddm", {"v": 0.7, "a": 1.2, "z": 0.5, "t": 0.3}, size=300, random_state=1)
    data["participant_id"] = np.arange(len(data)) % 30
    few, many = hssm.HSSM(data), hssm.HSSM(data, include=[{"name": "v", "formula": "v ~ 1 + (1|participant_id)"}])
    integrators = []
    for model in (few, many):
        with model._built.pymc_model:
            integrators.append(type(compiled_step(model._built, _keywords(model), {}, 1).integrator))
    assert integrators == [LimitedIntegrator, CpuLeapfrogIntegrator]


def test_another_initialisation_is_left_to_pymc(model) -> None:
    built = model._built
    with built.pymc_model:
        step = compiled_step(built, _keywords(model), {}, 1, "jitter+adapt_diag_grad")
    assert type(step.potential).__name__ == "QuadPotentialDiagAdaptExp"


def test_copies_of_the_store_share_the_function_and_nothing_else(model) -> None:
    built = model._built
    first = recorder(built, model.initvals)
    assert sorted(first.varnames) == sorted(stored_names(built))
    copies = [copy.copy(first) for _ in range(2)]
    for chain, each in enumerate(copies):
        assert each.fn is first.fn
        each.setup(3, chain, [{}])
        each.record(built.pymc_model.initial_point(), [{}], in_warmup=False)
    assert len(first) == 0
    assert copies[0].samples["a"] is not copies[1].samples["a"]
    assert np.shape(copies[0].samples["v_1|p"])[0] == 3


def test_recorded_values_are_on_the_variables_own_scales(model) -> None:
    built = model._built
    store = recorder(built, model.initvals)
    store.setup(1, 0, [{}])
    store.record(unconstrained_point(built.pymc_model, model.initvals), [{}], in_warmup=False)
    for variable in built.pymc_model.free_RVs:
        np.testing.assert_allclose(
            store.samples[variable.name][0], model.initvals[variable.name], rtol=1e-12, atol=1e-12
        )
