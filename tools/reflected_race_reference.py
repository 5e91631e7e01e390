"""Reference values of one accumulator with a reflecting floor, by two methods that share nothing with the package.

    python tools/reflected_race_reference.py > tests/references/reflected_race.csv

The bound is a - tau tan(theta); the evidence starts at z a with drift v and unit noise, and is reflected at 0.

* ``modes``: with a level bound (theta = 0), or without drift, the density is a sum of exponentials in time. It is
  evaluated in 40 digits. For the level bound: eigenvalues of w'' = -k^2 w, w'(0) = V w(0), w(1) = 0 with V = v a;
  for v = 0 and any theta, by the time change s = tau / (a L) and cosine modes.
* ``collocation``: otherwise, the heat equation that remains after that time change, with a condition at the floor that
  varies in time, on Chebyshev points, integrated by Radau's method (scipy) with relative tolerance 1e-11. Good to about
  1e-8 in the logarithm.
"""

from __future__ import annotations

import sys

import mpmath as mp
import numpy as np
from scipy.integrate import solve_ivp

mp.mp.dps = 40
N_POINTS = 100


def level_bound(drift: float, z: float, time: float) -> tuple[mp.mpf, mp.mpf]:
    """Density and survivor for a bound at 1 and V = drift, by modes."""
    v, z, r = mp.mpf(drift), mp.mpf(z), mp.mpf(time)
    density = survivor = mp.mpf(0)
    for n in range(int(mp.sqrt(2 * 95 / r) / mp.pi) + 6):
        low, high = n * mp.pi + mp.mpf(10) ** -20, (n + 1) * mp.pi
        if condition(v, low) * condition(v, high) >= 0:
            continue
        k = mp.findroot(
            lambda k: condition(v, k), (low, high), solver="illinois", tol=1e-70, maxsteps=300, verify=False
        )
        size = mp.exp(-k * k * r / 2) * mp.sin(k * (1 - z)) / (mp.mpf(1) / 2 - mp.sin(2 * k) / (4 * k))
        density += size * k / 2
        survivor += size * k / (v * v + k * k)
    if v < -1:
        k = mp.findroot(lambda k: mp.tanh(k) + k / v, -v if v < -2 else mp.sqrt(-3 * (v + 1)))
        size = mp.exp(k * k * r / 2) * mp.sinh(k * (1 - z)) / (mp.sinh(2 * k) / (4 * k) - mp.mpf(1) / 2)
        density += size * k / 2
        survivor += size * k / (v * v - k * k)
    tilt = mp.exp(v * (1 - z) - v * v * r / 2)
    return tilt * density, tilt * survivor


def condition(v: mp.mpf, k: mp.mpf) -> mp.mpf:
    """What is 0 where a mode keeps the condition at the floor."""
    return v * mp.sin(k) + k * mp.cos(k)


def no_drift(z: float, closing: float, time: float) -> tuple[mp.mpf, mp.mpf]:
    """Density and survivor for V = 0 and a bound at 1 - closing * time."""
    z, c, r = mp.mpf(z), mp.mpf(closing), mp.mpf(time)
    height = 1 - c * r
    s = r / height
    flow = mp.mpf(0)
    waves = []
    for n in range(int(mp.sqrt(2 * 95 / s) / mp.pi) + 4):
        k = (n + mp.mpf(1) / 2) * mp.pi
        size = 2 * mp.cos(k * z) * mp.exp(-k * k * s / 2)
        flow += (-1) ** n * size * k / 2
        waves.append((size, k))
    scale = mp.exp(-c * z * z / 2)
    density = scale * mp.exp(c * height / 2) * height ** mp.mpf(-1.5) * flow
    tilted = lambda y: mp.exp(c * height * y * y / 2) * mp.fsum(size * mp.cos(k * y) for size, k in waves)  # noqa: E731
    return density, scale * mp.sqrt(height) * mp.quad(tilted, mp.linspace(0, 1, 5))


