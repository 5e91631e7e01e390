"""Numerical diffusions beside PyDDM and a network: time and error of 2000 log densities, one set of parameters.

PyDDM (Shinn, Lam & Murray, 2020, https://doi.org/10.7554/eLife.56938) solves the Fokker-Planck equation on a grid of
evidence and time; it has no gradients, so one solution is a value. Ours and the network give value and gradient. Errors
are those of log densities above -20, against our solver at a tolerance of 1e-10, whose own error the tests compare with
independent tables.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from _harness import Row, main, parser, run_worker, sides
from exact_family import ONE_THREAD, least_seconds

N_TRIALS = 2000
LONGEST = 5.0
"""Seconds of decision time up to which PyDDM solves; later trials are left out."""
POINTS: dict[str, dict[str, float]] = {
    "weibull": {"v": 1.0, "a": 1.5, "z": 0.5, "t": 0.3, "alpha": 2.5, "beta": 1.3},
    "ornstein": {"v": 0.8, "a": 1.2, "z": 0.5, "g": 0.5, "t": 0.3},
}
GRIDS = {"coarse": 5e-3, "fine": 1e-3, "finest": 2.5e-4}
"""Steps of PyDDM in evidence and time."""
WORST = -20.0
LIMIT = 5.0
"""Milliseconds for value and gradient."""


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    grids = ["coarse", "fine"] if options.short else list(GRIDS)
    blocks = 3 if options.short else 20
    with tempfile.TemporaryDirectory() as folder:
        files = {model: str(Path(folder) / f"{model}.json") for model in POINTS}
        common = {"files": files, "blocks": blocks}
        ours = run_worker(__file__, sides(None)["ours"], {**common, "side": "ours"}, ONE_THREAD).result
        peer = {}
        if options.pyddm:
            peer = run_worker(__file__, options.pyddm, {**common, "side": "pyddm", "grids": grids}, ONE_THREAD).result
    rows = []
    for model in POINTS:
        value, network = ours[model], ours[f"{model} network"]
        what = f"{model}, value and gradient (largest error {value['error']:.1g})"
        rows.append(Row(what=what, unit="ms", ours=value["ms"], limit=LIMIT))
        what = f"{model}, peer: its 100-100-100 network (mean error {network['error']:.1g})"
        rows.append(Row(what=what, unit="ms", ours=value["ms"], peer=network["ms"]))
        for grid in grids if peer else ():
            found = peer[f"{model} {grid}"]
            zeros = f", {found['zeros']} densities 0" if found["zeros"] else ""
            what = f"{model}, peer: PyDDM's value, dx = dt = {GRIDS[grid]:g} (mean error {found['error']:.1g}{zeros})"
            rows.append(Row(what=what, unit="ms", ours=value["ms"], peer=found["ms"]))
    return {"benchmark": "diffusion", "rows": rows, "details": {**ours, **peer}}


def measure(options: dict[str, Any]) -> dict[str, Any]:
    return {"ours": _measure_ours, "pyddm": _measure_pyddm}[options["side"]](options)


# ------------------------------------------------------------------------------------------------------------ ours


def _measure_ours(options: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    import hssm
    from hssm.densities import diffusions
    from hssm.densities.passage.process import passage_density

    found = {}
    for model, theta in POINTS.items():
        data = hssm.simulate_data(model, theta=theta, size=N_TRIALS, random_state=1)
        data = data[data["rt"] - theta["t"] < LONGEST]
        process = getattr(diffusions, f"{model.upper()}_PROCESS")
        exact = _log_density(passage_density(process, 1e-10), data, theta)
        columns = {name: data[name].tolist() for name in ("rt", "response")}
        Path(options["files"][model]).write_text(json.dumps({**columns, "exact": exact.tolist()}))
        seen = exact > WORST
        error = np.abs(_log_density(getattr(diffusions, model.upper()), data, theta) - exact)[seen].max()
        found[model] = {"error": float(error), "ms": _ms(data, model, "analytical", options["blocks"])}
        log_density = hssm.log_density(model, data, theta, loglik_kind="approx_differentiable")
        error = np.abs(np.asarray(log_density) - exact)[seen].mean()
        found[f"{model} network"] = {
            "error": float(error),
            "ms": _ms(data, model, "approx_differentiable", options["blocks"]),
        }
    return found


def _log_density(density: Any, data: Any, theta: dict[str, float]) -> Any:
    import pytensor
    import pytensor.tensor as pt

    observed = {name: pt.as_tensor(data[name].to_numpy(dtype=float)) for name in ("rt", "response")}
    numbers = {name: pt.as_tensor(value) for name, value in theta.items()}
    return pytensor.function([], density.log_density(observed, numbers), mode="NUMBA")()


def _ms(data: Any, model: str, kind: str, blocks: int) -> float:
    """Milliseconds for the log density of a fit (priors cost nothing) and its gradient by every parameter."""
    import numpy as np
    from pymc.blocking import DictToArrayBijection

    import hssm
    from hssm.bambi_bridge.model import unconstrained_point

    fit = hssm.HSSM(data, model=model, loglik_kind=kind, p_outlier=None)
    pymc_model = fit.pymc_model
    start = pymc_model.initial_point()
    mode = "JAX" if kind == "approx_differentiable" else "NUMBA"
    function = pymc_model.logp_dlogp_function(ravel_inputs=True, initial_point=start, mode=mode)
    function.set_extra_values({})
    truth = {name: np.asarray(value) for name, value in POINTS[model].items()}
    point = DictToArrayBijection.map(unconstrained_point(pymc_model, truth))

    def call() -> None:
        for output in function(point):
            np.asarray(output)  # JAX returns before it has finished

    if not all(np.isfinite(output).all() for output in function(point)):
        raise ValueError(f"The log density of {model} is not finite, so its speed means nothing.")
    return 1e3 * least_seconds(call, blocks)


# ----------------------------------------------------------------------------------------------------------- PyDDM


def _measure_pyddm(options: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    found = {}
    for model, theta in POINTS.items():
        trials = json.loads(Path(options["files"][model]).read_text())
        rt, response, exact = (np.array(trials[name]) for name in ("rt", "response", "exact"))
        seen = exact > WORST
        for grid in options["grids"]:
            ddm = _pyddm_model(model, theta, GRIDS[grid])

            def value(ddm: Any = ddm, rt: Any = rt - theta["t"], response: Any = response) -> Any:
                solution = ddm.solve()
                upper, lower = (np.interp(rt, ddm.t_domain(), solution.pdf(name)) for name in ("correct", "error"))
                with np.errstate(divide="ignore"):
                    return np.log(np.where(response > 0, upper, lower))

            error = np.abs(value() - exact)[seen]
            zeros = int(np.isinf(error).sum())
            mean = float(error[np.isfinite(error)].mean())
            found[f"{model} {grid}"] = {"error": mean, "zeros": zeros, "ms": 1e3 * least_seconds(value, 3)}
    return found


def _pyddm_model(model: str, theta: dict[str, float], step: float) -> Any:
    import numpy as np
    import pyddm

    v, a, g = theta["v"], theta["a"], theta.get("g", 0.0)
    drift = (lambda x: v - g * x) if g else v
    bound = (lambda t: a * np.exp(-((t / theta["beta"]) ** theta["alpha"]))) if model == "weibull" else a
    grid = {"dx": step, "dt": step, "T_dur": LONGEST}
    # Unless told otherwise PyDDM mixes 2 % of a uniform distribution into every model.
    return pyddm.gddm(drift=drift, noise=1.0, bound=bound, starting_position=0.0, mixture_coef=0.0, **grid)


if __name__ == "__main__":
    parsed = parser(__doc__.splitlines()[0])
    parsed.add_argument("--pyddm", help="Python with PyDDM in it")
    main(measure, conduct, parsed)
