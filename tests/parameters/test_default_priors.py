"""Default priors against the numbers the contract prints, and their rules by role, bounds and likelihood."""

import math

import numpy as np
import pytest

from hssm.parameters.default_priors import CoefficientPriors, Defaults, by_bounds, defaults_for, within
from hssm.parameters.link import Link, link_for_bounds
from hssm.parameters.prior import Prior
from hssm.parameters.quantiles import quantile
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec

INF = math.inf
TWO_DECIMALS = 0.005
BOUNDS = {
    "v": (-INF, INF),
    "a": (0.0, INF),
    "z": (0.0, 1.0),
    "t": (0.0, INF),
    "sv": (0.0, INF),
    "sz": (0.0, 1.0),
    "st": (0.0, INF),
    "theta": (-math.pi / 2, math.pi / 2),
    "p_outlier": (0.0, 1.0),
}
INTERCEPTS = {
    "a": ("log", 0.32, 0.52),
    "t": ("log", -1.98, 1.18),
    "z": ("gen_logit", 0.0, 0.45),
    "sv": ("log", 0.30, 0.98),
    "st": ("log", -1.60, 0.98),
    "sz": ("gen_logit", -0.76, 1.42),
    "p_outlier": ("gen_logit", -3.06, 0.47),
    "theta": ("gen_logit", 0.80, 0.76),
}


def coefficients(role, bounds=None, link=None, **options):
    bounds = bounds or BOUNDS[role]
    parameter = ParameterSpec(name=role, role=role, bounds=bounds)
    defaults = defaults_for(model(parameter), None, parameter, bounds)
    return CoefficientPriors(name=role, defaults=defaults, link=link or link_for_bounds(bounds), **options)


def model(*parameters, name="m"):
    return ModelSpec(name=name, parameters=parameters, choices=(-1, 1))


@pytest.mark.parametrize("role", INTERCEPTS)
def test_intercepts_on_the_link_scale(role):
    link, mean, sigma = INTERCEPTS[role]
    priors = coefficients(role)
    assert priors.link.name == link
    intercept = priors.intercept()
    assert intercept.name == "Normal"
    assert float(intercept.args["mu"]) == pytest.approx(mean, abs=TWO_DECIMALS)
    assert float(intercept.args["sigma"]) == pytest.approx(sigma, abs=TWO_DECIMALS)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (-3.0, 3.0), (0.05, 0.95), (10.0, 1000.0)])
def test_any_uniform_has_the_same_intercept(bounds):
    priors = coefficients("generic", bounds)
    intercept = priors.intercept()
    assert float(intercept.args["mu"]) == 0.0
    assert float(intercept.args["sigma"]) == pytest.approx(1.67, abs=TWO_DECIMALS)


@pytest.mark.parametrize("role", INTERCEPTS)
def test_link_scale_prior_has_the_median_of_the_natural_one(role):
    priors = coefficients(role)
    natural = within(priors.defaults.reference, priors.defaults.bounds)
    back = priors.link.linkinv(quantile(priors.intercept(), 0.5))
    assert back == pytest.approx(quantile(natural, 0.5), rel=1e-9)


def test_simple_defaults():
    expected = {
        "v": Prior("Normal", mu=0, sigma=2),
        "a": Prior("HalfNormal", sigma=2),
        "z": Prior("Uniform", lower=0, upper=1),
        "t": Prior("HalfNormal", sigma=2),
        "sv": Prior("HalfNormal", sigma=2),
        "sz": Prior("HalfNormal", sigma=0.5),
        "st": Prior("HalfNormal", sigma=0.3),
        "theta": Prior("Uniform", lower=-0.1, upper=1.3),
    }
    assert {role: coefficients(role).defaults.simple for role in expected} == expected


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((-INF, INF), Prior("Normal", mu=0, sigma=2)),
        ((0.0, INF), Prior("HalfNormal", sigma=2)),
        ((1.0, INF), Prior("TruncatedNormal", mu=1.0, sigma=2, lower=1.0)),
        ((-INF, 2.0), Prior("TruncatedNormal", mu=2.0, sigma=2, upper=2.0)),
        ((1.0, 3.0), Prior("Uniform", lower=1.0, upper=3.0)),
    ],
)
def test_defaults_by_bounds(bounds, expected):
    assert by_bounds(bounds) == expected


def network(bounds, **options):
    return LikelihoodSpec(kind="approx_differentiable", source=None, backend="jax", bounds=bounds, **options)


