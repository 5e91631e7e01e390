"""Which group-specific terms are centred: the user's choice, or decided from the data.

``auto`` centres a term when the trials of a typical (median) group level determine its effect better than the
prior does: Fisher information of these trials about the effect, at the starting values, times the squared median
of the prior of the scale, above one (cf. Betancourt & Girolami, 2015, on when each form mixes well).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import bambi as bmb
import numpy as np

from hssm.bambi_bridge.compat import Term
from hssm.parameters.quantiles import prior_median
from hssm.suggest import close_matches

_log = logging.getLogger(__name__)

Information = Callable[[str], np.ndarray]
"""(n_trials,) Fisher information of each trial about a parameter on its link scale, at the starting values."""


def resolve_centering(
    groups: Mapping[str, tuple[Term, ...]], setting: Any, information: Information
) -> dict[str, bool]:
    """``{term variable: noncentered}`` for the group-specific terms of every parameter.

    Precedence: the prior's ``noncentered``, a term key, a parameter key, the model's value.
    """
    _check_setting(setting, groups)
    return {
        term.variable: _resolve_term(parameter, term, setting, information)
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


def _resolve_term(parameter: str, term: Term, setting: Any, information: Information) -> bool:
    own = getattr(term.prior, "noncentered", None)
    keyed = setting.get(term.variable, setting.get(parameter)) if isinstance(setting, Mapping) else None
    particular = keyed if own is None else own
    model = "auto" if isinstance(setting, Mapping) else setting
    choice = model if particular is None else particular
    if _can_be_noncentered(term):
        return _decide(term, information(parameter)) if choice == "auto" else bool(choice)
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
    return False


def _can_be_noncentered(term: Term) -> bool:
    prior = term.prior
    return prior.name == "Normal" and isinstance(prior.args.get("sigma"), bmb.Prior)


def _decide(term: Term, information: np.ndarray) -> bool:
    """True for non-centred: the prior's scale says more about a typical level's effect than its trials do."""
    columns = term.columns.reshape(len(term.columns), -1)
    per_level = np.zeros((len(term.groups), columns.shape[1]))
    np.add.at(per_level, np.asarray(term.index), information[:, None] * columns**2)
    typical = float(np.median(per_level))
    scale = float(np.max(prior_median(term.prior.args["sigma"])))
    ratio = typical * scale**2
    noncentered = not ratio > 1.0
    _log.info(
        "%s: %s (information of a typical level x squared prior scale = %.3g)",
        term.variable,
        "non-centred" if noncentered else "centred",
        ratio,
    )
    return noncentered
