"""The rewrite that flattens fused loops: it fires, and changes no number."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.special.first_passage import ell
from hssm.densities.special.function import SpecialOp
from hssm.densities.special.numba_backend import SpecialGroup
from hssm.densities.special.numba_fusion import FlatComposite, grouped
from tests.densities.compare import assert_close
from tests.tolerances import SAME_NUMERICS, SINGLE_PRECISION


def build(*excluded):
    u, w = pt.dvectors("u", "w")
    out = 2.0 * ell(u, w, 1.0 - w) - pt.sqr(u)
    mode = pytensor.compile.get_mode("NUMBA").excluding(*excluded)
    return pytensor.function([u, w], [out, *pytensor.grad(out.sum(), [u, w])], mode=mode)


def flat_composites(function) -> list[FlatComposite]:
    def scalar_ops(nodes):
        for node in nodes:
            yield getattr(node.op, "scalar_op", None)
            if hasattr(node.op, "fgraph"):
                yield from scalar_ops(node.op.fgraph.apply_nodes)

    return [op for op in scalar_ops(function.maker.fgraph.apply_nodes) if isinstance(op, FlatComposite)]


@pytest.fixture(scope="module")
def flat():
    return build()


def test_fires_unless_excluded_and_changes_no_number(flat):
    plain = build("hssm_flatten_composite")
    assert flat_composites(flat) and not flat_composites(plain)
    u, w = np.geomspace(1e-3, 5, 50), np.linspace(0.02, 0.98, 50)
    for one, other in zip(flat(u, w), plain(u, w), strict=True):
        assert_close(one, other, SAME_NUMERICS)


def test_value_and_slopes_at_one_place_are_evaluated_once(flat):
    (composite,) = flat_composites(flat)
    ops = [node.op for node in grouped(composite.fgraph).apply_nodes]
    assert sum(isinstance(op, SpecialOp) for op in ops) == 0
    assert ops.count(SpecialGroup(ell.name, 1)) == 1
    assert SpecialGroup(ell.name, 1) != SpecialGroup(ell.name, 2)
    assert_close(SpecialGroup(ell.name, 1).impl(0.3, 0.4, 0.6), ell.evaluate(1, 0.3, 0.4, 0.6), SAME_NUMERICS)


def test_numbers_keep_single_precision():
    u = pt.fvector("u")
    out = 2.0 * ell(u, 0.5, 0.5) - pt.sqr(u)
    values = pytensor.function([u], [out, pytensor.grad(out.sum(), u)], mode="NUMBA")(np.float32([0.2, 0.7]))
    assert [value.dtype for value in values] == ["float32", "float32"]
    exact = [2.0 * ell.evaluate(1, x, 0.5, 0.5)[0] - x * x for x in (0.2, 0.7)]
    assert_close(values[0], exact, SINGLE_PRECISION)
