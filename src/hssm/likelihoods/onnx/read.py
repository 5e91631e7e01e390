"""An ONNX model, from wherever it comes -> a :class:`Network`, checked: plain data that ``evaluate.py`` computes with.

One input and one output are expected, and operators of the table. Files are read once and kept until they change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from hssm.likelihoods.onnx.operators import OPERATORS
from hssm.models.sources import ShippedNetwork, find_network, is_onnx_model

OUR_DOMAINS = ("", "ai.onnx")


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One operation of a graph: names of its inputs ("" for one left out) and outputs, and its attributes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return f"{self.operator} ({self.name or 'without a name, output ' + repr(self.outputs[0])})"


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Network:
    """A graph in the order in which it is computed.

    ``input_shape`` has None for every length that is not fixed; ``metadata`` is what whoever made the file wrote into
    its properties; ``label`` is how messages call it.
    """

    label: str
    input: str
    input_shape: tuple[int | None, ...]
    output: str
    nodes: tuple[Node, ...]
    constants: Mapping[str, np.ndarray]
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_inputs(self) -> int | None:
        """How many numbers it takes per trial; None where the file leaves that open."""
        return self.input_shape[-1]


def read_network(source: Any) -> Network:
    """The network of an ONNX file, a shipped network's name, the bytes of a file, or an ``onnx.ModelProto``.

    Raises
    ------
    FileNotFoundError
        Neither a file nor a shipped network.
    ValueError
        Not an ONNX model, not one input and one output, or operators that are not known.
    TypeError
        Something else was given.
    """
    if isinstance(source, str | Path | ShippedNetwork):
        path = source.path if isinstance(source, ShippedNetwork) else find_network(source).absolute()
        state = path.stat()
        return _read_file(path, state.st_mtime_ns, state.st_size)
    if isinstance(source, bytes | bytearray):
        return _parse(_from_bytes(bytes(source), "given as bytes"), "given as bytes")
    if is_onnx_model(source):
        return _parse(source, source.graph.name or "given as ModelProto")
    raise TypeError(
        f"A network is the path or name of an ONNX file, its bytes or an onnx.ModelProto, got {type(source).__name__}."
    )


@lru_cache(maxsize=64)
def _read_file(path: Path, changed: int, size: int) -> Network:
    # External weights lie beside the file, hence by path and not by bytes.
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path))
    except DecodeError:
        raise ValueError(_no_model(str(path))) from None
    return _parse(model, str(path))


def _from_bytes(content: bytes, label: str) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        return onnx.load_model_from_string(content)
    except DecodeError:
        raise ValueError(_no_model(label)) from None


def _no_model(label: str) -> str:
    return f"The network {label} is not an ONNX model: it cannot be decoded. Export it again, e.g. with torch.onnx."


def _parse(model: Any, label: str) -> Network:
    from onnx import numpy_helper

    graph = model.graph
    if not graph.node:
        raise ValueError(_no_model(label))
    constants = {each.name: _array(numpy_helper.to_array(each)) for each in graph.initializer}
    inputs = [each for each in graph.input if each.name not in constants]
    _require_one(label, "inputs", [each.name for each in inputs], "all numbers of a trial as one vector")
    _require_one(label, "outputs", [each.name for each in graph.output], "the log density, or log probabilities")
    _require_known(label, graph)
    nodes = []
    for node in map(_node, graph.node):
        if node.operator == "Constant":
            constants[node.outputs[0]] = _constant(node)
        else:
            nodes.append(node)
    return Network(
        label=label,
        input=inputs[0].name,
        input_shape=_shape(label, inputs[0]),
        output=graph.output[0].name,
        nodes=tuple(nodes),
        constants=constants,
        metadata={each.key: each.value for each in model.metadata_props},
    )


def _require_one(label: str, what: str, names: list[str], meaning: str) -> None:
    if len(names) != 1:
        raise ValueError(
            f"The network {label} has {len(names)} {what}: {', '.join(map(repr, names))}; expected one, {meaning}."
        )


def _require_known(label: str, graph: Any) -> None:
    unknown = sorted(
        {
            f"{node.domain + '.' if node.domain not in OUR_DOMAINS else ''}{node.op_type}"
            for node in graph.node
            if node.op_type != "Constant" and (node.op_type not in OPERATORS or node.domain not in OUR_DOMAINS)
        }
    )
    if unknown:
        raise ValueError(
            f"The network {label} has operators that cannot be evaluated: {', '.join(unknown)}. "
            f"Known are: {', '.join(sorted(OPERATORS))}. Export it with other operators, or give a JAX function."
        )


def _shape(label: str, value: Any) -> tuple[int | None, ...]:
    kind = value.type.tensor_type
    dims = [dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None for dim in kind.shape.dim]
    shape = tuple(dims) if kind.HasField("shape") else (None, None)
    if len(shape) not in (1, 2):
        shown = ", ".join("any" if length is None else str(length) for length in shape)
        raise ValueError(
            f"The input {value.name!r} of the network {label} has the shape ({shown}); expected (n,), one trial, "
            "or (trials, n), a batch of them."
        )
    return shape


def _node(node: Any) -> Node:
    attributes = dict(_attributes(node))
    if node.op_type == "Split":
        attributes["n_outputs"] = len(node.output)
    return Node(
        operator=node.op_type,
        inputs=tuple(node.input),
        outputs=tuple(node.output),
        attributes=attributes,
        name=node.name,
    )


def _attributes(node: Any) -> Iterator[tuple[str, Any]]:
    from onnx import TensorProto, helper, numpy_helper

    for attribute in node.attribute:
        value = helper.get_attribute_value(attribute)
        if isinstance(value, TensorProto):
            value = _array(numpy_helper.to_array(value))
        elif isinstance(value, bytes):
            value = value.decode()
        elif node.op_type == "Cast" and attribute.name == "to":
            value = _array(np.zeros((), helper.tensor_dtype_to_np_dtype(value))).dtype
        elif hasattr(value, "__iter__") and not isinstance(value, str):
            value = list(value)
        yield attribute.name, value


def _array(array: np.ndarray) -> np.ndarray:
    """An array of a type that NumPy itself has: short floats of 8 and 16 bits become 32."""
    return array.astype(np.float32) if array.dtype.kind == "V" else np.asarray(array)


def _constant(node: Node) -> np.ndarray:
    ((name, value),) = node.attributes.items()
    if name in ("value_float", "value_floats"):
        return np.asarray(value, dtype=np.float32)
    return np.asarray(value)