def test_a_network_has_uniform_defaults_over_its_box():
    v, t = (ParameterSpec(name=name, role=name, bounds=BOUNDS[name]) for name in ("v", "t"))
    likelihood = network({"v": (-3.0, 3.0), "t": (0.0, 2.0)})
    ddm = model(v, t, name="ddm")
    assert defaults_for(ddm, likelihood, v, (-3.0, 3.0)).simple == Prior("Uniform", lower=-3, upper=3)
    assert defaults_for(ddm, likelihood, t, (0.0, 2.0)).simple == Prior("HalfNormal", sigma=2)
    angle = model(v, t, name="angle")
    assert defaults_for(angle, likelihood, t, (0.0, 2.0)).simple == Prior("Uniform", lower=0, upper=2)
    reference = CoefficientPriors(
        name="v", defaults=defaults_for(ddm, likelihood, v, (-3.0, 3.0)), link=Link("identity")
    ).intercept()
    assert reference == Prior("Normal", mu=2, sigma=3, bounds=(-3, 3))


def test_precedence_of_stated_defaults():
    own = Prior("HalfNormal", sigma=0.3)
    t = ParameterSpec(name="t", role="t", bounds=(0.0, INF), default_prior=own)
    of_model = defaults_for(model(t), None, t, t.bounds)
    assert of_model.simple == own and of_model.reference == Prior("Gamma", mu=0.2, sigma=0.2)
    likelihood = LikelihoodSpec(kind="analytical", source=None, default_priors={"t": {"name": "Exponential", "lam": 3}})
    of_likelihood = defaults_for(model(t), likelihood, t, t.bounds)
    assert of_likelihood.simple == of_likelihood.reference == Prior("Exponential", lam=3)
    of_user = defaults_for(model(t), likelihood, t, t.bounds, {"t": Prior("HalfNormal", sigma=9)})
    assert of_user.simple == Prior("HalfNormal", sigma=9)
    assert defaults_for(model(t), None, t, t.bounds, {"t": 0.3}).simple == 0.3
    with pytest.raises(TypeError, match="must be a `Prior`"):
        defaults_for(model(t), None, t, t.bounds, {"t": "Normal"})


def test_slopes_and_scales():
    assert coefficients("a").slope() == Prior("Normal", mu=0, sigma=0.25)
    assert coefficients("p_outlier").group_scale() == Prior("Weibull", alpha=1.5, beta=0.3)
    generic = coefficients("generic", (-INF, INF))
    assert generic.slope() == Prior("Normal", mu=0, sigma=1)
    assert generic.group() == Prior("Normal", mu=0, sigma=Prior("HalfNormal", sigma=1))
    wide = coefficients("generic", (-INF, INF), user_intercept=Prior("Normal", mu=0, sigma=8))
    assert wide.slope() == Prior("Normal", mu=0, sigma=4)


def test_group_means():
    slope = coefficients("v").group_only_slope()
    assert slope == Prior("Normal", mu=Prior("Normal", mu=0, sigma=0.25), sigma=Prior("Weibull", alpha=1.5, beta=0.3))
    drift = coefficients("v").group_only_intercept()
    assert drift == Prior("Normal", mu=Prior("Normal", mu=2, sigma=3), sigma=Prior("HalfNormal", sigma=2))
    identity = Link("identity")
    assert coefficients("a", link=identity).group_only_intercept().name == "Gamma"
    assert coefficients("z", link=identity).group_only_intercept().name == "Beta"
    assert coefficients("t", link=identity).group_only_intercept().name == "Gamma"
    with pytest.raises(ValueError, match="'sv' .*use|'sv' .*Give a link"):
        coefficients("sv", link=identity).group_only_intercept()
    on_log = coefficients("sv").group_only_intercept()
    assert on_log.name == "Normal" and on_log.args["mu"] == coefficients("sv").intercept()


def test_faults():
    with pytest.raises(ValueError, match="'log' does not fit|Link log does not fit parameter 'v'"):
        coefficients("v", link=Link("log")).intercept()
    with pytest.raises(ValueError, match="no mass inside"):
        within(Prior("Normal", mu=0, sigma=1, bounds=(2, 3)), (0.0, 1.0))
    defaults = Defaults(role="a", bounds=(-2.0, -1.0), simple=1.0, reference=Prior("Gamma", mu=1.5, sigma=0.75))
    with pytest.raises(ValueError, match="of 'a' has no mass"):
        CoefficientPriors(name="a", defaults=defaults, link=Link("identity")).intercept()
    assert np.isfinite(coefficients("v").scale)
