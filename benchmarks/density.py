"""Value and gradient of the log density of ddm with lapse, in nanoseconds per trial.

Both sides build the model through the public interface and compile the same function of its PyMC model: log density
(priors included, they cost nothing) and its gradient with respect to all free variables. *Scalar* parameters: v, a, z,
t are one number each. *Trial-wise*: each is a regression on a covariate, so gradients with respect to four vectors are
formed. The least of many timings is reported, because other work on the machine can only add to it; the middle of the
rounds is taken over processes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from _harness import Row, alternating, main, median, parser, run_worker, sides

TRUTH = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}
AT = {"v": 0.4, "a": 1.4, "z": 0.52, "t": 0.2}
TARGETS = {20000: 30.0, 500: 8.0}
BLOCK_SECONDS = 0.03
BLOCKS = 40


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    rounds = 1 if options.short else 3
    modes = ["NUMBA"] if options.short else ["NUMBA", "JAX"]
    found: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = {size: data_file(folder, size) for size in TARGETS}
        pythons = sides(options.peer)
        for side in alternating(list(pythons), rounds):
            run = run_worker(__file__, pythons[side], {"files": files, "modes": modes})
            found.setdefault(side, []).append(run.result)
    rows = []
    for key in found["ours"][0]:
        size, _, mode = key.split(" ")
        rows.append(
            Row(
                what=f"ddm + lapse, value and gradient: {key}",
                unit="ns/trial",
                ours=median([result[key] for result in found["ours"]]),
                peer=median([result[key] for result in found["peer"]]) if "peer" in found else None,
                at_least=TARGETS[int(size)] if mode == "NUMBA" else None,
            )
        )
    return {"benchmark": "density", "rows": rows, "details": found}


def data_file(folder: str, size: int) -> str:
    import numpy as np

    import hssm

    data = hssm.simulate_data("ddm", TRUTH, size=size, random_state=size)
    data["x"] = np.random.default_rng(size).normal(size=size)
    path = Path(folder) / f"{size}.csv"
    data.to_csv(path, index=False)
    return str(path)


def measure(options: dict[str, Any]) -> dict[str, float]:
    import pandas as pd

    import hssm

    found = {}
    for size, path in options["files"].items():
        data = pd.read_csv(path)
        for kind, include in (("scalar", None), ("trial-wise", regressions())):
            model = hssm.HSSM(data=data, model="ddm", loglik_kind="analytical", p_outlier=0.05, include=include)
            for mode in options["modes"]:
                found[f"{size} {kind} {mode}"] = 1e9 * seconds_per_call(model.pymc_model, mode) / int(size)
    return found


def regressions() -> list[dict[str, Any]]:
    """The same priors and links for both sides, so that only the likelihood differs."""
    return [
        {
            "name": name,
            "formula": f"{name} ~ 1 + x",
            "link": "identity",
            "prior": {
                "Intercept": {"name": "Normal", "mu": value, "sigma": 0.5},
                "x": {"name": "Normal", "mu": 0.0, "sigma": 0.2},
            },
        }
        for name, value in AT.items()
    ]


def seconds_per_call(pymc_model: Any, mode: str) -> float:
    """The least mean duration of a call over many short blocks of calls."""
    import numpy as np
    from pymc.blocking import DictToArrayBijection
    from pymc.initial_point import make_initial_point_fn

    names = {variable.name for variable in pymc_model.free_RVs}
    values = {f"{name}_Intercept" if f"{name}_Intercept" in names else name: AT[name] for name in AT}
    slopes = {f"{name}_x": 0.01 for name in AT if f"{name}_x" in names}
    start = make_initial_point_fn(model=pymc_model, overrides=values | slopes, return_transformed=True)(1)
    function = pymc_model.logp_dlogp_function(ravel_inputs=True, initial_point=start, mode=mode)
    function.set_extra_values({})
    point = DictToArrayBijection.map(start)

    def call() -> None:
        for output in function(point):
            np.asarray(output)  # JAX returns before it has finished

    if not all(np.isfinite(output).all() for output in function(point)):
        raise ValueError(f"Log density or gradient is not finite at {AT}, so its speed means nothing.")
    calls = max(1, int(BLOCK_SECONDS / _duration(call, 3)))
    return min(_duration(call, calls) for _ in range(BLOCKS))


def _duration(call: Any, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


if __name__ == "__main__":
    main(measure, conduct, parser(__doc__.splitlines()[0]))
