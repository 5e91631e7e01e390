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
from hssm.parameters.coordinate_choice import along_of, ceiling_of, coordinate_of, factor_of, floor_of, log_growth
from hssm.parameters.coordinates import Before, Bent, Beyond, Scaled, Shifted
from hssm.parameters.prior import make_variable
from hssm.spec import Growth, ResolvedParam


@dataclass(frozen=True, slots=True)
class Times:
    """Fastest and mean response time, and the one from which on non-decision times have no likelihood; seconds.

    None where there are no times, or no such end.
    """

    fastest: float | None
    mean: float | None
    before: float | None


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
    times : Times
        Of the data.
    """
    floor = floor_of(param, known)
    if isinstance(floor, float):  # a bound like any other
        return make_variable(param.prior, param.name, above=floor)
    number = next((key for key, value in param.prior.args.items() if not isinstance(value, bmb.Prior)), None)
    if number is None:
        transform = coordinate_of(param, times.fastest, times.before) if floor is None else Beyond()
        return make_variable(param.prior, param.name, transform=transform, above=floor)
    chosen = _coordinate(param, known, times) if floor is None else _beyond(param, times)
    argument = param.prior.args[number]
    if chosen.data is not None:
        argument = with_witnesses(argument, chosen.data)
    if chosen.other is not None:
        argument = beside(argument, chosen.other)
    arguments = {} if argument is param.prior.args[number] else {number: argument}
    return make_variable(param.prior, param.name, arguments=arguments, transform=chosen.transform, above=floor)


def _coordinate(param: ResolvedParam, known: Mapping[str, Any], times: Times) -> _Coordinate:
    """The coordinate of a parameter that need not exceed another one; arguments as in :func:`simple_variable`."""
    factor = factor_of(param, known)
    if factor is not None:
        return _Coordinate(Scaled(), factor)
    along = along_of(param, known)
    if along is not None and times.fastest is not None:
        data = _time_of(param, along.growth, times)
        return _Coordinate(along.transform(data), along.other, data)
    transform, ceiling = coordinate_of(param, times.fastest, times.before), ceiling_of(param, known)
    if isinstance(transform, Bent) and ceiling is not None:
        other, most = ceiling
        return _Coordinate(transform.under(most), other)
    if isinstance(transform, Before):
        data = pm.Data(names.latest(param.name), times.before)
        return _Coordinate(Before(data), data=data)
    if isinstance(transform, Shifted):
        data = _fastest(param, times)
        return _Coordinate(Shifted(data), data=data)
    return _Coordinate(transform)


def _beyond(param: ResolvedParam, times: Times) -> _Coordinate:
    """The coordinate of a parameter above another one."""
    if param.along is None or times.fastest is None:
        return _Coordinate(Beyond())
    data = _time_of(param, param.along, times)
    return _Coordinate(Beyond(log_growth(param.along, data)), data=data)


def _fastest(param: ResolvedParam, times: Times) -> Any:
    """The fastest response time as data: the compiled model then serves other responses too."""
    return pm.Data(names.fastest(param.name), times.fastest)


def _time_of(param: ResolvedParam, growth: Growth, times: Times) -> Any:
    """The response time of a law of growth as data."""
    return _fastest(param, times) if growth.time == "fastest" else pm.Data(names.mean_time(param.name), times.mean)
