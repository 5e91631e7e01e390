"""Brownian motion between straight bounds, which is ``angle``: what the solver can be compared with exactly."""

import numpy as np

import hssm
from hssm.densities import boundaries, diffusions
from hssm.densities.passage.march import Edges
from hssm.densities.passage.mesh import DEAD, DEAD_TO_MASSES, Mesh, make_mesh
from hssm.densities.passage.pointers import quietly
from hssm.densities.passage.solve import edges_at, lay_out, solve
from hssm.densities.passage.table import Table
from hssm.densities.passage.trace import Process, compiled_paths

NAMES = ("v", "a", "z", "theta")
ANGLE = Process(name="angle", parameters=NAMES, drift=diffusions.constant_drift, bound=boundaries.angle, smooth=True)
THETA = np.array([0.6, 1.2, 0.45, 0.25])
FIRST, END = 0.006, 1.5
"""Nothing has happened by ``FIRST``; at ``END`` a good share of the paths is left."""


def mesh(step: float, spare: int = 0) -> Mesh:
    return make_mesh(FIRST, END, (THETA[1] ** 2, THETA[1] ** 2, 0.0, 0.0, 0.0), step, spare)


def edges(theta: np.ndarray, mesh: Mesh) -> Edges:
    with quietly():
        return edges_at(tuple(compiled_paths(ANGLE)), theta, lay_out(mesh))[0]


def solved(end: float, accuracy: tuple[float, float], smooth: bool = True, masses: bool = False) -> Table:
    """The table up to ``end``; ``accuracy`` is the tolerance and the steepness of the log density."""
    with quietly():
        paths = tuple(compiled_paths(ANGLE)._replace(smooth=smooth))
        asked = np.array([True, True]), masses, DEAD_TO_MASSES if masses else DEAD
        return solve(paths, THETA, (FIRST, end), asked, accuracy)


def times_of(mesh: Mesh) -> np.ndarray:
    return lay_out(mesh)[0]


def exact(times: np.ndarray, response: float, theta: np.ndarray = THETA) -> np.ndarray:
    """Log densities of ``angle``, in closed form."""
    data = {"rt": np.asarray(times), "response": np.full(len(times), response)}
    return hssm.log_density("angle", data, {**dict(zip(NAMES, theta, strict=True)), "t": 0.0})


def exact_slopes(times: np.ndarray, response: float) -> np.ndarray:
    """(4, n) their derivatives by v, a, z and theta."""
    data = {"rt": np.asarray(times), "response": np.full(len(times), response)}
    theta = {**dict(zip(NAMES, THETA, strict=True)), "t": 0.0}
    found = hssm.log_density("angle", data, theta, gradient=True)[1]
    return np.array([found[name] for name in NAMES])
