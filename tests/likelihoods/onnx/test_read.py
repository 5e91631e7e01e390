import numpy as np
import onnx
import pytest
from onnx import helper

from hssm.likelihoods.onnx.evaluate import trial_function
from hssm.likelihoods.onnx.read import read_network
from tests.likelihoods.onnx.graphs import mlp, model

MODEL = mlp([3, 4, 1], metadata={"model": "mine"})
X = np.array([0.1, 0.2, 0.3])


def test_every_source_gives_the_same_network(tmp_path) -> None:
    path = tmp_path / "mine.onnx"
    onnx.save(MODEL, path)
    content = path.read_bytes()
    results = [trial_function(read_network(source))(X)[0] for source in (path, str(path), content, MODEL)]
    assert len(set(results)) == 1
    assert read_network(path).metadata == {"model": "mine"}
    assert read_network(path).n_inputs == 3


def test_a_file_is_read_once_and_again_when_it_changes(tmp_path) -> None:
    path = tmp_path / "mine.onnx"
    onnx.save(MODEL, path)
    first = read_network(path)
    assert read_network(path) is first
    onnx.save(mlp([5, 4, 1]), path)
    assert read_network(path).n_inputs == 5


def test_constants_may_be_nodes_of_any_form() -> None:
    nodes = [
        helper.make_node("Constant", [], ["a"], value_float=2.0),
        helper.make_node("Constant", [], ["b"], value=helper.make_tensor("t", 1, [3], [1.0, 2.0, 3.0])),
        helper.make_node("Constant", [], ["i"], value_ints=[1]),
        helper.make_node("Mul", ["x", "a"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["s"]),
        helper.make_node("ReduceSum", ["s", "i"], ["y"]),
    ]
    assert trial_function(read_network(model(nodes)))(X) == pytest.approx([7.2])


def test_what_cannot_be_used_is_refused(tmp_path) -> None:
    relu = helper.make_node("Relu", ["x"], ["y"])
    with pytest.raises(ValueError, match=r"2 outputs: 'y', 'z'; expected one"):
        read_network(model([relu, helper.make_node("Neg", ["x"], ["z"])], outputs=("y", "z")))
    with pytest.raises(ValueError, match=r"cannot be evaluated: LSTM, mine.Twist\. Known are: Abs, "):
        lstm, twist = helper.make_node("LSTM", ["x"], ["a"]), helper.make_node("Twist", ["a"], ["y"], domain="mine")
        read_network(model([lstm, twist]))
    with pytest.raises(ValueError, match=r"input 'x'.*shape \(any, 3, 2\); expected \(n,\)"):
        read_network(model([relu], shape=("batch", 3, 2)))
    two = model([helper.make_node("Add", ["x", "extra"], ["y"])])
    two.graph.input.append(helper.make_tensor_value_info("extra", 1, [3]))
    with pytest.raises(ValueError, match=r"2 inputs: 'x', 'extra'; expected one"):
        read_network(two)
    with pytest.raises(ValueError, match="given as bytes is not an ONNX model"):
        read_network(b"no network at all")
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"no network at all")
    with pytest.raises(ValueError, match="bad.onnx is not an ONNX model"):
        read_network(path)
    with pytest.raises(TypeError, match=r"onnx.ModelProto, got int"):
        read_network(3)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_network("nowhere")
