"""Bambi's description of a model: formulas, priors and links as they were resolved, user objects untouched."""

from __future__ import annotations

import copy

import bambi as bmb
import pytest

import hssm
from hssm.bambi_bridge.compat import read_terms
from hssm.bambi_bridge.family import describe, make_family, response_expression
from hssm.spec import ResolvedParam
from tests.bambi_bridge.cases import make_frame, make_model


def test_response_expression() -> None:
    assert response_expression(("rt", "response")) == "c(rt, response)"
    assert response_expression(("response",)) == "response"


def test_make_family() -> None:
    links = {"v": "identity", "a": "log"}
    family = make_family(None, ["v", "a"], links, parent="a", likelihood_name="L", family_name="F")
    assert family.name == "F"
    assert family.likelihood.name == "L"
    assert family.likelihood.parent == "a"
    assert tuple(family.likelihood.params) == ("v", "a")
    assert family.link["a"].name == "log"


def test_the_first_regression_is_the_parent() -> None:
    model = hssm.HSSM(make_frame(), include=[{"name": "a", "formula": "a ~ 1 + x"}, {"name": "z", "formula": "z ~ g"}])
    described = model._built.bambi_model
    assert described.formula.main == "c(rt, response) ~ 1 + x"
    assert list(described.formula.additionals) == ["z ~ g"]
    assert described.family.likelihood.parent == "a"
    assert described.parameters["a"].terms.keys() == {"Intercept", "x"}


def test_without_regressions_the_parent_has_an_intercept_only() -> None:
    described = hssm.HSSM(make_frame())._built.bambi_model
    assert described.formula.main == "c(rt, response) ~ 1"
    assert described.family.likelihood.parent == "v"


def test_every_parameter_may_be_fixed_but_one() -> None:
    described = hssm.HSSM(make_frame(), v=0.5, z=0.5)._built.bambi_model
    assert set(described.family.likelihood.params) == {"v", "a", "z", "t", "p_outlier"}


def test_priors_arrive_as_they_were_resolved() -> None:
    prior = {"Intercept": {"name": "Normal", "mu": 0.2, "sigma": 0.4}, "x": 0.3}
    given = copy.deepcopy(prior)
    model = make_model("1 + x + w", prior=prior)
    assert prior == given
    terms = {term.name: term for term in read_terms(model._built.bambi_model, "v")}
    assert terms["Intercept"].prior.args == {"mu": 0.2, "sigma": 0.4}
    assert float(terms["x"].prior) == 0.3
    assert terms["w"].prior.name == "Normal"


def test_the_description_shares_no_prior_with_the_parameters() -> None:
    model = make_model("1 + x")
    described = describe(model._construction.observations, model._construction.params)
    described.parameters["v"].terms["x"].prior.args["sigma"] = 99.0
    assert model._construction.params["v"].prior["x"].args["sigma"] != 99.0


def test_bambi_scales_priors_that_were_left_to_it() -> None:
    model = make_model("1 + x", prior_settings=None)
    observations = model._construction.observations
    params = {"v": ResolvedParam(name="v", bounds=(-9.0, 9.0), link=bmb.Link("identity"), formula="1 + x", prior={})}
    terms = describe(observations, params).parameters["v"].terms
    assert terms["x"].prior.name == "Normal"
    assert read_terms(model._built.bambi_model, "v")[1].prior.args == terms["x"].prior.args


def test_functions_of_the_user_reach_the_formula() -> None:
    observations = make_model("1 + x")._construction.observations
    params = {"v": ResolvedParam(name="v", bounds=(-9.0, 9.0), link=bmb.Link("identity"), formula="1 + twice(x)")}
    terms = describe(observations, params, extra_namespace={"twice": lambda x: 2 * x}).parameters["v"].terms
    assert "twice(x)" in terms
    with pytest.raises(KeyError, match="twice"):
        describe(observations, params)
