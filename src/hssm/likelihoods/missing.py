"""Missing responses, deadlines, go/no-go and censoring: a row contributes the probability of what was observed.

The wrapper around everything that makes a trial (model, bounds, lapse), because a deadline stops a lapse as it stops a
decision. With the joint density f_c, the distribution functions F_c and the survivor S of what it is given:

==============================  ==================================================
rt and choice c observed        f_c(rt)
choice c observed, rt lost      F_c(inf)
no response by the deadline d   S(d)
withheld, by d or ever          S(d) + F_nogo(d), as :attr:`Likelihood.log_withheld`
neither observed                1
rt below x (choice c known)     sum of all F_c(x)  (F_c(x))
rt above x (choice c known)     S(x)  (F_c(inf) - F_c(x))
==============================  ==================================================

Each formula is evaluated on its own rows only, and once for rows that are alike (``ALIKE``). Which these are is read
from the data, so it holds for new data, too.
Ulrich & Miller (1994), Effects of truncation on reaction time analysis; Ratcliff, Huang-Pollock & McKoon (2018) for
go/no-go decisions.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor import config

from hssm.densities.logspace import log_add_exp, log_diff_exp
from hssm.likelihoods import outcomes as outcome
from hssm.likelihoods.columns import choice_column, rt_column
from hssm.spec import MISSING_CODE, DensityFunction, Likelihood, Named, Recording, SimulateFunction, SimulationOptions

ALIKE = "rows_alike"
"""Covariate of likelihoods of several outcomes: for each row, the position of the first one that equals it in response
columns, covariates and the predictors of every parameter. Its own position is always right, and costs most."""


def with_recording(
    likelihood: Likelihood,
    recording: Recording,
    occurring: Collection[str] | None = None,
    model: str = "this model",
) -> Likelihood:
    """The likelihood of trials as they were recorded.

    Parameters
    ----------
    likelihood
        Of what people do: rt and choice, with lapses.
    recording
        What becomes of it in the data.
    occurring
        The outcomes that the data have; all that are possible and known unless given. Only their formulas are part of
        the result; rows of another outcome are NaN.
    model
        Its name, for messages.

    Raises
    ------
    ValueError
        An outcome occurs whose probability the model cannot tell.
    """
    if recording == Recording() or rt_column(likelihood.columns) is None:
        return likelihood
    formulas = _formulas(likelihood, recording)
    if occurring is None:
        occurring = [name for name in outcome.possible(recording) if formulas[name] is not None]
    missing = [name for name in occurring if formulas[name] is None]
    if missing:
        raise ValueError(_without_source(model, missing))
    columns = (*likelihood.columns, *recording.columns)
    deadline = () if recording.deadline is None else (recording.deadline,)
    wanted = dict.fromkeys((outcome.OBSERVED, *occurring))
    known = {name: formula for name, formula in formulas.items() if name in wanted and formula is not None}
    by_rows = len(known) > 1
    return replace(
        likelihood,
        columns=columns,
        covariates=tuple(dict.fromkeys((*likelihood.covariates, *deadline, *[ALIKE] * by_rows))),
        log_density=_by_rows(known, columns, recording) if by_rows else likelihood.log_density,
        simulate=None if likelihood.simulate is None else _recorded(likelihood.simulate, likelihood.columns, recording),
    )


def _without_source(model: str, missing: list[str]) -> str:
    what = "; ".join(outcome.MEANING[name] for name in missing)
    return (
        f"Model {model!r} has no source for the probability of outcomes that the data have: {what}. Give one as "
        "`loglik_missing_data` (a JAX function, or a network trained with networks.train), use an analytical "
        "likelihood, or leave these rows out, knowing that this biases the fit."
    )


def _formulas(likelihood: Likelihood, recording: Recording) -> dict[str, DensityFunction | None]:
    """The table: outcome -> log probability; None where the model lacks the function for it."""
    rt, choice = str(rt_column(likelihood.columns)), choice_column(likelihood.columns)
    cdf, survival, withheld = likelihood.log_cdf, likelihood.log_survival, likelihood.log_withheld
    end = recording.deadline

    def at(function: DensityFunction | None, deadline: str | None) -> DensityFunction | None:
        return None if function is None else lambda rows, theta: function({**rows, rt: _time(rows, deadline)}, theta)

    return {
        outcome.OBSERVED: likelihood.log_density,
        outcome.LOST: at(cdf, None),
        outcome.OMITTED: at(survival, end),
        outcome.WITHHELD: at(withheld, end),
        outcome.UNKNOWN: lambda rows, theta: pt.zeros_like(rows[rt]),
        outcome.LEFT: cdf,
        outcome.LEFT_ANY: None if cdf is None else _whatever_choice(cdf, choice, likelihood.choices),
        outcome.RIGHT: None if cdf is None else _later(cdf, rt),
        outcome.RIGHT_ANY: survival,
    }


def _whatever_choice(cdf: DensityFunction, choice: str, codes: tuple[int, ...]) -> DensityFunction:
    return lambda rows, theta: log_add_exp(*(cdf({**rows, choice: pt.constant(float(c))}, theta) for c in codes))


def _later(cdf: DensityFunction, rt: str) -> DensityFunction:
    return lambda rows, theta: log_diff_exp(cdf({**rows, rt: _time(rows, None)}, theta), cdf(rows, theta))


def _time(rows: Named, deadline: str | None) -> Any:
    """The rows' deadline; infinity, one number for all rows, without one."""
    return pt.constant(np.asarray(math.inf, dtype=config.floatX)) if deadline is None else rows[deadline]


