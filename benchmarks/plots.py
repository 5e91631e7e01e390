"""Every plot of a model with 5000 trials and 1000 posterior draws, in processor seconds, predictions included.

Two choices (a hierarchical ddm with conditions) and three (lba3). The posterior is made up around the truth: plots
only read it. There is no peer.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from _harness import Row, main, parser, run_worker, sides

N_TRIALS, N_PARTICIPANTS, CHAINS, DRAWS = 5000, 20, 4, 250
LIMIT = 3.0


def conduct(options: argparse.Namespace) -> dict[str, Any]:
    run = run_worker(__file__, sides(None)["ours"], {"short": options.short}, {"MPLBACKEND": "Agg"})
    rows = [
        Row(what=f"{name}, 1000 draws x 5000 trials", unit="s", ours=t, limit=LIMIT) for name, t in run.result.items()
    ]
    return {"benchmark": "plots", "rows": rows, "details": run.result}


def measure(options: dict[str, Any]) -> dict[str, float]:
    found = {}
    ddm, lba = two_choices(), three_choices()
    start = time.process_time()
    ddm.plot_predictive(random_state=1).figure.canvas.draw()
    found["first plot of a process (loads Matplotlib and the sampler)"] = time.process_time() - start
    from matplotlib import pyplot as plt

    plt.close("all")
    for name, draw in plots(ddm, lba).items():
        start = time.process_time()
        drawn = draw()
        figure = drawn[0].figure if isinstance(drawn, list) else drawn.figure
        figure.canvas.draw()
        found[name] = time.process_time() - start
        plt.close("all")
    return found


def plots(ddm: Any, lba: Any) -> dict[str, Callable[[], Any]]:
    """Every public plot, by a name for the table."""
    from hssm import plotting

    seed: dict[str, Any] = {"random_state": 1}
    return {
        "plot_predictive, ddm": lambda: ddm.plot_predictive(**seed),
        "plot_predictive, ddm, kde, 2 x 2 panels": lambda: ddm.plot_predictive(
            kind="kde", row="condition", col="side", **seed
        ),
        "plot_predictive, ddm, 20 panels": lambda: ddm.plot_predictive(col="participant_id", col_wrap=5, **seed),
        "plot_predictive, lba3": lambda: lba.plot_predictive(**seed),
        "plot_quantile_probability, ddm": lambda: ddm.plot_quantile_probability("condition", **seed),
        "plot_quantile_probability, ddm, ellipses": lambda: ddm.plot_quantile_probability(
            "condition", predictive_style="both", **seed
        ),
        "plot_model_cartoon, ddm": lambda: ddm.plot_model_cartoon(n_trajectories=5, **seed),
        "plot_model_cartoon, ddm, 2 panels": lambda: ddm.plot_model_cartoon(col="condition", **seed),
        "plot_model_cartoon, lba3": lambda: lba.plot_model_cartoon(n_trajectories=5, **seed),
        "plot_conditional_accuracy, ddm": lambda: plotting.plot_conditional_accuracy(ddm, "condition", **seed),
        "plot_delta, ddm": lambda: plotting.plot_delta(ddm, "condition", **seed),
        "plot_effects, ddm": lambda: plotting.plot_effects(ddm, "x"),
        "plot_prior, ddm": lambda: ddm.plot_prior(**seed),
    }


def two_choices() -> Any:
    import numpy as np

    import hssm

    rng = np.random.default_rng(1)
    participant = np.repeat(np.arange(N_PARTICIPANTS), N_TRIALS // N_PARTICIPANTS)
    x, hard = rng.normal(size=N_TRIALS), rng.integers(0, 2, N_TRIALS)
    v = 1.2 + 0.3 * x - 0.5 * hard + 0.3 * rng.normal(size=N_PARTICIPANTS)[participant]
    frame = hssm.simulate_data("ddm", {"v": v, "a": 1.2, "z": 0.5, "t": 0.3}, random_state=1)
    frame["participant_id"], frame["x"] = participant, x
    frame["condition"] = np.where(hard, "hard", "easy")
    frame["side"] = rng.choice(["left", "right"], N_TRIALS)
    formula = "v ~ 1 + x + condition + (1|participant_id)"
    return _as_if_fitted(hssm.HSSM(frame, include=[{"name": "v", "formula": formula}]), rng)


def three_choices() -> Any:
    import numpy as np

    import hssm

    theta = {"A": 0.5, "b": 1.0, "v0": 1.2, "v1": 0.9, "v2": 0.7}
    frame = hssm.simulate_data("lba3", theta, size=N_TRIALS, random_state=1)
    return _as_if_fitted(hssm.HSSM(frame, model="lba3"), np.random.default_rng(1))


def _as_if_fitted(model: Any, rng: Any) -> Any:
    """The model with draws around its starting values, which are close to the truth."""
    import numpy as np
    import xarray as xr

    variables, coords = {}, {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
    for name, value in model.initvals.items():
        dims = model.pymc_model.named_vars_to_dims.get(name, ())
        coords |= {dim: list(model.pymc_model.coords[dim]) for dim in dims}
        noise = rng.normal(1.0, 0.02, size=(CHAINS, DRAWS, *np.shape(value)))
        variables[name] = (("chain", "draw", *dims), value * noise)
    model.restore_traces(xr.DataTree.from_dict({"posterior": xr.Dataset(variables, coords=coords)}))
    return model


if __name__ == "__main__":
    main(measure, conduct, parser(__doc__.splitlines()[0]))
