"""Resolution of whole models: fixed, simple and regression parameters, links, bounds, settings, faults."""

import copy
import math

import bambi as bmb
import numpy as np
import pymc as pm
import pytest

from hssm.parameters.link import Link
from hssm.parameters.param import Param
from hssm.parameters.prior import Prior
from hssm.parameters.resolve import resolve_parameters
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec

INF = math.inf
LIKELIHOOD = LikelihoodSpec(kind="analytical", source=None)
SPEC = ModelSpec(
    name="ddm",
    parameters=(
        ParameterSpec(name="v", role="v", unit="1/√s"),
        ParameterSpec(name="a", role="a", bounds=(0.0, INF)),
        ParameterSpec(name="z", role="z", bounds=(0.0, 1.0)),
        ParameterSpec(name="t", role="t", bounds=(0.0, INF), closed=(True, False)),
    ),
    choices=(-1, 1),
    likelihoods=(LIKELIHOOD,),
)


@pytest.fixture
def resolve(ddm_frame):
    def make(likelihood=LIKELIHOOD, **options):
        return resolve_parameters(SPEC, likelihood, ddm_frame, **options)

    return make


def test_defaults(resolve):
    params = resolve()
    assert list(params) == ["v", "a", "z", "t", "p_outlier"]
    assert params["v"].prior == Prior("Normal", mu=0, sigma=2)
    assert params["a"].prior == Prior("HalfNormal", sigma=2, bounds=(0, INF))
    assert params["p_outlier"].fixed_value == 0.05 and params["p_outlier"].is_fixed
    assert not any(param.is_regression or param.explicit_bounds for param in params.values())
    assert all(param.link == Link("identity") for param in params.values())
    assert params["v"].unit == "1/√s"


def test_simple_priors_are_truncated_whether_dict_or_object(resolve):
    dicts = {"v": {"name": "Normal", "mu": 0, "sigma": 1}, "a": {"name": "Normal", "mu": 1, "sigma": 1}}
    for given in (dicts, {key: Prior(**value) for key, value in dicts.items()}):
        params = resolve(shortcuts=given, include=[{"name": "t", "prior": bmb.Prior("Normal", mu=0, sigma=1)}])
        assert params["v"].prior.bounds is None
        assert params["a"].prior.bounds == params["t"].prior.bounds == (0.0, INF)
    own = resolve(include=[Param("v", prior=Prior("Normal", mu=0, sigma=1, bounds=(-9, 1)), bounds=(-2, 2))])
    assert own["v"].prior.bounds == (-2.0, 1.0) and own["v"].bounds == (-2.0, 2.0) and own["v"].explicit_bounds


def test_fixed_values(resolve, ddm_frame):
    vector = np.linspace(0.4, 0.6, len(ddm_frame))
    params = resolve(shortcuts={"z": vector, "a": 1, "t": 0.0})
    np.testing.assert_array_equal(params["z"].fixed_value, vector)
    assert params["z"].fixed_value is not vector
    assert params["a"].fixed_value == 1.0 and params["t"].fixed_value == 0.0


def test_bounds_in_order_of_precedence(resolve):
    box = LikelihoodSpec(kind="approx_differentiable", source=None, backend="jax", bounds={"a": (0.3, 2.5)})
    assert resolve()["a"].bounds == (0.0, INF)
    in_box = resolve(likelihood=box)["a"]
    assert in_box.bounds == (0.3, 2.5) and in_box.prior == Prior("Uniform", lower=0.3, upper=2.5, bounds=(0.3, 2.5))
    assert resolve(likelihood=box, bounds={"a": (0.5, 2)})["a"].bounds == (0.5, 2.0)
    assert resolve(likelihood=box, bounds={"a": (0.5, 2)}, include=[Param("a", bounds=(1, 2))])["a"].bounds == (1, 2)
    assert in_box.closed == (True, True)
    assert resolve()["t"].closed == (True, False)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("identity", "log", "gen_logit", "log")),
        ({"link_settings": "log_logit"}, ("identity", "log", "gen_logit", "log")),
        ({"link_settings": "identity"}, ("identity", "identity", "identity", "identity")),
    ],
)
def test_links_of_formulas(resolve, options, expected):
    params = resolve(global_formula="1 + x", **options)
    assert tuple(params[name].link.name for name in "vazt") == expected


def test_stated_priors_are_read_on_the_natural_scale(resolve):
    param = Param("a", formula="1 + x", prior={"x": Prior("Normal", mu=0, sigma=1)})
    assert resolve(include=[param])["a"].link.is_identity
    assert resolve(include=[param], link_settings="log_logit")["a"].link == Link("log")
    own = Param("a", formula="1 + x", prior={"x": 0.1}, link="log")
    assert resolve(include=[own], link_settings="identity")["a"].link == Link("log")
    stated = resolve(include=[param])["a"].prior["Intercept"]
    assert stated == Prior("Gamma", mu=1.5, sigma=0.75, bounds=(0, INF))


def test_default_priors_of_the_model_configuration(resolve):
    params = resolve(default_priors={"a": {"name": "Gamma", "alpha": 3, "beta": 2}})
    assert params["a"].prior == Prior("Gamma", alpha=3, beta=2, bounds=(0, INF))
    regression = resolve(default_priors={"a": Prior("LogNormal", mu=0.5, sigma=0.2)}, shortcuts={"a": {"formula": "1"}})
    intercept = regression["a"].prior["Intercept"]
    assert float(intercept.args["mu"]) == pytest.approx(0.5) and float(intercept.args["sigma"]) == pytest.approx(0.2)


