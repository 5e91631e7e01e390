"""What went wrong in a fit, in words: divergences, R-hat, effective sample sizes, stuck chains.

Thresholds follow Vehtari, Gelman, Simpson, Carpenter & Buerkner (2021), Bayesian Analysis 16, 667-718.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hssm.inference.results import ASKED_FORMS

RHAT_LIMIT = 1.01
ESS_PER_CHAIN = 100


def stuck_chains(posterior: xr.Dataset) -> list[int]:
    """Chains in which every variable keeps its first value."""
    if posterior.sizes["draw"] < 2:
        return []
    moved = np.zeros(posterior.sizes["chain"], dtype=bool)
    for variable in posterior.data_vars.values():
        values = variable.transpose("chain", "draw", ...).to_numpy()
        values = values.reshape(values.shape[0], values.shape[1], -1)
        moved |= np.any(values != values[:, :1], axis=(1, 2))
    return [int(chain) for chain in posterior["chain"].values[~moved]]


def warn_about_convergence(tree: xr.DataTree) -> None:
    """One UserWarning per kind of problem; silent for a good fit."""
    for message in convergence_problems(tree):
        warnings.warn(message, UserWarning, stacklevel=4)


def convergence_problems(tree: xr.DataTree) -> list[str]:
    """Messages, worst first: what was found, where, and what to do."""
    import arviz_stats  # not `arviz`, which loads Matplotlib

    problems = []
    posterior = tree["posterior"].to_dataset()
    offsets = [name for name in posterior.data_vars if str(name).endswith("_offset")]
    posterior = posterior.drop_vars(offsets)
    if "sample_stats" in tree.children and "diverging" in tree["sample_stats"]:
        count = int(tree["sample_stats"]["diverging"].sum())
        if count:
            problems.append(
                f"{count} divergence{'s' if count > 1 else ''} after tuning: parts of the posterior may be missing. "
                f"{divergence_advice(tree.attrs)}"
            )
    n_chains = posterior.sizes["chain"]
    if n_chains == 1:
        if tree.attrs.get("sampler") not in ("laplace", "vi"):
            problems.append("A single chain: R-hat cannot compare chains. Use chains=4.")
        return problems
    if posterior.sizes["draw"] < 4:
        return problems
    with np.errstate(all="ignore"):  # a variable that never changes has neither R-hat nor sample size
        worst = _worst(arviz_stats.rhat(posterior), RHAT_LIMIT, above=True)
    if worst:
        problems.append(f"R-hat above {RHAT_LIMIT}: {worst}. The chains disagree: sample longer (tune, draws).")
    for method in ("bulk", "tail"):
        limit = ESS_PER_CHAIN * n_chains
        with np.errstate(all="ignore"):
            worst = _worst(arviz_stats.ess(posterior, method=method), limit, above=False)
        if worst:
            problems.append(
                f"{method.capitalize()} effective sample size below {limit} ({ESS_PER_CHAIN} per chain): {worst}. "
                "Draw more samples before you interpret these."
            )
    return problems


def divergence_advice(attributes: Mapping[Any, Any]) -> str:
    """What to do about divergences, by a tree's attributes: first take back forms of group effects that were chosen."""
    asked = ast.literal_eval(attributes.get(ASKED_FORMS, "{}"))
    others = "Raise target_accept (e.g. 0.95), use links for bounded parameters, or fit a simpler model."
    if not asked:
        return others
    forms = ", ".join(f"{name} ({form})" for name, form in asked.items())
    return f"You chose the form of {forms}: `noncentered='auto'` (the default) finds it from the data. {others}"


def _worst(statistic: xr.Dataset, limit: float, *, above: bool) -> str:
    """The three variables furthest beyond a limit, as text; empty if there are none."""
    extremes = {}
    for name, values in statistic.data_vars.items():
        array = np.asarray(values, dtype=float)
        finite = array[np.isfinite(array)]
        if len(finite):
            extremes[str(name)] = float(finite.max() if above else finite.min())
    beyond = {name: value for name, value in extremes.items() if (value > limit if above else value < limit)}
    ranked = sorted(beyond, key=lambda name: beyond[name], reverse=above)[:3]
    return ", ".join(f"{name} ({beyond[name]:.3g})" for name in ranked)
