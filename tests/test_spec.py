"""The core types: what they refuse when made, and what they derive."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from hssm.spec import (
    Density,
    LikelihoodSpec,
    ModelSpec,
    Observations,
    ParameterSpec,
    ResolvedParam,
)

V = ParameterSpec(name="v", role="v")
A = ParameterSpec(name="a", role="a", bounds=(0.0, math.inf))


def likelihood(kind: str = "analytical", **changes) -> LikelihoodSpec:
    return LikelihoodSpec(kind=kind, source=Density(log_density=lambda observed, theta: 0.0), **changes)


def model(**changes) -> ModelSpec:
    return ModelSpec(**{"name": "m", "parameters": (V, A), "choices": (-1, 1), **changes})


@pytest.mark.parametrize("name", ["", "a b", "1a", "a-b"])
def test_parameter_names_are_identifiers(name) -> None:
    with pytest.raises(ValueError, match="identifier"):
        ParameterSpec(name=name)


@pytest.mark.parametrize("bounds", [(1.0, 0.0), (1.0, 1.0), (math.nan, 1.0)])
def test_bounds_are_lower_before_upper(bounds) -> None:
    with pytest.raises(ValueError, match="lower < upper"):
        ParameterSpec(name="a", bounds=bounds)
    with pytest.raises(ValueError, match="'a'.*lower < upper"):
        likelihood(bounds={"a": bounds})


def test_likelihood_kinds_are_three() -> None:
    with pytest.raises(ValueError, match="'exact'.*analytical.*approx_differentiable.*blackbox"):
        likelihood(kind="exact")


@pytest.mark.parametrize(
    ("changes", "pattern"),
    [
        ({"parameters": (V, V)}, "repeats a parameter"),
        ({"choices": (1, 1)}, "repeats a choice"),
        ({"likelihoods": (likelihood(), likelihood())}, "two likelihoods of one kind"),
        ({"likelihoods": (likelihood(bounds={"b": (0.0, 1.0)}),)}, r"unknown parameters \['b'\]"),
        ({"likelihoods": (likelihood(default_priors={"b": 1}),)}, r"unknown parameters \['b'\]"),
    ],
)
def test_models_are_consistent(changes, pattern) -> None:
    with pytest.raises(ValueError, match=pattern):
        model(**changes)


def test_the_first_likelihood_is_the_default() -> None:
    both = model(likelihoods=(likelihood(), likelihood("blackbox")))
    assert both.likelihood().kind == "analytical"
    assert both.likelihood("blackbox").kind == "blackbox"
    with pytest.raises(ValueError, match="'approx_differentiable'.*it has: analytical, blackbox"):
        both.likelihood("approx_differentiable")


def test_bounds_of_a_likelihood_come_before_the_natural_domain() -> None:
    boxed = model(likelihoods=(likelihood(), likelihood("blackbox", bounds={"a": (0.3, 2.5)})))
    assert boxed.bounds() == {"v": (-math.inf, math.inf), "a": (0.0, math.inf)}
    assert boxed.bounds("blackbox")["a"] == (0.3, 2.5)
    assert model().bounds()["a"] == (0.0, math.inf)


@pytest.mark.parametrize(
    ("response", "expected"), [(("rt", "response"), False), (("response",), True), (("rt",), False)]
)
def test_choice_only_models_have_one_column_that_is_not_rt(response, expected) -> None:
    assert model(response=response).is_choice_only is expected


def test_models_find_their_parameters() -> None:
    assert model().parameter_names == ("v", "a")
    assert model().parameter("a") is A


def test_types_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        model().name = "other"


def test_observations_know_their_shape() -> None:
    seen = Observations(
        frame=pd.DataFrame({"response": [1, -1], "x": ["a", "b"], "rt": [0.5, 0.7]}),
        response=("rt", "response"),
        choices=(-1, 1),
        is_missing=np.zeros(2, dtype=bool),
        positions=np.arange(2),
    )
    assert seen.n_trials == 2
    assert seen.response_str == "rt,response"
    assert seen.response_matrix().tolist() == [[0.5, 1.0], [0.7, -1.0]]


@pytest.mark.parametrize(
    ("changes", "is_fixed", "is_regression"),
    [({"prior": object()}, False, False), ({"formula": "1 + x"}, False, True), ({"fixed_value": 0.0}, True, False)],
)
def test_a_parameter_is_fixed_simple_or_a_regression(changes, is_fixed, is_regression) -> None:
    param = ResolvedParam(name="v", bounds=V.bounds, **changes)
    assert (param.is_fixed, param.is_regression) == (is_fixed, is_regression)
