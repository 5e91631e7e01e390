"""Every contact with Bambi's own term objects: they are read here once and become frozen :class:`Term` values."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any, Literal

import bambi as bmb
import formulae
import numpy as np
import pandas as pd
from formulae.categorical import CategoricalBox

from hssm.bambi_bridge import names

TermKind = Literal["intercept", "common", "offset", "hsgp", "group"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One term of a parameter's regression.

    ``columns`` is the (n,) or (n, p) design of the term; for a group-specific term it is the expression's design
    and ``index`` gives each trial's level of the factor. ``source`` is Bambi's term, for evaluating new data.
    """

    kind: TermKind
    name: str
    variable: str
    prior: Any
    columns: np.ndarray
    levels: tuple[str, ...] = ()
    factor: str = ""
    groups: tuple[str, ...] = ()
    index: np.ndarray | None = None
    is_categorical: bool = False
    source: Any = field(default=None, repr=False)

    @property
    def coords(self) -> dict[str, tuple]:
        """Dimensions of the coefficient, in the order of its axes."""
        if self.kind == "group":
            coords: dict[str, tuple] = {names.factor_dim(self.factor): self.groups}
            if self.columns.ndim == 2:
                coords[names.expression_dim(self.variable)] = self.levels
            return coords
        if self.kind == "common" and self.columns.ndim == 2:
            return {names.common_dim(self.variable): self.levels}
        return {}


def read_terms(model: bmb.Model, parameter: str) -> tuple[Term, ...]:
    """The terms of a regression parameter, in Bambi's order; a fixed coefficient has its value as prior."""
    component = model.parameters[parameter]
    return tuple(_read_term(parameter, name, term) for name, term in component.terms.items())


def _read_term(parameter: str, name: str, term: Any) -> Term:
    kind = _kind(term)
    variable = names.variable(parameter, name)
    common = {"name": name, "variable": variable, "prior": _prior(term.prior), "source": term}
    if kind == "group":
        columns = _shaped(term.predictor, bool(term.categorical))
        return Term(
            kind=kind,
            columns=columns,
            levels=_levels(term.term.expr.levels if term.categorical else None, columns),
            factor=term.term.factor.name,
            groups=tuple(str(group) for group in term.groups),
            index=np.asarray(term.group_index),
            is_categorical=bool(term.categorical),
            **common,
        )
    if kind == "hsgp":
        term.prefix = parameter
        return Term(kind=kind, columns=np.asarray(term.term.data, dtype=float), **common)
    is_categorical = kind == "common" and bool(term.categorical)
    columns = _shaped(term.data, is_categorical)
    levels = _levels(term.levels if is_categorical else None, columns) if kind == "common" else ()
    return Term(kind=kind, columns=columns, levels=levels, is_categorical=is_categorical, **common)


def _prior(prior: Any) -> Any:
    return prior.args["value"] if isinstance(prior, bmb.Prior) and prior.name == names.FIXED else prior


def _kind(term: Any) -> TermKind:
    type_name = type(term).__name__
    if type_name == "GroupSpecificTerm":
        return "group"
    if type_name == "HSGPTerm":
        return "hsgp"
    if term.kind in ("intercept", "offset"):
        return term.kind
    return "common"


def _shaped(columns: Any, is_categorical: bool) -> np.ndarray:
    """(n,) for a single numeric column, else (n, p): a categorical term keeps its level axis even for one level."""
    array = np.asarray(columns, dtype=float)
    array = array.reshape(len(array), -1)
    return array if is_categorical or array.shape[1] > 1 else array[:, 0]


def _levels(levels: Any, columns: np.ndarray) -> tuple[str, ...]:
    if columns.ndim == 1:
        return ()
    if levels is None:
        return tuple(str(i) for i in range(columns.shape[1]))
    return tuple(str(level) for level in levels)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewColumns:
    """A term evaluated on new data; levels that were not in the fit are indexed after the known ones."""

    columns: np.ndarray
    index: np.ndarray | None = None
    new_groups: tuple[str, ...] = ()


def evaluate_term(term: Term, data: pd.DataFrame) -> NewColumns:
    """The design of ``term`` for the rows of ``data``."""
    formula_term = term.source.term
    if term.kind == "intercept":
        return NewColumns(columns=np.ones(len(data)))
    if term.kind == "group":
        return _evaluate_group(formula_term, term, data)
    columns = np.asarray(formula_term.eval_new_data(data), dtype=float)
    if columns.ndim == 0:
        columns = np.full(len(data), float(columns))
    if term.kind == "hsgp":
        return NewColumns(columns=columns.reshape(len(data), -1))
    return NewColumns(columns=columns.reshape(len(data)) if term.columns.ndim == 1 else columns.reshape(len(data), -1))


