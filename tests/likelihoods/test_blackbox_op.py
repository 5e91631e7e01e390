import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.blackbox_op import BlackBoxOp

RT = np.array([0.5, 1.0, 2.0])


def seen(rt, v):
    """Refuses anything but trials and numbers."""
    assert np.ndim(rt) == 1
    assert isinstance(v, float) or np.shape(v) == np.shape(rt)
    return -v * rt


@pytest.mark.parametrize("mode", ["NUMBA", "FAST_COMPILE", "CVM"])
def test_every_linker_runs_it_without_a_warning(mode: str) -> None:
    rt, v = pt.vector("rt"), pt.scalar("v")
    function = pytensor.function([rt, v], 2.0 * BlackBoxOp(seen)(rt, v), mode=mode)
    np.testing.assert_array_equal(function(RT, 3.0), -6.0 * RT)


def test_draws_are_flattened_and_restored() -> None:
    rt, v = pt.tensor("rt", shape=(1, 1, None)), pt.tensor("v", shape=(None, None, 1))
    values = np.arange(6.0).reshape(2, 3, 1)
    result = pytensor.function([rt, v], BlackBoxOp(seen)(rt, v))(RT[None, None], values)
    np.testing.assert_array_equal(result, -values * RT)


def test_numbers_give_a_number() -> None:
    rt, v = pt.scalar("rt"), pt.scalar("v")
    assert pytensor.function([rt, v], BlackBoxOp(seen)(rt, v))(0.5, 3.0) == -1.5


def test_a_wrong_shape_is_named() -> None:
    rt = pt.vector("rt")
    function = pytensor.function([rt], BlackBoxOp(lambda x: x.sum(), name="loglik")(rt), mode="FAST_COMPILE")
    with pytest.raises(ValueError, match=r"loglik returned an array of shape \(\); expected \(3,\)"):
        function(RT)


def test_there_is_no_gradient() -> None:
    rt, v = pt.vector("rt"), pt.scalar("v")
    with pytest.raises(NotImplementedError, match="no gradient.*slice"):
        pt.grad(BlackBoxOp(seen)(rt, v).sum(), v)


def test_the_shape_is_known_without_evaluating() -> None:
    rt = pt.vector("rt")

    def fails(x):
        raise AssertionError("evaluated")

    assert pytensor.function([rt], BlackBoxOp(fails)(rt).shape[0])(RT) == 3
