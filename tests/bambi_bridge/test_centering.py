"""Which terms are centred: precedence of what the user says, the rule on the data, and what is refused."""

from __future__ import annotations

import logging

import numpy as np
import pytest

import hssm
from hssm.bambi_bridge.centering import nearest_form, resolve_centering
from hssm.bambi_bridge.compat import Term
from hssm.bambi_bridge.partial import PartialCentering
from hssm.bambi_bridge.quick_fit import Effects
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


def effects(information: float = 1.0, scale: float = 1.0) -> Effects:
    """What the trials say about two levels."""
    values = np.zeros(2)
    return Effects(information=np.full(2, information), pull=values, value=values, scale=scale)


def resolve(setting, prior) -> str:
    term = make_term(prior)
    return resolve_centering({"v": (term,), "a": ()}, setting, {term.variable: effects()})[term.variable]


def test_the_more_particular_wins() -> None:
    assert resolve(True, normal()) == "noncentered"
    assert resolve(False, normal()) == "centered"
    assert resolve({"v": True}, normal()) == "noncentered"
    assert resolve({"v": False}, normal()) == "centered"
    assert resolve({"v": False, "v_1|p": True}, normal()) == "noncentered"
    assert resolve({"v": True, "v_1|p": False}, normal()) == "centered"
    assert resolve({"v": True, "v_1|p": True}, normal(noncentered=False)) == "centered"
    assert resolve(False, normal(noncentered=True)) == "noncentered"


def test_auto_can_be_said_at_every_level() -> None:
    assert resolve("auto", normal()) == "partial"
    assert resolve({"a": True}, normal()) == "partial"
    assert resolve({"v": "auto"}, normal()) == "partial"
    for other in (True, False):
        assert resolve({"v": other, "v_1|p": "auto"}, normal()) == "partial"
        assert resolve(other, normal(noncentered="auto")) == "partial"


def test_partial_terms_are_reported_by_information_times_squared_median_scale() -> None:
    median = 0.6744897501960817 * 0.5  # of HalfNormal(0.5)
    term = make_term(normal(sigma=0.5))
    for factor, nearest in ((0.99, "noncentered"), (1.01, "centered")):
        assert nearest_form(term, "partial", effects(factor / median**2)) == nearest
    assert nearest_form(term, "noncentered", effects(1e9)) == "noncentered"
    assert nearest_form(term, "centered", effects(1e-9)) == "centered"


def test_the_weight_of_the_trials_is_logged(caplog) -> None:
    with caplog.at_level(logging.INFO, logger="hssm"):
        resolve("auto", normal())
    assert any("v_1|p" in message and "50 % of the weight" in message for message in caplog.messages)


def test_other_families_are_centred() -> None:
    for setting in ("auto", False, {"v": "auto"}, {"v": False}):
        assert resolve(setting, gamma()) == "centered"
    for own in ("auto", False):
        assert resolve({"v": True}, gamma(own)) == "centered"
        fixed = hssm.Prior("Normal", mu=0.0, sigma=1.0, noncentered=own)
        assert own == "auto" or resolve(True, fixed) == "centered"


def test_offsets_for_other_families_are_an_error_if_asked_for_by_name() -> None:
    for setting, prior in (({"v": True}, gamma()), ({"v_1|p": True}, gamma()), (False, gamma(noncentered=True))):
        with pytest.raises(ValueError, match=r"'v_1\|p' is Gamma.*only a Normal"):
            resolve(setting, prior)


def test_offsets_for_other_families_are_a_warning_if_asked_for_all() -> None:
    with pytest.warns(UserWarning, match=r"does not apply to 'v_1\|p'.*Gamma"):
        assert resolve(True, gamma()) == "centered"


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
    frame["p"] = np.arange(60) // 30
    many = make_model("1 + (1|p)", frame=frame, prior={"1|p": normal(sigma=2.0)})
    frame["p"] = np.arange(60) // 2
    few = make_model("1 + (1|p)", frame=frame, prior={"1|p": normal(sigma=0.3)})
    assert many.parameterization == {"v_1|p": "centered"}
    assert few.parameterization == {"v_1|p": "noncentered"}
    for model in (many, few):
        assert {rv.name for rv in model.pymc_model.free_RVs} >= {"v_1|p", "v_1|p_sigma"}
        transform = model.pymc_model.rvs_to_transforms[model.pymc_model["v_1|p"]]
        assert isinstance(transform, PartialCentering)


def test_settings_reach_the_terms_of_a_model() -> None:
    model = make_model("1 + x + (1 + x|p)", noncentered={"v": False, "v_x|p": True})
    assert model.parameterization == {"v_1|p": "centered", "v_x|p": "noncentered"}
    assert {rv.name for rv in model.pymc_model.free_RVs} >= {"v_1|p", "v_x|p_offset"}
    with pytest.warns(UserWarning, match=r"a_1\|p"):
        model = make_model("0 + (1|p)", "a", link="identity", noncentered=True)
    assert model.parameterization == {"a_1|p": "centered"}
    with pytest.raises(ValueError, match="neither a parameter nor a group-specific term"):
        make_model("1 + (1|p)", noncentered={"vv": True})
    with pytest.raises(TypeError, match="`noncentered`"):
        make_model("1 + (1|p)", noncentered="always")
