"""The mechanism of special functions: names, positions, pickling, errors, plain Python."""

import pickle

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.special.exit_time import log_exit
from hssm.densities.special.first_passage import ell
from hssm.densities.special.function import NodeSum, SpecialFunction, SpecialOp
from tests.densities.compare import assert_close
from tests.tolerances import OTHER_ALGORITHM


def test_positions_enumerate_every_group_once():
    n = log_exit.n_variables
    first = [SpecialOp(log_exit.name, wrt).position for wrt in [(), *((i,) for i in range(n))]]
    second = [SpecialOp(log_exit.name, (i, j)).position for i in range(n) for j in range(i, n)]
    assert first == list(range(1 + n)) and second == list(range(n * (n + 1) // 2))


def test_ops_are_equal_by_name_and_derivative_and_survive_pickling():
    op = SpecialOp(ell.name, (1, 0))
    assert op == SpecialOp(ell.name, (0, 1)) == pickle.loads(pickle.dumps(op))
    assert hash(op) == hash(SpecialOp(ell.name, (0, 1))) and op != SpecialOp(ell.name, (0,))
    assert str(op) == "log_first_passage_d0_d1"


def test_names_are_unique():
    with pytest.raises(ValueError, match="log_first_passage"):
        SpecialFunction(name=ell.name, n_variables=1, pieces=(), modules=())


def test_a_sum_over_nodes_adds_every_number_of_its_terms():
    sums = NodeSum(term=lambda i, x: (i, x * i * i), count=4, width=2)
    assert sums(0.5) == (6.0, 7.0)


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "FAST_RUN"])
def test_broadcasts_and_takes_float32(mode):
    u, w = pt.tensor("u", dtype="float32", shape=(None, 1)), pt.fvector("w")
    out = ell(u, w, 1 - w)
    assert out.dtype == "float32"
    value = pytensor.function([u, w], out, mode=mode)(
        np.full((3, 1), 0.25, "float32"), np.array([0.25, 0.5], "float32")
    )
    assert value.shape == (3, 2) and value.dtype == np.float32
    assert_close(value[0], np.float32([ell.evaluate(1, 0.25, x, 1 - x)[0] for x in (0.25, 0.5)]), OTHER_ALGORITHM)