def _by_rows(
    formulas: Mapping[str, DensityFunction], columns: tuple[str, ...], recording: Recording
) -> DensityFunction:
    """The log density whose rows each come from the formula of their outcome."""

    def log_density(observed: Named, theta: Named) -> Any:
        variables = {name: pt.as_tensor_variable(value) for name, value in {**observed, **theta}.items()}
        shape = None
        if not all(_is_row(variables[name]) for name in {*columns, *observed}):
            variables.pop(ALIKE, None)
            full = pt.broadcast_arrays(*variables.values())
            shape, variables = full[0].shape, {k: v.ravel() for k, v in zip(variables, full, strict=True)}
        variables.setdefault(ALIKE, pt.arange(variables[columns[0]].shape[-1]))
        masks = outcome.rows_by_outcome(variables, columns, recording)
        value = _scattered(formulas, {name: mask.ravel() for name, mask in masks.items()}, variables, set(theta))
        return value if shape is None else value.reshape(shape)

    return log_density


def _is_row(variable: Any) -> bool:
    """Whether trials are all there is to a column: (n,), or (1, n)."""
    return variable.type.ndim > 0 and all(variable.type.broadcastable[:-1])


def _scattered(formulas: Mapping[str, DensityFunction], masks: Named, variables: Named, names: set[str]) -> Any:
    """Every formula at the rows of its outcome, put where they belong."""
    n_dims = max(each.type.ndim for each in variables.values())
    shape = pt.broadcast_shape(*variables.values()) if n_dims > 1 else variables[ALIKE].shape
    alike = pt.cast(variables[ALIKE].ravel(), "int64")
    known = reduce(or_, (masks[name] for name in formulas))
    result: Any = None
    for name, formula in formulas.items():
        rows = pt.nonzero(masks[name])[0]
        if name == outcome.OBSERVED:
            value = _at(formula, rows, variables, names)
            # Rows are added to zeros, not set: PyTensor 3.3 confuses the two where numba fuses a write by index with
            # the sum by index of a gradient.
            empty = pt.switch(known, np.zeros((), value.dtype), np.full((), np.nan, value.dtype))
            result = pt.broadcast_to(empty, shape)
        else:
            first = masks[name] & pt.eq(alike, pt.arange(alike.shape[0]))
            value = _at(formula, pt.nonzero(first)[0], variables, names)
            value = _take(value, (pt.cumsum(pt.cast(first, "int64")) - 1)[alike[rows]])
        result = pt.inc_subtensor(result[..., rows], value)
    return result


def _at(formula: DensityFunction, rows: Any, variables: Named, names: set[str]) -> Any:
    taken = {key: _take(value, rows) for key, value in variables.items()}
    observed = {key: value for key, value in taken.items() if key not in names}
    return formula(observed, {key: taken[key] for key in names})


def _take(value: Any, rows: Any) -> Any:
    """Entries of some trials; what all trials share stays one number, which is then evaluated once."""
    return value if not value.type.ndim or value.type.broadcastable[-1] else value[..., rows]


def _recorded(simulate: SimulateFunction, columns: tuple[str, ...], recording: Recording) -> SimulateFunction:
    rt, choice = columns.index(str(rt_column(columns))), columns.index(choice_column(columns))

    def draw(rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions) -> np.ndarray:
        responses = np.array(simulate(rng, theta, options), dtype=float)
        extra = {recording.censored: np.zeros(len(responses))}
        silent = np.zeros(len(responses), dtype=bool)
        if recording.deadline is not None:
            deadline = np.broadcast_to(options.covariates[recording.deadline], len(responses))
            extra[recording.deadline] = deadline
            # A path that was given up unfinished is under way at any deadline before that.
            silent |= responses[:, rt] >= deadline
        if recording.nogo is not None:
            silent |= responses[:, choice] == recording.nogo
        responses[silent] = MISSING_CODE
        return np.column_stack([responses, *(extra[name] for name in recording.columns)])

    return draw
