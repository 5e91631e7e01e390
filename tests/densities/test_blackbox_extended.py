"""NumPy versions of ``angle`` and ``full_ddm``: reference values, scalars and arrays, edges."""

import numpy as np
import pytest

from hssm.densities.blackbox_extended import angle_blackbox, full_ddm_blackbox
from tests.densities.compare import assert_close, columns, reference
from tests.tolerances import SAME_NUMERICS

CASES = [
    (angle_blackbox, "angle", ("v", "a", "z", "t", "theta")),
    (full_ddm_blackbox, "full_ddm", ("v", "a", "z", "t", "sz", "sv", "st")),
]


@pytest.mark.parametrize(("function", "name", "parameters"), CASES, ids=["angle", "full_ddm"])
def test_reference(function, name, parameters):
    frame = reference(name)
    values = function(frame[["rt", "response"]].to_numpy(), *columns(frame, parameters))
    assert_close(values, frame["log_density"], SAME_NUMERICS)


def test_scalars_equal_arrays():
    data = np.column_stack([np.linspace(0.3, 2, 9), [1, -1] * 4 + [1]])
    for function, theta in (
        (angle_blackbox, (0.7, 1.3, 0.4, 0.2, 0.3)),
        (full_ddm_blackbox, (0.7, 1.3, 0.4, 0.2, 0.1, 1, 0.1)),
    ):
        assert np.array_equal(function(data, *theta), function(data, *(np.full(9, x) for x in theta)))


@pytest.mark.parametrize("theta", [(1, 0, 0.5, 0, 0), (1, 1, 1, 0, 0), (1, 1, 0.5, 0, np.pi / 2), (1, 1, 0.5, 0, 1.2)])
def test_log_zero_outside(theta):
    assert angle_blackbox([[0.9, 1.0]], *theta).tolist() == [-np.inf]


def test_data_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(n_trials, 2\).*\(3,\)"):
        angle_blackbox([1.0, 2.0, 3.0], 1, 1, 0.5, 0, 0)
