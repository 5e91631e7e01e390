"""``check``: can these draws be trusted? Every question with its number, its limit and what to do.

Read after sampling. The warnings that end a fit come from :mod:`hssm.inference.convergence`, whose limits hold here.

References
----------
Vehtari, Gelman, Simpson, Carpenter & Buerkner (2021), Bayesian Analysis 16, 667-718 (R-hat, effective sample sizes).
Betancourt (2016), arXiv:1604.00695 (energy). Vehtari, Simpson, Gelman, Yao & Gabry (2024), JMLR 25(72) (Pareto k).
Yao, Vehtari, Simpson & Gelman (2018), ICML (approximations).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.bambi_bridge.names import is_natural
from hssm.diagnostics.draws import tree_of
from hssm.inference.approximation import tail_shape
from hssm.inference.convergence import ESS_PER_CHAIN, RHAT_LIMIT, divergence_advice, stuck_chains
from hssm.inference.prior_conflict import CONFLICT_ADVICE, CONFLICT_Z, conflicts
from hssm.inference.results import reported_names
from hssm.spec import MISSING_CODE, Bounds

BFMI_LIMIT = 0.3
TREE_DEPTH_LIMIT = 0.01
"""Proportion of draws that may end because the trajectory was as long as it may become."""

LARGEST_TREE = 10
"""The samplers' default limit of the tree depth."""

LARGEST_K = 0.7
"""Of the importance ratios of an approximation, whatever the number of draws."""

NEAR = 0.1
PILED_UP = 0.03
"""A parameter is at a bound if more than this share of its draws lies within ``NEAR`` standard deviations of it."""

