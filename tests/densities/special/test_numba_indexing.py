"""Indexing stays outside loops with special functions: the rewrite fires, changes no number, leaves others alone."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.special.first_passage import ell
from hssm.densities.special.numba_indexing import Apart
from tests.densities.compare import assert_close
from tests.tolerances import SAME_NUMERICS

N_GROUPS = 5


def build(function, *excluded):
    effect, u = pt.dvectors("effect", "u")
    index = pt.lvector("index")
    value = function(u, effect[index]).sum()
    mode = pytensor.compile.get_mode("NUMBA").excluding(*excluded)
    return pytensor.function([effect, u, index], [value, *pytensor.grad(value, [effect, u])], mode=mode)


def density(u, w):
    return 2.0 * ell(u, w, 1.0 - w)


def n_apart(function) -> int:
    return sum(isinstance(node.op, Apart) for node in function.maker.fgraph.apply_nodes)


@pytest.fixture(scope="module")
def apart():
    return build(density)


def test_reads_and_writes_stay_outside(apart):
    assert n_apart(apart) == 2  # the gather of the value and the scatter of its gradient


def test_changes_no_number(apart, rng):
    fused = build(density, "hssm_keep_indexing_apart")
    assert n_apart(fused) == 0
    data = rng.uniform(0.2, 0.8, N_GROUPS), rng.uniform(0.01, 3.0, 60), rng.integers(0, N_GROUPS, 60)
    for one, other in zip(apart(*data), fused(*data), strict=True):
        assert_close(one, other, SAME_NUMERICS)


def test_the_gradient_sums_over_the_trials_of_a_group(apart, rng):
    effect, u = rng.uniform(0.2, 0.8, N_GROUPS), rng.uniform(0.01, 3.0, 60)
    index = np.repeat(np.arange(N_GROUPS), 12)
    _, by_group, _ = apart(effect, u, index)
    each = [apart(effect, u[index == g], index[index == g])[1][g] for g in range(N_GROUPS)]
    assert_close(by_group, np.array(each), SAME_NUMERICS)


def test_other_loops_are_left_to_pytensor():
    assert n_apart(build(lambda u, x: u * x + x**2)) == 0
