"""Trying a user's drift, bound, leak and start before anything is built from them.

Each function is called with symbols, as the likelihood will, and with numbers at a few sets of parameters inside their
bounds. What is wrong is reported with the function's name, the parameters and the value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hssm.spec import Bounds

TIMES = np.array([1e-12, 1e-3, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0])
"""Decision times (s) at which functions are tried."""

QUANTILES = np.array([0.0, 0.01, 0.5, 0.99, 1.0])
"""Shares of the trials at which a distribution of starting points is tried."""

WHERE = {"time": " at decision time {:g} s", "share": " at share {:g}"}
"""How a message says where a function fails."""

SHARES = (0.5, 0.35, 0.65, 0.2, 0.8)
SHIFTS = 7
"""Sets of parameters: shares of their intervals, shifted from one parameter to the next."""


def check_functions(process: Any, bounds: Mapping[str, Bounds], *, may_open_again: bool = False) -> None:
    """ValueError or TypeError for the first function of a process that does not do what it should.

    With ``may_open_again`` it is not asked whether a bound that closes opens again later.
    """
    points = trial_points(process.parameters, bounds)
    _try_symbols(process)
    started = False
    for point in points:
        width = _numbers("bound", process.bound, point, TIMES)
        _numbers("drift", process.drift, point, TIMES)
        _numbers("leak", process.leak, point)
        start = _furthest_start(process, point)
        _require_turn(process, point)
        if not may_open_again:
            _require_closed_for_good(process, point, width)
        # A distribution may reach the bounds, where none of its trials begin.
        started = started or abs(start) < width[0] or (abs(start) == width[0] and process.starts is not None)
    if not started:
        _refuse_start(process, points[0])


def trial_points(names: tuple[str, ...], bounds: Mapping[str, Bounds]) -> list[dict[str, float]]:
    """Sets of parameters inside the bounds; extra fields are 0 and 1 by turns."""
    points = []
    for i in range(len(SHARES)):
        shares = [SHARES[(i * SHIFTS + k) % len(SHARES)] if i else SHARES[0] for k in range(len(names))]
        points.append(
            {
                name: _inside(*bounds[name], share) if name in bounds else float(i % 2)
                for name, share in zip(names, shares, strict=True)
            }
        )
    return points


def _inside(lower: float, upper: float, share: float) -> float:
    """A point of an interval, finite or not; ``share`` 0.5 is its middle, 1 beyond its lower end, or 0.5."""
    if math.isfinite(lower) and math.isfinite(upper):
        return lower + share * (upper - lower)
    if math.isfinite(lower):
        return lower + share / (1.0 - share)
    if math.isfinite(upper):
        return upper - share / (1.0 - share)
    return 0.5 + math.log(share / (1.0 - share))


def _try_symbols(process: Any) -> None:
    import pytensor.tensor as pt

    from hssm.densities.passage.symbols import Parameters, Symbol, variable_of

    symbols = Parameters({name: Symbol(pt.dscalar(name)) for name in process.parameters})
    time = Symbol(pt.dvector("tau"))
    calls: dict[str, Callable[[], Any]] = {
        "drift": lambda: process.drift(time, symbols),
        "bound": lambda: process.bound(time, symbols),
        "leak": lambda: process.leak(symbols),
        "start": lambda: process.starts(time, symbols) if process.starts else process.start(symbols),
    }
    vectors = {"drift", "bound"} | ({"start"} if process.starts else set())
    for role, call in calls.items():
        try:
            found = pt.as_tensor_variable(variable_of(call()))
        except Exception as error:
            raise TypeError(_failed(role, error)) from error
        if found.type.ndim > (role in vectors):
            raise ValueError(
                f"`{role}` must work element by element, but its result has {found.type.ndim} dimensions: leave out "
                "new axes and matrices."
            )


def _failed(role: str, error: Exception) -> str:
    return (
        f"`{role}` failed with {type(error).__name__}: {error} It is called with symbols and arrays: use arithmetic "
        "and NumPy's elementwise functions, and the parameters in `params`."
    )


def _numbers(
    role: str, function: Any, point: Mapping[str, float], at: np.ndarray | None = None, kind: str = "time"
) -> np.ndarray:
    """The values of a function at one set of parameters, one per time or share; faults are reported."""
    from hssm.densities.passage.symbols import Parameters

    n = 1 if at is None else at.size
    arguments = (Parameters(point),) if at is None else (at.copy(), Parameters(point))
    with np.errstate(all="ignore"):
        try:
            found = np.asarray(function(*arguments), dtype=float)
        except Exception as error:
            raise TypeError(_failed(role, error)) from error
    if found.shape not in ((), (n,)):
        raise ValueError(
            f"`{role}` returned an array of shape {found.shape} for {n} {kind}s; expected one number per {kind}, "
            f"({n},), or a single one."
        )
    values = np.broadcast_to(found, (n,))
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        where = "" if at is None else WHERE[kind].format(at[wrong[0]])
        raise ValueError(
            f"`{role}` is {values[wrong[0]]}{where} for {_shown(point)}: it must be finite everywhere inside the "
            "parameters' bounds. Correct it, or narrow the bounds in `params`."
        )
    return values


def _furthest_start(process: Any, point: Mapping[str, float]) -> float:
    """The starting point that is furthest from the middle."""
    if process.starts is None:
        return float(_numbers("start", process.start, point)[0])
    places = _numbers("start", process.starts, point, QUANTILES, "share")
    return float(places[np.argmax(np.abs(places))])


def _require_turn(process: Any, point: Mapping[str, float]) -> None:
    """Raise unless the turn is two numbers, of which the second is not negative."""
    from hssm.densities.passage.symbols import Parameters

    try:
        time, width = (float(value) for value in process.turn(Parameters(point)))
    except Exception as error:
        raise TypeError(_failed("turn", error) + " It returns two times, when and within how long.") from error
    if not (math.isfinite(time) and 0.0 <= width < math.inf):
        raise ValueError(
            f"`turn` is ({time:g}, {width:g}) for {_shown(point)}: expected when drift or bound change suddenly and "
            "within how long, two finite times in seconds, the second not below 0."
        )


def _require_closed_for_good(process: Any, point: Mapping[str, float], width: np.ndarray) -> None:
    closed = np.flatnonzero(width <= 0.0)
    again = np.flatnonzero(width[closed[0] :] > 0.0) if closed.size else closed
    if closed.size and closed[0] > 0 and again.size:
        first, then = closed[0], closed[0] + again[0]
        raise ValueError(
            f"`bound` is {width[first]:g} at decision time {TIMES[first]:g} s and {width[then]:g} again at "
            f"{TIMES[then]:g} s for {_shown(point)}: a bound that has closed ends all paths and must not open again."
        )


def _refuse_start(process: Any, point: Mapping[str, float]) -> None:
    """Raise for a process that begins outside its bounds at every point tried; ``point`` is shown."""
    width = _numbers("bound", process.bound, point, TIMES)[0]
    if width <= 0.0:
        raise ValueError(
            f"`bound` is {width:g} at decision time 0 for {_shown(point)}, and nowhere tried is it above 0 there: it "
            "is half the distance of the two bounds and must be positive at the start. Correct it, or the bounds in "
            "`params`."
        )
    start = _furthest_start(process, point)
    raise ValueError(
        f"`start` is {start:g} for {_shown(point)}, outside the bounds ±{width:g}, and nowhere tried is it inside: "
        "correct it, or the bounds in `params`."
    )


def _shown(point: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in point.items()) or "no parameters"
