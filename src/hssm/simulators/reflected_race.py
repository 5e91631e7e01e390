"""Responses of races whose accumulators have a reflecting floor and a linearly collapsing bound.

A path is followed in steps that are short against the height that the bound has left. Within a step its lowest point is
drawn from the law of a Brownian bridge, which makes the reflection exact (Skorokhod's map; Asmussen, Glynn & Pitman
1995, https://doi.org/10.1214/aoap/1177004597), and so are the chance and the time of a passage through the straight
bound. What is left out are paths that touch the floor and the bound in one step: less than one step in 10^13.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numba import njit

from hssm.simulators.race import matrix, passage_time, vector
from hssm.spec import MISSING_CODE, SimulationOptions, Simulator

STEPS_PER_SQUARED_HEIGHT = 64
NARROWEST = 1e-9


@njit(cache=True, error_model="numpy")
def _step_passage(rng, before, after, step):  # type: ignore[no-untyped-def]
    """Time in a step at which a bridge passes a straight bound, or inf; ``before`` and ``after`` are its distances."""
    if after > 0.0 and rng.random() >= math.exp(-2.0 * before * after / step):
        return np.inf
    # In the clock q = step s / (step - s) the bridge is Brownian motion, and the bound stays straight.
    passed = passage_time(rng, abs(after) / step, before)
    return step * passed / (step + passed)


@njit(cache=True, error_model="numpy")
def finishing_time(rng, drift, bound, longest):  # type: ignore[no-untyped-def]
    """Time at which one accumulator reaches its bound; inf if that is after ``longest``.

    ``bound`` is where it starts, the height of the bound at the start, and how fast that comes down.
    """
    x, height, slope = bound
    time, lowest = 0.0, NARROWEST * height
    while time < longest:
        step = height * height / STEPS_PER_SQUARED_HEIGHT
        lower = height - slope * step
        y = x + drift * step + math.sqrt(step) * rng.standard_normal()
        passed = _step_passage(rng, height - x, lower - y, step)
        if passed < np.inf:
            return time + passed
        drop = x - y
        least = 0.5 * (x + y - math.sqrt(drop * drop - 2.0 * step * math.log(1.0 - rng.random())))
        x, height, time = min(y - min(least, 0.0), lower), lower, time + step
        if not height > lowest:
            return time
    return np.inf


@njit(cache=True, error_model="numpy")
def _draw(rng, drifts, bounds, t, longest):  # type: ignore[no-untyped-def]
    n, m = drifts.shape
    out = np.full((n, 2), MISSING_CODE)
    for i in range(n):
        start, height, slope = bounds[i]
        if not (0.0 <= start < height < np.inf and abs(slope) < np.inf and t[i] >= 0.0):
            continue
        best = longest - t[i]
        for j in range(m):
            time = finishing_time(rng, drifts[i, j], (start, height, slope), best)
            if time < best:
                best = time
                out[i, 0], out[i, 1] = t[i] + time, j
    return out


def _reflected_race(
    rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions
) -> np.ndarray:
    a, z, t, angle = (vector(theta, name) for name in ("a", "z", "t", "theta"))
    slope = np.where(np.abs(angle) < 0.5 * math.pi, np.tan(angle), np.nan)
    bounds = np.column_stack([np.where((z >= 0) & (z < 1), z, np.nan) * a, a, slope])
    return _draw(rng, np.ascontiguousarray(matrix(theta, "v")), bounds, t, options.max_t)


REFLECTED_RACE = Simulator(draw=_reflected_race, exact=True)
"""Responses of ``race_no_bias_angle_{n}``."""
