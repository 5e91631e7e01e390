import copy

import numpy as np
import pandas as pd
import pytest

import hssm
from tests.fitted import INCLUDE, hierarchical_frame, simple_frame

# ------------------------------------------------------------------- what data may be


def frame(**columns):
    """Twelve clean trials with some columns replaced."""
    return simple_frame(12).assign(**columns)


def with_value(column, value, row=3):
    data = frame()
    data[column] = data[column].astype(object if isinstance(value, str) else float)
    data.loc[row, column] = value
    return data


BAD_DATA = {
    "missing column": (lambda: frame().drop(columns="rt"), ValueError, ["no column 'rt'", "Columns given: 'response'"]),
    "misspelt column": (
        lambda: frame().rename(columns={"response": "reponse"}),
        ValueError,
        ["Did you mean 'reponse'"],
    ),
    "NaN rt": (lambda: with_value("rt", np.nan), ValueError, ["'rt'", "missing", "1 row", "index 3", "missing_data="]),
    "missing code": (lambda: with_value("rt", -999.0), ValueError, ["'rt'", "missing", "-999", "index 3"]),
    "infinite rt": (lambda: with_value("rt", np.inf), ValueError, ["'rt' is infinite", "1 row", "index 3", "inf"]),
    "negative rt": (lambda: with_value("rt", -0.5), ValueError, ["'rt' is not positive", "index 3", "-0.5", "above 0"]),
    "zero rt": (lambda: with_value("rt", 0.0), ValueError, ["'rt' is not positive", "index 3"]),
    "text rt": (lambda: with_value("rt", "fast"), ValueError, ["'rt' is not a number", "'fast'", "to_numeric"]),
    "unknown response": (lambda: with_value("response", 2), ValueError, ["'response'", "2.0", "[-1, 1]", "choices="]),
    "half a response": (lambda: with_value("response", 0.5), ValueError, ["0.5", "[-1, 1]"]),
    "NaN response": (lambda: with_value("response", np.nan), ValueError, ["'response'", "nan", "[-1, 1]", "index 3"]),
    "zeros and ones": (
        lambda: frame(response=np.resize([0, 1], 12)),
        ValueError,
        ["6 rows", "found 0", "choices=[0, 1] if 0 stands for -1"],
    ),
    "words": (
        lambda: frame(response=np.resize(["left", "right"], 12)),
        ValueError,
        ["'left'", "'right'", "choices=['left', 'right']"],
    ),
    "booleans": (lambda: frame(response=np.resize([True, False], 12)), ValueError, ["choices="]),
    "empty": (lambda: frame().iloc[:0], ValueError, ["empty", "0 rows"]),
    "no frame": (lambda: frame().to_numpy(), TypeError, ["pandas.DataFrame", "ndarray"]),
    "a dict": (lambda: {"rt": [1.0], "response": [1]}, TypeError, ["pandas.DataFrame", "dict"]),
    "repeated column": (lambda: pd.concat([frame(), frame()[["rt"]]], axis=1), ValueError, ["several columns", "'rt'"]),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data(case):
    make, error, fragments = BAD_DATA[case]
    with pytest.raises(error) as caught:
        hssm.HSSM(make())
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_all_faults_of_the_data_are_told_at_once():
    data = with_value("rt", -1.0)
    data.loc[5, "response"] = 7
    with pytest.raises(ValueError, match=r"2 faults") as caught:
        hssm.HSSM(data)
    assert "'rt' is not positive" in str(caught.value)
    assert "7" in str(caught.value)


def test_row_labels_are_the_users():
    data = hierarchical_frame()
    data.loc[["row7", "row30"], "rt"] = np.nan
    with pytest.raises(ValueError, match=r"2 rows \(index 'row7', 'row30'\)"):
        hssm.HSSM(data)


def test_milliseconds_are_suspected():
    data = frame()
    data["rt"] *= 1000
    with pytest.warns(UserWarning) as caught:
        hssm.HSSM(data)
    messages = [str(warning.message) for warning in caught]
    assert any("looks like milliseconds" in text and "divide by 1000" in text for text in messages)
    assert any("outside the support (0, 20)" in text and "12 rows" in text for text in messages)


def test_one_row_is_enough_to_build():
    data = frame().iloc[[0]]
    with pytest.warns(UserWarning, match="never occurs"):
        model = hssm.HSSM(data)
    assert np.isfinite(model.compile_logp()(model.initial_point()))


# -------------------------------------------------------------- what arguments may be

FORMULA = {"name": "v", "formula": "v ~ 1 + x"}
BAD_ARGUMENTS = {
    "unknown model": ({"model": "dmm"}, ValueError, ["'dmm'", "Did you mean 'ddm'"]),
    "unknown kind": ({"loglik_kind": "exact"}, ValueError, ["'exact'", "analytical", "blackbox"]),
    "unknown parameter": ({"include": [{"name": "va", "prior": 1.0}]}, ValueError, ["'va'", "'v', 'a', 'z', 't'"]),
    "unknown shortcut": ({"aa": 1.0}, TypeError, ["'aa'", "v, a, z, t", "dropna"]),
    "misspelt option": ({"p_outlie": 0.1}, TypeError, ["'p_outlie'", "Did you mean 'p_outlier'"]),
    "repeated parameter": ({"include": [{"name": "v", "prior": 1.0}] * 2}, ValueError, ["'v'"]),
    "parameter given twice": ({"include": [{"name": "v", "prior": 1.0}], "v": 2.0}, ValueError, ["'v'"]),
    "lapse in include": ({"include": [{"name": "p_outlier", "prior": 0.1}]}, ValueError, ["p_outlier"]),
    "unknown key": ({"include": [{"name": "v", "priors": 1.0}]}, TypeError, ["'priors'", "prior", "formula", "bounds"]),
    "unknown prior": ({"v": {"name": "Norml", "mu": 0, "sigma": 1}}, ValueError, ["'Norml'", "Normal"]),
    "unknown prior key": ({"v": {"name": "Normal", "mu": 0, "sgma": 1}}, ValueError, ["sgma", "sigma"]),
    "prior without a name": ({"v": {"mu": 0, "sigma": 1}}, (TypeError, ValueError), ["mu"]),
    "prior outside the bounds": ({"z": {"name": "Uniform", "lower": 2, "upper": 3}}, ValueError, ["'z'", "(0.0, 1.0)"]),
    "fixed outside the bounds": ({"z": 1.5}, ValueError, ["'z'", "1.5", "(0, 1)"]),
    "vector outside the bounds": ({"a": np.r_[np.ones(4), -1, np.ones(7)]}, ValueError, ["'a'", "-1", "4"]),
    "vector of a wrong length": ({"a": np.ones(5)}, ValueError, ["'a'", "5", "12"]),
    "everything fixed": ({"v": 1.0, "a": 1.0, "z": 0.5, "t": 0.1}, ValueError, ["fixed"]),
    "bounds upside down": ({"include": [{"name": "a", "bounds": (2, 1)}]}, ValueError, ["Bounds of 'a'", "(2.0, 1.0)"]),
    "missing column": ({"include": [{"name": "v", "formula": "v ~ 1 + y"}]}, ValueError, ["'y'", "v"]),
    "misspelt column": ({"include": [{"name": "v", "formula": "v ~ 1 + X"}]}, ValueError, ["'X'", "'x'"]),
    "missing group": ({"include": [{"name": "v", "formula": "v ~ 1 + (1|subj)"}]}, ValueError, ["'subj'"]),
    "formula of another": ({"include": [{"name": "v", "formula": "a ~ 1 + x"}]}, ValueError, ["'v'", "a ~ 1 + x"]),
    "broken formula": ({"include": [{"name": "v", "formula": "v ~ 1 + (x"}]}, ValueError, ["'1 + (x'", "'v'"]),
    "unknown term": ({"include": [{**FORMULA, "prior": {"y": 0.0}}]}, ValueError, ["'y'", "x"]),
    "unknown link": ({"include": [{**FORMULA, "link": "lgo"}]}, ValueError, ["'lgo'", "log"]),
    "p_outlier above one": ({"p_outlier": 1.5}, ValueError, ["p_outlier", "1.5", "[0, 1)"]),
    "p_outlier one": ({"p_outlier": 1.0}, ValueError, ["p_outlier", "1", "[0, 1)"]),
    "p_outlier negative": ({"p_outlier": -0.1}, ValueError, ["p_outlier", "-0.1", "[0, 1)"]),
    "p_outlier text": ({"p_outlier": "few"}, TypeError, ["p_outlier", "'few'"]),
    "p_outlier bool": ({"p_outlier": True}, TypeError, ["p_outlier", "True"]),
    "lapse below zero": ({"lapse": {"name": "Uniform", "lower": -3, "upper": -1}}, ValueError, ["Uniform"]),
    "discrete lapse": ({"lapse": {"name": "Poisson", "mu": 1}}, ValueError, ["Poisson"]),
    "lapse of another type": ({"lapse": 3}, TypeError, ["`lapse`", "int"]),
    "link_settings": ({"link_settings": "log"}, ValueError, ["link_settings", "'log'", "identity", "log_logit"]),
    "prior_settings": ({"prior_settings": "wild"}, ValueError, ["prior_settings", "'wild'", "safe"]),
    "process_initvals": ({"process_initvals": "yes"}, TypeError, ["process_initvals", "'yes'"]),
    "initval_jitter": ({"initval_jitter": -0.1}, ValueError, ["initval_jitter", "-0.1"]),
    "extra_namespace": ({"extra_namespace": 3}, TypeError, ["extra_namespace", "dict"]),
    "noncentered": ({"noncentered": "always"}, TypeError, ["noncentered", "'always'"]),
    "noncentered key": ({"noncentered": {"b": True}}, ValueError, ["'b'", "v"]),
    "too few choices": ({"choices": ["yes"]}, ValueError, ["choices", "yes"]),
    "repeated choice": ({"choices": ["yes", "yes"]}, ValueError, ["choices", "yes"]),
    "code of no choice": ({"choices": {"no": 0, "yes": 1}}, ValueError, ["choices", "0", "[-1, 1]"]),
    "config key": ({"model_config": {"bound": {}}}, TypeError, ["'bound'", "bounds"]),
    "config bounds": ({"model_config": {"bounds": {"a": (2.0, 1.0)}}}, ValueError, ["a", "2", "1"]),
    "config of an unknown parameter": ({"model_config": {"bounds": {"b": (0.0, 1.0)}}}, ValueError, ["'b'"]),
    "custom model": ({"model": "mine", "loglik": len}, ValueError, ["mine", "loglik_kind", "list_params", "choices"]),
    "missing network": ({"loglik": "no.onnx", "loglik_kind": "approx_differentiable"}, FileNotFoundError, ["no.onnx"]),
}


@pytest.mark.parametrize("case", BAD_ARGUMENTS)
def test_bad_arguments(case):
    arguments, error, fragments = BAD_ARGUMENTS[case]
    data = frame(x=np.linspace(-1, 1, 12))
    with pytest.raises(error) as caught:
        hssm.HSSM(data, **arguments)
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_missing_covariates_are_refused_unless_dropped():
    data = frame(x=np.linspace(-1, 1, 12))
    data.loc[[2, 3], "x"] = np.nan
    with pytest.raises(ValueError, match=r"'x': 2 rows.*dropna=True"):
        hssm.HSSM(data, include=[FORMULA])
    hssm.HSSM(data)  # nothing uses x


def test_fixed_vectors_follow_the_rows_that_are_kept():
    data = frame(x=np.linspace(-1, 1, 12))
    data.loc[[2, 3], "x"] = np.nan
    with pytest.warns(UserWarning, match="2 rows"):
        model = hssm.HSSM(data, include=[FORMULA], a=np.arange(1.0, 13.0), dropna=True)
    assert model.params["a"].fixed_value.tolist() == [1, 2, 5, 6, 7, 8, 9, 10, 11, 12]


def test_a_lapse_without_lapses_is_warned_about():
    for p_outlier in (None, 0, 0.0):
        with pytest.warns(UserWarning, match="`lapse` has no effect"):
            hssm.HSSM(frame(), p_outlier=p_outlier, lapse={"name": "Exponential", "lam": 1.0})


def test_a_users_model_says_something_about_every_parameter():
    def log_density(data, rate, shift):
        return -rate * data[:, 0] - shift

    description = {"response": ["rt", "response"], "list_params": ["rate", "shift"], "choices": [-1, 1]}
    arguments = {"model": "mine", "loglik": log_density, "loglik_kind": "analytical"}
    with pytest.raises(ValueError, match=r"'mine' says neither prior nor bounds of 'rate', 'shift'"):
        hssm.HSSM(frame(), **arguments, model_config=description)
    bounded = {**description, "bounds": {"rate": (0.0, 5.0), "shift": (0.0, 1.0)}}
    model = hssm.HSSM(frame(), **arguments, model_config=bounded)
    assert model.list_params == ["rate", "shift", "p_outlier"]


# ---------------------------------------------------------------------- no mutation


def arguments_with_everything():
    return {
        "include": [
            {"name": "v", "formula": "v ~ 1 + f(x)", "prior": {"Intercept": {"name": "Normal", "mu": 1, "sigma": 2}}},
            hssm.Param("a", formula="a ~ 1 + (1|participant_id)", bounds=(0.1, 5.0)),
        ],
        "t": {"name": "HalfNormal", "sigma": 0.5},
        "z": np.full(60, 0.5),
        "p_outlier": {"name": "Beta", "alpha": 2, "beta": 50},
        "lapse": {"name": "Uniform", "lower": 0, "upper": 30},
        "model_config": {"bounds": {"z": (0.1, 0.9)}, "default_priors": {}},
        "extra_namespace": {"f": np.tanh},
        "noncentered": {"a": True},
        "choices": [-1, 1],
    }


def assert_same(left, right):
    if isinstance(left, dict):
        assert list(left) == list(right)
        for key in left:
            assert_same(left[key], right[key])
    elif isinstance(left, list):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    elif isinstance(left, np.ndarray):
        np.testing.assert_array_equal(left, right)
    else:
        assert left == right


def test_nothing_that_is_given_is_changed():
    data, arguments = hierarchical_frame(), arguments_with_everything()
    data_before, arguments_before = data.copy(deep=True), copy.deepcopy(arguments)
    hssm.HSSM(data, **arguments)
    pd.testing.assert_frame_equal(data, data_before)
    assert_same(arguments, arguments_before)


def test_equal_arguments_give_equal_models():
    one, two = (hssm.HSSM(hierarchical_frame(), **arguments_with_everything()) for _ in range(2))
    assert repr(one) == repr(two)
    assert one.pymc_model.str_repr() == two.pymc_model.str_repr()
    point = one.initial_point()
    for name, value in two.initial_point().items():
        np.testing.assert_array_equal(point[name], value)


def test_one_param_may_serve_twice():
    shared = hssm.Param(prior={"name": "HalfNormal", "sigma": 0.7})
    model = hssm.HSSM(frame(), a=shared, t=shared)
    assert shared.name is None
    assert model.params["a"].prior.args == model.params["t"].prior.args


def test_later_changes_of_the_arguments_do_not_reach_the_model():
    data, include = hierarchical_frame(), copy.deepcopy(INCLUDE)
    model = hssm.HSSM(data, include=include)
    before = repr(model), model.data.copy()
    data["x"] = 0.0
    include[0]["formula"] = "v ~ 1"
    copied = model.data
    copied["rt"] = 5.0
    assert repr(model) == before[0]
    pd.testing.assert_frame_equal(model.data, before[1])


def test_labels_become_codes_in_the_copy_only():
    data = frame()
    data["response"] = data["response"].map({-1: "left", 1: "right"})
    model = hssm.HSSM(data, choices=["left", "right"])
    assert set(data["response"]) == {"left", "right"}
    assert model.data["response"].tolist() == frame()["response"].tolist()
