"""What may stand where a likelihood is expected, by kind.

Checked at the door, so that a wrong type or a missing file is reported when the model is described and not
when it is first evaluated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hssm.models.faults import Faults
from hssm.spec import Density, Reference


def check_source(source: Any, kind: str, faults: Faults) -> None:
    """Note what is wrong with a ``loglik`` of that kind; a missing file is raised at once."""
    if isinstance(source, (str, Path)):
        network = kind == "approx_differentiable"
        if not faults.value(not network, _path_message(source, kind)):
            find_network(source)
        return
    if is_own(source) or callable(source) or is_onnx_model(source):
        return
    faults.type(True, f"`loglik` of kind {kind!r} must be {_allowed(kind)}, got {type(source).__name__}")


def find_network(source: str | Path) -> Path:
    """The file of a network: a path, or the name of one that ships with the package.

    Raises
    ------
    FileNotFoundError
        Neither a file nor a shipped network; both places are named.
    """
    shipped = Path(__file__).parents[1] / "networks" / "assets" / Path(source).name
    for place in (Path(source), shipped):
        if place.is_file():
            return place
    raise FileNotFoundError(
        f"No network {str(source)!r}: neither a file on disk ({Path(source).absolute()}) nor one that ships with "
        f"the package ({shipped.parent}). Give the path of an ONNX file."
    )


def is_own(source: Any) -> bool:
    """Whether it is mathematics of this package, which belongs to its model's parameters and codes."""
    return isinstance(source, (Density, Reference))


def is_onnx_model(source: Any) -> bool:
    """Whether it is a parsed ONNX file; told by its name, so that onnx need not be loaded."""
    return type(source).__name__ == "ModelProto"


def _path_message(source: Any, kind: str) -> str:
    return (
        f"`loglik` is the path {str(source)!r}, which only the kind 'approx_differentiable' takes, not {kind!r}: "
        "give a function, or set loglik_kind='approx_differentiable'"
    )


def _allowed(kind: str) -> str:
    return {
        "analytical": "a PyTensor or JAX function, a PyTensor Op or a PyMC distribution class",
        "approx_differentiable": "a JAX function of one trial, an ONNX model, a path or a shipped network's name",
        "blackbox": "a NumPy function",
    }[kind]
