"""The compiled sampler: the posterior of ``HSSM.sample``, whatever data the model held when it was compiled."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

import hssm
from hssm.construct import with_responses
from hssm.inference.expert import value_point
from hssm.inference.results import finish_draws
from hssm.recovery.compiled import CompiledSampler
from tests.tolerances import MONTE_CARLO, SINGLE_PRECISION

TRUE = {"v": 0.8, "a": 1.2, "z": 0.5, "t": 0.3}
RACE = {"A": 0.5, "b": 1.5, "v0": 1.0, "v1": 2.0, "v2": 1.5, "t": 0.2}
GROUPS = [{"name": "v", "formula": "v ~ 1 + x + (1|p)"}]
CASES = {
    "flat": ("ddm", TRUE, {"p_outlier": 0}),
    "grouped": ("ddm", TRUE, {"include": GROUPS}),
    "race": ("racing_diffusion_3", RACE, {"p_outlier": 0}),
    "deadline": ("ddm", TRUE, {"deadline": 1.2}),
    "network": ("ddm", TRUE, {"loglik_kind": "approx_differentiable", "p_outlier": 0}),
}


def models(case: str) -> list[hssm.HSSM]:
    """A model of each of two data sets."""
    model, theta, arguments = CASES[case]
    frames = [
        hssm.simulate_data(model, theta, size=60, random_state=seed, deadline=arguments.get("deadline"))
        for seed in (1, 2)
    ]
    frames = [frame.assign(p=np.repeat(np.arange(4), 15), x=np.tile([0.0, 1.0], 30)) for frame in frames]
    return [hssm.HSSM(frame, model, **arguments) for frame in frames]


@pytest.mark.parametrize(
    "case",
    ["grouped", "race", pytest.param("flat", marks=pytest.mark.slow), pytest.param("deadline", marks=pytest.mark.slow)],
)
@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_the_density_is_that_of_the_new_data(case) -> None:
    first, second = models(case)
    sampler = CompiledSampler(first.built)
    with_responses(first.construction, second.construction.observations.response_matrix())
    point = value_point(second.pymc_model, second.initvals)
    value, gradient = density(sampler, np.concatenate([np.ravel(part) for part in point.values()]))
    assert value == pytest.approx(float(second.compile_logp(keep_transformed=True)(point)), rel=1e-12)
    expected = second.pymc_model.compile_dlogp()(point)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-10)


def density(sampler: CompiledSampler, point: np.ndarray) -> tuple[float, np.ndarray]:
    """Log density and gradient as nutpie gets them."""
    data = {v.name: v.get_value() for v in sampler.model.data_vars}
    known = {variable.name for variable in sampler._compiled.shared_var_keys}
    compiled = sampler._compiled.with_data(**{name: value for name, value in data.items() if name in known})
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    function = ctypes.CFUNCTYPE(number, ctypes.c_uint64, pointer, pointer, pointer, pointer)(
        compiled.compiled_logp_func.address
    )
    gradient, value = np.zeros(len(point)), np.zeros(())
    places = (point.ctypes.data, gradient.ctypes.data, value.ctypes.data, compiled.user_data.ctypes.data)
    assert function(len(point), *places) == 0
    return float(value), gradient


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_networks_are_compiled_once_for_all_data() -> None:
    """By JAX, with the data as an argument: the density is that of the new data there, too."""
    first, second = models("network")
    sampler = CompiledSampler(first.built)
    with_responses(first.construction, second.construction.observations.response_matrix())
    point = value_point(second.pymc_model, second.initvals)
    flat = np.concatenate([np.ravel(part) for part in point.values()])
    data = {name: sampler.model[name].get_value() for name in sampler._known}
    compiled = sampler._compiled.with_data(**data)
    value, gradient = compiled._make_logp_func()(flat, **compiled._shared_data)
    expected = float(second.compile_logp(keep_transformed=True)(point))
    assert value == pytest.approx(expected, rel=SINGLE_PRECISION.relative)
    dlogp = second.pymc_model.compile_dlogp()(point)
    np.testing.assert_allclose(gradient, dlogp, rtol=SINGLE_PRECISION.relative, atol=SINGLE_PRECISION.absolute)
    options = {"draws": 150, "tune": 150, "chains": 2}
    raw, _ = sampler.sample(second.initvals, options, np.random.SeedSequence(1))
    draws = finish_draws(second.built, raw)
    assert {name: abs(float(draws[name].mean()) - TRUE[name]) < 0.6 for name in TRUE} == dict.fromkeys(TRUE, True)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["flat", "grouped"])
@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_posteriors_are_those_of_sample(case) -> None:
    first, second = models(case)
    sampler = CompiledSampler(first.built)
    renewed = with_responses(first.construction, second.construction.observations.response_matrix())
    raw, _ = sampler.sample(renewed.initvals, {"draws": 2000, "tune": 1000, "chains": 4}, np.random.SeedSequence(1))
    ours = finish_draws(renewed.built, raw)
    theirs = second.sample(draws=2000, tune=1000, chains=4, random_seed=1, progressbar=False).posterior.to_dataset()
    import arviz_stats

    for name in ours.data_vars:
        ess = [arviz_stats.ess(tree[[name]])[name].to_numpy() for tree in (ours, theirs)]
        spread = theirs[name].std(("chain", "draw")).to_numpy()
        difference = (ours[name].mean(("chain", "draw")) - theirs[name].mean(("chain", "draw"))).to_numpy()
        error = spread * np.sqrt(1 / ess[0] + 1 / ess[1])
        assert np.all(np.abs(difference) < MONTE_CARLO.standard_errors * error), name
        ratio = ours[name].std(("chain", "draw")).to_numpy() / spread
        assert np.all(np.abs(np.log(ratio)) < 0.2), name


def test_the_same_seed_gives_the_same_draws() -> None:
    model = models("flat")[0]
    sampler, options = CompiledSampler(model.built), {"draws": 50, "tune": 50, "chains": 2}
    runs = [sampler.sample(model.initvals, options, np.random.SeedSequence(seed))[0] for seed in (1, 1, 2)]
    assert runs[0].sizes == {"chain": 2, "draw": 50}, "warm-up is no part of the posterior"
    assert runs[0].equals(runs[1])
    assert not runs[0].equals(runs[2])