def collocation(drift: float, z: float, closing: float, time: float) -> tuple[float, float]:
    """Logarithms of density and survivor for V = drift and a bound at 1 - closing * time."""
    y, derivative, weights = chebyshev(N_POINTS)
    second = derivative @ derivative
    since, s = (min(z, 1 - z) / 7.5) ** 2, time / (1 - closing * time)

    def with_ends(now: float, inner: np.ndarray) -> np.ndarray:
        """The floor is the first point, the bound the last."""
        full = np.concatenate([[0.0], inner, [0.0]])
        full[0] = at_floor(now) @ inner
        return full

    def at_floor(now: float) -> np.ndarray:
        """Weights of the inner points for the value at the floor."""
        return -derivative[0, 1:-1] / (derivative[0, 0] - drift / (1 + closing * now))

    def flow_matrix(now: float, inner: np.ndarray | None = None) -> np.ndarray:
        return 0.5 * (second[1:-1, 1:-1] + np.outer(second[1:-1, 0], at_floor(now)))

    start = np.exp(-((y - z) ** 2) / (2 * since)) / np.sqrt(2 * np.pi * since)
    found = solve_ivp(
        lambda now, inner: flow_matrix(now) @ inner,
        (since, s),
        start[1:-1],
        method="Radau",
        jac=flow_matrix,
        rtol=1e-11,
        atol=1e-15,
    )
    full, height = with_ends(s, found.y[:, -1]), 1 / (1 + closing * s)
    common = -closing * z * z / 2 - drift * z - drift**2 * time / 2
    flow = -0.5 * derivative[-1] @ full
    density = common + closing * height / 2 + drift * height - 1.5 * np.log(height) + np.log(flow)
    mass = weights @ (np.exp(closing * height * y * y / 2 + drift * height * y) * full)
    return density, common + 0.5 * np.log(height) + np.log(mass)


def chebyshev(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points on [0, 1], differentiation matrix, quadrature weights."""
    x = -np.cos(np.pi * np.arange(n + 1) / n)
    signs = np.where(np.arange(n + 1) % 2, -1.0, 1.0) * np.where((np.arange(n + 1) % n) == 0, 2.0, 1.0)
    gaps = x[:, None] - x[None, :] + np.eye(n + 1)
    matrix = signs[:, None] / signs[None, :] / gaps
    matrix -= np.diag(matrix.sum(axis=1))
    moments = [2.0 / (1 - k * k) if k % 2 == 0 else 0.0 for k in range(n + 1)]
    weights = np.linalg.solve(np.cos(np.arange(n + 1)[:, None] * np.arccos(np.clip(x, -1, 1))[None, :]), moments)
    return 0.5 * (x + 1), 2 * matrix, 0.5 * weights


def rows() -> None:
    """Print the rows of the table."""
    rng = np.random.default_rng(20261128)
    for i in range(90):
        method = ("modes", "modes without drift", "collocation")[i % 3]
        a, z = rng.uniform(0.5, 2.5), rng.uniform(0.0, 0.9)
        v, theta = rng.uniform(-2.0, 4.0), rng.uniform(-0.2, 1.2)
        tau = np.exp(rng.uniform(np.log(0.03), np.log(6.0))) * a * a
        if method == "modes":
            theta = 0.0
        else:
            tau = min(tau, rng.uniform(0.1, 0.97) * a / np.tan(theta)) if theta > 0 else tau
            z = min(max(z, 0.25), 0.75) if method == "collocation" else z
        drift, closing, time = v * a, a * np.tan(theta), tau / a**2
        if method == "modes":
            both = [float(mp.log(each)) for each in level_bound(drift, z, time)]
        elif method == "modes without drift":
            v = 0.0
            both = [float(mp.log(each)) for each in no_drift(z, closing, time)]
        else:
            both = list(collocation(drift, z, closing, time))
        if both[0] - 2 * np.log(a) > (-8.0 if method == "collocation" else -22.0):
            shown = [tau, v, a, z, theta, both[0] - 2 * np.log(a), both[1]]
            print(method.split()[0], *(repr(float(x)) for x in shown), sep=",", flush=True)


if __name__ == "__main__":
    print("method,tau,v,a,z,theta,log_density,log_survivor")
    sys.stdout.flush()
    rows()
