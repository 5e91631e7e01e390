"""Which sampler is fastest for which likelihood and size: seconds of ``sample()`` and effective samples per second.

Every cell is a new process whose compilers find their results on disk (an earlier process, not counted, left them
there): what a user waits for from the second fit on. 4 x (500 + 500), the smallest bulk ESS of the population's
parameters. Prints a Markdown table; ours alone. Samplers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
import warnings
from typing import Any

from _designs import DESIGNS, include, simulate
from _harness import MARK, run_worker
from cavanagh import population

FLAT = {
    "ddm": {"v": 0.7, "a": 1.2, "z": 0.5, "t": 0.3},
    "angle": {"v": 0.7, "a": 1.4, "z": 0.5, "t": 0.3, "theta": 0.3},
}
EXACT, NETWORK = "analytical", "approx_differentiable"
SETTINGS: dict[str, dict[str, Any]] = {
    "ddm, 500 trials": {"model": "ddm", "trials": 500, "kind": EXACT},
    "ddm, 20,000 trials": {"model": "ddm", "trials": 20_000, "kind": EXACT},
    "ddm, 20 people x 100": {"design": "ddm_20x100", "kind": EXACT},
    "ddm, 40 people x 200, slopes": {"design": "ddm_within_40x200", "kind": EXACT},
    "angle, 20 people x 150": {"design": "angle_20x150", "kind": EXACT},
    "angle network, 500 trials": {"model": "angle", "trials": 500, "kind": NETWORK},
    "ddm network, 20 people x 100": {"design": "ddm_20x100", "kind": NETWORK},
}
SAMPLERS = {"pymc": None, "nutpie": "nutpie", "numpyro": "numpyro", "blackjax": "blackjax"}


def fitted(options: dict[str, Any]) -> dict[str, Any]:
    import arviz as az

    import hssm

    setting = SETTINGS[options["setting"]]
    if "design" in setting:
        design = DESIGNS[setting["design"]]
        data, _ = simulate(design, 1)
        model = hssm.HSSM(data, model=design.model, include=include(design), loglik_kind=setting["kind"])
    else:
        data = hssm.simulate_data(setting["model"], FLAT[setting["model"]], size=setting["trials"], random_state=1)
        model = hssm.HSSM(data, model=setting["model"], loglik_kind=setting["kind"])
    draws = options["draws"]
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say of the fit is in the table
        traces = model.sample(
            options["sampler"], draws=draws, tune=draws, chains=4, random_seed=1, progressbar=False,
            idata_kwargs={"log_likelihood": False},
        )  # fmt: skip
    wall = time.perf_counter() - start
    posterior = traces["posterior"].to_dataset()
    posterior = posterior[population(posterior)]
    return {
        "wall": wall,
        "ess": min(float(values.min()) for values in az.ess(posterior).data_vars.values()),
        "r_hat": max(float(values.max()) for values in az.rhat(posterior).data_vars.values()),
        "divergences": int(traces["sample_stats"]["diverging"].sum()),
    }


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "--worker":
        print(MARK + json.dumps(fitted(json.loads(sys.argv[2]))), flush=True)
        return
    parsed = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parsed.add_argument("--draws", type=int, default=500, help="draws, and as many warm-up steps, per chain")
    parsed.add_argument("--settings", nargs="*", default=list(SETTINGS), choices=list(SETTINGS))
    parsed.add_argument("--samplers", nargs="*", default=list(SAMPLERS), choices=list(SAMPLERS))
    options = parsed.parse_args()
    print("| data | sampler | `sample()`, s | smallest bulk ESS | ESS per second | largest R-hat | divergences |")
    print("|---|---|---|---|---|---|---|")
    for setting in options.settings:
        for sampler in options.samplers:
            package = SAMPLERS[sampler]
            if package and importlib.util.find_spec(package) is None:
                continue
            worker = {"setting": setting, "sampler": sampler, "draws": options.draws}
            try:
                run_worker(__file__, sys.executable, worker)
                found = run_worker(__file__, sys.executable, worker).result
            except RuntimeError as error:
                print(f"| {setting} | `{sampler}` | fails: {str(error).strip().splitlines()[-1]} | | | | |", flush=True)
                continue
            figures = [f"{found['wall']:.1f}", f"{found['ess']:.0f}", f"{found['ess'] / found['wall']:.1f}"]
            figures += [f"{found['r_hat']:.3f}", str(found["divergences"])]
            print(f"| {setting} | `{sampler}` | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
