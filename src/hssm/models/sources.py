"""What may stand where a likelihood is expected, by kind.

Checked at the door, so that a wrong type or a missing file is reported when the model is described and not
when it is first evaluated.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hssm.models.faults import Faults
from hssm.spec import Density, Reference

ASSETS = Path(__file__).parents[1] / "networks" / "assets"
"""Where the networks are that ship with the package."""


@dataclass(frozen=True, slots=True)
class ShippedNetwork:
    """A network that ships with the package, by its file's name without the ending."""

    name: str

    @property
    def path(self) -> Path:
        return ASSETS / f"{self.name}.onnx"


def check_source(source: Any, kind: str, faults: Faults) -> None:
    """Note what is wrong with a ``loglik`` of that kind; a missing file is raised at once."""
    if isinstance(source, (str, Path)):
        network = kind == "approx_differentiable"
        if not faults.value(not network, _path_message(source, kind)):
            find_network(source)
        return
    if is_own(source) or callable(source):
        return
    if is_network(source):
        wrong = kind != "approx_differentiable"
        faults.value(wrong, f"`loglik` is a network, which only the kind 'approx_differentiable' takes, not {kind!r}")
        return
    faults.type(True, f"`loglik` of kind {kind!r} must be {_allowed(kind)}, got {type(source).__name__}")


def find_network(source: str | Path) -> Path:
    """The file of a network: a path, or the name of one that ships with the package, with or without ``.onnx``.

    Raises
    ------
    FileNotFoundError
        Neither a file nor a shipped network; both places are named.
    """
    name = Path(source).name
    for place in (Path(source), ASSETS / name, ASSETS / f"{name}.onnx"):
        if place.is_file():
            return place
    raise FileNotFoundError(
        f"No network {str(source)!r}: neither a file on disk ({Path(source).absolute()}) nor one that ships with "
        f"the package ({ASSETS}). Give the path of an ONNX file."
    )


def as_source(given: Any) -> Any:
    """What a user gave; of anything that stands for a file, such as what ``networks.load`` returns, its path."""
    return Path(given) if isinstance(given, os.PathLike) else given


def is_network(source: Any) -> bool:
    """Whether it stands for a network: a path, a name, the bytes of a file, or a parsed file."""
    return isinstance(source, str | Path | bytes | bytearray | ShippedNetwork) or is_onnx_model(source)


def is_own(source: Any) -> bool:
    """Whether it is mathematics or a network of this package, which belongs to its model's parameters and codes."""
    return isinstance(source, Density | Reference | ShippedNetwork)


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