def _evaluate_group(formula_term: Any, term: Term, data: pd.DataFrame) -> NewColumns:
    before = formulae.config["EVAL_UNSEEN_CATEGORIES"]
    formulae.config["EVAL_UNSEEN_CATEGORIES"] = "silent"
    try:
        with warnings.catch_warnings():
            # formulae 0.6 marks unseen levels through a conversion that pandas 3 deprecates.
            warnings.filterwarnings("ignore", message="Constructing a Categorical with a dtype and values")
            dummies = np.asarray(formula_term.factor.eval_new_data(data)).reshape(len(data), -1)
    finally:
        formulae.config["EVAL_UNSEEN_CATEGORIES"] = before
    columns = np.asarray(formula_term.expr.eval_new_data(data), dtype=float)
    if columns.ndim == 0:
        columns = np.full(len(data), float(columns))
    columns = columns.reshape(len(data)) if term.columns.ndim == 1 else columns.reshape(len(data), -1)
    index = np.where(dummies.any(axis=1), dummies.argmax(axis=1), -1)
    labels = _factor_labels(formula_term.factor, data)
    unseen = tuple(dict.fromkeys(labels[index < 0]))
    # Unseen levels follow the known ones, in order of appearance; their effects are appended when predicting.
    position = {label: len(term.groups) + i for i, label in enumerate(unseen)}
    index = np.array([known if known >= 0 else position[label] for known, label in zip(index, labels, strict=True)])
    return NewColumns(columns=columns, index=index, new_groups=unseen)


def _factor_labels(factor: Any, data: pd.DataFrame) -> np.ndarray:
    """Each row's level of a factor as text; interactions (``a:b``) join their components' values."""
    parts = [[str(value) for value in _component_values(component, data)] for component in factor.components]
    return np.array([":".join(values) for values in zip(*parts, strict=True)], dtype=object)


def _component_values(component: Any, data: pd.DataFrame) -> np.ndarray:
    """A column, or the values of a call such as ``C(a)`` before they are coded."""
    if not hasattr(component, "call"):
        return np.asarray(data[component.name])
    values = component.call.eval(data, component.env)
    return np.asarray(values.data if isinstance(values, CategoricalBox) else values)


@dataclass(frozen=True, kw_only=True, slots=True)
class CodedColumn:
    """A call that makes categories of a column, such as ``C(a)``: its levels in the fit, and its values in new data."""

    name: str
    levels: tuple[Any, ...]
    values: np.ndarray


def coded_columns(term: Term, data: pd.DataFrame) -> list[CodedColumn]:
    """The calls in a term that make categories, each evaluated on the rows of ``data`` without coding them."""
    part = term.source.term.expr if term.kind == "group" else term.source.term
    calls = [c for c in getattr(part, "components", ()) if c.kind == "categoric" and hasattr(c, "call")]
    return [CodedColumn(name=c.name, levels=tuple(c.levels), values=_component_values(c, data)) for c in calls]


def level_coding(term: Term) -> tuple[tuple[str, ...], np.ndarray]:
    """Every level of a categorical main effect, and the (n_levels, n_columns) matrix that codes it."""
    (component,) = term.source.term.components
    return tuple(str(level) for level in component.levels), np.asarray(component.contrast_matrix.matrix, dtype=float)


def factor_columns(term: Term) -> set[str]:
    """Columns of the data that name the levels of a group-specific term's factor."""
    return _columns_in(term.source.term.factor)


def reference_levels(term: Term) -> dict[str, str | None]:
    """Columns that a term takes as categories, each with the level that its coding leaves at zero (None if none)."""
    part = term.source.term.expr if term.kind == "group" else term.source.term
    columns = {c: None for item in getattr(part, "components", ()) if item.kind == "categoric" for c in _names_in(item)}
    if term.kind == "common" and len(columns) == 1 and ":" not in term.name:
        levels, coding = level_coding(term)
        at_zero = [level for level, row in zip(levels, coding, strict=True) if not row.any()]
        return dict.fromkeys(columns, at_zero[0] if at_zero else None)
    return dict(columns)


def _columns_in(part: Any) -> set[str]:
    return {name for item in getattr(part, "components", ()) for name in _names_in(item)}


def _names_in(component: Any) -> set[str]:
    return {name for name in component.var_names if name}


def build_hsgp(term: Term, model: bmb.Model, pymc_model: Any) -> Any:
    """The (n,) contribution of a Gaussian-process term, built by Bambi inside the current PyMC model."""
    from bambi.backend.terms import HSGPTerm

    backend_term = HSGPTerm(term.source)
    for name, values in backend_term.coords.items():
        if name not in pymc_model.coords:
            pymc_model.add_coords({name: values})
    return backend_term.build(model)


def hsgp_basis(term: Term, columns: np.ndarray) -> np.ndarray:
    """(n, n_weights) basis functions of a built Gaussian-process term at (n, p) predictor values.

    With a ``by`` factor the last column holds its level codes, and the basis is block-wise by level, levels
    varying fastest, as in the weights' (weights, by) layout.
    """
    source = term.source
    scale = source.maximum_distance if source.scale_predictors else 1.0
    if source.by_levels is None:
        return np.asarray(source.hsgp.prior_linearized((columns - source.mean) / scale)[0].eval())
    level = columns[:, -1].astype(int)
    centred = (columns[:, :-1] - source.mean[level]) / scale
    blocks = []
    for i, name in enumerate(source.by_levels):
        basis = np.asarray(source.hsgp[name].prior_linearized(centred)[0].eval())
        blocks.append(np.where((level == i)[:, None], basis, 0.0))
    return np.stack(blocks, axis=-1).reshape(len(columns), -1)
