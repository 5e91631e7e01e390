"""Which coordinate of ``coordinates.py`` a parameter without a formula moves in, and which other variables it needs.

Used by ``bambi_bridge/simple.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from hssm.parameters.coordinates import Along, Before, Bent, BentSquare, Shifted, Tangent
from hssm.parameters.prior import Prior, can_truncate, is_truncated
from hssm.parameters.quantiles import (
    VARIABLE_OPTIONS,
    bounds_of,
    frozen_distribution,
    is_improper,
    prior_median,
    support,
)
from hssm.spec import Bounds, Growth, ResolvedParam

BEND = 0.2
"""Width of the bend of :class:`Bent`, relative to the median of the prior."""


def coordinate_of(param: ResolvedParam, fastest: float | None, before: float | None = None) -> Transform | None:
    """The transform of a parameter without a formula; None for PyMC's own.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    fastest : float or None
        Fastest response time in seconds that bounds non-decision times from above but for lapses, if there is one.
    before : float or None
        The same, where the likelihood of later non-decision times is zero.
    """
    prior = param.prior
    if prior.dist is not None or _is_made_otherwise(prior):
        return None
    coordinate = param.coordinate
    if coordinate in ("bent", "bent_square", "tangent"):
        chosen = _tangent if coordinate == "tangent" else partial(_width_coordinate, coordinate)
        return None if is_improper(prior) else chosen(prior, param.bounds)
    if not _is_positive(prior, param.bounds):
        return None
    if param.name == "t" and before is not None:
        return Before(before)
    return Shifted(fastest) if coordinate == "shifted" and fastest is not None and fastest > 0.0 else None


def _width_coordinate(coordinate: str, prior: Prior, bounds: Bounds) -> Transform | None:
    """The transform of a number from 0 on; None if the prior is one for other numbers."""
    lower, upper = _extent(prior, bounds)
    if bounds[0] != 0.0 or lower != 0.0 or np.any(np.asarray(support(prior)[0]) != 0.0):
        return None
    width = BEND * float(prior_median(prior))
    return BentSquare(width) if coordinate == "bent_square" and np.isinf(upper) else Bent(width, upper)


def _tangent(prior: Prior, bounds: Bounds) -> Transform | None:
    """The transform of an angle; None if its range has no lower end."""
    lower, upper = _extent(prior, bounds)
    if lower <= -np.pi / 2:
        return None
    return Tangent(lower, upper, BEND * (np.tan(float(prior_median(prior))) - np.tan(lower)))


def _extent(prior: Prior, bounds: Bounds) -> Bounds:
    """The least and the largest number to which the prior, cut to a parameter's bounds, gives a density."""
    (low, high), (least, most) = support(prior), bounds_of(prior)
    return float(max(bounds[0], least, np.max(low))), float(min(bounds[1], most, np.min(high)))


def factor_of(param: ResolvedParam, values: Mapping[str, Any]) -> Any:
    """The positive variable with which a parameter moves as a product; None if it moves alone.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    values : mapping
        Values of the parameters before it: numbers, variables or expressions by name.
    """
    other, prior = _shared(values, param.factor), param.prior
    if other is None or isinstance(other, float) or not _is_unlimited(param):
        return None
    return None if _is_made_otherwise(prior) else other


@dataclass(frozen=True, slots=True)
class Ridge:
    """A variable with which a parameter grows, and the law of it."""

    other: Any
    growth: Growth
    is_positive: bool

    def transform(self, time: Any) -> Along:
        """The coordinate, given the response time that the law is about, in seconds."""
        return Along(log_growth(self.growth, time), self.is_positive)


def log_growth(growth: Growth, time: Any) -> Callable[[Any], Any]:
    """The logarithm of a growth as a function of the other variable, given a response time in seconds."""
    return partial(_log_growth_with, growth, time)


def _log_growth_with(growth: Growth, time: Any, other: Any) -> Any:
    return growth.power * growth.law(other, growth.scale * time)


def along_of(param: ResolvedParam, values: Mapping[str, Any]) -> Ridge | None:
    """The ridge along which a parameter moves; None if there is none.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    values : mapping
        Values of the parameters before it: numbers, variables or expressions by name.
    """
    if param.along is None or not _can_move_along(param):
        return None
    other = _shared(values, param.along.beside)
    if other is None or isinstance(other, float):
        return None
    return Ridge(other, param.along, _is_positive(param.prior, param.bounds))


