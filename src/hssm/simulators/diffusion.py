"""Simulated responses of any diffusion that ``densities.passage`` describes, by small steps in time.

A step moves the process by its drift and by noise; whether the path touched a bound between two steps is drawn from the
law of a Brownian bridge, so that no passage is missed (Gobet 2000, https://doi.org/10.1016/S0304-4149(99)00109-X). The
paths know nothing of the integral equations: they are an independent check of the densities.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types

from hssm.densities import diffusions
from hssm.densities.passage.pointers import quietly
from hssm.densities.passage.trace import SIGNATURE, Process, compiled_paths
from hssm.spec import MISSING_CODE, SimulationOptions, Simulator

_CHUNK = 256
"""Steps for which drift and bound are computed at once."""


def _draw_trials(rng, paths, theta, step, longest, out):  # type: ignore[no-untyped-def]
    """Decision time and response (+1 or -1) of every column of ``theta`` (P, n) into ``out`` (n, 2)."""
    drifts, bounds, constants_of, distributed = paths
    times, share, root = np.empty(_CHUNK + 1), np.empty(1), math.sqrt(step)
    for i in range(theta.shape[1]):
        own = theta[:, i].copy()
        share[0] = rng.random() if distributed else 0.0
        constants = constants_of(share, own)[:, 0]
        x, leak, time, choice = constants[0], constants[1], 0.0, 0
        times[0] = 1e-12
        width = bounds(times[:1], own)[0, 0]
        if not (abs(x) < width and abs(leak) < np.inf):
            continue
        while choice == 0 and time < longest:
            for k in range(_CHUNK + 1):
                times[k] = time + k * step
            times[0] = max(times[0], 1e-12)
            widths, drift = bounds(times, own)[0], drifts(times, own)[0]
            for k in range(_CHUNK):
                before, after = widths[k], widths[k + 1]
                pull = 0.5 * (drift[k] + drift[k + 1]) - leak * x
                y = x + (pull - 0.5 * leak * step * pull) * step + root * rng.standard_normal()
                # The law of a bridge that ends inside: touched with probability exp(-2 gap gap' / step).
                if after <= 0.0:
                    choice = 1 if y > 0.0 else -1
                elif y >= after or rng.random() < math.exp(-2.0 * (before - x) * (after - y) / step):
                    choice = 1
                elif y <= -after or rng.random() < math.exp(-2.0 * (before + x) * (after + y) / step):
                    choice = -1
                if choice != 0:
                    out[i, 0], out[i, 1] = time + (k + 0.5) * step, choice
                    break
                x = y
            time += _CHUNK * step


@cache
def _compiled() -> Callable[..., None]:
    function, vector = types.FunctionType(SIGNATURE), types.float64[:, ::1]
    with quietly():
        paths = types.Tuple((function, function, function, types.boolean))
        signature = types.void(types.npy_rng, paths, vector, types.float64, types.float64, vector)
        compiled: Any = numba.njit(signature, cache=True, error_model="numpy")(_draw_trials)
    return compiled  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class PassageSimulator:
    """Draws responses of a process with a non-decision time ``t``."""

    process: Process

    def __call__(
        self, rng: np.random.Generator, theta: Mapping[str, np.ndarray], options: SimulationOptions
    ) -> np.ndarray:
        """(n, 2) rt and response; MISSING_CODE for paths that do not end in time and outside the domain."""
        t = np.asarray(theta["t"], dtype=np.float64)
        known = {**options.covariates, **theta}
        values = (np.asarray(known[name], dtype=np.float64) for name in self.process.parameters)
        columns = np.array([np.broadcast_to(value, t.shape) for value in values])
        out = np.full((t.size, 2), np.nan)
        paths = compiled_paths(self.process)
        functions = (paths.drifts, paths.bounds, paths.constants, paths.distributed)
        with quietly():
            _compiled()(rng, functions, np.ascontiguousarray(columns), options.delta_t, options.max_t, out)
        out[:, 0] += t
        finished = (out[:, 0] < options.max_t) & (t >= 0)
        return np.where(finished[:, None], out, MISSING_CODE)


def passage_simulator(process: Process) -> Simulator:
    """The simulator of a process."""
    return Simulator(draw=PassageSimulator(process=process))


WEIBULL = passage_simulator(diffusions.WEIBULL_PROCESS)
ORNSTEIN = passage_simulator(diffusions.ORNSTEIN_PROCESS)
ORNSTEIN_ANGLE = passage_simulator(diffusions.ORNSTEIN_ANGLE_PROCESS)
GAMMA_DRIFT = passage_simulator(diffusions.GAMMA_DRIFT_PROCESS)
GAMMA_DRIFT_ANGLE = passage_simulator(diffusions.GAMMA_DRIFT_ANGLE_PROCESS)
CONFLICT_DS = passage_simulator(diffusions.CONFLICT_DS_PROCESS)
SHRINK_SPOT = passage_simulator(diffusions.SHRINK_SPOT_PROCESS)
