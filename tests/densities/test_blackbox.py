"""NumPy versions of the diffusion densities: reference values, scalars and arrays, edges, errors."""

import numpy as np
import pytest

from hssm.densities.blackbox import ddm_blackbox, ddm_sdv_blackbox
from tests.densities.compare import assert_close, columns, reference
from tests.tolerances import SAME_NUMERICS

CASES = [(ddm_blackbox, "ddm", ("v", "a", "z", "t")), (ddm_sdv_blackbox, "ddm_sdv", ("v", "a", "z", "t", "sv"))]


@pytest.mark.parametrize(("function", "name", "parameters"), CASES, ids=["ddm", "ddm_sdv"])
def test_reference(function, name, parameters):
    frame = reference(name)
    values = function(frame[["rt", "response"]].to_numpy(), *columns(frame, parameters))
    assert_close(values, frame["log_density"], SAME_NUMERICS)


def test_scalars_equal_arrays():
    data = np.column_stack([np.linspace(0.3, 2, 9), [1, -1] * 4 + [1]])
    theta = (0.7, 1.3, 0.4, 0.2, 0.9)
    assert np.array_equal(ddm_sdv_blackbox(data, *theta), ddm_sdv_blackbox(data, *(np.full(9, x) for x in theta)))


@pytest.mark.parametrize(
    "theta", [(1, 1, 0.5, 1), (1, 0, 0.5, 0), (1, -1, 0.5, 0), (1, 1, 0, 0), (1, 1, 1, 0), (1, 1, 0.5, -0.1)], ids=str
)
def test_log_zero_outside(theta):
    assert ddm_blackbox([[1.0, 1.0], [0.5, -1.0]], *theta).tolist() == [-np.inf, -np.inf]


def test_data_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(n_trials, 2\).*\(3,\)"):
        ddm_blackbox([1.0, 2.0, 3.0], 1, 1, 0.5, 0)
