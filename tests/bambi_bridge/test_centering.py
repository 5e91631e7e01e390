"""Which terms are centred: precedence of what the user says, the rule on the data, and what is refused."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import numpy as np
import pytest

import hssm
from hssm.bambi_bridge.centering import resolve_centering
from hssm.bambi_bridge.compat import Term
from tests.bambi_bridge.cases import make_frame, make_model


def half_normal(sigma: float) -> hssm.Prior:
    return hssm.Prior("HalfNormal", sigma=sigma)


def normal(noncentered=None, sigma: float = 1.0) -> hssm.Prior:
    return hssm.Prior("Normal", mu=0.0, sigma=half_normal(sigma), noncentered=noncentered)


def gamma(noncentered=None) -> hssm.Prior:
    mu = hssm.Prior("Gamma", mu=1.5, sigma=0.75)
    return hssm.Prior("Gamma", mu=mu, sigma=half_normal(0.1), noncentered=noncentered)


def make_term(prior, index=(0, 0, 1, 1), columns=None, expression: str = "1", parameter: str = "v") -> Term:
    index = np.asarray(index)
    return Term(
        kind="group",
        name=f"{expression}|p",
        variable=f"{parameter}_{expression}|p",
        prior=prior,
        columns=np.ones(len(index)) if columns is None else np.asarray(columns, dtype=float),
        factor="p",
        groups=tuple(str(group) for group in np.unique(index)),
        index=index,
    )


def told(value: float, n_trials: int = 4):
    return lambda parameter: np.full(n_trials, value)


def resolve(setting, prior, information: float = 1e-9) -> bool:
    term = make_term(prior)
    return resolve_centering({"v": (term,), "a": ()}, setting, told(information))[term.variable]


def test_the_more_particular_wins() -> None:
    assert resolve(True, normal()) is True
    assert resolve(False, normal()) is False
    assert resolve({"v": True}, normal(), information=1e9) is True
    assert resolve({"v": False}, normal()) is False
    assert resolve({"v": False, "v_1|p": True}, normal()) is True
    assert resolve({"v": True, "v_1|p": False}, normal()) is False
    assert resolve({"v": True, "v_1|p": True}, normal(noncentered=False)) is False
    assert resolve(False, normal(noncentered=True)) is True


def test_auto_can_be_said_at_every_level() -> None:
    for information, noncentered in ((1e-9, True), (1e9, False)):
        assert resolve("auto", normal(), information) is noncentered
        assert resolve({"a": True}, normal(), information) is noncentered
        assert resolve({"v": "auto"}, normal(), information) is noncentered
        assert resolve({"v": not noncentered, "v_1|p": "auto"}, normal(), information) is noncentered
        assert resolve(not noncentered, normal(noncentered="auto"), information) is noncentered


def test_the_rule_is_information_of_a_typical_level_times_squared_median_scale() -> None:
    median = 0.6744897501960817 * 0.5  # of HalfNormal(0.5)
    per_trial = 1.0 / median**2
    sizes = (2, 5, 40)
    index = np.repeat([0, 1, 2], sizes)
    term = make_term(normal(sigma=0.5), index)
    for factor, noncentered in ((0.99, True), (1.01, False)):
        information = told(factor * per_trial / np.median(sizes), len(index))
        assert resolve_centering({"v": (term,)}, "auto", information) == {"v_1|p": noncentered}


def test_small_covariates_carry_little_information() -> None:
    slope = make_term(normal(), columns=[0.01, -0.01, 0.01, 0.02], expression="x")
    intercept = make_term(normal())
    found = resolve_centering({"v": (intercept, slope)}, "auto", told(100.0))
    assert found == {"v_1|p": False, "v_x|p": True}


def test_each_parameter_has_its_own_information() -> None:
    terms = {"v": (make_term(normal()),), "a": (make_term(normal(), parameter="a"),)}
    found = resolve_centering(terms, "auto", lambda name: np.full(4, {"v": 1e-6, "a": 1e6}[name]))
    assert found == {"v_1|p": True, "a_1|p": False}


def test_the_decision_is_logged(caplog) -> None:
    with caplog.at_level(logging.INFO, logger="hssm"):
        resolve("auto", normal())
    assert any("v_1|p" in message and "non-centred" in message for message in caplog.messages)


def test_other_families_are_centred() -> None:
    for setting in ("auto", False, {"v": "auto"}, {"v": False}):
        assert resolve(setting, gamma()) is False
    for own in ("auto", False):
        assert resolve({"v": True}, gamma(own)) is False
        assert resolve(True, hssm.Prior("Normal", mu=0.0, sigma=1.0, noncentered=own)) is False or own == "auto"


def test_offsets_for_other_families_are_an_error_if_asked_for_by_name() -> None:
    for setting, prior in (({"v": True}, gamma()), ({"v_1|p": True}, gamma()), (False, gamma(noncentered=True))):
        with pytest.raises(ValueError, match=r"'v_1\|p' is Gamma.*only a Normal"):
            resolve(setting, prior)


def test_offsets_for_other_families_are_a_warning_if_asked_for_all() -> None:
    with pytest.warns(UserWarning, match=r"does not apply to 'v_1\|p'.*Gamma"):
        assert resolve(True, gamma()) is False


def test_unknown_keys_name_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"'v_1\|q'.*Allowed: a, v, v_1\|p\. Did you mean 'v_1\|p'"):
        resolve({"v_1|q": True}, normal())


@pytest.mark.parametrize("setting", [None, 1, "yes", {"v": "yes"}, {"v": None}, [True]])
def test_other_settings_are_refused(setting) -> None:
    with pytest.raises(TypeError, match="must be True, False, 'auto' or a dict"):
        resolve(setting, normal())


# ---------------------------------------------------------------------- in a model


def test_many_trials_centre_and_few_do_not() -> None:
    frame = make_frame(60)
    prior = {"1|p": normal(sigma=2.0)}
    frame["p"] = np.arange(60) // 30
    many = make_model("1 + (1|p)", frame=frame, prior=prior)
    frame["p"] = np.arange(60) // 2
    few = make_model("1 + (1|p)", frame=frame, prior={"1|p": normal(sigma=0.3)})
    assert many.parameterization == {"v_1|p": "centered"}
    assert few.parameterization == {"v_1|p": "noncentered"}
    assert {rv.name for rv in many.pymc_model.free_RVs} >= {"v_1|p", "v_1|p_sigma"}
    assert {rv.name for rv in few.pymc_model.free_RVs} >= {"v_1|p_offset", "v_1|p_sigma"}


def test_settings_reach_the_terms_of_a_model() -> None:
    model = make_model("1 + x + (1 + x|p)", noncentered={"v": False, "v_x|p": True})
    assert model.parameterization == {"v_1|p": "centered", "v_x|p": "noncentered"}
    with pytest.warns(UserWarning, match=r"a_1\|p"):
        model = make_model("0 + (1|p)", "a", link="identity", noncentered=True)
    assert model.parameterization == {"a_1|p": "centered"}
    with pytest.raises(ValueError, match="neither a parameter nor a group-specific term"):
        make_model("1 + (1|p)", noncentered={"vv": True})
    with pytest.raises(TypeError, match="`noncentered`"):
        make_model("1 + (1|p)", noncentered="always")


def test_an_information_is_asked_for_only_where_it_decides() -> None:
    asked = SimpleNamespace(names=[])

    def information(name):
        asked.names.append(name)
        return np.ones(4)

    terms = {"v": (make_term(normal()),), "a": (make_term(normal(), parameter="a"),), "z": ()}
    resolve_centering(terms, {"v": True, "a": "auto"}, information)
    assert asked.names == ["a"]
