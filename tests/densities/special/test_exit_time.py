"""Distribution function and survivor of the exit time: derivatives, backends, identities."""

import numpy as np
import pytest
from scipy.integrate import quad

from hssm.densities.special.exit_time import log_exit, log_stay
from hssm.densities.special.first_passage import ell
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import OTHER_ALGORITHM

SMOOTH = [
    (u, m, w, 1.0 - w)
    for u in (0.03, 0.08, 0.2, 0.38, 0.45, 1.5)
    for m in (-9.0, -2.0, -0.02, 0.01, 0.5, 4.0, 7.0)
    for w in (0.1, 0.5, 0.85)
]
MILD = [p for p in SMOOTH if abs(p[1]) < 5]


@pytest.mark.parametrize("function", [log_exit, log_stay], ids=lambda f: f.name)
def test_derivatives(function):
    laws.check_first_derivatives(function, SMOOTH)
    laws.check_second_derivatives(function, SMOOTH)


@pytest.mark.parametrize("function", [log_exit, log_stay], ids=lambda f: f.name)
def test_backends(function):
    laws.check_backends_agree(function, MILD)


@pytest.mark.parametrize("function", [log_exit, log_stay], ids=lambda f: f.name)
def test_outside(function):
    laws.check_outside(function, [(0, 1, 0.5, 0.5), (-1, 1, 0.5, 0.5), (1, 1, 0, 1), (1, 1, 1, 0)])


def test_exits_and_stay_make_one():
    points = np.array(SMOOTH)
    lower = laws.group(log_exit, 1, points)[:, 0]
    upper = laws.group(log_exit, 1, points[:, [0, 1, 3, 2]] * [1, -1, 1, 1])[:, 0]
    stay = laws.group(log_stay, 1, points)[:, 0]
    assert_close(np.exp(lower) + np.exp(upper) + np.exp(stay), 1.0, OTHER_ALGORITHM)


@pytest.mark.parametrize(("u", "m", "w"), [(0.09, 1.0, 0.3), (0.3, -4.0, 0.6), (2.0, 3.0, 0.2)])
def test_exit_is_the_integral_of_the_density(u, m, w):
    def density(x):
        return np.exp(-m * w - m * m * x / 2 + ell.evaluate(1, x, w, 1 - w)[0])

    total, _ = quad(density, 0, u, epsabs=1e-13, epsrel=1e-12, limit=200)
    assert_close(np.exp(log_exit.evaluate(1, u, m, w, 1 - w)[0]), total, OTHER_ALGORITHM)
