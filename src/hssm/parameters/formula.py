"""Right-hand sides of regressions, read with formulae: which terms they have, of which kind, from which columns.

Sits between what the user wrote (:class:`hssm.parameters.param.Param`) and the priors of terms. Term names are
those of Bambi and of the results: ``Intercept``, ``x``, ``x:g``, ``hsgp(x, m=10, c=2)``, ``1|g``, ``x|g``.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

import formulae
import numpy as np
import pandas as pd
from bambi.transformations import transformations_namespace
from formulae.categorical import ENCODINGS

from hssm.suggest import close_matches

TermKind = Literal["intercept", "common", "hsgp", "offset", "group"]
INTERCEPT = "Intercept"


@dataclass(frozen=True, kw_only=True, slots=True)
class FormulaTerm:
    """One term of a right-hand side.

    ``expr`` and ``factor`` are the two sides of a group-specific term ("1" is the intercept). ``is_level`` says that
    its coefficients are means rather than differences: the intercept, and a categorical term that has all its levels.
    """

    name: str
    kind: TermKind
    expr: str = ""
    factor: str = ""
    is_level: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFormula:
    """A right-hand side with its terms in Bambi's order."""

    rhs: str
    terms: tuple[FormulaTerm, ...]
    columns: tuple[str, ...]

    @property
    def term_names(self) -> tuple[str, ...]:
        return tuple(term.name for term in self.terms)

    def of_kind(self, *kinds: TermKind) -> tuple[FormulaTerm, ...]:
        return tuple(term for term in self.terms if term.kind in kinds)

    @property
    def has_level(self) -> bool:
        """Whether common terms span the intercept."""
        return any(term.is_level for term in self.of_kind("intercept", "common"))

    def has_common(self, expr: str) -> bool:
        """Whether a common term holds the mean of group-specific terms of this expression."""
        return self.has_level if expr == "1" else any(term.name == expr for term in self.of_kind("common"))


def right_hand_side(formula: str) -> str:
    """The part of a formula after ``~``, or all of it."""
    return formula.split("~", 1)[-1].strip()


def left_hand_side(formula: str) -> str | None:
    """The part of a formula before ``~``, or None."""
    return formula.split("~", 1)[0].strip() if "~" in formula else None


def formula_names(formula: str, parameter: str) -> set[str]:
    """Names that a formula uses: columns of the data, or values of ``extra_namespace``.

    Raises
    ------
    ValueError
        If formulae cannot read it (formula and parameter named).
    """
    return {name for name in _describe(right_hand_side(formula), parameter).var_names if _is_name(name)}


def parse_formula(
    formula: str,
    parameter: str,
    data: pd.DataFrame,
    extra_namespace: Mapping[str, Any] | None = None,
) -> ParsedFormula:
    """Terms of a parameter's formula, checked by evaluating it on the data.

    Parameters
    ----------
    formula : str
        With or without left-hand side; the latter is ignored.
    parameter : str
        The parameter it belongs to, for messages.
    data : (n_trials, ...) DataFrame
        Categorical columns already of a categorical type.
    extra_namespace : mapping, optional
        Functions and values the formula may use.

    Raises
    ------
    ValueError
        Syntax, missing column or failed evaluation (formula, parameter, column named).
    """
    rhs = right_hand_side(formula)
    namespace = dict(extra_namespace or {})
    names = formula_names(formula, parameter)
    missing = sorted(names - set(data.columns) - set(namespace) - set(ENCODINGS))
    if missing:
        raise ValueError(_missing_message(missing, rhs, parameter, data.columns, namespace))
    columns = tuple(column for column in data.columns if column in names)
    description = _describe(rhs, parameter)
    if not description.common_terms and not description.group_terms:
        raise ValueError(f"The formula {rhs!r} of parameter {parameter!r} has no terms: write at least '1'.")
    terms = _evaluated_terms(rhs, parameter, data, namespace)
    return ParsedFormula(rhs=rhs, terms=terms, columns=columns)


