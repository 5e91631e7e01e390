"""One parameter's value per trial, twice: as a PyTensor expression in the model, and in NumPy from draws.

The symbolic side is built once per model (:meth:`Predictor.build`); the numeric side serves predictions,
log-likelihoods and natural-scale summaries for the data of the fit or any new data, without compiling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hssm.bambi_bridge.compat import NewColumns, Term, evaluate_term, hsgp_basis
from hssm.spec import ResolvedParam

Draws = Mapping[str, np.ndarray]
"""Variables by name, draws first: (n_draws, ...)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Predictor:
    """A parameter with its terms (none if it is simple or fixed) and the column means it was centred by.

    ``center`` maps common terms to the column means that were subtracted when the intercept prior was applied
    (empty if nothing was centred). ``means`` maps the group-specific terms that are sampled around a common
    coefficient to that coefficient's term: such effects hold the mean, and results report the deviations.
    """

    param: ResolvedParam
    terms: tuple[Term, ...] = ()
    center: Mapping[str, np.ndarray] | None = None
    means: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.param.name

    @property
    def is_trialwise(self) -> bool:
        """Whether the value differs between trials."""
        if self.param.is_regression:
            return True
        return self.param.is_fixed and np.ndim(self.param.fixed_value) > 0

    def groups(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind == "group")

    # ------------------------------------------------------------------ numeric

    def value(self, draws: Draws, design: Mapping[str, NewColumns] | None = None, **options: Any) -> np.ndarray:
        """Natural-scale values, (n_draws, n_trials), or (n_draws or 1, 1) if they do not differ between trials.

        ``design`` is :meth:`evaluate` of new data; None means the data of the fit. ``options`` as in
        :meth:`linear`.
        """
        if self.param.is_fixed:
            return np.atleast_1d(np.asarray(self.param.fixed_value, dtype=float))[None, :]
        if not self.param.is_regression:
            return np.asarray(draws[self.name], dtype=float).reshape(-1, 1)
        return self.param.link.linkinv(self.linear(draws, design, **options))

    def linear(
        self,
        draws: Draws,
        design: Mapping[str, NewColumns] | None = None,
        *,
        include_groups: bool = True,
        new_effects: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Link-scale values (n_draws, n_trials) from reported (uncentred) coefficients.

        ``new_effects`` holds, per group term, the effects (n_draws, n_new_levels, ...) of unseen groups, in the
        order of the design's ``new_groups``. With ``include_groups=False`` it holds the effects (n_draws, 1, ...) of
        one member, which every trial gets; terms that it does not name count as zero.
        """
        total: Any = 0.0
        new = new_effects or {}
        for term in self.terms:
            columns = design[term.name] if design is not None else NewColumns(columns=term.columns, index=term.index)
            if term.kind != "group" or include_groups:
                total = total + self._contribution(term, columns, draws, new)
            elif term.variable in new:
                total = total + _per_trial(new[term.variable], columns.columns)
        return total

    def _contribution(self, term: Term, new: NewColumns, draws: Draws, new_effects: Mapping[str, np.ndarray]) -> Any:
        if term.kind == "offset":
            return new.columns[None, :]
        if term.kind == "hsgp":
            weights = draws[f"{term.variable}_weights"]
            return weights.reshape(len(weights), -1) @ hsgp_basis(term, new.columns).T
        coefficient = _coefficient(term, draws)
        if term.kind == "intercept":
            return coefficient.reshape(-1, 1)
        if term.kind == "common":
            columns = new.columns.reshape(len(new.columns), -1)
            return coefficient.reshape(len(coefficient), -1) @ columns.T
        if term.variable in new_effects:
            coefficient = np.concatenate([coefficient, new_effects[term.variable]], axis=1)
        return _per_trial(coefficient[:, new.index], new.columns)

    def evaluate(self, data: pd.DataFrame) -> dict[str, NewColumns]:
        """The design of every term on new data."""
        return {term.name: evaluate_term(term, data) for term in self.terms}

    def deviations(self, draws: Draws) -> dict[str, np.ndarray]:
        """Deviations from the common coefficient of the effects that are sampled around it."""
        found = {}
        for term in self.terms:
            if term.name in self.means:
                mean = draws[self.term(self.means[term.name]).variable]
                found[term.variable] = draws[term.variable] - np.expand_dims(mean, 1)
        return found

    def term(self, name: str) -> Term:
        return next(term for term in self.terms if term.name == name)

    def shift(self, draws: Draws) -> np.ndarray:
        """(n_draws,) what has to be subtracted from the sampled intercept to get it at predictors 0."""
        total: Any = 0.0
        for term in self.terms:
            if self.center and term.name in self.center:
                coefficient = _coefficient(term, draws)
                total = total + coefficient.reshape(len(coefficient), -1) @ np.atleast_1d(self.center[term.name])
        return np.asarray(total)


def _per_trial(effects: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Effects (n_draws, n_trials or 1, ...) times their columns (n_trials, ...): (n_draws, n_trials)."""
    return effects * columns if columns.ndim == 1 else (effects * columns).sum(axis=-1)


def _coefficient(term: Term, draws: Draws) -> np.ndarray:
    """Draws of a coefficient, or its fixed value as one draw."""
    if term.variable in draws:
        return np.asarray(draws[term.variable], dtype=float)
    fixed = np.asarray(term.prior, dtype=float)
    size = 1 if term.columns.ndim == 1 else term.columns.shape[1]
    return np.broadcast_to(fixed, (1, size))
