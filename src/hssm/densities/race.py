"""Races: independent accumulators, the first to finish gives the response.

One combinator for every number of accumulators: the winner's log density plus the losers' log survivors, each a
function of one accumulator, given as an :class:`Accumulator`. Parameters named ``v0``, ``v1``, ... belong to
accumulators 0, 1, ...; their number is read off the names, so one :class:`Race` is the density of the whole family. The
distribution function of a winner is a fixed quadrature of its density, in log time, over the interval in which the
density is not negligible; the survivor of the race is the product of the survivors.
Townsend & Ashby (1983), The stochastic modeling of elementary psychological processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from hssm.densities.logspace import masked
from hssm.densities.path import FOREVER, SOONEST
from hssm.densities.quadrature import last_axis, log_sum_over, unit_rule
from hssm.densities.special.held import held
from hssm.spec import Density, Named

Own = Mapping[str, TensorVariable]
"""Parameters of one accumulator: its own without their number, and the shared ones."""

TINIEST = SOONEST
"""Distances to a threshold and standard deviations up to here count as 0: slopes by them grow as up to
their third inverse power, and would overflow."""

_REACH = 240.0
_SEARCHES = (128, 128)
_NEGLIGIBLE = 45.0
_PANELS, _NODES = 10, 16
"""The quadrature: log times searched, in two passes, for densities within exp(-45) of the largest; then its panels on
either side of the mode, shorter towards it: a density may rise slowly and fall fast, or rise fast and fall slowly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accumulator:
    """One accumulator: functions of decision time > 0 and its own parameters, inside the domain.

    ``indexed`` are the parameters that every accumulator has for itself. ``inside`` is the domain, and ``safe``
    maps parameters outside it to harmless ones. ``log_condition``, of the parameters of all accumulators, is the log
    probability of the event on which the race is conditioned, and ``log_survivor_of_race`` replaces the product of
    survivors there.
    """

    indexed: tuple[str, ...]
    shared: tuple[str, ...]
    log_density: Callable[[TensorVariable, Own], TensorVariable]
    log_survivor: Callable[[TensorVariable, Own], TensorVariable]
    inside: Callable[[Own], TensorVariable]
    safe: Callable[[Own, TensorVariable], Own]
    log_condition: Callable[[list[Own]], TensorVariable] | None = None
    log_survivor_of_race: Callable[[TensorVariable, list[Own]], TensorVariable] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trial:
    """Decision time and accumulators; harmless numbers stand in where ``valid`` or ``started`` is false."""

    valid: TensorVariable
    started: TensorVariable
    finite: TensorVariable
    tau: TensorVariable
    accumulators: list[Own]


@dataclass(frozen=True, kw_only=True, slots=True)
class Race:
    """Densities of a race of any number of equal accumulators; responses are the codes 0 .. n - 1."""

    accumulator: Accumulator

    def log_density(self, observed: Named, theta: Named) -> TensorVariable:
        """Log joint density of response time and response; -inf outside the domain, with zero gradient."""
        trial = self._trial(observed, theta)
        winner, losers = in_order(trial.accumulators, self.accumulator.indexed, observed["response"])
        value = self._value(trial.tau, winner, losers) - self._condition(trial.accumulators)
        return masked(trial.valid & trial.started & trial.finite, value)

    def log_cdf(self, observed: Named, theta: Named) -> TensorVariable:
        """Log P(RT <= rt, response); ``rt`` may be infinite (log choice probability)."""
        trial = self._trial(observed, theta)
        winner, losers = in_order(trial.accumulators, self.accumulator.indexed, observed["response"])
        wide_winner, wide_losers = _widened(winner), [_widened(loser) for loser in losers]
        value = log_integral(trial.tau, lambda tau: self._value(tau, wide_winner, wide_losers))
        return masked(trial.valid & trial.started, value - self._condition(trial.accumulators))

    def log_survival(self, observed: Named, theta: Named) -> TensorVariable:
        """Log P(RT > rt), any response; 0 while rt <= t."""
        trial = self._trial(observed, theta)
        whole = self.accumulator.log_survivor_of_race
        if whole is not None:
            value = whole(trial.tau, trial.accumulators) - self._condition(trial.accumulators)
        else:
            value = _total(self.accumulator.log_survivor(trial.tau, own) for own in trial.accumulators)
        return masked(trial.valid, pt.switch(trial.started, value, 0.0))

    def _value(self, tau: TensorVariable, winner: Own, losers: list[Own]) -> TensorVariable:
        survivors = [self.accumulator.log_survivor(tau, loser) for loser in losers]
        return _total([self.accumulator.log_density(tau, winner), *survivors])

    def _condition(self, accumulators: list[Own]) -> Any:
        condition = self.accumulator.log_condition
        return 0.0 if condition is None else condition(accumulators)

    def _trial(self, observed: Named, theta: Named) -> _Trial:
        owns = accumulators_of(theta, self.accumulator.indexed, self.accumulator.shared)
        t = pt.as_tensor_variable(theta["t"]) if "t" in theta else pt.constant(np.int8(0))
        tau = pt.as_tensor_variable(observed["rt"]) - t
        started, finite = pt.gt(tau, SOONEST), pt.lt(tau, FOREVER)
        inside = [self.accumulator.inside(own) for own in owns]
        return _Trial(
            valid=reduce(and_, inside) & pt.ge(t, 0),
            started=started,
            finite=finite,
            tau=pt.switch(started, pt.switch(finite, tau, FOREVER), 1.0),
            accumulators=[self.accumulator.safe(own, ok) for own, ok in zip(owns, inside, strict=True)],
        )


