"""Value and gradient of every exact likelihood for 2000 trials, in milliseconds, and draws of the exact samplers.

*Scalar* parameters are one number each; *trial-wise* ones are one vector each, and so is each derivative. Data are
draws of the model itself. The least of many timings is reported, because other work on the machine can only add to it.
There is no peer: the reference implementation has most of these models as networks only.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from _harness import Row, main, parser, run_worker, sides

N_TRIALS = 2000
N_DRAWS = 200_000
BLOCK_SECONDS = 0.03
FASTEST_RACE = 0.6
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}

POINTS: dict[str, dict[str, float]] = {
    "ddm": {"v": 0.8, "a": 1.2, "z": 0.55, "t": 0.3},
    "ddm_sdv": {"v": 1.0, "a": 1.2, "z": 0.55, "t": 0.3, "sv": 0.6},
    "full_ddm": {"v": 1.0, "a": 1.2, "z": 0.5, "t": 0.35, "sz": 0.2, "sv": 0.6, "st": 0.15},
    "angle": {"v": 0.8, "a": 1.4, "z": 0.5, "t": 0.3, "theta": 0.3},
    "ddm_seq2_no_bias": {"vh": 0.8, "vl1": -0.6, "vl2": 1.0, "a": 1.0, "t": 0.3},
    "lba3": {"A": 0.3, "b": 0.8, "v0": 1.0, "v1": 0.9, "v2": 0.8},
    "lba3_t": {"A": 0.5, "b": 1.0, "v0": 2.5, "v1": 1.5, "v2": 1.0, "t": 0.2},
    "racing_diffusion_3": {"A": 0.4, "b": 1.2, "v0": 2.5, "v1": 1.5, "v2": 1.0, "t": 0.2},
    "lnr3": {"m0": -0.8, "m1": -0.5, "m2": -0.3, "s": 0.5, "t": 0.2},
    "wald_race3": {"v0": 2.0, "v1": 1.2, "v2": 0.8, "a": 1.2, "z": 0.1, "t": 0.2, "theta": 0.2},
    "poisson_race": {"r1": 10.0, "r2": 8.0, "k1": 4.0, "k2": 5.0, "t": 0.2},
    "softmax_inv_temperature_3": {"beta": 1.5, "logit1": 0.4, "logit2": -0.5},
}
LIMITS = {
    "full_ddm": 10.0,
    "angle": 0.5,
    "lba3": FASTEST_RACE,
    "lba3_t": FASTEST_RACE,
    "racing_diffusion_3": FASTEST_RACE,
    "lnr3": FASTEST_RACE,
}
"""Milliseconds for 2000 trials, for scalar and for trial-wise parameters."""
MILLION_PER_SECOND = ("ddm", "angle", "lba3", "lba3_t", "lnr3")


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    run = run_worker(
        __file__,
        sides(None)["ours"],
        {"models": options.models or list(POINTS), "short": options.short},
        ONE_THREAD,
    )
    rows = [_row(key, value) for key, value in run.result.items()]
    return {"benchmark": "exact_family", "rows": rows, "details": run.result}


def _row(key: str, value: float) -> Row:
    model, what = key.split(" ")
    if what == "draws":
        limit = 1.0 if model in MILLION_PER_SECOND else None
        return Row(what=f"{model}: draws", unit="million/s", ours=value, more_is_better=True, limit=limit)
    return Row(what=f"{model}: value and gradient, {what}", unit="ms", ours=value, limit=LIMITS.get(model))


def measure(options: dict[str, Any]) -> dict[str, float]:
    found = {}
    blocks = 3 if options["short"] else 40
    for model in options["models"]:
        columns = _columns(model)
        for what in ("scalar", "trial-wise"):
            call = _value_and_gradient(model, columns, trial_wise=what == "trial-wise")
            found[f"{model} {what}"] = 1e3 * least_seconds(call, blocks)
        found[f"{model} draws"] = 1e-6 * N_DRAWS / least_seconds(_draws(model, N_DRAWS), max(3, blocks // 8))
    return found


def _columns(model: str) -> dict[str, Any]:
    """Response columns of trials drawn from the model, as float vectors."""
    data = _draws(model, N_TRIALS)()
    from hssm.models.registry import get_model

    return {name: data[:, i].copy() for i, name in enumerate(get_model(model).response)}


def _draws(model: str, n: int) -> Callable[[], Any]:
    """A function that draws ``n`` responses at the model's point."""
    import numpy as np

    from hssm.models.registry import get_model
    from hssm.spec import SimulationOptions

    simulator = get_model(model).simulator
    theta = {name: np.full(n, value) for name, value in POINTS[model].items()}
    rng = np.random.default_rng(1)
    return lambda: simulator.draw(rng, theta, SimulationOptions())


def _value_and_gradient(model: str, columns: dict[str, Any], *, trial_wise: bool) -> Callable[[], Any]:
    """The compiled sum of the log densities with its gradient by every parameter, called at the model's point."""
    import numpy as np
    import pytensor
    import pytensor.tensor as pt

    from hssm.models.registry import get_model

    observed = {name: pytensor.shared(column, name=name) for name, column in columns.items()}
    make = pt.vector if trial_wise else pt.scalar
    theta = {name: make(name, dtype="float64") for name in POINTS[model]}
    total = get_model(model).likelihood("analytical").source.load().log_density(observed, theta).sum()
    outputs = [total, *pytensor.grad(total, list(theta.values()))]
    function = pytensor.function(list(theta.values()), outputs, mode="NUMBA", trust_input=True)
    size = N_TRIALS if trial_wise else ()
    values = [np.full(size, value) for value in POINTS[model].values()]
    if not all(np.isfinite(output).all() for output in function(*values)):
        raise ValueError(f"The log density of {model} or its gradient is not finite, so its speed means nothing.")
    return lambda: function(*values)


def least_seconds(call: Callable[[], Any], blocks: int) -> float:
    """The least mean duration of a call over many short blocks of calls."""
    call()
    calls = max(1, int(BLOCK_SECONDS / _duration(call, 3)))
    return min(_duration(call, calls) for _ in range(blocks))


def _duration(call: Callable[[], Any], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


if __name__ == "__main__":
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("--models", nargs="*", choices=list(POINTS), help="only these models")
    main(measure, conduct, parsed)
