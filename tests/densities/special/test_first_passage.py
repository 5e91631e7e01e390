"""``ell`` against 40-digit series, its derivatives, its backends and its edges."""

import mpmath
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.special.first_passage import SWITCH, ell
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import SAME_NUMERICS

U = (1e-4, 0.01, 0.1, 0.39, SWITCH, 0.41, 0.8, 3.0, 40.0)
W = (0.01, 0.2, 0.5, 0.73, 0.99)
POINTS = [(u, w, 1.0 - w) for u in U for w in W]
SMOOTH = [(u, w, 1.0 - w) for u in (0.05, 0.2, 0.38, 0.42, 0.9, 3.0) for w in (0.1, 0.5, 0.8)]


def exact(u, w):
    with mpmath.workdps(60):
        u, w = mpmath.mpf(u), mpmath.mpf(w)
        if u < 1:
            images = (w + 2 * k for k in range(-25, 26))
            total = mpmath.fsum(y * mpmath.exp(-y * y / (2 * u)) for y in images)
            return laws.mp_log(total / mpmath.sqrt(2 * mpmath.pi * u**3))
        waves = (k * mpmath.sin(k * mpmath.pi * w) * mpmath.exp(-((k * mpmath.pi) ** 2) * u / 2) for k in range(1, 40))
        return laws.mp_log(mpmath.pi * mpmath.fsum(waves))


def test_value():
    assert_close(laws.group(ell, 1, POINTS)[:, 0], [exact(u, w) for u, w, _ in POINTS], SAME_NUMERICS)


def test_derivatives():
    laws.check_first_derivatives(ell, SMOOTH)
    laws.check_second_derivatives(ell, SMOOTH)


def test_backends():
    laws.check_backends_agree(ell, POINTS)


def test_outside():
    nan = np.nan
    laws.check_outside(
        ell, [(0, 0.5, 0.5), (-1, 0.5, 0.5), (1, 0, 1), (1, 1, 0), (0.1, 1, 0), (1, -1, 2), (nan, 0.5, 0.5)]
    )


@pytest.mark.parametrize("w", [1e-13, 1e-9, 1.0 - 1e-9, 1.0 - 1e-13])
@pytest.mark.parametrize("u", [1e-17, 1e-10, 0.1, 0.4, 1.0, 1e10])
def test_no_nan_near_the_edges(u, w):
    assert np.all(np.isfinite(ell.evaluate(1, u, w, 1.0 - w)))


def test_gradient_twice_in_a_graph():
    x = pt.dvector("x")
    hessian = pytensor.function([x], pytensor.gradient.hessian(ell(x[0], x[1], 1.0 - x[1]), x))
    uu, uw, ww = ell.evaluate(2, 0.2, 0.3, 0.7)
    assert_close(hessian([0.2, 0.3]), [[uu, uw], [uw, ww]], SAME_NUMERICS)


def test_third_derivative_is_refused_by_name():
    u = pt.dscalar("u")
    second = pytensor.grad(pytensor.grad(ell(u, 0.4, 0.6), u), u)
    with pytest.raises(NotImplementedError, match="log_first_passage"):
        pytensor.grad(second, u)
