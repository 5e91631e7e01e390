"""Which form group-specific terms take: the user's choice, or decided from the data.

``auto`` centres a term when the trials of a typical (median) group level determine its effect better than the
prior does: Fisher information of these trials about the effect, at the starting values, times the squared median
of the prior of the scale, above one (cf. Betancourt & Girolami, 2015, on when each form mixes well). A term that is
centred by this rule is sampled in the partially centred coordinates of :mod:`partial`, level by level as far towards
the non-centred form as its own trials leave it; a term whose centring the user asked for is centred plainly.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from typing import Any, Literal

import bambi as bmb
import numpy as np

from hssm.bambi_bridge.compat import Term
from hssm.bambi_bridge.quick_fit import Effects
from hssm.parameters.quantiles import prior_median
from hssm.suggest import close_matches

_log = logging.getLogger(__name__)

Form = Literal["centered", "partial", "noncentered"]


def reported_form(form: Form) -> str:
    """A term's form as users know it: partially centred terms have the variables of centred ones."""
    return "noncentered" if form == "noncentered" else "centered"


def resolve_centering(
    groups: Mapping[str, tuple[Term, ...]], setting: Any, effects: Mapping[str, Effects]
) -> dict[str, Form]:
    """``{term variable: form}`` for the group-specific terms of every parameter.

    Precedence: the prior's ``noncentered``, a term key, a parameter key, the model's value. ``effects`` is what the
    data say about each term's effects, by variable.
    """
    _check_setting(setting, groups)
    return {
        term.variable: _resolve_term(parameter, term, setting, effects)
        for parameter, terms in groups.items()
        for term in terms
    }


def _check_setting(setting: Any, groups: Mapping[str, tuple[Term, ...]]) -> None:
    values = setting.values() if isinstance(setting, Mapping) else [setting]
    if any(not (isinstance(value, bool) or value == "auto") for value in values):
        raise TypeError(
            f"`noncentered` must be True, False, 'auto' or a dict of these by parameter or term, got {setting!r}."
        )
    if not isinstance(setting, Mapping):
        return
    allowed = sorted(groups) + sorted(term.variable for terms in groups.values() for term in terms)
    for key in setting:
        if key not in allowed:
            raise ValueError(
                f"`noncentered` names {key!r}, which is neither a parameter nor a group-specific term of this model. "
                f"Allowed: {', '.join(allowed)}.{close_matches(key, allowed)}"
            )


def _resolve_term(parameter: str, term: Term, setting: Any, effects: Mapping[str, Effects]) -> Form:
    own = getattr(term.prior, "noncentered", None)
    keyed = setting.get(term.variable, setting.get(parameter)) if isinstance(setting, Mapping) else None
    particular = keyed if own is None else own
    model = "auto" if isinstance(setting, Mapping) else setting
    choice = model if particular is None else particular
    if _can_be_noncentered(term):
        return _decide(term, effects[term.variable]) if choice == "auto" else "noncentered" if choice else "centered"
    if particular is True:
        raise ValueError(
            f"The prior of {term.variable!r} is {term.prior}; only a Normal with a free sigma has a non-centred "
            "form. Drop noncentered=True for this term, or give it a Normal prior (with a link)."
        )
    if choice is True:
        warnings.warn(
            f"noncentered=True does not apply to {term.variable!r}, whose prior is {term.prior}: it is centred.",
            UserWarning,
            stacklevel=2,
        )
    return "centered"


def _can_be_noncentered(term: Term) -> bool:
    prior = term.prior
    return prior.name == "Normal" and isinstance(prior.args.get("sigma"), bmb.Prior)


def _decide(term: Term, effects: Effects) -> Form:
    """Non-centred where the prior's scale says more about a typical level's effect than its trials do."""
    typical = float(np.median(effects.information))
    ratio = typical * float(np.max(prior_median(term.prior.args["sigma"]))) ** 2
    form: Form = "partial" if ratio > 1.0 else "noncentered"
    weight = typical * effects.scale**2 / (1 + typical * effects.scale**2)
    _log.info(
        "%s: %s (information of a typical level x squared prior scale = %.3g; its trials weigh %.0f %% in its effect, "
        "the group %.0f %%)",
        term.variable,
        "non-centred" if form == "noncentered" else "centred as far as the trials of each level bear it",
        ratio,
        100 * weight,
        100 * (1 - weight),
    )
    return form
