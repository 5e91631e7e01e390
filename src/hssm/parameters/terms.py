"""Priors of the terms of one regression: the user's, read and checked, then the defaults for the rest.

Called by :mod:`hssm.parameters.resolve`; the defaults themselves are in :mod:`hssm.parameters.default_priors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bambi as bmb
import numpy as np

from hssm.parameters.default_priors import CoefficientPriors
from hssm.parameters.formula import FormulaTerm, ParsedFormula, TermKind
from hssm.parameters.prior import Prior, as_prior, check_mass, is_number, is_prior
from hssm.suggest import close_matches

WILDCARDS: dict[str, tuple[TermKind, ...]] = {"common": ("intercept", "common"), "group_specific": ("group",)}
HSGP_ARGUMENTS = ("ell", "sigma")


def read_priors(name: str, given: Any, formula: ParsedFormula) -> dict[str, Any]:
    """The user's coefficient priors by term name, wildcards expanded; a new dict with new priors.

    Raises
    ------
    ValueError
        Unknown key, or a prior that does not fit its term (parameter, key, terms named).
    TypeError
        Something that is no prior.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping) or is_prior(given):
        raise ValueError(
            f"parameter {name!r} has a formula: its prior must be a dict from terms to priors, got {given!r}. "
            f"Terms: {_list(formula)}"
        )
    by_key = {_squeeze(term.name): term for term in formula.terms}
    priors: dict[str, Any] = {}
    for key, value in given.items():
        if key in WILDCARDS:
            continue
        term = by_key.get(_squeeze(str(key)))
        if term is None:
            raise ValueError(_unknown_key(name, str(key), formula))
        priors[term.name] = _read(name, term, value)
    for wildcard in WILDCARDS:
        if given.get(wildcard) is not None:
            priors = {**_read_wildcard(name, wildcard, given[wildcard], formula), **priors}
    return {term.name: priors[term.name] for term in formula.terms if term.name in priors}


def complete_priors(
    name: str, user: Mapping[str, Any], formula: ParsedFormula, coefficients: CoefficientPriors
) -> dict[str, Any]:
    """A prior for every term that takes one, the user's where given; ``hsgp`` terms without one are left to Bambi."""
    missing = [term for term in formula.terms if term.name not in user and term.kind not in ("offset", "hsgp")]
    _check_one_mean(name, missing, formula)
    defaults = {term.name: _default(term, formula, coefficients) for term in missing}
    both = {**defaults, **user}
    return {term.name: both[term.name] for term in formula.terms if term.name in both}


def _default(term: FormulaTerm, formula: ParsedFormula, coefficients: CoefficientPriors) -> Prior:
    if term.kind != "group":
        return coefficients.intercept() if term.is_level else coefficients.slope()
    if formula.has_common(term.expr):
        return coefficients.group()
    # Levels of a categorical expression are means, like an intercept, unless a common intercept holds their mean.
    if term.expr == "1" or (term.is_level and not formula.has_level):
        return coefficients.group_only_intercept()
    return coefficients.group_only_slope()


def _check_one_mean(name: str, terms: list[FormulaTerm], formula: ParsedFormula) -> None:
    """Two group factors with a free mean each for one expression would not be identified."""
    factors: dict[str, list[str]] = {}
    for term in terms:
        if term.kind == "group" and not formula.has_common(term.expr):
            factors.setdefault(term.expr, []).append(term.factor)
    for expr, groups in factors.items():
        if len(groups) > 1:
            raise ValueError(
                f"parameter {name!r} has the expression {expr!r} in groups {', '.join(repr(g) for g in groups)} "
                f"without a common term {expr!r}: their means cannot be told apart. Add {expr!r} to the formula "
                f"{formula.rhs!r}, or give priors for these terms"
            )


def _read(name: str, term: FormulaTerm, value: Any) -> Any:
    where = f"term {term.name!r} of parameter {name!r}"
    if term.kind == "offset":
        raise ValueError(f"{where} is an offset: it takes no prior")
    if term.kind == "hsgp":
        return _read_hsgp(where, value)
    if is_number(value) or isinstance(value, np.ndarray | list | tuple):
        if term.kind == "group":
            raise ValueError(f"{where} is group-specific: give a prior with a hyperprior, not the number {value!r}")
        return float(value) if is_number(value) else np.asarray(value, dtype=float)
    if not is_prior(value):
        raise TypeError(f"the prior of {where} must be a number, a prior dict or a `Prior`, got {value!r}")
    prior = as_prior(value)
    has_hyperprior = any(isinstance(argument, bmb.Prior) for argument in prior.args.values())
    if term.kind == "group" and not has_hyperprior and prior.dist is None:
        raise ValueError(
            f"the prior {prior} of the group-specific {where} has no hyperprior: give one for its scale, such as "
            "sigma=Prior('HalfNormal', sigma=0.5)"
        )
    if term.kind != "group" and has_hyperprior:
        raise ValueError(f"the prior {prior} of the common {where} has a hyperprior: only group-specific terms may")
    if prior.bounds is not None:
        check_mass(prior, term.name)
    return prior


def _read_wildcard(name: str, wildcard: str, value: Any, formula: ParsedFormula) -> dict[str, Any]:
    terms = formula.of_kind(*WILDCARDS[wildcard])
    if not terms:
        raise ValueError(_unknown_key(name, wildcard, formula))
    return {term.name: _read(name, term, value) for term in terms}


def _read_hsgp(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or is_prior(value) or set(value) - set(HSGP_ARGUMENTS):
        raise ValueError(
            f"the prior of {where} must be a dict with the covariance parameters "
            f"{', '.join(repr(key) for key in HSGP_ARGUMENTS)}, got {value!r}"
        )
    return {key: as_prior(item) if is_prior(item) else item for key, item in value.items()}


def _unknown_key(name: str, key: str, formula: ParsedFormula) -> str:
    suggestion = close_matches(key, [known for known in (*formula.term_names, *WILDCARDS) if known != key])
    return (
        f"unknown prior key {key!r} of parameter {name!r}.{suggestion} The formula {formula.rhs!r} has the terms "
        f"{_list(formula)}"
    )


def _list(formula: ParsedFormula) -> str:
    return ", ".join(repr(term) for term in formula.term_names)


def _squeeze(key: str) -> str:
    """A key without blanks, so that 'hsgp(x,m=10,c=2)' finds its term."""
    return "".join(key.split())
