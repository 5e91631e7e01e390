"""Value and gradient of a network likelihood, in nanoseconds per trial: the same ONNX file on both sides.

The file is a plain 6-100-100-100-1 network with tanh, in single precision, with random weights: its numbers mean
nothing, its evaluation costs what that of a trained network of this size does. Everything else is as in ``density.py``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from _harness import Row, alternating, main, median, parser, run_worker, sides
from density import data_file, regressions, seconds_per_call

SIZES = (20000, 2000, 500)
AT_LEAST = 1.0 / 0.6
LAYERS = (6, 100, 100, 100, 1)
SEED = 1


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    sizes = SIZES[1:] if options.short else SIZES
    found: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        given = {"network": _network_file(folder), "files": {size: data_file(folder, size) for size in sizes}}
        pythons = sides(options.peer)
        for side in alternating(list(pythons), 1 if options.short else 3):
            found.setdefault(side, []).append(run_worker(__file__, pythons[side], given).result)
    rows = [
        Row(
            what=f"network {'-'.join(map(str, LAYERS))}, value and gradient: {key}",
            unit="ns/trial",
            ours=median([result[key] for result in found["ours"]]),
            peer=median([result[key] for result in found["peer"]]) if "peer" in found else None,
            at_least=AT_LEAST,
        )
        for key in found["ours"][0]
    ]
    return {"benchmark": "networks", "rows": rows, "details": found}


def _network_file(folder: str) -> str:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng, nodes, weights, last = np.random.default_rng(SEED), [], [], "input"
    for i, (before, after) in enumerate(zip(LAYERS[:-1], LAYERS[1:], strict=True)):
        for name, shape in ((f"weight{i}", (before, after)), (f"bias{i}", (after,))):
            values = rng.normal(0.0, before**-0.5, size=shape).astype(np.float32)
            weights.append(numpy_helper.from_array(values, name))
        final = i == len(LAYERS) - 2
        nodes.append(helper.make_node("Gemm", [last, f"weight{i}", f"bias{i}"], ["output" if final else f"sum{i}"]))
        if not final:
            nodes.append(helper.make_node("Tanh", [f"sum{i}"], [f"layer{i}"]))
        last = f"layer{i}"
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])
        for name, width in (("input", LAYERS[0]), ("output", LAYERS[-1]))
    ]
    graph = helper.make_graph(nodes, "plain", ends[:1], ends[1:], weights)
    path = Path(folder) / "plain.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return str(path)


def measure(options: dict[str, Any]) -> dict[str, float]:
    import pandas as pd

    import hssm

    found = {}
    likelihood = {"loglik_kind": "approx_differentiable", "loglik": options["network"], "p_outlier": 0.05}
    for size, path in options["files"].items():
        data = pd.read_csv(path)
        for kind, include in (("scalar", None), ("trial-wise", regressions())):
            model = hssm.HSSM(data=data, model="ddm", include=include, **likelihood)
            found[f"{size} {kind}"] = 1e9 * seconds_per_call(model.pymc_model, "JAX") / int(size)
    return found


if __name__ == "__main__":
    main(measure, conduct, parser(__doc__.splitlines()[0]))
