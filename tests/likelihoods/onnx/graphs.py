"""Small ONNX graphs, and what onnxruntime makes of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FLOATS = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE}


def model(  # type: ignore[no-untyped-def]
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, np.ndarray] | None = None,
    shape: Sequence[int | str] = ("batch", 3),
    dtype=np.float32,
    outputs: Sequence[str] = ("y",),
    metadata: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """A model with the input x and, unless told otherwise, the output y."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", FLOATS[dtype], shape)],
        [helper.make_tensor_value_info(name, FLOATS[dtype], None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    helper.set_model_props(made, dict(metadata or {}))
    return made


def mlp(
    sizes: Sequence[int],
    activation: str = "Tanh",
    seed: int = 0,
    shape: Sequence[int | str] | None = None,
    dtype=np.float32,  # type: ignore[no-untyped-def]
    last: Sequence[str] = (),
    metadata: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """A perceptron with random weights; ``last`` are operators after the last layer."""
    rng = np.random.default_rng(seed)
    nodes, constants, x = [], {}, "x"
    for i, (n, m) in enumerate(zip(sizes, sizes[1:], strict=False)):
        constants[f"w{i}"] = (rng.normal(size=(n, m)) / np.sqrt(n)).astype(dtype)
        constants[f"b{i}"] = rng.normal(size=m).astype(dtype)
        if i % 2:
            nodes.append(helper.make_node("MatMul", [x, f"w{i}"], [f"product{i}"]))
            nodes.append(helper.make_node("Add", [f"product{i}", f"b{i}"], [f"layer{i}"]))
        else:
            nodes.append(helper.make_node("Gemm", [x, f"w{i}", f"b{i}"], [f"layer{i}"]))
        x = f"layer{i}"
        if i < len(sizes) - 2:
            nodes.append(helper.make_node(activation, [x], [f"active{i}"]))
            x = f"active{i}"
    for operator in last:
        nodes.append(helper.make_node(operator, [x], [f"{x}_{operator}"]))
        x = f"{x}_{operator}"
    nodes.append(helper.make_node("Identity", [x], ["y"]))
    return model(nodes, constants, shape or ("batch", sizes[0]), dtype, metadata=metadata)


def by_onnxruntime(made: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    """The output of a model, by the reference."""
    return onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"x": x})[0]
