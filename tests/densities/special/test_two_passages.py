"""``two_passages`` against the integral in mpmath, its pieces against each other, its transform, backends and edges."""

import mpmath
import numpy as np
import pytest

from hssm.densities.special import two_passages as module
from hssm.densities.special.jax_backend import jax_group
from hssm.densities.special.numba_backend import kernel
from hssm.densities.special.two_passages import SWITCH, two_passages
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import CLOSED_FORM, OTHER_ALGORITHM, SAME_NUMERICS

U = (0.004, 0.05, 0.3, 0.99, 1.01, 2.5)
RATES = ((0.0, 0.0), (0.3, 0.3), (1.0, 1.0 + 1e-9), (2.0, 0.5), (0.0, 12.0), (34.9, 0.0), (36.0, 0.5), (700.0, 3.0))
POINTS = [(u, p, q) for u in U for p, q in RATES]
SMOOTH = [(u, p, q) for u in (0.05, 0.3, 0.9, 1.1, 3.0) for p, q in ((2.0, 0.5), (1.0, 13.0), (45.0, 1.0), (0.2, 0.2))]
STRONG = [(u, p, q) for u in (1e-4, 0.003, 0.1, 0.6, 1.5) for p, q in ((0.0, 3e4), (1e7, 2.0), (4e8, 1e8))]


def passage(s):
    """Density of one passage from the middle, in mpmath."""
    n = [2 * j + 1 for j in range(9)]
    if s < 0.4:
        images = mpmath.fsum((-1) ** j * k * mpmath.exp(-k * k / (8 * s)) for j, k in enumerate(n))
        return images / mpmath.sqrt(8 * mpmath.pi * s**3)
    waves = ((-1) ** j * k * mpmath.exp(-((k * mpmath.pi) ** 2) * s / 2) for j, k in enumerate(n))
    return mpmath.pi * mpmath.fsum(waves)


def exact(u, p, q):
    """The integral by the trapezoidal rule in log(s / (u - s)) with many nodes."""
    with mpmath.workdps(25):
        u, p, q = map(mpmath.mpf, (u, p, q))
        x = np.linspace(-40.0, 40.0, 8001)
        exponent = -float(u) * (float(p - q) / (1.0 + np.exp(x))) - np.cosh(x) / (4.0 * float(u))
        seen = x[exponent > exponent.max() - 90.0]
        nodes = mpmath.linspace(seen[0], seen[-1], 150)
        near = [(u / (1 + mpmath.exp(x)), u / (1 + mpmath.exp(-x))) for x in nodes]
        terms = (passage(s) * passage(t) * mpmath.exp(-p * s - q * t) * s * t / u for s, t in near)
        return laws.mp_log(mpmath.fsum(terms) * (nodes[1] - nodes[0]))


def test_value():
    points = POINTS + STRONG
    assert_close(laws.group(two_passages, 1, points)[:, 0], [exact(*point) for point in points], CLOSED_FORM)


def test_derivatives():
    laws.check_first_derivatives(two_passages, SMOOTH)
    laws.check_second_derivatives(two_passages, SMOOTH)


@pytest.mark.parametrize("rates", [(0.0, 0.0), (1.0, 1.0 + 1e-12), (0.3, 0.75), (0.75, 0.3), (5.0, 0.0), (1.0, 35.0)])
@pytest.mark.parametrize("which", ["jet", "hessian"])
def test_early_and_late_agree_where_they_meet(rates, which):
    early, late = (getattr(module, f"_{piece}_{which}") for piece in ("early", "mild"))
    assert_close(early(SWITCH, *rates), late(SWITCH, *rates), OTHER_ALGORITHM)


@pytest.mark.parametrize("p", [35.0, 40.0, 200.0, 1e4])
@pytest.mark.parametrize("which", ["jet", "hessian"])
def test_early_and_strong_agree_where_they_meet(p, which):
    early, late = (getattr(module, f"_{piece}_{which}") for piece in ("early", "strong"))
    assert_close(early(SWITCH, p, 1.0), late(SWITCH, p, 1.0), OTHER_ALGORITHM)


@pytest.mark.parametrize("u", [SWITCH, 30.0, 1e12])
def test_mild_and_strong_agree_where_they_meet(u):
    for which in ("jet", "hessian"):
        mild, strong = (getattr(module, f"_{piece}_{which}") for piece in ("mild", "strong"))
        assert_close(mild(u, 1.0, 36.0), strong(u, 1.0, 36.0), OTHER_ALGORITHM)


def test_total_is_the_product_of_the_transforms():
    """The integral of exp(N) over u is the product of the Laplace transforms of both passages."""
    log_u, step = np.linspace(np.log(1e-3), np.log(40.0), 1501, retstep=True)
    for p, q in ((0.0, 0.0), (1.0, 0.2), (0.5, 60.0), (300.0, 0.0)):
        logs = np.array([two_passages.evaluate(1, u, p, q)[0] for u in np.exp(log_u)])
        product = 1.0 / (4.0 * np.cosh(np.sqrt(0.5 * p)) * np.cosh(np.sqrt(0.5 * q)))
        assert_close(np.sum(np.exp(logs + log_u)) * step / product, 1.0, OTHER_ALGORITHM)


def test_stages_can_change_places():
    swapped = [(u, q, p) for u, p, q in POINTS]
    one, other = laws.group(two_passages, 1, POINTS), laws.group(two_passages, 1, swapped)
    assert_close(one, other[:, [0, 1, 3, 2]], SAME_NUMERICS)
    one, other = laws.group(two_passages, 2, POINTS), laws.group(two_passages, 2, swapped)
    assert_close(one, other[:, [0, 2, 1, 5, 4, 3]], SAME_NUMERICS)


@pytest.mark.parametrize("u", [0.01, 0.5, 1.0, 50.0])
def test_equal_rates_share_the_time(u):
    _, _, by_p, by_q = two_passages.evaluate(1, u, 1.5, 1.5)
    assert_close([by_p, by_q], -0.5 * u, SAME_NUMERICS)


def test_backends():
    laws.check_backends_agree(two_passages, POINTS)


def test_outside():
    nan = np.nan
    laws.check_outside(two_passages, [(0, 1, 1), (-1, 0, 0), (1, -1, 0), (1, 0, -1), (nan, 1, 1), (1, nan, 1)])


def absurd(rng, n):
    """Times and rates over most of what doubles hold, some rates 0."""
    p, q = np.exp(rng.uniform(np.log(1e-20), np.log(1e29), (2, n))) * rng.choice([0.0, 1.0], (2, n), p=[0.2, 0.8])
    return np.exp(rng.uniform(np.log(1.1e-18), np.log(1e30), n)), p, q


@pytest.mark.parametrize("order", [1, 2])
def test_finite_at_absurd_points(rng, order):
    compiled = kernel(two_passages, order)
    for point in zip(*absurd(rng, 3000), strict=True):
        assert np.all(np.isfinite(compiled(*point))), point
        assert np.all(np.isfinite(two_passages.evaluate(order, *point))), point


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_nan_at_absurd_points_on_jax(rng, dtype):
    import jax

    with jax.enable_x64(True):
        points = [np.asarray(x, dtype) for x in absurd(rng, 3000)]
        values = jax_group(two_passages, 1)(*points)
        assert not any(np.any(np.isnan(np.asarray(value))) for value in values)
        assert {str(value.dtype) for value in values} == {dtype}