def test_without_prior_settings_only_the_users_priors(resolve):
    param = Param("v", formula="1 + x + (1|participant_id)", prior={"x": Prior("Normal", mu=0, sigma=1)})
    params = resolve(include=[param], prior_settings=None)
    assert params["v"].prior == {"x": Prior("Normal", mu=0, sigma=1)}
    assert params["a"].prior is not None


def test_regression_of_the_lapse_probability(resolve):
    lapse = resolve(p_outlier={"formula": "1 + x"})["p_outlier"]
    assert lapse.link == Link("gen_logit", bounds=(0, 1)) and list(lapse.prior) == ["Intercept", "x"]
    free = resolve(p_outlier={"name": "Normal", "mu": 0.1, "sigma": 0.1})["p_outlier"]
    assert free.prior.bounds == (0.0, 1.0)
    assert "p_outlier" not in resolve(p_outlier=None)


def test_equal_arguments_give_equal_parameters_and_stay_as_they_are(resolve, ddm_frame):
    shared = Param(formula="1 + x", prior={"x": {"name": "Normal", "mu": 0, "sigma": 1}})
    options = {
        "include": [
            {
                "name": "v",
                "formula": "v ~ x + (x|participant_id)",
                "prior": {"group_specific": {"name": "Normal", "mu": 0, "sigma": {"name": "HalfNormal", "sigma": 1}}},
            }
        ],
        "shortcuts": {"a": shared, "t": shared},
        "p_outlier": {"name": "Beta", "alpha": 2, "beta": 9},
    }
    before, frame = copy.deepcopy(options), ddm_frame.copy()
    first, second = resolve(**options), resolve(**options)
    assert first == second
    assert options == before
    assert ddm_frame.equals(frame)
    assert first["a"].prior["x"] is not first["t"].prior["x"]


def test_categorical_columns(resolve):
    params = resolve(shortcuts={"v": {"formula": "0 + participant_id"}}, categorical=["participant_id"])
    assert params["v"].prior["participant_id"] == Prior("Normal", mu=2, sigma=3)


def test_a_prior_that_cannot_be_truncated_is_kept_with_a_warning(resolve):
    own = Prior("Mine", dist=lambda name, **kwargs: pm.Normal(name, 1, 1))
    with pytest.warns(UserWarning, match="of parameter 'a' cannot be truncated"):
        assert resolve(shortcuts={"a": own})["a"].prior == own
    assert resolve(shortcuts={"v": own})["v"].prior == own


def test_faults_of_all_parameters_are_reported_together(resolve):
    with pytest.raises(ValueError, match="Parameters") as caught:
        resolve(
            include=[Param("v", formula="1 + xx"), Param("a", prior=-1.0)],
            shortcuts={"z": {"name": "Uniform", "lower": 2, "upper": 3}},
        )
    for part in ("'xx' (did you mean 'x'?)", "fixed value -1 of parameter 'a' is outside", "of 'z' has no mass"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"shortcuts": {"z": 1.0}}, ValueError, r"fixed value 1 of parameter 'z' is outside its bounds \(0, 1\)"),
        ({"shortcuts": {"t": -0.1}}, ValueError, r"outside its bounds \[0, inf\)"),
        ({"shortcuts": {"v": math.nan}}, ValueError, "outside"),
        ({"shortcuts": {"v": [1.0, 2.0]}}, ValueError, r"shape \(2,\), the data 60 rows"),
        ({"shortcuts": {"a": [1.0] * 59 + [-1.0]}}, ValueError, "value -1 in row 59"),
        ({"shortcuts": {"v": ["a"] * 60}}, TypeError, "not numbers"),
        ({"shortcuts": {"v": "Normal"}}, TypeError, "'v' must be a number"),
        ({"shortcuts": {"v": True}}, TypeError, "'v' must be a number"),
        ({"include": [Param("v", prior={"x": 1.0})]}, ValueError, "needs a formula"),
        ({"include": [Param("v", link="log")]}, ValueError, "link but no formula"),
        ({"include": [Param("v", formula="x", link="lgo")]}, ValueError, "Did you mean 'log'"),
        ({"shortcuts": {"v": 0, "a": 1, "z": 0.5, "t": 0.1}}, ValueError, "All parameters are fixed"),
        ({"link_settings": "logit"}, ValueError, "`link_settings` must be one of None, 'identity', 'log_logit'"),
        ({"prior_settings": "unsafe"}, ValueError, "`prior_settings` must be one of None, 'safe'"),
        ({"extra_namespace": 3}, TypeError, "`extra_namespace` must be a dict"),
        ({"bounds": {"a": (2, 1)}}, ValueError, "Bounds of 'a' must be lower < upper"),
        (
            {
                "link_settings": "identity",
                "shortcuts": {"a": {"formula": "0 + (1|participant_id)", "bounds": (0, 3)}},
                "global_formula": "0 + xx",
            },
            ValueError,
            "'xx'",
        ),
    ],
)
def test_faults(resolve, options, error, message):
    with pytest.raises(error, match=message):
        resolve(**options)
