"""A trained network on disk: what it is of, and its answers. Loading, and the table of those that ship."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hssm.spec import Bounds
from hssm.suggest import close_matches

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Network:
    """A network file; ``hssm.HSSM(loglik=network, ...)`` takes it as a likelihood, as it takes its path."""

    path: Path

    def __fspath__(self) -> str:
        return str(self.path)

    @cached_property
    def metadata(self) -> dict[str, str]:
        return {prop.key: prop.value for prop in self._model.metadata_props}

    @cached_property
    def _model(self) -> Any:
        import onnx

        return onnx.load(str(self.path))

    @cached_property
    def _evaluator(self) -> Any:
        from onnx.reference import ReferenceEvaluator

        return ReferenceEvaluator(self._model)

    @property
    def model(self) -> str:
        return self.metadata["model"]

    @property
    def kind(self) -> str:
        return self.metadata["kind"]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of its input columns."""
        return tuple(json.loads(self.metadata["inputs"]))

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(json.loads(self.metadata["parameters"]))

    @property
    def choices(self) -> tuple[int, ...]:
        return tuple(json.loads(self.metadata["choices"]))

    @property
    def domain(self) -> dict[str, Bounds]:
        return {name: (low, high) for name, (low, high) in json.loads(self.metadata["box"]).items()}

    @property
    def certificate(self) -> dict[str, Any]:
        """What :func:`certify` measured when it was trained; empty without a certificate beside it."""
        beside = self.path.with_suffix(".json")
        return json.loads(beside.read_text()) if beside.exists() else {}

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Log density or log probabilities, (n, n_outputs), of rows of inputs (n, n_inputs).

        Raises
        ------
        ValueError
            Rows of another width.
        """
        rows = np.asarray(rows, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] != len(self.inputs):
            raise ValueError(
                f"Network {self.path.name} takes rows of {len(self.inputs)} columns ({', '.join(self.inputs)}), got "
                f"an array of shape {rows.shape}."
            )
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(self._evaluator.run(None, {"input": rows})[0])

    def __repr__(self) -> str:
        box = ", ".join(f"{name} ({low:g}, {high:g})" for name, (low, high) in self.domain.items())
        error = self.certificate.get("mean_abs_error")
        judged = "no certificate" if error is None else f"mean |error| {error:.4g}"
        return f"Network {self.path.name}: {self.kind} of {self.model!r}; {judged}; domain {box}"


def shipped() -> list[str]:
    """Names of the networks in the package."""
    return sorted(path.stem for path in ASSETS.glob("*.onnx"))


def load(name_or_path: str | Path) -> Network:
    """A network from disk, or one that ships with the package.

    Parameters
    ----------
    name_or_path
        A path, or the name of a shipped network with or without ``.onnx``: ``"ddm"``, ``"ddm_cpn"``.

    Raises
    ------
    FileNotFoundError
        Naming both places that were searched.
    """
    given = Path(name_or_path)
    for path in (given, ASSETS / given.name, ASSETS / f"{given.name}.onnx"):
        if path.suffix == ".onnx" and path.is_file():
            return Network(path)
    known = shipped()
    raise FileNotFoundError(
        f"No network {str(name_or_path)!r}: neither a file at {given.absolute()} nor shipped with the package."
        f"{close_matches(given.stem, known)} Shipped: {', '.join(known) or 'none'}."
    )


def list_networks() -> Any:
    """Table of the shipped networks: name, model, kind, domain, and the main figures of their certificates.

    Returns
    -------
    pandas.DataFrame
    """
    import pandas as pd

    rows = []
    for network in map(load, shipped()):
        judged = network.certificate
        figures = {key: judged.get(key) for key in ("mean_abs_error", "p95_abs_error", "mass_error", "kl", "reference")}
        rows.append(
            {
                "name": network.path.stem,
                "model": network.model,
                "kind": network.kind,
                "domain": network.domain,
                **figures,
                "kilobytes": round(network.path.stat().st_size / 1024),
            }
        )
    return pd.DataFrame(rows)
