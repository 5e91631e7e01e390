"""How far a posterior moves because its likelihood is a network: 20 data sets of 500 trials per model; ours alone.

The exact posterior is sampled; weights for its draws, the ratio of the two likelihoods, turn them into draws from the
network's. So both means come from the same random numbers, and their difference, in posterior standard deviations, has
hardly any Monte Carlo error. Truths are uniform in the middle half of the network's box. Prints a Markdown table, and
to the error stream the largest shift of every data set.

Where there is no exact likelihood (``levy``) it is the other way round: the network's posterior is sampled, and its
draws get weights, from the solutions that the network was trained on and certified with.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

EXACT, NETWORK = "analytical", "approx_differentiable"
MODELS = (
    *("ddm", "ddm_sdv", "angle", "angle_extended", "full_ddm", "ddm_seq2_no_bias", "weibull", "ornstein"),
    *("gamma_drift", "levy", "race_no_bias_angle_2", "race_no_bias_angle_3", "race_no_bias_angle_4"),
)
"""Models with a shipped network."""
FIXED: Mapping[str, dict[str, float]] = {"levy": {"t": 0.3}}
"""Paths of ``levy`` may jump at once: its likelihood has a step where ``t`` is the fastest response."""
SOLVED = ("levy",)
"""Models without an exact likelihood in the package."""
N_TRIALS, N_DRAWS = 500, 200
SAMPLING = {"draws": 300, "tune": 400, "chains": 1}
"""Few draws are enough, because the difference does not depend on which they are."""
LIMIT = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--datasets", type=int, default=20)
    parser.add_argument("--trials", type=int, default=N_TRIALS)
    options = parser.parse_args()
    print(
        "| model | data sets | shift of means in sd: median, 95 %, largest | of | least effective draws | s per fit |"
    )
    print("|---|---|---|---|---|---|")
    for model in options.models:
        began = time.perf_counter()
        data = [data_set(model, seed, options.trials) for seed in range(options.datasets)]
        fits = Fits(model, data[0])
        found = []
        for seed, one in enumerate(data):
            found.append(shifts(fits, model, one, seed))
            name, moved = max(found[-1][0].items(), key=lambda shift: abs(shift[1]))
            passed = f"{time.perf_counter() - began:.0f} s"
            print(f"{model}, data set {seed + 1}: {moved:+.3f} of {name}; {passed}", file=sys.stderr, flush=True)
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


class Fits:
    """Posteriors of one data set after another, all of one size; compiled once."""

    def __init__(self, model: str, data: pd.DataFrame) -> None:
        import hssm
        from hssm.recovery.compiled import CompiledSampler

        self.names, self.fixed, priors = tuple(domain(model)), FIXED.get(model, {}), priors_of(model)
        kind = NETWORK if model in SOLVED else EXACT
        fit = hssm.HSSM(data, model=model, loglik_kind=kind, include=priors, p_outlier=None)
        self.construction, self.sampler = fit.construction, CompiledSampler(fit.construction.built)

    def draws(self, data: pd.DataFrame, seed: int) -> dict[str, np.ndarray]:
        """(N_DRAWS,) draws of every parameter; of those that are fixed, their value."""
        from hssm.construct import with_responses

        self.construction = with_responses(self.construction, data[["rt", "response"]].to_numpy())
        reported, _ = self.sampler.reported(self.construction, SAMPLING, np.random.SeedSequence(seed))
        posterior = reported.stack(sample=("chain", "draw"))
        chosen = np.linspace(0, posterior.sizes["sample"] - 1, N_DRAWS).round().astype(int)
        fixed = {name: np.full(N_DRAWS, value) for name, value in self.fixed.items()}
        return {name: posterior[name].to_numpy()[chosen] for name in self.names} | fixed


def shifts(fits: Fits, model: str, data: pd.DataFrame, seed: int) -> tuple[dict[str, float], float]:
    """Difference of the two posterior means of every parameter, in sd, and the number of effective draws."""
    theta = fits.draws(data, seed)
    log_weight = _log_likelihoods(model, data, theta, NETWORK)
    log_weight -= _solved(model, data, theta) if model in SOLVED else _log_likelihoods(model, data, theta, EXACT)
    log_weight *= -1.0 if model in SOLVED else 1.0
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    moved = {}
    for name in fits.names:
        values = theta[name]
        mean = weight @ values
        moved[name] = float((mean - values.mean()) / np.sqrt(weight @ (values - mean) ** 2))
    return moved, float(1.0 / (weight @ weight))


def data_set(model: str, seed: int, n_trials: int) -> pd.DataFrame:
    """Trials that ended within 20 s, of parameters in the middle half of the network's box."""
    import hssm

    rng = np.random.default_rng(seed)
    truth = {name: float(rng.uniform(*_middle(*bounds))) for name, bounds in domain(model).items()}
    truth |= FIXED.get(model, {})
    data = hssm.simulate_data(model, truth, size=2 * n_trials, random_state=rng)
    return data[data["rt"] > 0.0].head(n_trials).reset_index(drop=True)


def domain(model: str) -> dict[str, tuple[float, float]]:
    """The training box of the shipped network, without what is fixed."""
    from hssm import networks

    return {name: box for name, box in networks.load(model).domain.items() if name not in FIXED.get(model, {})}


def priors_of(model: str) -> list[dict[str, Any]]:
    """The same priors for both likelihoods: uniform in the box of the network."""
    priors: dict[str, Any] = {
        name: {"name": "Uniform", "lower": low, "upper": high} for name, (low, high) in domain(model).items()
    }
    return [{"name": name, "prior": prior} for name, prior in {**priors, **FIXED.get(model, {})}.items()]


def _middle(low: float, high: float) -> tuple[float, float]:
    return low + 0.25 * (high - low), high - 0.25 * (high - low)


def _solved(model: str, data: pd.DataFrame, theta: Mapping[str, np.ndarray]) -> np.ndarray:
    """(N_DRAWS,) log likelihoods of all data from what the network was trained on."""
    from hssm.models.registry import get_model
    from hssm.networks.sources import source_for

    spec = get_model(model)
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
