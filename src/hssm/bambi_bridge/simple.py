"""A parameter that is one variable, in a coordinate that suits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bambi as bmb
import pymc as pm

from hssm.bambi_bridge import names
from hssm.bambi_bridge.partial import with_witnesses
from hssm.parameters.beside import beside
from hssm.parameters.coordinate_choice import along_of, ceiling_of, coordinate_of, factor_of, floor_of
from hssm.parameters.coordinates import Before, Bent, Beyond, Scaled, Shifted
from hssm.parameters.prior import make_variable
from hssm.spec import ResolvedParam

Times = tuple[float | None, float | None]
"""Fastest response time, and the one from which on non-decision times have no likelihood, as for ``coordinate_of``."""


@dataclass(frozen=True, slots=True)
class _Coordinate:
    """A transform, and what must stand beside an argument of the prior for it: another parameter, data."""

    transform: Any
    other: Any = None
    data: Any = None


def simple_variable(param: ResolvedParam, known: Mapping[str, Any], times: Times) -> Any:
    """The variable of a parameter with one prior, in the model of the context.

    Parameters
    ----------
    param : ResolvedParam
        The parameter.
    known : mapping
        Values of the parameters before it: numbers, variables or expressions by name.
    times : pair of float or None
        See ``Times``.
    """
    floor = floor_of(param, known)
    if isinstance(floor, float):  # a bound like any other
        return make_variable(param.prior, param.name, above=floor)
    number = next((key for key, value in param.prior.args.items() if not isinstance(value, bmb.Prior)), None)
    if number is None:
        transform = coordinate_of(param, *times) if floor is None else Beyond()
        return make_variable(param.prior, param.name, transform=transform, above=floor)
    chosen = _coordinate(param, known, times) if floor is None else _beyond(param, times[0])
    argument = param.prior.args[number]
    if chosen.data is not None:
        argument = with_witnesses(argument, chosen.data)
    if chosen.other is not None:
        argument = beside(argument, chosen.other)
    arguments = {} if argument is param.prior.args[number] else {number: argument}
    return make_variable(param.prior, param.name, arguments=arguments, transform=chosen.transform, above=floor)


def _coordinate(param: ResolvedParam, known: Mapping[str, Any], times: Times) -> _Coordinate:
    """The coordinate of a parameter that need not exceed another one; arguments as in :func:`simple_variable`."""
    fastest, before = times
    factor = factor_of(param, known)
    if factor is not None:
        return _Coordinate(Scaled(), factor)
    along = along_of(param, known)
    if along is not None and fastest is not None:
        data = _fastest(param, fastest)
        return _Coordinate(along.transform(data), along.width, data)
    transform, ceiling = coordinate_of(param, fastest, before), ceiling_of(param, known)
    if isinstance(transform, Bent) and ceiling is not None:
        other, most = ceiling
        return _Coordinate(transform.under(most), other)
    if isinstance(transform, Before):
        data = pm.Data(names.latest(param.name), before)
        return _Coordinate(Before(data), data=data)
    if isinstance(transform, Shifted):
        data = _fastest(param, fastest)
        return _Coordinate(Shifted(data), data=data)
    return _Coordinate(transform)


def _beyond(param: ResolvedParam, fastest: float | None) -> _Coordinate:
    """The coordinate of a parameter above another one."""
    if param.along is None or fastest is None:
        return _Coordinate(Beyond())
    data = _fastest(param, fastest)
    return _Coordinate(Beyond(param.along[1] * data), data=data)


def _fastest(param: ResolvedParam, fastest: float | None) -> Any:
    """The fastest response time as data: the compiled model then serves other responses too."""
    return pm.Data(names.fastest(param.name), fastest)