PASSED, FAILED, NOTE = "passed", "failed", "note"
MARKS = {PASSED: "ok  ", FAILED: "FAIL", NOTE: "note"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One question: what was measured, against which limit, where it is worst, and what to do about it."""

    check: str
    status: str
    value: float
    limit: float
    where: str = ""
    text: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answers of :func:`check`; printing it explains them.

    ``ok`` is False if any check failed; notes do not count. ``table`` has one row per check, ``variables`` one row
    per number in the posterior.
    """

    findings: tuple[Finding, ...]
    variables: pd.DataFrame = field(repr=False)

    @property
    def ok(self) -> bool:
        return not any(finding.status == FAILED for finding in self.findings)

    @property
    def table(self) -> pd.DataFrame:
        """Check, status, worst value, its limit, where it was found, and advice."""
        columns = ("check", "status", "value", "limit", "where")
        rows = [
            {name: getattr(finding, name) for name in columns}
            | {"advice": "" if finding.status == PASSED else finding.advice}
            for finding in self.findings
        ]
        return pd.DataFrame(rows, columns=[*columns, "advice"]).set_index("check")

    def __str__(self) -> str:
        failed = [finding.check for finding in self.findings if finding.status == FAILED]
        verdict = f"do not trust these draws yet ({', '.join(failed)})" if failed else "good"
        lines = [f"Diagnosis: {verdict}."]
        for finding in self.findings:
            lines.append(f"  {MARKS[finding.status]}  {finding.text}")
            if finding.status != PASSED and finding.advice:
                lines.append(f"        {finding.advice}")
        return "\n".join(lines)

    __repr__ = __str__


def check(model_or_dt: Any, dt: xr.DataTree | None = None) -> Diagnosis:
    """Diagnose the draws of a fit.

    Parameters
    ----------
    model_or_dt : HSSM or DataTree
        A sampled model, or draws. With the model, parameters at a bound are found as well.
    dt : DataTree, optional
        Draws to use in place of the model's ``traces``.

    Returns
    -------
    Diagnosis
        ``.ok``, ``.table`` (one row per check), ``.variables`` (one row per number); prints in words.
    """
    tree = tree_of(model_or_dt, dt)
    posterior = tree["posterior"].to_dataset()[reported_names(tree)]
    variables = variable_table(posterior)
    stats = tree["sample_stats"].to_dataset() if "sample_stats" in tree.children else xr.Dataset()
    findings = [
        *_chains(tree, posterior),
        *_sampler(stats, tree.attrs),
        *_convergence(variables, posterior.sizes["chain"], tree),
        *_bounds(model_or_dt, posterior),
        *_prior(model_or_dt, tree),
        *_omissions(tree),
        *_pareto(tree),
    ]
    return Diagnosis(tuple(findings), variables)


def variable_table(posterior: xr.Dataset) -> pd.DataFrame:
    """Mean, sd, R-hat, bulk and tail effective sample size of every number, labelled ``v_1|id[3]``."""
    import arviz_stats  # not `arviz`, which loads Matplotlib

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # constants have neither R-hat nor sample size: they are NaN below
        columns = {"mean": posterior.mean(("chain", "draw")), "sd": posterior.std(("chain", "draw"))}
        if posterior.sizes["draw"] >= 4:
            if posterior.sizes["chain"] > 1:
                columns["r_hat"] = arviz_stats.rhat(posterior)
            columns["ess_bulk"] = arviz_stats.ess(posterior, method="bulk")
            columns["ess_tail"] = arviz_stats.ess(posterior, method="tail")
    table = pd.DataFrame({name: _flat(dataset) for name, dataset in columns.items()})
    return table.reindex(columns=["mean", "sd", "r_hat", "ess_bulk", "ess_tail"]).rename_axis("variable")


def _flat(dataset: xr.Dataset) -> dict[str, float]:
    found = {}
    for name, variable in dataset.data_vars.items():
        for place in np.ndindex(variable.shape):
            labels = [str(variable[dim].values[i]) for dim, i in zip(variable.dims, place, strict=True)]
            found[f"{name}[{', '.join(labels)}]" if labels else str(name)] = float(variable.values[place])
    return found


# ---------------------------------------------------------------------- the questions


def _chains(tree: xr.DataTree, posterior: xr.Dataset) -> Iterator[Finding]:
    n_chains, n_draws = posterior.sizes["chain"], posterior.sizes["draw"]
    if n_chains == 1 and tree.attrs.get("sampler") not in ("laplace", "vi"):
        advice = "R-hat compares chains, so one chain cannot be checked fully. Use chains=4."
        yield Finding("chains", FAILED, 1, 2, "", f"A single chain of {n_draws} draws.", advice)
    else:
        yield Finding("chains", PASSED, n_chains, 2, "", f"{_counted(n_chains, 'chain')} of {n_draws} draws.")
    stuck = stuck_chains(posterior)
    where = ", ".join(map(str, stuck))
    if stuck:
        advice = "Every draw of such a chain is the same: give other `initvals`, or check data and priors."
        yield Finding("stuck chains", FAILED, len(stuck), 0, where, f"Chains that never moved: {where}.", advice)
    else:
        yield Finding("stuck chains", PASSED, 0, 0, "", "Every chain moved.")


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _sampler(stats: xr.Dataset, attributes: Mapping[Any, Any]) -> Iterator[Finding]:
    if "diverging" in stats:
        count = int(stats["diverging"].sum())
        share = count / stats["diverging"].size
        text = f"{_counted(count, 'divergence')} ({100 * share:.2g} % of the draws)." if count else "No divergences."
        advice = f"Parts of the posterior may be missing. {divergence_advice(attributes)}"
        yield Finding("divergences", FAILED if count else PASSED, count, 0, "", text, advice)
    reached = next((stats[name] for name in ("reached_max_treedepth", "maxdepth_reached") if name in stats), None)
    if reached is None and "tree_depth" in stats:  # NumPyro gives the depth alone
        reached = stats["tree_depth"] >= LARGEST_TREE
    if reached is not None:
        share = float(reached.mean())
        status = FAILED if share > TREE_DEPTH_LIMIT else PASSED
        text = f"{100 * share:.2g} % of the draws ended at the largest tree depth."
        advice = "The sampler takes long ways: rescale covariates, or look for parameters that trade off."
        yield Finding("tree depth", status, share, TREE_DEPTH_LIMIT, "", text, advice)
    if "energy" in stats:
        yield _energy(stats["energy"])
    if "log_q" in stats:
        yield _approximation(stats)


def _approximation(stats: xr.Dataset) -> Finding:
    """Whether draws of a Gaussian can stand for draws of the posterior (Yao et al., 2018)."""
    k = tail_shape(stats)
    limit = min(1 - 1 / np.log10(max(stats["lp"].size, 11)), LARGEST_K)
    if np.isnan(k):
        text = f"Too few draws ({stats['lp'].size}) to judge the approximation."
        return Finding("approximation", NOTE, k, limit, "", text, "Take at least 100 draws.")
    text = f"Approximation: Pareto k {k:.2f}, limit {limit:.2f}."
    advice = (
        "The approximation differs from the posterior: its means may serve as a sketch, its intervals not. "
        "Use sample() for conclusions (method='fullrank_advi' or more iterations may bring a variational fit nearer)."
    )
    return Finding("approximation", FAILED if k > limit else PASSED, k, limit, "", text, advice)


def _energy(energy: xr.DataArray) -> Finding:
    """E-BFMI per chain: how well the momentum's energy explores the posterior's (Betancourt, 2016)."""
    values = energy.transpose("chain", "draw").to_numpy().astype(float)
    with np.errstate(all="ignore"):
        fractions = np.mean(np.diff(values, axis=1) ** 2, axis=1) / np.var(values, axis=1)
    worst = float(np.min(fractions))
    chain = str(energy["chain"].to_numpy()[int(np.argmin(fractions))])
    text = f"Energy (BFMI): lowest {worst:.2f} in chain {chain}, limit {BFMI_LIMIT}."
    advice = "The posterior has heavy tails that are explored slowly: other priors for group scales, or more draws."
    return Finding(
        "energy", FAILED if worst < BFMI_LIMIT else PASSED, worst, BFMI_LIMIT, f"chain {chain}", text, advice
    )


def _convergence(variables: pd.DataFrame, n_chains: int, tree: xr.DataTree) -> Iterator[Finding]:
    independent = tree.attrs.get("sampler") in ("laplace", "vi")
    if variables["r_hat"].notna().any():
        advice = "The chains disagree: sample longer (tune, draws), and look at model.plot_trace()."
        yield _worst("R-hat", variables["r_hat"], RHAT_LIMIT, max, advice, "{:.3f}")
    for name, column in (("bulk ESS", "ess_bulk"), ("tail ESS", "ess_tail")):
        if independent or not variables[column].notna().any():
            continue
        limit = float(ESS_PER_CHAIN * n_chains)
        advice = f"Draw more samples before you interpret {'means' if column == 'ess_bulk' else 'intervals'} of these."
        yield _worst(name, variables[column], limit, min, advice, "{:.0f}")


def _worst(name: str, values: pd.Series, limit: float, worst: Callable, advice: str, digits: str) -> Finding:
    known = values.dropna()
    extreme = float(worst(known))
    beyond = known[known > limit] if worst is max else known[known < limit]
    where = str(known.idxmax() if worst is max else known.idxmin())
    side = "largest" if worst is max else "smallest"
    text = f"{name}: {side} {digits.format(extreme)} ({where}), limit {limit:g}"
    text += f"; {len(beyond)} of {len(known)} beyond it." if len(beyond) else "."
    ranked = beyond.sort_values(ascending=worst is min).index[:5]
    listed = ", ".join(map(str, ranked)) if len(beyond) else where
    return Finding(name, FAILED if len(beyond) else PASSED, extreme, limit, listed, text, advice)


def _bounds(model: Any, posterior: xr.Dataset) -> Iterator[Finding]:
    """Natural-scale variables whose draws pile up at a bound of their parameter; needs the model."""
    params: Mapping[str, Any] = getattr(model, "params", {})
    if not params:
        return
    is_box = model.loglik_kind == "approx_differentiable"
    found = [text for name, param in params.items() for text in _piled_up(posterior, name, param.bounds)]
    if not found:
        yield Finding("bounds", PASSED, 0, 0, "", "No parameter at a bound.")
        return
    where = ", ".join(found)
    advice = (
        "The likelihood network knows nothing beyond its box: use an analytical model, or question the data."
        if is_box
        else "The data ask for a value at the edge, or say nothing: consider fixing the parameter, or a simpler model."
    )
    yield Finding("bounds", FAILED if is_box else NOTE, len(found), 0, where, f"Draws pile up at: {where}.", advice)


def _piled_up(posterior: xr.Dataset, name: str, bounds: Bounds) -> Iterator[str]:
    for variable in posterior.data_vars:
        text = str(variable)
        if text != name and not (text.startswith(f"{name}_") and is_natural(text)):
            continue
        array = posterior[variable].transpose("chain", "draw", ...).to_numpy()
        values = array.reshape(-1, *array.shape[2:])
        spread = values.std(axis=0)
        for bound in bounds:
            if not np.isfinite(bound):
                continue
            share = np.max(np.mean(np.abs(values - bound) < NEAR * spread, axis=0), initial=0.0)
            if share > PILED_UP:
                yield f"{text} at {bound:g}"


def _prior(model: Any, tree: xr.DataTree) -> Iterator[Finding]:
    """Numbers whose posterior lies where the prior did not expect it; needs the model."""
    if not hasattr(model, "built"):
        return
    found = conflicts(model.built, tree["posterior"].to_dataset())
    worst = max((abs(conflict.z) for conflict in found), default=0.0)
    where = ", ".join(conflict.name for conflict in found)
    text = f"Prior and data disagree about: {'; '.join(map(str, found))}." if found else "Priors and data agree."
    yield Finding("prior", NOTE if found else PASSED, worst, CONFLICT_Z, where, text, CONFLICT_ADVICE)


def _omissions(tree: xr.DataTree) -> Iterator[Finding]:
    if "observed_data" not in tree.children:
        return
    responses = next(iter(tree["observed_data"].to_dataset().data_vars.values()))
    values = responses.to_numpy()
    first = values[..., 0] if values.ndim == 2 else values
    count = int(np.sum(first == MISSING_CODE))
    if count:
        text = f"{count} of {len(first)} trials have no response."
        advice = "Compare with what the model predicts: plot_predictive() counts omissions."
        yield Finding("omissions", NOTE, count, 0, "", text, advice)


def _pareto(tree: xr.DataTree) -> Iterator[Finding]:
    if "log_likelihood" not in tree.children:
        return
    from hssm.diagnostics.criteria import loo

    estimate = loo(tree)
    count, n = estimate.n_unreliable, len(estimate.pareto_k)
    worst = float(np.max(estimate.pareto_k))
    text = f"Pareto k: largest {worst:.2f}, limit {estimate.k_limit:.2f}"
    text += f"; {count} of {n} trials beyond it." if count else "."
    advice = "These trials decide much by themselves: for comparisons use hssm.diagnostics.refit_high_k."
    yield Finding("Pareto k", NOTE if count else PASSED, worst, estimate.k_limit, "", text, advice)
