import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.network_op import RowsOp, per_row
from tests.tolerances import SAME_NUMERICS

CALLS: list[tuple[int, ...]] = []


def product(rows):  # type: ignore[no-untyped-def]
    CALLS.append(rows.shape)
    return rows[:, 0] ** 2 * rows[:, 1]


def operations(function) -> list[RowsOp]:  # type: ignore[no-untyped-def]
    return [node.op for node in function.maker.fgraph.toposort() if isinstance(node.op, RowsOp)]


def test_value_and_gradient_share_one_evaluation() -> None:
    a, b = pt.scalar("a"), pt.vector("b")
    value = per_row(product, [a, b], "product")
    alone = pytensor.function([a, b], value)
    together = pytensor.function([a, b], [value, *pt.grad(value.sum(), [a, b])])
    assert [op.slopes for op in operations(alone)] == [False]
    assert [op.slopes for op in operations(together)] == [True]
    x, y = 3.0, np.array([1.0, 2.0])
    np.testing.assert_allclose(alone(x, y), [9.0, 18.0], rtol=SAME_NUMERICS.relative)
    for result, expected in zip(together(x, y), ([9.0, 18.0], 18.0, [9.0, 9.0]), strict=True):
        np.testing.assert_allclose(result, expected, rtol=SAME_NUMERICS.relative)


def test_shapes_are_known_without_evaluating() -> None:
    a, b = pt.scalar("a"), pt.vector("b")
    function = pytensor.function([a, b], per_row(product, [a, b], "product").shape, on_unused_input="ignore")
    assert not operations(function)
    assert function(1.0, np.ones(5)).tolist() == [5]


def test_single_precision() -> None:
    with pytensor.config.change_flags(floatX="float32"):
        a = pt.vector("a", dtype="float32")
        value = per_row(product, [a, 2.0 * a], "product")
        assert value.dtype == "float32"
        assert value.eval({a: np.array([1.0, 2.0], np.float32)}).tolist() == pytest.approx([2.0, 16.0])
