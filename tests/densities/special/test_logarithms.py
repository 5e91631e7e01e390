"""``safe_log`` and ``log_sum``: the laws of every special function."""

import numpy as np

from hssm.densities.special.logarithms import log_sum, safe_log
from tests.densities.compare import assert_close
from tests.densities.special import laws
from tests.tolerances import SAME_NUMERICS

PAIRS = [(0.0, 0.3), (-5.0, 2.0), (700.0, 650.0), (-900.0, -3.0)]


def test_safe_log():
    points = [(1e-3,), (0.5,), (1.0,), (7.0,)]
    assert_close(laws.group(safe_log, 1, points)[:, 0], np.log(np.ravel(points)), SAME_NUMERICS)
    laws.check_second_derivatives(safe_log, points[1:])
    laws.check_backends_agree(safe_log, points)
    laws.check_outside(safe_log, [(0.0,), (-1.0,)])


def test_log_sum():
    laws.check_first_derivatives(log_sum, PAIRS)
    laws.check_second_derivatives(log_sum, PAIRS)
    laws.check_backends_agree(log_sum, PAIRS)
    laws.check_outside(log_sum, [(-np.inf, -np.inf)])
