"""How far a posterior moves because its likelihood is a network: 20 data sets of 500 trials per model; ours alone.

One of the two posteriors is sampled; weights for its draws, the ratio of the two likelihoods, turn them into draws from
the other. So both means come from the same random numbers, and their difference, in posterior standard deviations, has
hardly any Monte Carlo error. Truths are uniform in the middle half of the network's box. Prints a Markdown table.

Models without an exact likelihood (``levy`` and the races of accumulators with a floor) are compared with the solutions
that their networks were trained on and certified with, which are too slow to sample.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

EXACT, NETWORK = "analytical", "approx_differentiable"
SAMPLED = {
    "ddm": EXACT,
    "ddm_sdv": EXACT,
    "angle": EXACT,
    "angle_extended": EXACT,
    "full_ddm": NETWORK,
    "ddm_seq2_no_bias": EXACT,
    "weibull": NETWORK,
    "ornstein": NETWORK,
    "gamma_drift": NETWORK,
    "levy": NETWORK,
    "race_no_bias_angle_2": NETWORK,
    "race_no_bias_angle_3": NETWORK,
    "race_no_bias_angle_4": NETWORK,
}
"""Models with a shipped network, and which of the two likelihoods is faster to sample."""
N_TRIALS, N_DRAWS = 500, 200
SAMPLING = {"draws": 300, "tune": 400, "chains": 1, "cores": 1, "progressbar": False}
"""Few draws are enough, because the difference does not depend on which they are. Networks are sampled by NumPyro,
whose loop is compiled together with them."""
LIMIT = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=list(SAMPLED))
    parser.add_argument("--datasets", type=int, default=20)
    parser.add_argument("--trials", type=int, default=N_TRIALS)
    options = parser.parse_args()
    print(
        "| model | data sets | shift of means in sd: median, 95 %, largest | of | least effective draws | s per fit |"
    )
    print("|---|---|---|---|---|---|")
    for model in options.models:
        began = time.perf_counter()
        found = [shifts(model, seed, options.trials) for seed in range(options.datasets)]
        each = np.abs([list(shift.values()) for shift, _ in found])
        names, at = list(found[0][0]), np.unravel_index(each.argmax(), each.shape)
        figures = ", ".join(f"{value:.3f}" for value in (np.median(each), np.quantile(each, 0.95), each.max()))
        verdict = "" if each.max() <= LIMIT else f" (limit {LIMIT:g})"
        seconds = (time.perf_counter() - began) / len(found)
        least = min(effective for _, effective in found)
        cells = [
            f"`{model}`",
            len(found),
            figures + verdict,
            names[at[1]],
            f"{least:.0f} of {N_DRAWS}",
            f"{seconds:.0f}",
        ]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def shifts(model: str, seed: int, n_trials: int) -> tuple[dict[str, float], float]:
    """Difference of the two posterior means of every parameter, in sd, and the number of effective draws."""
    import hssm
    from hssm import networks

    rng = np.random.default_rng(seed)
    box = networks.load(model).domain
    truth = {name: float(rng.uniform(*_middle(*bounds))) for name, bounds in box.items()}
    data = hssm.simulate_data(model, truth, size=n_trials, random_state=rng)
    data = data[data["rt"] > 0.0]  # what took longer than 20 s
    fit = hssm.HSSM(data, model=model, loglik_kind=SAMPLED[model], include=priors_in(box), p_outlier=None)
    sampler = "numpyro" if SAMPLED[model] == NETWORK else "pymc"
    traces = fit.sample(sampler=sampler, random_seed=seed, **SAMPLING)
    draws = traces.posterior.to_dataset().stack(sample=("chain", "draw"))
    chosen = np.linspace(0, draws.sizes["sample"] - 1, N_DRAWS).round().astype(int)
    theta = {name: draws[name].to_numpy()[chosen] for name in truth}
    log_weight = _reference(model, data, theta) - _log_likelihoods(model, data, theta, NETWORK)
    log_weight *= 1.0 if SAMPLED[model] == NETWORK else -1.0
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    moved = {}
    for name, values in theta.items():
        mean = weight @ values
        moved[name] = float((mean - values.mean()) / np.sqrt(weight @ (values - mean) ** 2))
    return moved, float(1.0 / (weight @ weight))


def priors_in(box: dict[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """The same priors for both likelihoods: uniform in the box of the network."""
    return [
        {"name": name, "prior": {"name": "Uniform", "lower": low, "upper": high}} for name, (low, high) in box.items()
    ]


def _middle(low: float, high: float) -> tuple[float, float]:
    return low + 0.25 * (high - low), high - 0.25 * (high - low)


def _reference(model: str, data: Any, theta: Mapping[str, np.ndarray]) -> np.ndarray:
    """(N_DRAWS,) exact log likelihoods of all data."""
    from hssm.models.registry import get_model
    from hssm.networks.sources import source_for

    spec = get_model(model)
    if any(each.kind == EXACT for each in spec.likelihoods):
        return _log_likelihoods(model, data, theta, EXACT)
    rt, response = (data[name].to_numpy() for name in ("rt", "response"))
    times = rt - theta["t"][:, None]
    table = source_for(spec, "lan").table(theta, times, np.ones_like(times))
    chosen = np.searchsorted(spec.choices, response)
    return table.log_density[:, chosen, np.arange(len(rt))].sum(axis=1)


def _log_likelihoods(model: str, data: Any, theta: Mapping[str, np.ndarray], kind: str) -> np.ndarray:
    """(N_DRAWS,) log likelihoods of all data, one parameter vector after the other."""
    import hssm

    each = ({name: float(values[i]) for name, values in theta.items()} for i in range(N_DRAWS))
    return np.array([hssm.log_density(model, data, vector, loglik_kind=kind).sum() for vector in each])


if __name__ == "__main__":
    main()
