"""Which form group-specific terms take: the user's choice, or the one that the data ask for.

``auto`` samples a term in the partially centred coordinates of :mod:`partial`: level by level as far from the
non-centred form as the level's own trials bear it. Such a term is reported as centred where the trials of a typical
(median) level determine its effect better than the prior does (Fisher information of these trials about the effect,
at the starting values, times the squared median of the prior of the scale, above one; cf. Betancourt & Girolami,
2015, on when each form mixes well), else as non-centred. A form that the user asked for is taken as it is.
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
    if can_be_noncentered(term):
        if choice == "auto":
            _log_weights(term, effects[term.variable])
            return "partial"
        return "noncentered" if choice else "centered"
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


def can_be_noncentered(term: Term) -> bool:
    """Whether a term has more than one form."""
    prior = term.prior
    return prior.name == "Normal" and isinstance(prior.args.get("sigma"), bmb.Prior)


def nearest_form(term: Term, form: Form, effects: Effects) -> str:
    """``"centered"`` or ``"noncentered"``: the form that a term has, or the one that its partial form is nearer to.

    Nearer to centred if the trials of a typical level determine its effect better than the prior does.
    """
    if form != "partial":
        return form
    ratio = float(np.median(effects.information)) * float(np.max(prior_median(term.prior.args["sigma"]))) ** 2
    return "centered" if ratio > 1.0 else "noncentered"


def _log_weights(term: Term, effects: Effects) -> None:
    _log.info(
        "%s: partially centred; a typical level's trials have %.0f %% of the weight in its effect, the group %.0f %%",
        term.variable,
        100 * effects.weight,
        100 * (1 - effects.weight),
    )