def race(accumulator: Accumulator) -> Density:
    """The density of races between such accumulators, any number of them."""
    combined = Race(accumulator=accumulator)
    return Density(log_density=combined.log_density, log_cdf=combined.log_cdf, log_survival=combined.log_survival)


def accumulators_of(theta: Named, indexed: tuple[str, ...], shared: tuple[str, ...]) -> list[Own]:
    """Each accumulator's parameters; an indexed one that comes without numbers is common to all."""
    n = 0
    while any(f"{name}{n}" in theta for name in indexed):
        n += 1
    common = {name: pt.as_tensor_variable(theta[name]) for name in (*shared, *indexed) if name in theta}
    own = [name for name in indexed if name not in common]
    return [{**common, **{name: pt.as_tensor_variable(theta[f"{name}{i}"]) for name in own}} for i in range(n)]


def in_order(accumulators: list[Own], indexed: tuple[str, ...], response: Any) -> tuple[Own, list[Own]]:
    """The winner of each trial, and the others in order: permuted parameters, so that each density is computed once."""
    first, last = accumulators[0], len(accumulators) - 1

    def chosen(name: str) -> TensorVariable:
        value = accumulators[last][name]
        for i in range(last - 1, -1, -1):
            value = pt.switch(pt.le(response, i), accumulators[i][name], value)
        return value

    def slot(i: int, name: str) -> TensorVariable:
        return pt.switch(pt.le(response, i), accumulators[i + 1][name], accumulators[i][name])

    own = [name for name in indexed if any(other[name] is not first[name] for other in accumulators)]
    winner = {**first, **{name: chosen(name) for name in own}}
    return winner, [{**first, **{name: slot(i, name) for name in own}} for i in range(last)]


def log_integral(
    tau: TensorVariable, log_density: Callable[[TensorVariable], TensorVariable], reach: float = _REACH
) -> TensorVariable:
    """Log of the integral of a density, given for times on a new last axis, from tau / exp(``reach``) to ``tau``.

    The density is looked for on a grid in log time, then on finer ones where it was found. Nodes are constants for
    gradients but for the upper limit, whose derivative is the density there.
    """
    top = pt.log(pt.cast(held(tau), "float64"))
    low, mode, high = top - reach, top, top
    for n in _SEARCHES:
        low, mode, high = _where_not_negligible(low, high, n, log_density)
    x, weights = unit_rule(_NODES)
    place = ((np.arange(_PANELS)[:, None] + x) / _PANELS).ravel()
    log_weights = np.log(np.tile(weights, _PANELS) / _PANELS * 3.0 * place**2)
    sides = [
        (last_axis(mode) + last_axis(end - mode) * place**3, last_axis(pt.log(abs(end - mode))) + log_weights)
        for end in (low, high)
    ]
    nodes = held(pt.exp(pt.concatenate([side[0] for side in sides], axis=-1)))
    log_weights = held(pt.concatenate([side[1] for side in sides], axis=-1))
    # All nodes move with the upper limit in proportion, where it is a limit and not beyond all density.
    moving = pt.switch(pt.ge(high, top - 1e-9), tau / held(tau), 1.0)
    nodes = nodes * last_axis(moving)
    return pt.cast(log_sum_over(log_density(nodes) + pt.log(nodes) + log_weights), tau.dtype)


def _where_not_negligible(
    low: TensorVariable, high: TensorVariable, n: int, log_density: Callable[[TensorVariable], TensorVariable]
) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    """The part of an interval of log time where the density is not negligible on a grid and one step either side.

    Returns its start, the mode on the grid, and its end. Nothing of a density with one mode escapes, however
    narrow it is: it lies within a step of the largest value on the grid.
    """
    step = (high - low) / (n - 1)
    grid = last_axis(low) + last_axis(step) * np.arange(n)
    value = held(log_density(pt.exp(grid)) + grid)
    seen = pt.ge(value, pt.max(value, axis=-1, keepdims=True) - _NEGLIGIBLE)
    first = pt.argmax(seen, axis=-1)
    last = n - 1 - pt.argmax(seen[..., ::-1], axis=-1)
    ends = pt.maximum(first - 1, 0), pt.argmax(value, axis=-1), pt.minimum(last + 1, n - 1)
    start, mode, end = (held(low + step * place) for place in ends)
    return start, mode, end


def _widened(own: Own) -> Own:
    return {name: last_axis(value) for name, value in own.items()}


def _total(terms: Any) -> TensorVariable:
    return reduce(lambda x, y: x + y, terms)
