"""Constructor arguments: every wrong one is refused at the door, by a message that says what, given, allowed."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hssm
from tests.evaluation import make_frame

NORMAL = {"name": "Normal", "mu": 0.0, "sigma": 1.0}
UNIFORM = {"name": "Uniform", "lower": 0.0, "upper": 10.0}
FRAME = make_frame()


def changed(column: str, row: int, value: Any) -> pd.DataFrame:
    frame = FRAME.copy()
    frame.loc[row, column] = value
    return frame


def regression(formula: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": "v", "formula": formula, **more}]


DATA: dict[str, tuple[Callable[[], Any], type[Exception], list[str]]] = {
    "no frame": (lambda: [1, 2], TypeError, ["DataFrame", "list"]),
    "no rows": (lambda: FRAME.iloc[:0], ValueError, ["empty", "0 rows"]),
    "no rt": (lambda: FRAME.drop(columns="rt"), ValueError, ["'rt'", "response column"]),
    "misspelt column": (lambda: FRAME.rename(columns={"response": "respones"}), ValueError, ["'response'", "respones"]),
    "column twice": (lambda: pd.concat([FRAME, FRAME[["rt"]]], axis=1), ValueError, ["several", "'rt'"]),
    "rt NaN": (lambda: changed("rt", 3, np.nan), ValueError, ["missing", "1 row", "index 3", "missing_data=True"]),
    "rt infinite": (lambda: changed("rt", 3, np.inf), ValueError, ["infinite", "1 row", "index 3"]),
    "rt negative": (lambda: changed("rt", 3, -0.5), ValueError, ["not positive", "-0.5", "index 3"]),
    "rt zero": (lambda: changed("rt", 3, 0.0), ValueError, ["not positive", "index 3"]),
    "rt as text": (lambda: FRAME.assign(rt=FRAME["rt"].astype(str)), ValueError, ["not a number", "60 rows"]),
    "choice 0": (lambda: changed("response", 3, 0), ValueError, ["found 0", "[-1, 1]", "choices="]),
    "choice 1.5": (lambda: FRAME.assign(response=1.5), ValueError, ["1.5", "[-1, 1]"]),
    "choice as text": (
        lambda: FRAME.assign(response=np.where(FRAME["response"] > 0, "up", "down")),
        ValueError,
        ["'up'", "[-1, 1]", "choices=['down', 'up']"],
    ),
}

ARGUMENTS: dict[str, tuple[dict[str, Any], type[Exception], list[str]]] = {
    "unknown model": ({"model": "dmd"}, ValueError, ["'dmd'", "'ddm'", "loglik", "list_params", "choices"]),
    "unknown keyword": ({"noncenterd": True}, TypeError, ["'noncenterd'", "'noncentered'", "center_predictors"]),
    "unknown parameter": ({"include": [{"name": "vv", "prior": 1.0}]}, ValueError, ["'vv'", "'v'", "'t'"]),
    "parameter twice": (
        {"include": [{"name": "v", "prior": 1.0}, {"name": "v", "prior": 2.0}]},
        ValueError,
        ["'v'", "twice"],
    ),
    "include and shortcut": ({"include": [{"name": "v", "prior": 1.0}], "v": 1.0}, ValueError, ["'v'", "include"]),
    "p_outlier in include": ({"include": [{"name": "p_outlier", "prior": 0.1}]}, ValueError, ["own argument"]),
    "unknown key": ({"include": [{"name": "v", "pior": 1.0}]}, TypeError, ["'pior'", "'prior'", "'formula'"]),
    "unknown prior key": (
        {"include": regression("v ~ 1 + x", prior={"xx": NORMAL})},
        ValueError,
        ["'xx'", "'x'", "'Intercept'"],
    ),
    "unknown distribution": ({"a": {"name": "Norml", "mu": 1.0}}, ValueError, ["'Norml'", "'Normal'"]),
    "unknown prior argument": ({"a": {"name": "Normal", "mean": 1.0}}, ValueError, ["'mean'", "mu", "sigma"]),
    "prior outside the bounds": (
        {"a": {"name": "Uniform", "lower": -3.0, "upper": -1.0}},
        ValueError,
        ["Uniform", "'a'", "(0.0, inf)"],
    ),
    "formula without column": ({"include": regression("v ~ 1 + xs")}, ValueError, ["'xs'", "'x'", "'v'", "1 + xs"]),
    "broken formula": ({"include": regression("v ~ 1 +")}, ValueError, ["'1 +'", "'v'"]),
    "formula of another": ({"include": regression("a ~ x")}, ValueError, ["'a ~ x'", "'v'"]),
    "global formula": ({"global_formula": "y ~ zz"}, ValueError, ["'zz'", "'v'"]),
    "two free group means": (
        {"include": regression("v ~ 0 + (1|participant_id) + (1|item)")},
        ValueError,
        ["participant_id", "item"],
    ),
    "fixed outside": ({"a": -1.0}, ValueError, ["-1", "'a'", "(0, inf)"]),
    "fixed vector outside": ({"z": np.r_[np.full(59, 0.5), 1.5]}, ValueError, ["1.5", "row 59", "'z'", "(0, 1)"]),
    "fixed vector too short": ({"a": np.ones(3)}, ValueError, ["'a'", "(3,)", "60"]),
    "all fixed": ({"v": 1.0, "a": 1.0, "z": 0.5, "t": 0.1}, ValueError, ["All parameters are fixed"]),
    "p_outlier negative": ({"p_outlier": -0.1}, ValueError, ["-0.1", "[0, 1)"]),
    "p_outlier one": ({"p_outlier": 1}, ValueError, ["got 1", "[0, 1)"]),
    "p_outlier above one": ({"p_outlier": 1.5}, ValueError, ["1.5", "[0, 1)"]),
    "p_outlier text": ({"p_outlier": "a"}, TypeError, ["'a'", "[0, 1)"]),
    "p_outlier bool": ({"p_outlier": True}, TypeError, ["True", "[0, 1)"]),
    "lapse with hyperprior": ({"lapse": {"name": "HalfNormal", "sigma": UNIFORM}}, ValueError, ["HalfNormal"]),
    "lapse negative": ({"lapse": {"name": "Uniform", "lower": -3.0, "upper": -1.0}}, ValueError, ["(0, inf)"]),
    "lapse discrete": ({"lapse": {"name": "Poisson", "mu": 1.0}}, ValueError, ["Poisson", "discrete"]),
    "lapse a number": ({"lapse": 3}, TypeError, ["lapse", "int"]),
    "too many labels": ({"choices": [0, 1, 2]}, ValueError, ["3 labels", "[0, 1, 2]", "[-1, 1]"]),
    "label twice": ({"choices": ["a", "a"]}, ValueError, ["repeats", "'a'"]),
    "unknown kind": ({"loglik_kind": "exact"}, ValueError, ["'exact'", "'analytical'", "'blackbox'"]),
    "unknown link setting": ({"link_settings": "log"}, ValueError, ["'log'", "'identity'", "'log_logit'"]),
    "unknown prior setting": ({"prior_settings": "unsafe"}, ValueError, ["'unsafe'", "'safe'"]),
    "namespace": ({"extra_namespace": 3}, TypeError, ["extra_namespace", "int"]),
    "process_initvals": ({"process_initvals": "yes"}, TypeError, ["process_initvals", "'yes'"]),
    "negative jitter": ({"initval_jitter": -0.1}, ValueError, ["initval_jitter", "-0.1"]),
    "jitter as text": ({"initval_jitter": "wide"}, TypeError, ["initval_jitter", "'wide'"]),
    "noncentered term": (
        {"include": regression("v ~ 1 + (1|item)"), "noncentered": {"v_1|itm": True}},
        ValueError,
        ["'v_1|itm'", "v_1|item"],
    ),
    "noncentered type": ({"noncentered": "yes"}, TypeError, ["'yes'", "'auto'"]),
    "config key": ({"model_config": {"bound": 1}}, TypeError, ["'bound'", "'bounds'"]),
    "config bounds": ({"model_config": {"bounds": {"v": (1, -1)}}}, ValueError, ["'v'", "(1, -1)"]),
    "config parameter": ({"model_config": {"bounds": {"w": (0, 1)}}}, ValueError, ["'w'", "'v'"]),
    "kind it has not": ({"model": "custom", "loglik_kind": "blackbox"}, ValueError, ["'custom'", "loglik"]),
}


def assert_refused(action: Callable[[], Any], kind: type[Exception], words: list[str]) -> None:
    with pytest.raises(kind) as caught:
        action()
    missing = [word for word in words if word not in str(caught.value)]
    assert not missing, f"{missing} not in: {caught.value}"


@pytest.mark.parametrize("case", DATA)
def test_bad_data(case: str) -> None:
    data, kind, words = DATA[case]
    assert_refused(lambda: hssm.HSSM(data()), kind, words)


@pytest.mark.parametrize("case", ARGUMENTS)
def test_bad_arguments(case: str) -> None:
    arguments, kind, words = ARGUMENTS[case]
    assert_refused(lambda: hssm.HSSM(FRAME, **arguments), kind, words)


def test_covariates_with_gaps_are_refused_or_dropped() -> None:
    gaps = changed("x", 3, np.nan)
    assert_refused(lambda: hssm.HSSM(gaps, include=regression("v ~ x")), ValueError, ["'x'", "index 3", "dropna"])
    vector = np.linspace(0.1, 0.2, 60)
    with pytest.warns(UserWarning, match=r"1 row .*index 3"):
        model = hssm.HSSM(gaps, include=regression("v ~ x"), dropna=True, t=vector)
    kept = np.delete(np.arange(60), 3)
    np.testing.assert_array_equal(model.pymc_model.coords["__obs__"], kept)
    np.testing.assert_array_equal(model.params["t"].fixed_value, vector[kept])
    np.testing.assert_array_equal(model.data["rt"], FRAME["rt"].to_numpy()[kept])


@pytest.mark.parametrize(
    ("data", "arguments", "message"),
    [
        (FRAME.assign(rt=FRAME["rt"] * 1000), {"p_outlier": 0}, "milliseconds.*divide by 1000"),
        (FRAME.assign(response=1), {}, "-1 never occurs"),
        (FRAME.assign(response=1).iloc[:1], {}, "-1 never occurs"),
        (FRAME, {"lapse": {"name": "Uniform", "lower": 0.0, "upper": 1.0}}, "42 rows.*3.97"),
        (FRAME, {"lapse": UNIFORM, "p_outlier": 0}, "lapse.*no effect.*p_outlier"),
    ],
)
def test_what_is_odd_but_possible_is_warned_about(data: pd.DataFrame, arguments: dict, message: str) -> None:
    with pytest.warns(UserWarning, match=re.compile(message, re.DOTALL)):
        hssm.HSSM(data, **arguments)


def test_a_default_model_warns_about_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hssm.HSSM(FRAME, include=regression("v ~ 1 + x + g + (1|participant_id)"))


def test_arguments_are_not_changed() -> None:
    data = FRAME.copy()
    include = regression("v ~ 1 + x", prior={"x": dict(NORMAL)})
    choices, namespace = {-1: -1, 1: 1}, {"two": 2.0}
    before = repr((include, choices, namespace))
    first = hssm.HSSM(data, include=include, choices=choices, extra_namespace=namespace)
    second = hssm.HSSM(data, include=include, choices=choices, extra_namespace=namespace)
    assert repr((include, choices, namespace)) == before
    pd.testing.assert_frame_equal(data, FRAME)
    assert repr(first) == repr(second)
    for name, value in first.initvals.items():
        np.testing.assert_array_equal(second.initvals[name], value)


def test_labels_are_mapped_to_codes() -> None:
    words = np.where(FRAME["response"] > 0, "up", "down")
    for choices in (["down", "up"], {"up": 1, "down": -1}):
        model = hssm.HSSM(FRAME.assign(response=words), choices=choices)
        np.testing.assert_array_equal(model.data["response"], FRAME["response"])


def test_column_order_and_index_do_not_matter() -> None:
    other = FRAME[FRAME.columns[::-1]].set_index(pd.Index(range(100, 160)))
    include = regression("v ~ 1 + x + (1|participant_id)")
    plain, turned = hssm.HSSM(FRAME, include=include), hssm.HSSM(other, include=include)
    for name, value in plain.initvals.items():
        np.testing.assert_array_equal(turned.initvals[name], value)
    for name in ("v_design", "v_1|participant_id_index", "rt,response_data"):
        if name in plain.pymc_model.named_vars:
            expected = plain.pymc_model[name].get_value()
            np.testing.assert_array_equal(turned.pymc_model[name].get_value(), expected)


def test_missing_responses_are_not_supported_yet() -> None:
    for argument in ({"missing_data": True}, {"deadline": "deadline"}, {"nogo": 1}, {"loglik_missing_data": "x"}):
        with pytest.raises(NotImplementedError, match=next(iter(argument))):
            hssm.HSSM(FRAME, **argument)
