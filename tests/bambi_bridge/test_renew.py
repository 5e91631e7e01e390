"""A model with other responses is the model that would have been built from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hssm
from hssm.bambi_bridge.renew import data_of
from hssm.construct import with_responses

TRUE = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}
RACE = {"A": 0.5, "b": 1.5, "v0": 1.0, "v1": 2.0, "v2": 1.5, "t": 0.2}
HIERARCHICAL = [
    {"name": "v", "formula": "v ~ 1 + x + (1 + x|p)"},
    {"name": "a", "formula": "a ~ 1 + (1|p)"},
]


def flat(seed: int, model: str = "ddm", theta: dict[str, float] | None = None, **options: Any) -> pd.DataFrame:
    return hssm.simulate_data(model, theta or TRUE, size=60, random_state=seed, **options)


def grouped(seed: int) -> pd.DataFrame:
    return flat(seed).assign(p=np.repeat(np.arange(6), 10), x=np.tile([0.0, 1.0], 30))


def with_deadline(seed: int) -> pd.DataFrame:
    return flat(seed, deadline=1.2).assign(deadline=1.2)


CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "flat": (flat, {"p_outlier": 0}),
    "lapses": (flat, {}),
    "hierarchical": (grouped, {"include": HIERARCHICAL}),
    "noncentered": (grouped, {"include": HIERARCHICAL, "noncentered": True}),
    "omissions": (with_deadline, {"deadline": True}),
    "fixed by trial": (flat, {"a": np.linspace(1.0, 2.0, 60)}),
    "shifted coordinate, limited": (
        lambda seed: flat(seed, "racing_diffusion_3", RACE),
        {"model": "racing_diffusion_3", "p_outlier": 0},
    ),
    "shifted coordinate": (lambda seed: flat(seed, "racing_diffusion_3", RACE), {"model": "racing_diffusion_3"}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_renewed_and_newly_built_are_one(case) -> None:
    make, arguments = CASES[case]
    first, second = hssm.HSSM(make(1), **arguments), hssm.HSSM(make(2), **arguments)
    renewed = with_responses(first.construction, second.construction.observations.response_matrix())
    assert renewed.built.pymc_model is first.pymc_model
    names = {variable.name for variable in second.pymc_model.data_vars}
    assert names == {variable.name for variable in first.pymc_model.data_vars}
    for name in names:
        np.testing.assert_array_equal(first.pymc_model[name].get_value(), second.pymc_model[name].get_value())
    assert renewed.built.parameterization == second.parameterization
    for name, value in second.initvals.items():
        np.testing.assert_array_equal(renewed.initvals[name], value)


def test_everything_that_differs_between_data_sets_is_renewed() -> None:
    """What two builds disagree in, beyond the design, is what `data_of` names."""
    first, second = (hssm.HSSM(grouped(seed), include=HIERARCHICAL) for seed in (1, 2))
    differing = {
        variable.name
        for variable in first.pymc_model.data_vars
        if not np.array_equal(variable.get_value(), second.pymc_model[variable.name].get_value())
    }
    assert differing and differing <= set(data_of(first.built))


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_a_new_outcome_makes_a_new_model_that_keeps_the_old_ones() -> None:
    plain = with_deadline(1)
    plain = plain.assign(rt=np.where(plain["rt"] > 0, plain["rt"], 1.0), response=plain["response"].replace(-999, 1))
    model, late = hssm.HSSM(plain, deadline=True), hssm.HSSM(with_deadline(2), deadline=True)
    omitted = with_responses(model.construction, late.construction.observations.response_matrix())
    assert omitted.built.pymc_model is not model.pymc_model
    assert set(omitted.outcomes) > set(model.construction.outcomes)
    point = {name: value for name, value in late.initvals.items()}
    from hssm.inference.expert import value_point

    ours = omitted.built.pymc_model.compile_logp()(value_point(omitted.built.pymc_model, point))
    assert ours == pytest.approx(late.compile_logp()(late.initvals), rel=1e-12)
    again = with_responses(omitted, model.construction.observations.response_matrix())
    assert again.built.pymc_model is omitted.built.pymc_model
    assert again.outcomes == omitted.outcomes
