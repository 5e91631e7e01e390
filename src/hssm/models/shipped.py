"""Networks that ship with the package, or come with a certificate: the boxes on which they were trained.

A model ``m`` with the files ``m.onnx`` and ``m.json`` among the assets has a likelihood of kind approx_differentiable;
nothing needs to be listed, and no network is opened to list the models.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hssm.models.sources import ShippedNetwork, find_network, is_network
from hssm.spec import KINDS, Bounds, LikelihoodSpec, ModelSpec


def with_shipped_network(spec: ModelSpec) -> ModelSpec:
    """The model with the likelihood of its shipped network, if it has one."""
    network = ShippedNetwork(spec.name)
    certificate = network.path.with_suffix(".json")
    if not (network.path.is_file() and certificate.is_file()):
        return spec
    box = {name: pair for name, pair in _box(certificate).items() if name in spec.parameter_names}
    likelihood = LikelihoodSpec(kind="approx_differentiable", source=network, backend="jax", bounds=box)
    ordered = sorted((*spec.likelihoods, likelihood), key=lambda each: KINDS.index(each.kind))
    return replace(spec, likelihoods=tuple(ordered))


def training_box(source: Any) -> dict[str, Bounds]:
    """The training box of a user's network: from the certificate beside it, else from the properties in the file.

    Empty for anything that is no network, and for a network of which nobody wrote it down.
    """
    if not is_network(source):
        return {}
    if isinstance(source, str | Path):
        certificate = find_network(source).with_suffix(".json")
        if certificate.is_file():
            return _box(certificate)
    from hssm.likelihoods.onnx.read import read_network

    stated = read_network(source).metadata.get("box")
    return {} if stated is None else _pairs(json.loads(stated))


def _box(certificate: Path) -> dict[str, Bounds]:
    return _pairs(json.loads(certificate.read_text(encoding="utf-8")).get("domain", {}))


def _pairs(box: dict[str, Any]) -> dict[str, Bounds]:
    return {name: (float(low), float(high)) for name, (low, high) in box.items()}
