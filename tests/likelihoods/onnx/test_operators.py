"""Every operator against onnxruntime, by NumPy and by JAX, with finite gradients where it is smooth."""

import jax
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from hssm.likelihoods.onnx.evaluate import batch_function, evaluate
from hssm.likelihoods.onnx.operators import OPERATORS
from hssm.likelihoods.onnx.read import read_network
from tests.likelihoods.onnx.graphs import by_onnxruntime, model
from tests.tolerances import OTHER_RUNTIME

X = np.array([[0.3, 0.8, 1.7], [0.9, 0.1, 0.4], [0.05, 0.6, 0.5], [1.5, 0.95, 2.5]], dtype=np.float32)
C = np.array([0.5, 0.5, 2.0], dtype=np.float32)
W = np.array([[0.1, -0.4], [0.7, 0.2], [-0.3, 0.5]], dtype=np.float32)
V = np.array([0.3, -0.2], dtype=np.float32)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


UNARY = [
    "Abs",
    "Atan",
    "Asinh",
    "Ceil",
    "Celu",
    "Cos",
    "Cosh",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LeakyRelu",
    "Log",
    "Mish",
    "Neg",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Tan",
    "Tanh",
    "ThresholdedRelu",
    "LogSoftmax",
    "Softmax",
    "Transpose",
    "Flatten",
]
UNSIGNED = {"Log", "Sqrt"}
REDUCE = [
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
]

SIMPLE = {
    **{name: ([(name, ["x"], {})], {}) for name in UNARY},
    **{f"{name} of -x": ([("Neg", ["x"], {}), (name, ["n0"], {})], {}) for name in UNARY if name not in UNSIGNED},
    **{
        name: ([(name, ["x", "c"], {})], {"c": C})
        for name in ["Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Max", "Min", "Sum", "Mean"]
    },
    **{name: ([(name, ["x"], {})], {}) for name in REDUCE},
    "Acos": ([("Tanh", ["x"], {}), ("Acos", ["n0"], {})], {}),
    "Asin": ([("Tanh", ["x"], {}), ("Asin", ["n0"], {})], {}),
    "Atanh": ([("Tanh", ["x"], {}), ("Atanh", ["n0"], {})], {}),
    "Acosh": ([("Add", ["x", "c"], {}), ("Exp", ["n0"], {}), ("Acosh", ["n1"], {})], {"c": C}),
    "Gelu tanh": ([("Gelu", ["x"], {"approximate": "tanh"})], {}),
    "Mod": ([("Mod", ["x", "c"], {"fmod": 1})], {"c": C}),
    "Clip": ([("Clip", ["x", "lo", "hi"], {})], {"lo": np.float32(0.2), "hi": np.float32(0.9)}),
    "Clip above": ([("Clip", ["x", "", "hi"], {})], {"hi": np.float32(0.9)}),
    "Cast": ([("Cast", ["x"], {"to": TensorProto.INT64}), ("Cast", ["n0"], {"to": TensorProto.FLOAT})], {}),
    "CastLike": ([("Greater", ["x", "c"], {}), ("CastLike", ["n0", "x"], {})], {"c": C}),
    "IsNaN": ([("Sub", ["x", "c"], {}), ("IsNaN", ["n0"], {}), ("Where", ["n1", "c", "x"], {})], {"c": C}),
    "Gemm": ([("Gemm", ["x", "w", "v"], {})], {"w": W, "v": V}),
    "Gemm scaled": ([("Gemm", ["x", "w", "v"], {"alpha": 0.5, "beta": 2.0, "transB": 1})], {"w": W.T.copy(), "v": V}),
    "MatMul": ([("MatMul", ["x", "w"], {})], {"w": W}),
    "Einsum": ([("Einsum", ["x", "w"], {"equation": "ij,jk->ik"})], {"w": W}),
    "BatchNormalization": (
        [("BatchNormalization", ["x", "c", "c", "m", "c"], {"epsilon": 1e-3})],
        {"c": C, "m": np.zeros(3, np.float32)},
    ),
    "LayerNormalization": ([("LayerNormalization", ["x", "c", "c"], {})], {"c": C}),
    "CumSum": ([("CumSum", ["x", "axis"], {"reverse": 1, "exclusive": 1})], {"axis": ints(1)}),
    "ArgMax": ([("ArgMax", ["x"], {"axis": 1}), ("Cast", ["n0"], {"to": TensorProto.FLOAT})], {}),
    "ArgMin": ([("ArgMin", ["x"], {"axis": 1}), ("Cast", ["n0"], {"to": TensorProto.FLOAT})], {}),
    "ReduceSum over an axis": ([("ReduceSum", ["x", "axis"], {"keepdims": 0})], {"axis": ints(1)}),
    "ReduceSum of nothing": ([("ReduceSum", ["x"], {"noop_with_empty_axes": 1})], {}),
    "Concat": ([("Concat", ["x", "x"], {"axis": 1})], {}),
    "Slice": ([("Slice", ["x", "i", "j", "axis"], {})], {"i": ints(1), "j": ints(3), "axis": ints(1)}),
    "Slice backwards": (
        [("Slice", ["x", "i", "j", "axis", "by"], {})],
        {"i": ints(-1), "j": ints(-9), "axis": ints(1), "by": ints(-1)},
    ),
    "Gather": ([("Gather", ["x", "i"], {"axis": 1})], {"i": ints(2, 0, -2)}),
    "GatherElements": ([("GatherElements", ["x", "i"], {"axis": 1})], {"i": np.array([[2], [0], [1], [-1]])}),
    "Reshape": ([("Reshape", ["x", "s"], {})], {"s": ints(0, 3, -1)}),
    "Squeeze": ([("Unsqueeze", ["x", "i"], {}), ("Squeeze", ["n0", "i"], {})], {"i": ints(1)}),
    "Squeeze all": ([("Unsqueeze", ["x", "i"], {}), ("Squeeze", ["n0"], {})], {"i": ints(1)}),
    "Expand": ([("Unsqueeze", ["x", "i"], {}), ("Expand", ["n0", "s"], {})], {"i": ints(1), "s": ints(1, 2, 1)}),
    "Tile": ([("Tile", ["x", "s"], {})], {"s": ints(1, 2)}),
    "Pad": ([("Pad", ["x", "s", "c"], {})], {"s": ints(0, 1, 0, 2), "c": np.float32(7)}),
    "Pad edge": ([("Pad", ["x", "s", "", "axis"], {"mode": "edge"})], {"s": ints(1, 2), "axis": ints(1)}),
    "Where": ([("Less", ["x", "c"], {}), ("Where", ["n0", "x", "c"], {})], {"c": C}),
    "Shape": ([("Shape", ["x"], {"start": 1}), ("Cast", ["n0"], {"to": 1}), ("Mul", ["x", "n1"], {})], {}),
    "Size": ([("Size", ["x"], {}), ("Cast", ["n0"], {"to": 1}), ("Mul", ["x", "n1"], {})], {}),
    "Range": (
        [("Range", ["i", "j", "by"], {}), ("Mul", ["x", "n0"], {})],
        {"i": np.float32(0), "j": np.float32(3), "by": np.float32(1)},
    ),
    "ConstantOfShape": ([("ConstantOfShape", ["s"], {}), ("Add", ["x", "n0"], {})], {"s": ints(3)}),
    "OneHot": (
        [("ArgMax", ["x"], {"axis": 1, "keepdims": 0}), ("OneHot", ["n0", "d", "v"], {})],
        {"d": ints(3), "v": V},
    ),
    **{
        name: ([(name, ["x", "c"], {}), ("Where", ["n0", "x", "c"], {})], {"c": C})
        for name in ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
    },
    **{
        name: (
            [
                ("Less", ["x", "c"], {}),
                ("Greater", ["x", "d"], {}),
                (name, ["n0", "n1"], {}),
                ("Where", ["n2", "x", "d"], {}),
            ],
            {"c": C, "d": C[::-1].copy()},
        )
        for name in ("And", "Or", "Xor")
    },
    "Not": ([("Less", ["x", "c"], {}), ("Not", ["n0"], {}), ("Where", ["n1", "x", "c"], {})], {"c": C}),
}


