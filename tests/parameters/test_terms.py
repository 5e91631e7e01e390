"""Priors of regression terms: the user's are read and checked, the rest is filled in by the rules of the contract."""

import copy

import bambi as bmb
import numpy as np
import pandas as pd
import pytest

from hssm.parameters.default_priors import CoefficientPriors, defaults_for
from hssm.parameters.formula import parse_formula
from hssm.parameters.link import Link
from hssm.parameters.prior import Prior
from hssm.parameters.terms import complete_priors, read_priors
from hssm.spec import ModelSpec, ParameterSpec

V = ParameterSpec(name="v", role="v")
SPEC = ModelSpec(name="m", parameters=(V,), choices=(-1, 1))
SLOPE = Prior("Normal", mu=0, sigma=0.25)
SCALE = Prior("Weibull", alpha=1.5, beta=0.3)
GROUP = Prior("Normal", mu=0, sigma=SCALE)
INTERCEPT = Prior("Normal", mu=2, sigma=3)


@pytest.fixture(scope="module")
def data():
    return pd.DataFrame(
        {
            "x": np.linspace(-1, 1, 24),
            "condition": ["easy", "hard", "none"] * 8,
            "who": np.repeat(["p1", "p2", "p3", "p4"], 6),
            "site": np.repeat(["s1", "s2"], 12),
        }
    )


def complete(formula, data, given=None):
    parsed = parse_formula(formula, "v", data)
    user = read_priors("v", given, parsed)
    coefficients = CoefficientPriors(name="v", defaults=defaults_for(SPEC, None, V, V.bounds), link=Link("identity"))
    return complete_priors("v", user, parsed, coefficients)


COMPLETE = {
    "1 + x": {"Intercept": INTERCEPT, "x": SLOPE},
    "x + (x|who)": {"Intercept": INTERCEPT, "x": SLOPE, "1|who": GROUP, "x|who": GROUP},
    "1 + (x|who)": {
        "Intercept": INTERCEPT,
        "1|who": GROUP,
        "x|who": Prior("Normal", mu=SLOPE, sigma=SCALE),
    },
    "0 + (1|who)": {"1|who": Prior("Normal", mu=INTERCEPT, sigma=Prior("HalfNormal", sigma=2))},
    "0 + condition + (1|who)": {"condition": INTERCEPT, "1|who": GROUP},
    "0 + condition + (0 + condition|who)": {"condition": INTERCEPT, "condition|who": GROUP},
    "1 + (1|who) + (1|site)": {"Intercept": INTERCEPT, "1|who": GROUP, "1|site": GROUP},
    "offset(x) + hsgp(x, m=5, c=2)": {"Intercept": INTERCEPT},
}


@pytest.mark.parametrize("formula", COMPLETE)
def test_defaults_of_terms(formula, data):
    assert complete(formula, data) == COMPLETE[formula]


def test_user_priors_win_and_are_never_altered(data):
    own = Prior("Uniform", lower=-9, upper=9)
    given = {"x": own, "Intercept": 0.5}
    before = copy.deepcopy(given)
    priors = complete("x + (1|who)", data, given)
    assert priors == {"Intercept": 0.5, "x": own, "1|who": GROUP}
    assert given == before and priors["x"] is not own


def test_wildcards_are_for_the_terms_not_named(data):
    group = {"name": "Normal", "mu": 0, "sigma": {"name": "HalfNormal", "sigma": 0.5}}
    given = {"common": Prior("Normal", mu=0, sigma=9), "Intercept": 1.0, "group_specific": group}
    priors = complete("x + offset(x) + (x|who)", data, given)
    read = Prior("Normal", mu=0, sigma=Prior("HalfNormal", sigma=0.5))
    assert priors == {"Intercept": 1.0, "x": given["common"], "1|who": read, "x|who": read}


def test_hsgp_priors_and_blanks_in_keys(data):
    given = {"hsgp(x,m=5,c=2)": {"sigma": {"name": "Exponential", "lam": 1}, "ell": 0.3}}
    priors = complete("hsgp(x, m=5, c=2)", data, given)
    assert priors["hsgp(x, m=5, c=2)"] == {"sigma": Prior("Exponential", lam=1), "ell": 0.3}


def test_bambi_priors_and_vectors(data):
    given = {"condition": bmb.Prior("Normal", mu=np.array([0.0, 1.0, 2.0]), sigma=1)}
    prior = complete("0 + condition", data, given)["condition"]
    assert isinstance(prior, Prior) and prior.args["mu"].shape == (3,)
    assert complete("0 + condition", data, {"condition": [0, 1, 2]})["condition"].tolist() == [0.0, 1.0, 2.0]


HYPER = {"name": "Normal", "mu": 0, "sigma": {"name": "HalfNormal", "sigma": 1}}


@pytest.mark.parametrize(
    ("formula", "given", "error", "message"),
    [
        ("1 + x", {"y": 1.0}, ValueError, "unknown prior key 'y' of parameter 'v'.*'Intercept', 'x'"),
        ("1 + x", {"intercept": 1.0}, ValueError, "Did you mean 'Intercept'"),
        ("1 + x", {"group_specific": HYPER}, ValueError, "unknown prior key 'group_specific'"),
        ("1 + x", {"name": "Normal", "mu": 0}, ValueError, "must be a dict from terms to priors"),
        ("1 + x", Prior("Normal", mu=0), ValueError, "must be a dict from terms to priors"),
        ("1 + x", {"x": "Normal"}, TypeError, "prior of term 'x' of parameter 'v'"),
        ("1 + x", {"x": HYPER}, ValueError, "only group-specific terms may"),
        ("1 + x", {"x": {"name": "Norml"}}, ValueError, "Did you mean 'Normal'"),
        ("1 + (1|who)", {"1|who": {"name": "Normal", "mu": 0, "sigma": 1}}, ValueError, "has no hyperprior"),
        ("1 + (1|who)", {"1|who": 0.0}, ValueError, "not the number 0.0"),
        ("offset(x)", {"offset(x)": 1.0}, ValueError, "is an offset"),
        ("hsgp(x, m=5, c=2)", {"hsgp(x, m=5, c=2)": Prior("Normal", mu=0)}, ValueError, "'ell', 'sigma'"),
        ("0 + (1|who) + (1|site)", None, ValueError, "'1' in groups 'who', 'site' without a common term"),
        ("1 + (x|who) + (x|site)", None, ValueError, "'x' in groups 'who', 'site'"),
    ],
)
def test_faults(formula, given, error, message, data):
    with pytest.raises(error, match=message):
        complete(formula, data, given)


def test_two_factors_are_fine_where_the_user_gives_priors(data):
    priors = complete("0 + (1|who) + (1|site)", data, {"1|site": HYPER})
    assert priors["1|site"].args["mu"] == 0
