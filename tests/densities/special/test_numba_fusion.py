"""The rewrite that flattens fused loops: it fires, and changes no number."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.special.first_passage import ell
from hssm.densities.special.numba_fusion import FlatComposite
from tests.densities.compare import assert_close
from tests.tolerances import SAME_NUMERICS


def build(*excluded):
    u, w = pt.dvectors("u", "w")
    out = 2.0 * ell(u, w, 1.0 - w) - pt.sqr(u)
    mode = pytensor.compile.get_mode("NUMBA").excluding(*excluded)
    return pytensor.function([u, w], [out, *pytensor.grad(out.sum(), [u, w])], mode=mode)


def has_flat(function) -> bool:
    def scalar_ops(nodes):
        for node in nodes:
            yield getattr(node.op, "scalar_op", None)
            if hasattr(node.op, "fgraph"):
                yield from scalar_ops(node.op.fgraph.apply_nodes)

    return any(isinstance(op, FlatComposite) for op in scalar_ops(function.maker.fgraph.apply_nodes))


@pytest.fixture(scope="module")
def flat():
    return build()


def test_fires_unless_excluded_and_changes_no_number(flat):
    plain = build("hssm_flatten_composite")
    assert has_flat(flat) and not has_flat(plain)
    u, w = np.geomspace(1e-3, 5, 50), np.linspace(0.02, 0.98, 50)
    for one, other in zip(flat(u, w), plain(u, w), strict=True):
        assert_close(one, other, SAME_NUMERICS)
