"""A JAX function of a row as an ONNX graph: every primitive becomes the operation of the same name.

The function is traced on one row; ONNX broadcasting lets the graph take any number of rows, as long as the function
works column by column, which recipes do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

OPSET = 17
_SAME = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "neg": "Neg",
    "exp": "Exp",
    "log": "Log",
    "sin": "Sin",
    "cos": "Cos",
    "tanh": "Tanh",
    "sign": "Sign",
    "tan": "Tan",
    "sqrt": "Sqrt",
    "abs": "Abs",
    "max": "Max",
    "min": "Min",
}
_INLINE = ("jit", "pjit", "custom_jvp_call", "custom_vjp_call", "closed_call")


class _Graph:
    """Nodes and constants in the making."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.names: dict[Any, str] = {}
        self._count = 0

    def new_name(self) -> str:
        self._count += 1
        return f"x{self._count}"

    def constant(self, value: Any) -> str:
        from onnx import numpy_helper

        array = np.asarray(value)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        name = self.new_name()
        self.constants.append(numpy_helper.from_array(np.array(array), name))
        return name

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        from onnx import helper

        name = self.new_name()
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def read(self, variable: Any) -> str:
        if hasattr(variable, "val"):
            return self.constant(variable.val)
        return self.names[variable]


def export(
    function: Callable[[Any], Any], n_inputs: int, path: Path, metadata: Mapping[str, str], n_outputs: int = 1
) -> None:
    """Write ``function``, (n, n_inputs) float32 -> (n, n_outputs), to an ONNX file with an open batch dimension."""
    import jax
    import onnx
    from onnx import TensorProto, helper

    traced = jax.make_jaxpr(function)(np.zeros((1, n_inputs), dtype=np.float32))
    graph = _Graph()
    graph.names[traced.jaxpr.invars[0]] = "input"
    _translate(graph, traced.jaxpr, traced.consts)
    result = graph.read(traced.jaxpr.outvars[0])
    graph.nodes.append(helper.make_node("Identity", [result], ["output"]))
    body = helper.make_graph(
        graph.nodes,
        metadata.get("model", "network"),
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", n_inputs])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", n_outputs])],
        graph.constants,
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="hssm")
    model.ir_version = 9
    helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _translate(graph: _Graph, jaxpr: Any, constants: Any) -> None:
    for variable, value in zip(jaxpr.constvars, constants, strict=True):
        graph.names[variable] = graph.constant(value)
    for equation in jaxpr.eqns:
        if equation.primitive.name in _INLINE:
            inner = equation.params.get("jaxpr") or equation.params["call_jaxpr"]
            for variable, outer in zip(inner.jaxpr.invars, equation.invars, strict=True):
                graph.names[variable] = graph.read(outer)
            _translate(graph, inner.jaxpr, inner.consts)
            results = [graph.read(variable) for variable in inner.jaxpr.outvars]
        else:
            results = [_operation(graph, equation)]
        graph.names.update(zip(equation.outvars, results, strict=True))


def _operation(graph: _Graph, equation: Any) -> str:
    kind = equation.primitive.name
    inputs = [graph.read(variable) for variable in equation.invars]
    if kind in _SAME:
        return graph.add(_SAME[kind], inputs)
    if kind not in _OTHERS:
        raise NotImplementedError(f"The operation {kind!r} of JAX has no translation to ONNX here.")
    return _OTHERS[kind](graph, equation, inputs)


def _kept(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    return inputs[0]


def _power(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    return graph.add("Pow", [inputs[0], graph.constant(np.float32(equation.params["y"]))])


def _square(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    return graph.add("Mul", [inputs[0], inputs[0]])


def _concatenate(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    return graph.add("Concat", inputs, axis=equation.params["dimension"])


def _slice(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    low, high = equation.params["start_indices"][1], equation.params["limit_indices"][1]
    bounds = [graph.constant(np.array([number], dtype=np.int64)) for number in (low, high, 1)]
    return graph.add("Slice", [inputs[0], *bounds])


def _product(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    return graph.add("MatMul", inputs)


def _sum(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    """Over the columns; they stay a dimension, and the broadcast that would restore it finds it there."""
    axes = graph.constant(np.array([1], dtype=np.int64))
    return graph.add("ReduceSum", [inputs[0], axes], keepdims=1)


def _largest(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    return graph.add("ReduceMax", [inputs[0]], axes=[1], keepdims=1)


def _broadcast(graph: _Graph, equation: Any, inputs: list[str]) -> str:
    """ONNX broadcasts by itself, from the last dimension: nothing to do, but for constants that fill columns."""
    shape, source = equation.params["shape"], equation.invars[0].aval.shape
    if source == () and len(shape) == 2:
        return graph.add("Mul", [inputs[0], graph.constant(np.ones((1, shape[1]), dtype=np.float32))])
    return inputs[0]


_OTHERS: dict[str, Callable[[_Graph, Any, list[str]], str]] = {
    "broadcast_in_dim": _broadcast,
    "concatenate": _concatenate,
    "convert_element_type": _kept,
    "copy": _kept,
    "dot_general": _product,
    "integer_pow": _power,
    "reduce_max": _largest,
    "reduce_sum": _sum,
    "slice": _slice,
    "square": _square,
    "stop_gradient": _kept,
}
