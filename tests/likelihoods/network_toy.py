"""Networks whose answers are known: exponential times after t, choices with probability q and 1 - q of -1 and 1."""

import json

import numpy as np
import onnx
from onnx import helper

from hssm.models.config import ModelConfig
from tests.likelihoods.onnx.graphs import model

NAMES = ["rate", "q", "t"]
BOX = {"rate": (0.5, 4.0), "q": (0.05, 0.95), "t": (0.0, 1.0)}
CONFIG = ModelConfig(list_params=NAMES, choices=[-1, 1], bounds=BOX)


def _columns(*names: str) -> tuple[list[onnx.NodeProto], dict[str, np.ndarray]]:
    nodes = [helper.make_node("Gather", ["x", f"at_{name}"], [name], axis=1) for name in names]
    return nodes, {f"at_{name}": np.array([i]) for i, name in enumerate(names)}


def _model(steps, names, extra, kind):  # type: ignore[no-untyped-def]
    nodes, constants = _columns(*names)
    nodes += [helper.make_node(operator, inputs, [output], **more) for operator, inputs, output, more in steps]
    metadata = {"kind": kind, "box": json.dumps(BOX)}
    return model(nodes, constants | extra, shape=("batch", len(names)), metadata=metadata)


CHOICE_STEPS = [("Sub", ["one", "q"], "rest", {})]
ONE = {"one": np.ones((1, 1), np.float32), "zero": np.zeros((1, 1), np.float32)}


def lan() -> onnx.ModelProto:
    """Log density: log(rate) - rate (rt - t) + log(q or 1 - q)."""
    steps = [
        *CHOICE_STEPS,
        ("Less", ["response", "zero"], "lower", {}),
        ("Where", ["lower", "q", "rest"], "p", {}),
        ("Mul", ["p", "rate"], "scaled", {}),
        ("Log", ["scaled"], "log", {}),
        ("Sub", ["rt", "t"], "tau", {}),
        ("Mul", ["tau", "rate"], "hazard", {}),
        ("Sub", ["log", "hazard"], "y", {}),
    ]
    return _model(steps, [*NAMES, "rt", "response"], ONE, "lan")


def cpn(both: bool = True) -> onnx.ModelProto:
    """Log probability of both choices, or of the first."""
    last = [("Concat", ["q", "rest"], "p", {"axis": 1})] if both else [("Identity", ["q"], "p", {})]
    return _model([*CHOICE_STEPS, *last, ("Log", ["p"], "y", {})], NAMES, ONE, "cpn")


def opn() -> onnx.ModelProto:
    """Log probability of no response by the deadline, -rate (deadline - t)."""
    steps = [
        ("Sub", ["t", "deadline"], "left", {}),
        ("Mul", ["left", "rate"], "y", {}),
    ]
    return _model(steps, [*NAMES, "deadline"], {}, "opn")


def gonogo() -> onnx.ModelProto:
    """Log probability of no response by the deadline or of the choice -1."""
    steps = [
        *CHOICE_STEPS,
        ("Sub", ["t", "deadline"], "left", {}),
        ("Mul", ["left", "rate"], "log_late", {}),
        ("Exp", ["log_late"], "late", {}),
        ("Mul", ["late", "rest"], "late_go", {}),
        ("Add", ["late_go", "q"], "withheld", {}),
        ("Log", ["withheld"], "y", {}),
    ]
    return _model(steps, [*NAMES, "deadline"], ONE, "gonogo")


def log_density(rt, response, rate, q, t):  # type: ignore[no-untyped-def]
    """What the likelihood network computes."""
    return np.where(rt > t, np.log(rate * np.where(response < 0, q, 1 - q)) - rate * (rt - t), -np.inf)