def _can_move_along(param: ResolvedParam) -> bool:
    """Whether a parameter is free, one variable, and of any size, or any positive one."""
    if param.is_regression or param.is_fixed or _is_made_otherwise(param.prior):
        return False
    return _is_positive(param.prior, param.bounds) or _is_unlimited(param)


def whole_ridges(params: Mapping[str, ResolvedParam]) -> dict[str, ResolvedParam]:
    """The parameters of a model, moving along a ridge only if all that would can: one that does not bends the others.

    Parameters
    ----------
    params : mapping
        All parameters of the model, by name.
    """
    alone = any(param.along is not None and not _can_move_along(param) for param in params.values())
    return {name: replace(param, along=None) for name, param in params.items()} if alone else dict(params)


def ceiling_of(param: ResolvedParam, values: Mapping[str, Any]) -> tuple[Any, Callable[[Any], Any]] | None:
    """A variable or number, and the function of it that is the most that a parameter can be; None if there is none.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    values : mapping
        Values of the parameters before it: numbers, variables or expressions by name. One that differs between
        trials is no ceiling; there the likelihood is zero above the least.
    """
    if param.ceiling is None:
        return None
    name, most = param.ceiling
    other = _shared(values, name)
    return None if other is None else (other, most)


def in_order(params: Mapping[str, ResolvedParam]) -> list[str]:
    """The parameters' names, each after those that its coordinate needs, otherwise as they are."""
    done: dict[str, None] = {}

    def add(name: str) -> None:
        if name not in done and name in params:
            for other in _needed(params[name]):
                add(other)
            done[name] = None

    for name in params:
        add(name)
    return list(done)


def _needed(param: ResolvedParam) -> list[str]:
    """The names of the parameters that the coordinate of one may need."""
    ceiling, along = param.ceiling, param.along
    others = (param.above, param.factor, ceiling and ceiling[0], along and along.beside)
    return [name for name in others if name]


def _shared(values: Mapping[str, Any], name: str | None) -> Any:
    """The value of a parameter if all trials share it; None if it is trial-wise or absent."""
    other: Any = values.get(name) if name else None
    return None if np.ndim(other) > 0 else other


def floor_of(param: ResolvedParam, values: Mapping[str, Any]) -> Any:
    """What the prior of a parameter is cut off at because the parameter must exceed another one; None for nothing.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    values : mapping
        Values of the parameters before it: numbers, variables or expressions by name. One that differs between
        trials cuts nothing off; there the likelihood is zero where the order is wrong.
    """
    other = values.get(param.above) if param.above else None
    if other is None or np.ndim(other) > 0 or param.prior.dist is not None:
        return None
    lower = max(param.bounds[0], bounds_of(param.prior)[0])
    if isinstance(other, float):
        return other if other > lower else None
    return pt.maximum(other, lower) if _can_be_cut(param) else None


def _can_be_cut(param: ResolvedParam) -> bool:
    """Whether the prior of a parameter has mass beyond any number, of a known size."""
    if frozen_distribution(param.prior) is None or not can_truncate(param.prior):
        return False
    return param.bounds[1] == np.inf and bool(np.all(np.asarray(support(param.prior)[1]) == np.inf))


def _is_made_otherwise(prior: Prior) -> bool:
    """Whether the user says how PyMC makes the variable, its transform among others."""
    return any(option in prior.args for option in VARIABLE_OPTIONS)


def _is_unlimited(param: ResolvedParam) -> bool:
    """Whether the prior of a parameter is one for all numbers."""
    prior = param.prior
    limits = np.array([*support(prior), *bounds_of(prior), *param.bounds])
    return prior.dist is None and bool(np.all(limits == 3 * [-np.inf, np.inf]))


def _is_positive(prior: Prior, bounds: Bounds) -> bool:
    """Whether a prior is one for all positive numbers."""
    return not is_truncated(prior) and bounds[0] == 0.0 and bool(np.all(np.array(support(prior)) == [0.0, np.inf]))