def with_categorical(data: pd.DataFrame, categorical: str | Iterable[str] | None) -> pd.DataFrame:
    """The data with these columns, and those of truth values, as categories; a copy if anything changes."""
    names: list[Any] = [categorical] if isinstance(categorical, str) else list(categorical or ())
    missing = [name for name in names if name not in data.columns]
    if missing:
        hint = close_matches(missing[0], data.columns)
        raise ValueError(f"`categorical` names columns that the data do not have: {missing}.{hint}")
    names += [name for name, dtype in data.dtypes.items() if pd.api.types.is_bool_dtype(dtype) and name not in names]
    return data.assign(**{name: data[name].astype("category") for name in names}) if names else data


def _describe(rhs: str, parameter: str) -> Any:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return formulae.model_description(rhs)
    except Exception as error:
        # formulae raises many types, its own among them; all of them mean that it cannot read the formula.
        raise ValueError(
            f"The formula {rhs!r} of parameter {parameter!r} cannot be read: {str(error).rstrip('.')}. "
            "Write for example '1 + x + (1|participant_id)'."
        ) from error


def _evaluated_terms(
    rhs: str, parameter: str, data: pd.DataFrame, namespace: Mapping[str, Any]
) -> tuple[FormulaTerm, ...]:
    scope = {"np": np, "pd": pd, **transformations_namespace, **namespace}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            # Rows with missing covariates are the business of the data checks; kinds of terms do not depend on them.
            design = formulae.design_matrices(rhs, data, "drop", 0, scope)
    except Exception as error:
        raise ValueError(
            f"The formula {rhs!r} of parameter {parameter!r} cannot be evaluated on the data: {error}. "
            "Functions of your own go into `extra_namespace`."
        ) from error
    common = design.common.terms.items() if design.common else ()
    group = design.group.terms.items() if design.group else ()
    return (*(_common_term(name, term) for name, term in common), *(_group_term(name, term) for name, term in group))


def _common_term(name: str, term: Any) -> FormulaTerm:
    if term.kind == "intercept":
        return FormulaTerm(name=name, kind="intercept", is_level=True)
    if term.kind == "offset":
        return FormulaTerm(name=name, kind="offset")
    if _callee(term) == "hsgp":
        return FormulaTerm(name=name, kind="hsgp")
    return FormulaTerm(name=name, kind="common", is_level=_spans_intercept(term))


def _group_term(name: str, term: Any) -> FormulaTerm:
    expr, _, factor = name.partition("|")
    return FormulaTerm(name=name, kind="group", expr=expr, factor=factor, is_level=_spans_intercept(term.expr))


def _spans_intercept(term: Any) -> bool:
    """Whether a categorical term has all its levels; numeric terms never span the intercept."""
    if term.kind == "intercept":
        return True
    return all(part.kind == "categoric" and part.spans_intercept for part in term.components)


def _callee(term: Any) -> str | None:
    call = getattr(term.components[0], "call", None) if len(term.components) == 1 else None
    return None if call is None else str(call.callee)


def _is_name(name: str) -> bool:
    """Function arguments such as True are not columns; formulae lists them and empty strings too."""
    return bool(name) and name not in ("True", "False", "None")


def _missing_message(missing: list[str], rhs: str, parameter: str, columns: Any, namespace: Mapping[str, Any]) -> str:
    allowed = sorted({str(column) for column in columns} | set(namespace))
    parts = []
    for name in missing:
        close = get_close_matches(name, allowed, n=1)
        parts.append(f"{name!r}" + (f" (did you mean {close[0]!r}?)" if close else ""))
    noun = "a column" if len(missing) == 1 else "columns"
    return (
        f"The formula {rhs!r} of parameter {parameter!r} needs {noun} that the data do not have: {', '.join(parts)}. "
        f"The data have: {', '.join(repr(name) for name in allowed)}."
    )
