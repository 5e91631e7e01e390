"""Times at which the integral equations are solved: equidistant in a variable that suits the process.

time(u) = log1p(k c log1p(exp(u))) / k. Early on, time grows exponentially with u, so that the sudden rise of the
densities is seen at every scale; later its steps are in proportion to the squared distance of the bounds, which is how
fast paths leave. Around a *turn*, where the drift or the bounds change faster than that, there are more nodes: the
variable is then u + TURN arctan((time - turn) / width).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np

from hssm.densities.passage.march import FLAGS

SLOWEST_FALL = math.pi**2 / 8.0
"""Rate at which paths leave between fixed bounds, times the squared bound."""

FLAT = 90.0
"""Before distance^2 / FLAT the density is below exp(-45) of its peak."""

LINEAR = 0.3
"""Late steps, in squared half distances of the bounds, per unit of u."""

PULLING = 2.0
"""Leak times the squared bound from which on the leak alone says how late steps grow."""

DEAD, DEAD_TO_MASSES, DEAD_TO_LATER = 24.0, 18.0, 12.0
"""The mesh ends where the paths that are left are about exp(-24); what follows continues their decline.

For distribution functions less is enough; and so it is for densities that come later anyway.
"""

LONGEST = 100.0
"""Length of the mesh at most, in squared half distances of the bounds: it is reached only between bounds that part."""

DECLINE_PER_COARSENESS = 6.0
"""Distribution functions may have steps that are e times coarser whenever so much of the logarithm of paths is gone."""

MOST = 4000
"""Steps of a mesh at most, however fine they should be: time goes with the square."""

TURN = 3.0
"""Nodes for a turn: twice this divided by the step."""

NARROW = 1e-10
_PROBES, _ROUNDS = 32, 12
SOON = 1e-12
"""Decision time in seconds, or share of the squared bound, in which nothing happens yet."""
_LARGE = 36.0
_NEWTON, _SETTLED = 100, 1e-13


class Mesh(NamedTuple):
    """``n`` nodes ``first + i step`` of u; ``curve`` k and ``scale`` c as above; times ``start`` to ``end``.

    ``turn`` is a time, ``width`` how long it takes, 0 if there is none.
    """

    first: float
    step: float
    n: int
    curve: float
    scale: float
    start: float
    end: float
    turn: float
    width: float


@numba.njit(**FLAGS)
def time_of(u: float, curve: float, scale: float) -> tuple[float, float]:
    """Time at u, and its derivative."""
    if u < _LARGE:
        e = math.exp(u)
        grown, slope = math.log1p(e), e / (1.0 + e)
    else:
        grown, slope = u, 1.0
    grown, slope = scale * grown, scale * slope
    if abs(curve * grown) < 1e-12:
        return grown, slope
    return math.log1p(curve * grown) / curve, slope / (1.0 + curve * grown)


@numba.njit(**FLAGS)
def place_of(time: float, curve: float, scale: float) -> float:
    """U at a time, the inverse of :func:`time_of`."""
    grown = (math.expm1(curve * time) / curve if abs(curve * time) > 1e-12 else time) / scale
    return math.log(math.expm1(grown)) if grown < _LARGE else grown


@numba.njit(**FLAGS)
def number_of(mesh: Mesh, time: float) -> tuple[float, float]:
    """Where a time is among the nodes, which are the whole numbers, and the derivative of time by that."""
    u = place_of(time, mesh.curve, mesh.scale)
    _, slope = time_of(u, mesh.curve, mesh.scale)
    if mesh.width > 0.0:
        x = (time - mesh.turn) / mesh.width
        u += TURN * math.atan(x)
        slope /= 1.0 + TURN * slope / (mesh.width * (1.0 + x * x))
    return (u - mesh.first) / mesh.step, slope * mesh.step


@numba.njit(**FLAGS)
def node(mesh: Mesh, number: float) -> tuple[float, float]:
    """Time at a node, or between nodes, and its derivative by the number: the inverse of :func:`number_of`."""
    u = mesh.first + number * mesh.step
    time, slope = time_of(u, mesh.curve, mesh.scale)
    if not mesh.width > 0.0:
        return time, slope * mesh.step
    # Newton's method in u without the turn, which is at most pi / 2 TURN away; bisections where it does not settle.
    most = 0.5 * math.pi * TURN
    low, high, found, last = u - most, u + most, u, most
    for _ in range(_NEWTON):
        time, slope = time_of(found, mesh.curve, mesh.scale)
        x = (time - mesh.turn) / mesh.width
        steepness = 1.0 + TURN * slope / (mesh.width * (1.0 + x * x))
        off = found + TURN * math.atan(x) - u
        step = off / steepness
        if abs(step) < _SETTLED * (1.0 + abs(found)):
            break
        if off > 0.0:
            high = found
        else:
            low = found
        if not low < found - step < high or abs(step) > 0.5 * last:
            step = found - 0.5 * (low + high)
        found, last = found - step, abs(step)
    return time, slope * mesh.step / steepness


@numba.njit(**FLAGS)
def last_time(bounds, theta, longest, leak, dead):  # type: ignore[no-untyped-def]
    """``longest`` or the earlier time at which the mesh ends; the squared bound there, and the decline until then.

    Paths are left in a share of about exp(-decline).

    It is pi^2 / 8 times the integral of 1 / bound^2. Probes close in on where it passes ``dead``. With a ``leak``
    below 0 paths run away by themselves, at that rate.
    """
    spent, limit = 0.0, dead / SLOWEST_FALL
    start = bounds(np.full(1, SOON), theta)[0, 0]
    low, high = SOON * min(longest, start * start), min(longest, LONGEST * start * start)
    if leak < 0.0:
        high = min(high, dead / -leak)
    for _ in range(_ROUNDS):
        times = low + (high - low) * (np.arange(_PROBES + 1) / _PROBES)
        width = bounds(times, theta)[0]
        rate = np.empty(width.size)
        for k in range(width.size):
            rate[k] = 1.0 / (width[k] * width[k]) if width[k] > NARROW else np.inf
        step, found = (high - low) / _PROBES, -1
        for k in range(_PROBES):
            # Where the bounds close in fast, a trapezium overstates what is spent; the next round looks closer.
            part = step * math.sqrt(rate[k] * rate[k + 1])
            if not (spent + part <= limit):
                found = k
                break
            spent += part
        if found < 0:
            end = width[_PROBES]
            return high, end * end, SLOWEST_FALL * spent
        low, high = times[found], times[found + 1]
        if width[found + 1] > 0.9 * width[found]:
            return low + min(step, (limit - spent) / rate[found]), width[found + 1] ** 2, dead
    return low, 1.0 / rate[found], dead


@numba.njit(**FLAGS)
def narrow_enough(bounds, theta, end, wide):  # type: ignore[no-untyped-def]
    """Squared bound at ``end`` in place of the true one for a mesh whose integrals matter, not its late densities."""
    times = end * (np.arange(1, _PROBES + 1) / _PROBES)
    width, decline, curve = bounds(times, theta)[0], 0.0, 0.0
    for k in range(_PROBES):
        square = max(width[k], NARROW) ** 2
        before = max(width[k - 1], NARROW) ** 2 if k > 0 else wide
        decline += SLOWEST_FALL * (end / _PROBES) / math.sqrt(square * before)
        curve = max(curve, (math.log(wide / square) - decline / DECLINE_PER_COARSENESS) / times[k])
    return wide * math.exp(-curve * end)


@numba.njit(**FLAGS)
def first_time(bounds, theta, start, latest):  # type: ignore[no-untyped-def]
    """A time before which no path can have come to a bound."""
    once = np.full(1, SOON)
    width = bounds(once, theta)[0, 0]
    time = min(latest, width * width)  # bounds that part may be too far away later, but were not on the way
    for _ in range(200):
        once[0] = time
        width = bounds(once, theta)[0, 0]
        gap = min(width - start, width + start)
        if gap > 0.0 and gap * gap >= FLAT * time * 0.999:
            return time
        time = max(min(0.5 * time, gap * gap / FLAT), 0.1 * time)
        if time < 1e-60:
            return 0.0
    return time


@numba.njit(**FLAGS)
def make_mesh(first_time: float, end: float, shape: tuple[float, ...], step: float, spare: int) -> Any:
    """A mesh from ``first_time`` to ``end`` and ``spare`` nodes beyond.

    ``shape`` is (b(0)^2, b(end)^2, |leak|, turn, its width).
    """
    wide, narrow, leak, turn, width = shape
    ratio = min(max(math.log(wide / narrow), 0.0), 20.0)
    curve = ratio / end
    # A leak that pulls little between the bounds makes late steps hardly shorter, a strong one in proportion.
    scale = LINEAR / (1.0 / wide + leak * min(leak * wide / PULLING, 1.0))
    plain = Mesh(0.0, 1.0, 0, curve, scale, first_time, end, turn, width)
    first, last = number_of(plain, first_time)[0], number_of(plain, end)[0]
    # The step is often a simple fraction of another mesh's: rounding must not decide whether there is a node more.
    count = min(max(int(math.ceil((last - first) / step - 1e-9)), 8), MOST)
    step = (last - first) / count
    return Mesh(first, step, count + 1 + spare, curve, scale, first_time, end, turn, width)