def graph(name: str) -> onnx.ModelProto:
    steps, constants = SIMPLE[name]
    made = []
    for i, (operator, inputs, attributes) in enumerate(steps):
        output = "y" if i == len(steps) - 1 else f"n{i}"
        made.append(helper.make_node(operator, inputs, [output], **attributes))
    return model(made, {key: np.asarray(value) for key, value in constants.items()}, shape=(4, 3))


@pytest.mark.parametrize("name", SIMPLE)
def test_operators_agree_with_onnxruntime(name: str) -> None:
    made = graph(name)
    expected = by_onnxruntime(made, X)
    network = read_network(made)
    for result in (evaluate(network, X), evaluate(network, jax.numpy.asarray(X))):
        assert result.shape == expected.shape
        np.testing.assert_allclose(result, expected, rtol=OTHER_RUNTIME.relative, atol=OTHER_RUNTIME.absolute)


@pytest.mark.parametrize("with_sizes", [True, False])
def test_split(with_sizes: bool) -> None:
    inputs, attributes = (["x", "s"], {}) if with_sizes else (["x"], {"num_outputs": 2})
    nodes = [
        helper.make_node("Split", inputs, ["a", "b"], axis=1, **attributes),
        helper.make_node("Concat", ["b", "a"], ["y"], axis=1),
    ]
    made = model(nodes, {"s": ints(1, 2)} if with_sizes else {}, shape=(4, 3))
    np.testing.assert_array_equal(evaluate(read_network(made), X), by_onnxruntime(made, X))


def test_the_table_is_tried() -> None:
    tried = {step[0] for steps, _ in SIMPLE.values() for step in steps} | {"Split"}
    # onnxruntime has no Swish yet
    assert set(OPERATORS) - tried == {"Swish"}
    x = np.linspace(-3, 3, 5)
    np.testing.assert_allclose(OPERATORS["Swish"](np, x), x / (1 + np.exp(-x)), rtol=OTHER_RUNTIME.relative)


def test_integers_divide_without_a_rest() -> None:
    x, y = np.array([7, -7, 9]), np.array([2, 2, -4])
    assert OPERATORS["Div"](np, x, y).tolist() == [3, -3, -2]


def test_batch_norm_in_training_is_refused() -> None:
    node = helper.make_node("BatchNormalization", ["x", "c", "c", "c", "c"], ["y"], training_mode=1)
    network = read_network(model([node], {"c": C}))
    with pytest.raises(ValueError, match=r"node BatchNormalization.*\(1, 3\).*training_mode is on"):
        batch_function(network)(X)
